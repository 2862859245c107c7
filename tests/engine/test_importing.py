"""Any tool's file is read, drawn and written back whole; what cannot run is named."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from lxml import etree

from engine import bundles, db, queries, scaffold
from engine.bpmn import importing, layout, svg
from engine.bpmn.admit import MAX_BYTES
from engine.bpmn.importing import census, judging
from engine.bpmn.importing.placing import place
from engine.bundles import Bundle
from engine.cli import main
from engine.commands.deploy import check
from engine.errors import DeploymentRefused
from engine.hooks import SYSTEM
from engine.queries.access import Viewer
from tests.engine import office
from tests.engine.bpmn_builder import (
    HEADER,
    ROOTS,
    boundary,
    catch,
    diagram,
    element,
    end,
    event_sub,
    flow,
    link,
    message,
    start,
    throw,
    timer,
    user,
)
from tests.engine.diagram_facts import facts, tree

FOLDER = Path(__file__).parent / "imports"
FILES = sorted(FOLDER.iterdir())
B = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def file(name: str) -> bytes:
    return (FOLDER / name).read_bytes()


def repaired(xml: bytes) -> set[tuple[str, str]]:
    return {(found.element, found.code) for found in importing.read(xml).findings}


def obstacles(xml: bytes) -> list[tuple[str, str]]:
    return [(found.element, found.code) for found in judging.obstacles(importing.read(xml))]


def executable(xml: bytes) -> etree._Element:
    return etree.fromstring(importing.read(xml).executable())


def ends(root: etree._Element) -> set[tuple[str, str]]:
    return {(f.get("sourceRef"), f.get("targetRef")) for f in root.iter(f"{B}sequenceFlow")}


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
def test_everything_is_drawn(path):
    picture = etree.fromstring(svg.render(path.read_bytes(), title="图", uid="d", whole=True))
    shown = {node.get("data-element-id") for node in picture.iter("{*}g")} - {None}
    drawn = {
        shape.get("bpmnElement").rpartition(":")[2]
        for shape in tree(path.read_bytes()).iter("{*}BPMNShape")
    }
    assert drawn - {"gone"} <= shown
    nodes = {
        node.get("id")
        for node in tree(importing.read(path.read_bytes()).write()).iter()
        if re.search(r"(Task|task|Event|Gateway|ubProcess|oreography)$", str(node.tag))
        and not re.search(r"(}choreography|}global\w+)$", str(node.tag))
    }
    assert {name for name in nodes if not name.startswith("_n_i_")} <= shown


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


# -- ids -----------------------------------------------------------------------------------------


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


# -- what the standard lets a tool leave out ---------------------------------------------------


def test_missing_starts_and_ends_are_written_down():
    root = executable(diagram(user("a"), user("b"), user("c"), "a-c", "b-c"))
    (begin,), (finish,) = root.iter(f"{B}startEvent"), root.iter(f"{B}endEvent")
    assert ends(root) >= {(begin.get("id"), "a"), (begin.get("id"), "b"), ("c", finish.get("id"))}
    assert obstacles(diagram(user("a"), user("b"), user("c"), "a-c", "b-c")) == []


def test_a_dangling_node_beside_an_end_is_the_authors_to_mend():
    xml = diagram(start(), user("a"), user("b"), end(), "s-a-e", "s-b")
    assert not [name for name, code in repaired(xml) if code == "end-implied"]
    assert obstacles(xml) == [("b", "no-way-to-end")]


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


def test_a_pool_that_is_only_drawn_does_not_stop_the_one_that_runs():
    other = '<bpmn:process id="q" isExecutable="false"><bpmn:callActivity id="ca"/></bpmn:process>'
    xml = diagram(start(), user("a"), end(), "s-a-e", roots=other)
    assert ("q", "process-drawn-only") in repaired(xml)
    assert obstacles(xml) == []


def test_the_other_spellings_of_true_and_false_mean_the_same():
    event = boundary("b", "a", message()).replace('cancelActivity="true"', 'cancelActivity="0"')
    other = '<bpmn:process id="q" isExecutable="0"><bpmn:callActivity id="ca"/></bpmn:process>'
    xml = diagram(start(), user("a"), event, end(), "s-a-e", "b-e", roots=ROOTS + other)
    (found,) = executable(xml).iter(f"{B}boundaryEvent")
    assert found.get("cancelActivity") == "false"
    assert ("q", "process-drawn-only") in repaired(xml)
    assert "bd-dash" in svg.render(xml, title="图", uid="d")
    assert b'cancelActivity="0"' in importing.read(xml).write()


# -- vendors -------------------------------------------------------------------------------------


def test_flowable_words_are_executed_as_camundas_and_kept_as_they_are():
    found = importing.read(file("flowable.bpmn"))
    ns = "{http://camunda.org/schema/1.0/bpmn}"
    root = etree.fromstring(found.executable())
    (task,) = root.iter(f"{B}userTask")
    assert task.get(f"{ns}assignee") == "${who}"
    assert task.get(f"{ns}candidateGroups") == "boss"
    (service,) = root.iter(f"{B}serviceTask")
    assert (service.get(f"{ns}type"), service.get(f"{ns}topic")) == ("external", "tell")
    assert service.get(f"{ns}asyncBefore") == "true"
    fields = [(f.get("id"), f.get("label"), f.get("type")) for f in root.iter(f"{ns}formField")]
    assert fields == [("days", "天数", "long"), ("kind", "种类", "enum")]
    (listener,) = root.iter(f"{ns}taskListener")
    assert listener.get("event") == "create"
    assert b"flowable:assignee" in found.write()
    assert b"camunda" not in found.write()


def test_camundas_own_word_wins():
    xml = file("activiti.bpmn").replace(
        b'activiti:assignee="kermit"',
        b'activiti:assignee="kermit" xmlns:c="http://camunda.org/schema/1.0/bpmn" c:assignee="ann"',
    )
    (a, _) = executable(xml).iter(f"{B}userTask")
    assert a.get("{http://camunda.org/schema/1.0/bpmn}assignee") == "ann"


def test_foreign_words_never_reach_execution():
    text = importing.read(file("jbpm.bpmn2")).executable()
    assert b"drools:" not in text
    assert b"System.out" not in text


# -- bytes ---------------------------------------------------------------------------------------

TAIL = b"</bpmn:definitions>"
INCLUDE = b"<i:include xmlns:i='http://www.w3.org/2001/XInclude' href='/etc/passwd'/>"
ENTITY = b'<!DOCTYPE a [<!ENTITY x "y">]>'
PLAIN = diagram(start(), user("a", name="办理€"), end(), "s-a-e").decode()


@pytest.mark.parametrize(
    ("declared", "encoding"),
    [
        ("UTF-8", "utf-8"), ("UTF-8", "utf-8-sig"), ("UTF-16", "utf-16"), ("utf-16le", "utf-16-le"),
        ("UTF-16", "utf-16-be"), ("UTF-32", "utf-32"), ("GB18030", "gb18030"), ("utf-16", "utf-8"),
        ("UTF-8", "gb18030"), ("no-such-thing", "utf-8"), ("unicode_escape", "utf-8"),
    ],
)  # fmt: skip
def test_any_usual_encoding_is_read(declared, encoding):
    content = PLAIN.replace("UTF-8", declared).encode(encoding)
    found = importing.read(content)
    assert facts(tree(found.write())) == facts(tree(PLAIN))
    assert found.write().startswith(b"<?xml version='1.0' encoding='UTF-8'?>")


def test_a_wrong_declaration_is_reported():
    assert ("文件", "encoding") in repaired(PLAIN.encode("gb18030"))
    assert repaired(PLAIN.encode()) == set()


def test_a_western_file_is_read_as_it_says():
    western = diagram(start(), user("a", name="Prüfung"), end(), "s-a-e", roots="").decode()
    xml = western.replace("UTF-8", "ISO-8859-1").encode("latin-1")
    assert "Prüfung" in importing.read(xml).write().decode()


def test_blanks_before_the_declaration_do_not_matter():
    assert importing.read(b"\n  " + PLAIN.encode()).findings == []


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "not-xml"),
        (b"hello", "not-xml"),
        (b"\xff\xfe<", "not-text"),
        (b"\0\0\0\0", "not-text"),
        (b"<a/>", "not-bpmn"),
        (b"<definitions/>", "not-bpmn"),
        (ENTITY + HEADER.encode()[38:] + TAIL, "doctype"),
        (b"<!-- x --><?y z?> <!DOCTYPE a><a/>", "doctype"),
        (HEADER.encode() + b"&x;</bpmn:definitions>", "not-xml"),
        (HEADER.encode() + b"<a>" * 70 + b"</a>" * 70 + TAIL, "too-deep"),
        (HEADER.encode() + b"<a>" * 9999 + b"</a>" * 9999 + TAIL, "not-xml"),
        (HEADER.encode() + b"<a/>" * 50_001 + TAIL, "too-many-elements"),
        (b" " * (MAX_BYTES + 1), "too-large"),
        (HEADER.encode() + INCLUDE + TAIL, "xinclude"),
        (PLAIN[: len(PLAIN) // 2].encode(), "not-xml"),
    ],
)  # fmt: skip
def test_what_is_no_harmless_bpmn_is_refused(content, code):
    with pytest.raises(DeploymentRefused) as caught:
        importing.read(content)
    assert [problem.code for problem in caught.value.problems] == [code]
    assert CHINESE.search(caught.value.problems[0].message)


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b'<Package xmlns="http://www.wfmc.org/2009/XPDL2.2"/>', "XPDL"),
        (b'<b:BpmnDiagram xmlns:b="http://stp.eclipse.org/bpmn"/>', "BPMN 1.x"),
        (b'<definitions xmlns="http://schema.omg.org/spec/BPMN/2.0"/>', "草案"),
        (b'<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/"/>', "DMN"),
        (b'<definitions xmlns="http://www.omg.org/spec/CMMN/20151109/MODEL"/>', "CMMN"),
        (b'<VisioDocument xmlns="http://schemas.microsoft.com/visio/2003/core"/>', "Visio"),
        (b"PK\x03\x04\0\0", "压缩包"),
        (b"%PDF-1.7", "PDF"),
        (b"\x89PNG\r\n", "图片"),
        (b'{"bpmn": 1}', "JSON"),
        (b" \n", "空的"),
        (b"hello", "不是 XML"),
        (PLAIN[:-9].encode(), "第 "),
    ],
)
def test_a_refusal_says_what_a_file_is_instead(content, word):
    with pytest.raises(DeploymentRefused) as caught:
        importing.read(content)
    assert word in caught.value.problems[0].message


@pytest.mark.parametrize("oddity", ["odd:attribute='1'", "xmlns:odd='urn:未知' odd:a='1'"])
def test_prefixes_that_are_not_declared_properly_stay(oddity):
    xml = PLAIN.replace('<bpmn:userTask id="a"', f'<bpmn:userTask {oddity} id="a"').encode()
    found = importing.read(xml)
    assert ("文件", "namespace") in repaired(xml)
    assert b"odd:" in found.write()
    assert importing.read(found.write()).write() == found.write()
    assert obstacles(xml) == []
    assert svg.render(xml, title="图", uid="d").startswith("<svg")


def test_a_document_type_in_a_text_is_only_a_text():
    note = "<bpmn:documentation><![CDATA[<!DOCTYPE html>]]></bpmn:documentation>"
    assert (
        b"CDATA[<!DOCTYPE html>]]" in importing.read(diagram(note, start(), end(), "s-e")).write()
    )


# -- drawing -------------------------------------------------------------------------------------


def test_a_file_without_any_drawing_is_laid_out_to_be_read():
    pattern = rb"<bpmndi:BPMNDiagram.*</bpmndi:BPMNDiagram>"
    xml = re.sub(pattern, b"", file("camunda_modeler.bpmn"), flags=re.S)
    placed = etree.tostring(place(importing.read(xml).root))
    codes = {problem.code for problem in layout.problems(placed)}
    assert not codes & {"layout-missing", "layout-overlap", "layout-dock", "layout-through"}


def test_what_is_drawn_stays_where_it_is():
    root = importing.read(file("bpmn_io.bpmn")).root
    before, after = facts(root), facts(place(root))
    assert before["shapes"] - after["shapes"] == before["edges"] - after["edges"] == {}
    assert facts(root) == before


def test_a_large_file_without_a_drawing_is_laid_out_too():
    many = [user(f"t{number}") for number in range(2500)]
    links = [
        flow(f"t{number}", f"t{number * 7 % 2500}", name=f"f{number}") for number in range(2500)
    ]
    assert svg.render(diagram(*many, *links), title="大", uid="d").count("data-element-id") > 4900


def test_pages_stand_beneath_each_other_and_only_the_main_one_in_the_office():
    xml = file("trisotech.bpmn")
    picture = etree.fromstring(svg.render(xml, title="图", uid="d", whole=True))
    tops = {
        node.get("data-element-id"): float(shape.get("y") or shape.get("cy"))
        for node in picture.iter("{*}g")
        for shape in node.iter("{*}rect", "{*}circle")
        if node.get("data-element-id")
    }
    assert tops["st"] > tops["sub"] + 100
    assert 'data-element-id="st"' not in svg.render(xml, title="图", uid="d")


def drawn(xml: bytes, **extra) -> set[str]:
    picture = etree.fromstring(svg.render(xml, title="图", uid="d", **extra))
    return {node.get("data-element-id") for node in picture.iter("{*}g")} - {None}


def test_a_walk_is_shown_on_elements_whose_ids_are_spelt_soundly():
    picture = svg.render(file("bizagi.bpmn"), title="图", uid="d", states={"Id_7_copia": "active"})
    assert re.search(r'class="bd-el bd-task is-active" data-element-id="Id_7_copia"', picture)


def test_prefixes_in_a_drawing_do_not_hide_what_is_drawn():
    missing = {p.element for p in layout.problems(file("visual_paradigm.bpmn"))}
    assert "s" not in missing
    assert "g" in missing


def test_a_subprocess_that_is_not_drawn_gets_room_for_what_is_in_it():
    inner = (
        b'<task id="one"/><subProcess id="sub"><task id="two"/><subProcess id="deep">'
        b'<task id="three"/></subProcess></subProcess></process>'
    )
    xml = file("bizagi.bpmn").replace(b"</process>", inner)
    assert {"one", "sub", "two", "deep", "three"} <= drawn(xml)


def test_what_a_closed_subprocess_hides_is_drawn_on_request():
    inside = b'<semantic:task id="inner"/></semantic:subProcess>'
    xml = file("adonis.bpmn").replace(b"</semantic:subProcess>", inside)
    assert "inner" not in drawn(xml)
    assert "inner" in drawn(xml, whole=True)


def test_a_shared_definition_gives_its_sign():
    xml = file("visual_paradigm.bpmn")
    bare = xml.replace(b"tns:shared_timer</", b"tns:gone</")
    assert svg.render(xml, title="图", uid="d").count("<path") == 1 + svg.render(
        bare, title="图", uid="d"
    ).count("<path")


def test_a_group_is_called_as_its_category():
    assert "当天" in svg.render(GROUPED, title="图", uid="d")


@pytest.mark.parametrize("name", ["Talk", "About it"])
def test_choreographies_and_conversations_are_drawn_with_their_names(name):
    shapes = "".join(
        f'<bpmndi:BPMNShape bpmnElement="{key}"><dc:Bounds x="{x}" y="400" width="90" height="60"/>'
        "</bpmndi:BPMNShape>"
        for x, key in ((700, "ct1"), (900, "cv"))
    )
    xml = file("visual_paradigm.bpmn").replace(
        b"</bpmndi:BPMNPlane></bpmndi", f"{shapes}</bpmndi:BPMNPlane></bpmndi".encode()
    )
    assert name in svg.render(xml, title="图", uid="d")


GROUPED = file("bpmn_io.bpmn").replace(
    b"</bpmndi:BPMNPlane>",
    b'<bpmndi:BPMNShape bpmnElement="Group_1"><dc:Bounds x="300" y="200" width="200" height="100"/>'
    b"</bpmndi:BPMNShape></bpmndi:BPMNPlane>",
)


# -- the doors -----------------------------------------------------------------------------------


def test_deployment_reads_any_tool(sqlite):
    office.prepare()
    files = {"bundle.toml": b'[bundle]\ntitle = "t"\n', "a.bpmn": file("flowable.bpmn")}
    with db.transaction() as session:
        checked = check(session, Bundle("t", files), house=False)
    assert {"vendor", "id-given"} <= {problem.code for problem in checked.warnings}
    assert [description.key for _, description, _ in checked.processes] == ["vacation"]


def test_deployment_names_what_cannot_run(sqlite):
    files = {"bundle.toml": b'[bundle]\ntitle = "t"\n', "a.bpmn": file("visual_paradigm.bpmn")}
    with db.transaction() as session, pytest.raises(DeploymentRefused) as caught:
        check(session, Bundle("t", files), house=False)
    assert [(p.element, p.code) for p in caught.value.problems] == [("empty", "no-timer")]


def test_what_is_wrong_beside_a_loose_flow_is_named_as_well():
    loose = flow("a", "b").replace('targetRef="b"', 'targetRef="gone"')
    task = '<bpmn:serviceTask id="b"/>'
    xml = diagram(start(), user("a"), task, end(), loose, flow("s", "a"), flow("b", "e"))
    found = obstacles(xml)
    assert {code for _, code in found} >= {"loose-flow", "no-performer"}
    assert "unreachable" not in {code for _, code in found}


def test_what_would_stand_in_the_way_of_a_drawing_that_does_not_run_is_named():
    parts = (start(), '<bpmn:serviceTask id="b"/>', flow("s", "b"))
    xml = diagram(*parts).replace(b'isExecutable="true"', b'isExecutable="false"')
    assert obstacles(xml) == [("文件", "no-process"), ("b", "no-performer")]


def test_an_event_gateway_without_ways_is_reported_as_itself():
    xml = diagram(start(), '<bpmn:eventBasedGateway id="g"/>', flow("s", "g"))
    assert {element for element, _ in obstacles(xml)} == {"g"}


def test_deployment_names_everything_at_once(sqlite):
    xml = diagram(start(), element("serviceTask", "svc"), catch("t", timer("")), end(), "s-svc-t-e")
    files = {"bundle.toml": b'[bundle]\ntitle = "t"\n', "a.bpmn": xml}
    with db.transaction() as session, pytest.raises(DeploymentRefused) as caught:
        check(session, Bundle("t", files), house=False)
    assert {(p.element, p.code) for p in caught.value.problems} == {
        ("t", "no-timer"),
        ("svc", "no-performer"),
    }


def test_an_imported_process_runs(sqlite):
    office.prepare()
    office.publish(file("activiti.bpmn"))
    assert office.waiting(office.start("old")) == ["a", "b"]


def test_the_command_tells_and_writes(tmp_path):
    out, picture = tmp_path / "out.bpmn", tmp_path / "out.svg"
    path = str(FOLDER / "flowable.bpmn")
    told = CliRunner().invoke(main, ["import", path, "--out", str(out), "--svg", str(picture)])
    assert told.exit_code == 0
    assert "节点 4" in told.output
    assert "id-given" in told.output
    assert facts(tree(out.read_bytes())) == facts(tree(file("flowable.bpmn")))
    assert picture.read_text("utf-8").startswith("<svg")


def test_the_command_speaks_json(tmp_path):
    told = CliRunner().invoke(main, ["import", str(FOLDER / "zeebe.bpmn"), "--json"])
    report = json.loads(told.output)
    assert (told.exit_code, report["readable"], report["executable"]) == (0, True, False)
    assert report["counts"]["nodes"] == 3
    assert report["obstacles"][0]["element"] == "t"
    bad = tmp_path / "bad.bpmn"
    bad.write_bytes(b"<x/>")
    told = CliRunner().invoke(main, ["import", str(bad), "--json"])
    assert (told.exit_code, json.loads(told.output)["readable"]) == (1, False)


def test_counts_are_of_the_whole_file():
    counted = census.counts(importing.read(file("trisotech.bpmn")).root)
    assert counted["nodes"] == 8
    assert counted["flows"] == 5
    assert (counted["shapes"], counted["edges"], counted["planes"]) == (9, 6, 2)
    assert set(census.extensions(importing.read(file("trisotech.bpmn")).root)) == {
        "http://purl.org/rss/2.0/",
        "http://www.trisotech.com/2015/triso/modeling",
    }


def test_a_bundle_with_an_imported_diagram_is_copied(tmp_path):
    source = tmp_path / "old"
    source.mkdir()
    (source / "bundle.toml").write_text('[bundle]\ntitle = "旧"\n', "utf-8")
    text = file("activiti.bpmn").decode().replace("UTF-8", "UTF-16")
    (source / "a.bpmn").write_bytes(text.encode("utf-16"))
    scaffold.copy(source, tmp_path / "fresh")
    copied = importing.read((tmp_path / "fresh" / "a.bpmn").read_bytes())
    (process,) = copied.root.iter(f"{B}process")
    assert process.get("id") != "old"
    assert ends(copied.root) == {("s", "a"), ("s", "b")}
