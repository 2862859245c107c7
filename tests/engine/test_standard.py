"""The linter of the standard: its own examples, the product's diagrams, and whole files."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from engine import bundles
from engine.bpmn import standard
from engine.bpmn.standard import RULES, examples, readme
from engine.cli import main

EXAMPLES = examples.read()
DIAGRAMS = [path for folder in bundles.installed() for path in sorted(folder.rglob("*.bpmn"))]
IMPORTS = Path(__file__).parent / "imports"
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def found(content: bytes) -> list[tuple[str, str]]:
    return [(finding.code, finding.element) for finding in standard.lint(content)]


def test_every_rule_has_its_examples_and_no_example_lacks_a_rule():
    assert set(EXAMPLES) == set(RULES)


@pytest.mark.parametrize("code", RULES)
def test_what_is_right_is_left_alone(code):
    assert found(EXAMPLES[code][0].content) == []


@pytest.mark.parametrize("code", RULES)
def test_what_is_wrong_is_found(code):
    wrong = EXAMPLES[code][1]
    places = [element for name, element in found(wrong.content) if name == code]
    assert wrong.at
    given = wrong.at == "_n_i_"  # the example is about an id that is not there
    assert any(place.startswith(wrong.at) if given else place == wrong.at for place in places)


@pytest.mark.parametrize("code", RULES)
def test_a_finding_says_what_to_do_and_where_that_is_written(code):
    findings = standard.lint(EXAMPLES[code][1].content)
    for finding in findings:
        assert CHINESE.search(finding.message)
        assert re.fullmatch(r"\d+(\.\d+){0,2}", finding.clause)
        assert finding.severity in ("error", "warning")


def test_the_readme_is_current():
    assert readme.PATH.read_text("utf-8") == readme.render()


@pytest.mark.parametrize("path", DIAGRAMS, ids=lambda path: path.stem)
def test_the_offices_diagrams_keep_to_the_standard(path):
    assert found(path.read_bytes()) == []


@pytest.mark.parametrize(
    "name",
    ["camunda_modeler.bpmn", "signavio.bpmn", "adonis.bpmn", "trisotech.bpmn", "jbpm.bpmn2",
     "zeebe.bpmn"],
)  # fmt: skip
def test_sound_files_of_other_tools_are_left_alone(name):
    assert found((IMPORTS / name).read_bytes()) == []


EVERYTHING = Path(__file__).parent / "standard" / "everything.bpmn"


def test_a_file_with_everything_the_standard_has_is_left_alone():
    assert found(EVERYTHING.read_bytes()) == []


#: Which kinds of event may stand where (BPMN 2.0.2, table 10.93), written down by themselves.
PLACES = {
    "start": "message timer conditional signal",
    "event_start": "message timer escalation error compensate conditional signal",
    "catch": "message timer conditional link signal",
    "boundary": "message timer escalation error cancel compensate conditional signal",
    "throw": "message escalation compensate link signal",
    "end": "message escalation error cancel compensate signal terminate",
}
KINDS = sorted({kind for kinds in PLACES.values() for kind in kinds.split()})


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_event_has_its_places(place, kind):
    name = "conditional" if kind == "conditional" else kind
    inner = "<condition>x</condition>" if kind == "conditional" else ""
    definition = f"<{name}EventDefinition>{inner}</{name}EventDefinition>"
    tags = {"catch": "intermediateCatchEvent", "throw": "intermediateThrowEvent"}
    tag = tags.get(place, {"event_start": "startEvent"}.get(place, f"{place}Event"))
    event = f'<{tag} id="x" attachedToRef="tx">{definition}</{tag}>'
    if place == "event_start":
        event = f'<subProcess id="es" triggeredByEvent="true">{event}</subProcess>'
    body = f'<process id="p"><transaction id="tx"/>{event}</process>'
    codes = {code for code, _ in found(examples.Example(body).content)}
    assert ("event-kind" in codes) is (kind not in PLACES[place].split())


@pytest.mark.parametrize(
    ("element", "child", "name"),
    [
        ("task", "id='a' isForCompensation='maybe'", "form-value"),
        ("startEvent", "id='a' cancelActivity='true'", "form-attribute"),
        ("serviceTask", "id='a' operationRef='gone'", "ref-service"),
        ("callActivity", "id='a' completionQuantity='-1'", "quantities"),
        ("dataStoreReference", "id='a' dataStoreRef='gone'", "ref-data"),
        ("group", "id='a' categoryValueRef='gone'", "ref-other"),
        ("receiveTask", "id='a' messageRef='p'", "ref-event"),
        ("association", "id='a' sourceRef='p'", "association-ends"),
        ("boundaryEvent", "id='a'", "boundary-host"),
    ],
)
def test_single_attributes_are_judged(element, child, name):
    body = f'<process id="p"><{element} {child}/></process>'
    assert (name, "a") in found(examples.Example(body).content)


def test_a_node_of_an_inner_lane_is_in_no_other_lane():
    inner = "<childLaneSet><lane id='i'><flowNodeRef>a</flowNodeRef></lane></childLaneSet>"
    outer = "<lane id='m'><flowNodeRef>a</flowNodeRef></lane>"
    lanes = f"<laneSet><lane id='l'><flowNodeRef>a</flowNodeRef>{inner}</lane>%s</laneSet>"
    body = f"<process id='p'>{lanes}<task id='a'/></process>"
    assert found(examples.Example(body % "").content) == []
    assert found(examples.Example(body % outer).content) == [("lane-once", "a")]


@pytest.mark.parametrize("called", ["elsewhere", "other:elsewhere"])
def test_a_process_of_another_file_may_be_called(called):
    call = f'<callActivity id="a" calledElement="{called}" xmlns:other="urn:o"/>'
    assert found(examples.Example(f'<process id="p">{call}</process>').content) == []
    own = call.replace(called, "own:gone").replace("urn:o", "example").replace(":other", ":own")
    body = f'<process id="p">{own}</process>'
    assert found(examples.Example(body).content) == [("called-element", "a")]


def test_a_pointer_into_an_imported_file_is_not_looked_up():
    body = (
        '<import namespace="urn:o" location="o.bpmn" importType="x"/>'
        '<process id="p"><receiveTask id="a" messageRef="o:m" xmlns:o="urn:o"/></process>'
    )
    assert found(examples.Example(body).content) == []
    assert found(examples.Example(body.replace('namespace="urn:o"', 'namespace="urn:z"')).content)


def test_standard_elements_inside_a_vendors_own_are_not_judged():
    inner = '<extensionElements><v:x xmlns:v="urn:v"><task odd="1"/></v:x></extensionElements>'
    assert found(examples.Example(f'<process id="p">{inner}</process>').content) == []


def test_what_has_no_id_is_described():
    """An id is optional (BPMN 2.0.2, 8.3.1); one that the reader gave says nothing to an author."""
    flow = '<sequenceFlow sourceRef="a" targetRef="gone"/>'
    body = f'<process id="p"><task id="a"/>{flow}</process>'
    (told,) = standard.lint(examples.Example(body).content)
    assert told.message.startswith("从 a 到 gone 的连线：")


def test_the_command_names_code_and_clause():
    good, bad = str(IMPORTS / "zeebe.bpmn"), str(IMPORTS / "activiti.bpmn")
    told = CliRunner().invoke(main, ["lint", good, bad])
    assert told.exit_code == 1
    assert "start-needs-end" in told.output
    assert CliRunner().invoke(main, ["lint", good]).exit_code == 0


def test_the_command_speaks_json(tmp_path):
    broken = tmp_path / "broken.bpmn"
    broken.write_bytes(b"<x")
    bad = str(IMPORTS / "activiti.bpmn")
    told = CliRunner().invoke(main, ["lint", bad, str(broken), "--json"])
    assert told.exit_code == 1
    first, last = json.loads(told.output)
    assert first == {
        "file": bad,
        "element": "s",
        "code": "start-needs-end",
        "severity": "error",
        "message": "这一层有开始事件，也要有结束事件，请补上。",
        "clause": "10.5.3",
    }
    assert (last["file"], last["code"]) == (str(broken), "not-xml")


def test_warnings_alone_do_not_fail(tmp_path):
    file = tmp_path / "warned.bpmn"
    file.write_bytes(EXAMPLES["compensation-handler"][1].content)
    told = CliRunner().invoke(main, ["lint", str(file)])
    assert told.exit_code == 0
    assert "compensation-handler" in told.output


def test_elements_with_a_prefix_that_nobody_declared_are_reported_as_foreign():
    content = examples.Example('<process id="p"><task id="a"><odd:x/></task></process>').content
    assert found(content) == [("namespace", "文件"), ("form-foreign", "a")]


@pytest.mark.parametrize(
    ("name", "encoding", "code"), [("R&D", "utf-8", "characters"), ("办", "gb18030", "encoding")]
)
def test_what_is_read_though_it_is_no_sound_xml_is_found(name, encoding, code):
    body = f'<process id="p"><task id="a" name="{name}"/></process>'
    content = f"<?xml version='1.0' encoding='UTF-8'?>{examples.Example(body).content.decode()}"
    assert found(content.encode(encoding)) == [(code, "文件")]
