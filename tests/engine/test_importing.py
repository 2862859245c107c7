"""Any tool's file is read and written back whole; what is missing is written down or named."""

from __future__ import annotations

import re

import pytest
from lxml import etree
from sqlalchemy import select

from engine import bundles, db, queries
from engine.bpmn import importing, svg
from engine.bpmn.importing import judging
from engine.commands import trail
from engine.hooks import SYSTEM
from engine.models import HistoryEvent, ProcessInstance
from engine.queries.access import Viewer
from tests.engine import office
from tests.engine.bpmn_builder import (
    boundary,
    catch,
    diagram,
    element,
    end,
    event_sub,
    link,
    message,
    start,
    sub,
    throw,
    timer,
    user,
)
from tests.engine.diagram_facts import facts, tree
from tests.engine.imported import (
    CHINESE,
    FILES,
    B,
    ends,
    executable,
    file,
    obstacles,
    repaired,
)


def flow_ids(xml: bytes) -> set[str]:
    written = tree(importing.read(xml).write())
    return {found.get("id") for found in written.iter(f"{B}sequenceFlow")}


OFFICE = [path for folder in bundles.installed() for path in sorted(folder.rglob("*.bpmn"))]


@pytest.mark.parametrize("path", [*FILES, *OFFICE], ids=lambda path: path.stem)
def test_nothing_is_lost_on_the_way_back(path):
    before = facts(tree(path.read_bytes()))
    once = importing.read(path.read_bytes()).write()
    assert facts(tree(once)) == before
    assert importing.read(once).write() == once


@pytest.mark.parametrize("path", OFFICE, ids=lambda path: path.stem)
def test_the_offices_own_diagrams_need_no_repair(path):
    found = importing.read(path.read_bytes())
    assert found.findings == []
    assert judging.obstacles(found) == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_finding_names_an_element_in_chinese(path):
    found = importing.read(path.read_bytes())
    for problem in [*found.findings, *judging.obstacles(found)]:
        assert problem.element
        assert CHINESE.search(problem.message)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("camunda_modeler.bpmn", []),
        ("bpmn_io.bpmn", [("文件", "no-process")]),
        ("signavio.bpmn", [("文件", "no-process")]),
        ("adonis.bpmn", [("_sp1", "no-start")]),
        ("flowable.bpmn", []),
        ("activiti.bpmn", []),
        ("bizagi.bpmn", []),
        ("visual_paradigm.bpmn", [("empty", "no-timer")]),
        ("eclipse_modeler.bpmn2", []),
        ("jbpm.bpmn2", []),
        ("zeebe.bpmn", [("t", "no-performer")]),
    ],
)
def test_what_cannot_run_is_named(name, expected):
    assert obstacles(file(name)) == expected


def test_a_flow_without_an_id_gets_one_that_stays():
    made = flow_ids(file("activiti.bpmn"))
    assert len(made) == 2
    assert all(name.startswith("_n_i_") for name in made)
    moved = file("activiti.bpmn").replace(b'name="\xe7\x94\xb2"', b'name="other"')
    assert flow_ids(moved) == made
    assert ends(executable(file("activiti.bpmn"))) >= {("s", "a"), ("s", "b")}


def test_a_flow_that_was_given_an_id_is_walked_and_drawn_so(sqlite):
    bare = '<bpmn:sequenceFlow sourceRef="s" targetRef="a"/>'
    links = throw("out", link("l")) + catch("into", link("l"))
    office.publish(diagram(start(), user("a"), links, user("b"), end(), "a-out", "into-b-e", bare))
    case = office.start()
    office.complete(case, "a", SYSTEM)
    with db.reading() as session:
        view = queries.instance(session, Viewer("ann", scope="all"), case)
    given = {name for name in view.flows if name.startswith("_n_")}
    assert len(given) == 1, "not the flow that stands for the link"
    picture = svg.render(view.diagram, title="图", uid="d", flows=view.flows)
    assert set(re.findall(r'is-passed" data-element-id="([^"]+)"', picture)) == view.flows


def test_twins_without_ids_are_told_apart():
    twin = '<bpmn:sequenceFlow sourceRef="s" targetRef="a"/>'
    xml = diagram(start(), user("a"), end(), "a-e", twin + twin)
    names = [f.get("id") for f in executable(xml).iter(f"{B}sequenceFlow")]
    assert len(names) == len(set(names)) == 3


def test_odd_ids_stay_in_the_file_and_are_sound_when_executed():
    found = importing.read(file("bizagi.bpmn"))
    assert b'id="Id 7 (copia)"' in found.write()
    flows = ends(etree.fromstring(found.executable()))
    assert ("Id_s", "Id_7_copia") in flows
    assert ("Id_7_copia", "_1-gateway") in flows
    assert ("1-gateway", "id-renamed") in repaired(file("bizagi.bpmn"))


def test_a_problem_is_reported_under_the_authors_id():
    xml = file("bizagi.bpmn").replace(b"<task id", b"<callActivity id")
    xml = xml.replace(b"</task>", b"</callActivity>")
    assert "Id 7 (copia)" in {name for name, _ in obstacles(xml)}


def test_two_odd_ids_never_become_one():
    xml = diagram(start(), user("a b"), user("a_b"), user("a/b"), end(), "s-a b-a_b-a/b-e")
    assert len({t.get("id") for t in executable(xml).iter(f"{B}userTask")}) == 3
    assert obstacles(xml) == []


def test_missing_starts_and_ends_are_written_down():
    root = executable(diagram(user("a"), user("b"), user("c"), "a-c", "b-c"))
    (begin,), (finish,) = root.iter(f"{B}startEvent"), root.iter(f"{B}endEvent")
    assert ends(root) >= {(begin.get("id"), "a"), (begin.get("id"), "b"), ("c", finish.get("id"))}
    assert obstacles(diagram(user("a"), user("b"), user("c"), "a-c", "b-c")) == []


def test_a_node_without_outgoing_flows_beside_an_end_ends_its_path():
    """BPMN 2.0.2, 10.5.3, asks for an end event there, Camunda 7 goes on without."""
    late = boundary("late", "a", timer("PT1H"))
    xml = diagram(start(), user("a"), late, user("b"), end(), "s-a-e", "s-b")
    found = {name for name, code in repaired(xml) if code == "end-implied"}
    assert found == {"b", "late"}
    assert obstacles(xml) == []


def test_what_cannot_be_left_is_no_end():
    xml = diagram(start(), user("a"), element("eventBasedGateway", "g"), end(), "s-a-e", "s-g")
    assert not [name for name, code in repaired(xml) if code == "end-implied"]
    assert {name for name, _ in obstacles(xml)} == {"g"}


def test_a_token_that_ends_without_an_end_event_is_not_lost(sqlite):
    inner = sub("sub", start("x"), user("y"), user("z"), end("w"), "x-y-w", "x-z")
    office.publish(diagram(start(), user("a"), inner, end(), "s-a", "s-sub-e"))
    case = office.start()
    for name in ("z", "y", "a"):
        assert name in office.waiting(case)
        office.complete(case, name, SYSTEM)
    assert office.waiting(case) == []
    with db.reading() as session:
        assert session.get_one(ProcessInstance, case).status == "completed"
        kept = session.scalars(select(HistoryEvent).where(HistoryEvent.kind == trail.KIND))
        told = [step for event in kept for step in event.data["t"]]
    assert [step for step in told if step.startswith("=")] == ["=1 s", "=4 x 3", "=8 w 3", "=9 e"]


def test_event_subprocesses_and_compensation_are_no_starts():
    undo = element("task", "undo", isForCompensation="true")
    xml = diagram(user("a"), undo, event_sub("es", message(), end("x"), "es_s-x"))
    targets = {target for _, target in ends(executable(xml))}
    assert "a" in targets
    assert not {"undo", "es"} & targets


def test_ends_of_a_flow_come_from_the_nodes_if_the_flow_has_none():
    assert ("StartEvent_1", "ScriptTask_1") in ends(executable(file("eclipse_modeler.bpmn2")))


def test_an_end_that_leads_nowhere_is_named_and_not_guessed():
    xml = file("camunda_modeler.bpmn").replace(
        b'id="Flow_2" sourceRef="Activity_1" targetRef="Gateway_1"',
        b'id="Flow_2" sourceRef="Activity_1" targetRef="nowhere"',
    )
    assert ("Flow_2", "loose-flow") in obstacles(xml)


def test_a_flow_is_moved_to_where_its_ends_are():
    sub = element("subProcess", "sub", start("x"), end("y"))
    xml = diagram(start(), sub, end(), "s-sub-e", "x-y")
    assert ("f_x_y", "flow-moved") in repaired(xml)
    assert obstacles(xml) == []


def test_a_shared_definition_and_prefixed_references_are_resolved():
    root = executable(file("visual_paradigm.bpmn"))
    (wait,) = [e for e in root.iter(f"{B}intermediateCatchEvent") if e.get("id") == "wait"]
    assert wait.findtext(f"{B}timerEventDefinition/{B}timeDuration") == "PT1H"
    (definition,) = root.iter(f"{B}messageEventDefinition")
    assert definition.get("messageRef") == "m1"


@pytest.mark.parametrize("ends", [("b", "undo"), ("undo", "b")])
def test_a_compensation_handler_is_found_in_either_direction(ends):
    undo = element("task", "undo", isForCompensation="true")
    event = boundary("b", "a", "<bpmn:compensateEventDefinition/>")
    note = element("textAnnotation", "t") + element(
        "association", "y", sourceRef="b", targetRef="t"
    )
    line = element("association", "x", sourceRef=ends[0], targetRef=ends[1])
    xml = diagram(start(), user("a"), event, undo, end(), "s-a-e", line, note)
    assert obstacles(xml) == []
    (kept,) = executable(xml).iter(f"{B}association")
    assert (kept.get("sourceRef"), kept.get("targetRef")) == ("b", "undo")


def test_what_makes_a_file_large_is_no_reason_to_refuse_it():
    """Tools write pictures and histories into their files; what is executed is small."""
    picture = f'<x:picture xmlns:x="urn:tool">{"QUJD" * 900_000}</x:picture>'
    extra = f"<bpmn:extensionElements>{picture}</bpmn:extensionElements>"
    xml = diagram(extra, start(), user("a", camunda__assignee="ann"), end(), "s-a-e")
    assert len(xml) > 3_000_000
    assert importing.read(xml).write().count(b"QUJD") == 900_000
    assert len(importing.read(xml).executable()) < 2_000
    assert obstacles(xml) == []
