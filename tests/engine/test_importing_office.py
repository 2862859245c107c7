"""Imported diagrams in the office: published, started, told by the command, copied."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from engine import db, scaffold
from engine.bpmn import importing
from engine.bpmn.importing import census
from engine.bundles import Bundle
from engine.cli import main
from engine.commands.deploy import check
from engine.errors import DeploymentRefused
from tests.engine import office
from tests.engine.bpmn_builder import (
    catch,
    diagram,
    element,
    end,
    flow,
    start,
    timer,
    user,
)
from tests.engine.diagram_facts import facts, tree
from tests.engine.imported import FOLDER, B, ends, file, obstacles


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


def test_a_file_made_large_by_its_tool_is_published_and_runs(sqlite):
    office.prepare()
    history = f"<x:old xmlns:x='urn:tool'>{'QUJD' * 700_000}</x:old>"
    extra = f"<bpmn:extensionElements>{history}</bpmn:extensionElements>"
    office.publish(diagram(extra, start(), user("a", camunda__assignee="ann"), end(), "s-a-e"))
    assert office.waiting(office.start("p")) == ["a"]


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


def test_what_stands_where_it_cannot_is_named_and_nothing_breaks():
    wrong = (
        '<bpmn:transaction id="tx"/><bpmn:intermediateCatchEvent id="w" attachedToRef="tx">'
        "<bpmn:cancelEventDefinition/></bpmn:intermediateCatchEvent>"
    )
    found = obstacles(diagram(start(), wrong, flow("s", "gone")))
    assert {"w", "f_s_gone"} <= {element for element, _ in found}


def test_what_is_neither_node_nor_flow_is_counted_as_well():
    counted = census.counts(importing.read(file("choreography.bpmn")).root)
    kinds = {"choreographyTask", "subChoreography", "callChoreography"}
    drawn = [one for one in tree(file("choreography.bpmn")).iter() if one.tag[len(B) :] in kinds]
    assert counted["choreography"] == len(drawn) > 3
    counted = census.counts(importing.read(file("conversation.bpmn")).root)
    assert counted["conversations"] > 0
