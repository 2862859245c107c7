"""Whatever a tool may write: nothing lost, nothing crashes, and the second pass changes nothing."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from engine.bpmn import importing, layout, standard, svg
from engine.bpmn.importing import judging
from engine.errors import DeploymentRefused
from tests.engine.bpmn_builder import element, files
from tests.engine.diagram_facts import facts, tree
from tests.engine.imported import FILES
from tests.engine.odd_diagrams import odd_files

CHINESE = re.compile(r"[\u4e00-\u9fff]")
#: Set for a long run with new files each time.
FILES_WANTED = int(os.environ.get("HUIYIN_FILES", "0"))
MANY = settings(
    max_examples=FILES_WANTED or 120,
    deadline=None,
    derandomize=not FILES_WANTED,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@MANY
@given(odd_files())
def test_random_files_come_back_whole(odd):
    before = facts(tree(odd.body))
    once = importing.read(odd.content).write()
    assert facts(tree(once)) == before
    assert importing.read(once).write() == once


@MANY
@given(odd_files())
def test_random_files_are_judged_and_drawn(odd):
    through_everything(odd.content)


@MANY
@given(odd_files())
def test_ids_are_given_alike_each_time_and_never_twice(odd):
    one, other = importing.read(odd.content), importing.read(odd.content)
    assert one.executable() == other.executable()
    root = etree.fromstring(one.executable())
    names = [node.get("id") for node in root.iter("{*}sequenceFlow")]
    assert None not in names
    assert len(names) == len(set(names)) or "duplicate-id" in {
        problem.code for problem in judging.obstacles(one)
    }


def read_or_refused(content: bytes) -> importing.Diagram | DeploymentRefused:
    try:
        return importing.read(content)
    except DeploymentRefused as refused:
        return refused


def through_everything(content: bytes) -> None:
    """Every door that a file can come through: a clean refusal, or an answer."""
    found = read_or_refused(content)
    if isinstance(found, DeploymentRefused):
        assert all(CHINESE.search(problem.message) for problem in found.problems)
        with pytest.raises(ValueError, match=CHINESE):
            svg.render(content, title="图", uid="d")
        return
    for problem in [*found.findings, *judging.obstacles(found)]:
        assert CHINESE.search(problem.message)
        assert len(problem.message) < 400
    for finding in standard.lint(content):
        assert CHINESE.search(finding.message)
        assert len(finding.message) < 400
    layout.problems(content)
    picture = svg.render(content, title="图", uid="d")
    if picture:
        etree.fromstring(picture)


# -- broken files --------------------------------------------------------------------------------

EVERYTHING = Path(__file__).parent / "standard" / "everything.bpmn"
ORIGINALS = [path.read_bytes() for path in (*FILES, EVERYTHING)]
PIECES = (
    b"", b"<", b">", b"&", b'"', b"\0", b"]]>", b"<!--", b"<?x", b"xmlns:z='urn:z' ", b"z:",
    b"\xff",
    b"id='a' ", b"sourceRef='_n_i_x'", b"NaN", b"1e999", b"-", "漢".encode(), b"<!DOCTYPE a>",
    b"xml:id='q' ", b"<a xmlns=''/>", b"unbound:a='1' ",
    b"bpmnElement='' ",
)  # fmt: skip


@MANY
@given(st.sampled_from(ORIGINALS), st.data())
def test_cut_and_patched_files_are_refused_or_read(original, data):
    content = original
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(content)))
        end = data.draw(st.integers(start, min(len(content), start + 40)))
        content = content[:start] + data.draw(st.sampled_from(PIECES)) + content[end:]
    if data.draw(st.booleans()):
        content = content[: data.draw(st.integers(0, len(content)))]
    through_everything(content)


NAMES = ("id", "sourceRef", "targetRef", "attachedToRef", "processRef", "x", "name")
VALUES = ("", " ", "x", "a:b", ":", "_n_", "1", "\u2028", "名")


@MANY
@given(st.sampled_from(ORIGINALS), st.data())
def test_elements_that_moved_or_doubled_are_refused_or_read(original, data):
    root = tree(original)
    everything = [node for node in root.iter() if isinstance(node.tag, str)]
    for _ in range(data.draw(st.integers(1, 4))):
        node = data.draw(st.sampled_from(everything))
        other = data.draw(st.sampled_from(everything))
        if node in list(other.iterancestors()) or node is other or node is root:
            continue
        if data.draw(st.booleans()):
            other.append(node)
        else:
            node.set(data.draw(st.sampled_from(NAMES)), data.draw(st.sampled_from(VALUES)))
    through_everything(etree.tostring(root))


# -- files made to be slow -----------------------------------------------------------------------


def process(inner: str, around: str = "") -> bytes:
    return files(around, element("process", "p", inner))


def many(text: str, times: int) -> str:
    return "".join(text.replace("#", str(number)) for number in range(times))


SHAPE = (
    '<bpmndi:BPMNDiagram xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" '
    'xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"><bpmndi:BPMNPlane>'
    '<bpmndi:BPMNShape bpmnElement="t0"><dc:Bounds x="0" y="0" width="9" height="9"/>'
    "</bpmndi:BPMNShape></bpmndi:BPMNPlane></bpmndi:BPMNDiagram>"
)
FRAMES = SHAPE[: SHAPE.index("<bpmndi:BPMNShape")] + "#</bpmndi:BPMNPlane></bpmndi:BPMNDiagram>"
FRAME = (
    '<bpmndi:BPMNShape bpmnElement="s#" isExpanded="true">'
    '<dc:Bounds x="#000" y="0" width="900" height="900"/></bpmndi:BPMNShape>'
)
LARGE = "<bpmn:documentation>" + "x" * 400_000 + "</bpmn:documentation>"
POINTS = "<bpmn:eventDefinitionRef>def</bpmn:eventDefinitionRef>"
SLOW = {
    "one endless name": process(element("task", "t", name="名" * 600_000)),
    "one endless id": process(element("task", "a b " * 400_000)),
    "events on events": process(many('<bpmn:boundaryEvent id="b#" attachedToRef="b0"/>', 2000)),
    "events in a circle": process(
        '<bpmn:boundaryEvent id="x" attachedToRef="y"/>'
        '<bpmn:boundaryEvent id="y" attachedToRef="x"/>'
    ),
    "many entries": process(
        element("task", "t0", "<bpmn:incoming>f</bpmn:incoming>" * 20_000)
        + many('<bpmn:sequenceFlow sourceRef="t0" targetRef="t0"/>', 2000)
    ),
    "many pages": process(element("task", "t0"), SHAPE * 3000),
    "many ids and many pages": process(
        element("task", "t0") + many('<bpmn:property id="p#"/>', 15_000), SHAPE * 5_000
    ),
    "a page for each process": files(
        many(
            SHAPE.replace("<bpmndi:BPMNPlane>", '<bpmndi:BPMNPlane bpmnElement="p#">').replace(
                '"t0"', '"t#"'
            ),
            2900,
        ),
        *(
            element("process", f"p{number}", element("task", f"t{number}"))
            for number in range(2900)
        ),
    ),
    "lines around nodes that cover each other": process(
        many('<bpmn:task id="t#"/>', 2000)
        + many('<bpmn:sequenceFlow sourceRef="t#" targetRef="t0"/>', 2000),
        FRAMES.replace(
            "#",
            many(
                '<bpmndi:BPMNShape bpmnElement="t#"><dc:Bounds x="#" y="0" width="90" height="90"/>'
                "</bpmndi:BPMNShape>",
                2000,
            ),
        ),
    ),
    "one drawn, many not": process(many('<bpmn:task id="t#"/>', 5000), SHAPE),
    "a page for each subprocess": process(
        many('<bpmn:subProcess id="s#"><bpmn:task id="t#"/></bpmn:subProcess>', 2900),
        many(SHAPE.replace("<bpmndi:BPMNPlane>", '<bpmndi:BPMNPlane bpmnElement="s#">'), 2900),
    ),
    "little drawn in many frames": process(
        many('<bpmn:subProcess id="s#">' + "<bpmn:task/>" * 50 + "</bpmn:subProcess>", 100),
        FRAMES.replace("#", many(FRAME, 100)),
    ),
    "an id inside itself": process(
        '<bpmn:subProcess id="x"><bpmn:subProcess id="y"><bpmn:subProcess id="x">'
        '<bpmn:subProcess id="x"><bpmn:task id="z"/></bpmn:subProcess></bpmn:subProcess>'
        "</bpmn:subProcess></bpmn:subProcess>",
        SHAPE,
    ),
    "a definition copied often": process(
        many(f'<bpmn:startEvent id="s#">{POINTS}</bpmn:startEvent>', 2000),
        element("timerEventDefinition", "def", LARGE),
    ),
    "deep and wide": process(
        many('<bpmn:subProcess id="s#">', 50)
        + many('<bpmn:task id="t#"/>', 2000)
        + "</bpmn:subProcess>" * 50
    ),
}


@pytest.mark.parametrize("case", SLOW)
def test_files_made_to_be_slow_are_answered(case):
    through_everything(SLOW[case])
    svg.render(SLOW[case], title="图", uid="d", whole=True)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (process("<bpmn:task/>" * 6001), "too-many-elements"),
        (process("<bpmn:task " + many('a#="1" ', 501) + "/>"), "too-many-attributes"),
    ],
)
def test_what_nobody_draws_is_refused(content, code):
    found = read_or_refused(content)
    assert isinstance(found, DeploymentRefused)
    assert [problem.code for problem in found.problems] == [code]


def test_a_large_definition_is_copied_a_few_times_only():
    assert len(importing.read(SLOW["a definition copied often"]).executable()) < 6_000_000
