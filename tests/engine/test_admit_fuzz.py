"""Whatever happens to a file: it is refused with reasons, or it can be parsed and started."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from lxml import etree

from engine.bpmn import pool
from engine.bpmn.admit import PARSER, admit
from engine.bpmn.definition import describe, process_ids
from engine.bpmn.normalize import normalize, to_bytes
from engine.bpmn.rules import Known, check
from engine.errors import BpmnError, DeploymentRefused, EngineError, Problem
from engine.state.run import Run
from tests.engine.differential_generator import Generator
from tests.engine.hostile_diagrams import REFUSED, STOPPED
from tests.engine.walker import NoteHost

PROCESSES = Path(__file__).parents[2] / "processes"
ROUNDS = 60
WORDS = ("", "a", "e", "s", "gone", "true", "false", "${x}", "=1", "PT1H", "-1", "1", "_n_", "ü")
TAGS = (
    "userTask", "task", "subProcess", "startEvent", "endEvent", "boundaryEvent", "sequenceFlow",
    "exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway",
    "intermediateCatchEvent", "intermediateThrowEvent", "callActivity", "receiveTask", "sendTask",
    "scriptTask", "serviceTask", "businessRuleTask", "transaction", "timerEventDefinition",
    "messageEventDefinition", "multiInstanceLoopCharacteristics", "conditionExpression",
)  # fmt: skip


def seeds() -> list[bytes]:
    """Files to start from: generated, hostile, and the office's own."""
    files = [Generator(seed).model().xml() for seed in range(12)]
    files += [xml for xml, _, _ in (*REFUSED.values(), *STOPPED.values()) if len(xml) < 9000]
    files += [path.read_bytes() for path in sorted(PROCESSES.rglob("*.bpmn"))[:6]]
    return files


def mutate(xml: bytes, lots: random.Random) -> bytes | None:
    """Return the file with a few accidents."""
    try:
        root = etree.fromstring(xml, PARSER)
    except etree.XMLSyntaxError:
        return None
    for _ in range(lots.randint(1, 4)):
        elements = [e for e in root.iter() if isinstance(e.tag, str) and e is not root]
        if elements:
            accident(lots.choice(elements), elements, lots)
    return etree.tostring(root)


def accident(element: etree._Element, elements: list[etree._Element], lots: random.Random) -> None:
    kind = lots.randrange(7)
    parent = element.getparent()
    if kind == 0 and parent is not None:
        parent.remove(element)
    elif kind == 1 and element.attrib:
        element.set(lots.choice(list(element.attrib)), lots.choice(WORDS))
    elif kind == 2 and element.attrib:
        del element.attrib[lots.choice(list(element.attrib))]
    elif kind == 3:
        element.tag = f"{{{etree.QName(element).namespace or ''}}}{lots.choice(TAGS)}"
    elif kind == 4:
        element.text = lots.choice(WORDS)
    elif kind == 5:
        other = lots.choice(elements)
        if other not in element.iterancestors() and other is not element:
            element.append(other)
    else:
        values = [value for e in elements for value in e.attrib.values()]
        if element.attrib and values:
            element.set(lots.choice(list(element.attrib)), lots.choice(values))


def live(xml: bytes) -> str:
    """Take a file as far as it goes; return how far."""
    root, why = admitted(xml)
    if root is None:
        assert why
        assert all(problem.message for problem in why)
        return "refused"
    executable, problems = normalize(root)
    for key in process_ids(root):
        list(check(describe(root, key), root, Known(set(), set(), set(), set())))
    if problems:
        return "untied"
    stored = to_bytes(executable)
    for key in process_ids(root):
        start(stored, key)
    return "started"


def admitted(xml: bytes) -> tuple[etree._Element | None, list[Problem]]:
    try:
        return admit(xml), []
    except DeploymentRefused as refused:
        return None, refused.problems


def start(stored: bytes, key: str) -> None:
    spec = pool.parse(stored, key)
    try:
        run = Run.start(spec, NoteHost(), variables={"xs": [1], "x": 1, "n": 1})
        run.advance(budget=200)
        Run.load(spec, run.dump(), NoteHost()).waits()
    except (EngineError, BpmnError):
        return


@pytest.mark.parametrize("number", range(len(seeds())))
def test_accidents_end_in_a_refusal_or_a_start(number):
    xml = seeds()[number]
    lots = random.Random(number)
    seen = set()
    for _ in range(ROUNDS):
        changed = mutate(xml, lots)
        if changed is None:
            return
        seen.add(live(changed))
    assert seen <= {"refused", "untied", "started"}


def test_accidents_reach_both_ends():
    lots = random.Random(1)
    results = [live(mutate(Generator(seed).model().xml(), lots) or b"") for seed in range(60)]
    assert {"refused", "started"} <= set(results)
