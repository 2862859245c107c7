"""Diagrams as an enemy writes them: right ones with accidents that know what they break."""

from __future__ import annotations

import copy
import random

from lxml import etree

from engine.bpmn.admit import PARSER

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
CAMUNDA = "{http://camunda.org/schema/1.0/bpmn}"
REFERENCES = (
    "sourceRef", "targetRef", "attachedToRef", "default", "messageRef", "signalRef", "errorRef",
    "escalationRef", "activityRef", "calledElement",
)  # fmt: skip
FORMULAS = (
    "${x}", "${amount + 1}", "${nobody}", "${list}", "${word}", "${true}", "${null}", "${9 ** 9}",
    "${amount * amount * amount}", "${word + word}", "${list[99]}", "${1 / 0}", "${'x' * 99999999}",
    "=for a in 1..1000000000 return a", "=amount + 1", "=null",
    "= {f: function(x) f(x), y: f(1)}.y",
    "${execution.processInstanceId}", "${'" + "龙" * 5_000 + "'}",
    "${" + "(" * 300 + "1" + ")" * 300 + "}",
    "${", "}", "#{x}${x}", "${x", "PT0S", "PT1S", "P1D", "R/PT0S", "R3/PT0S", "R/PT1S",
    "R99999/PT1S",
    "0 0 9 * * ?", "* * * * * ?", "0 0 0 31 2 ?", "2026-01-01T08:00:00", "P9999999Y", "-P1D",
    "R-1/PT1H",
    "2", "-1", "1001", "99999999999999999999", "1.5", "true", "", " ", "\u202e", "a,b", "a" * 5_000,
    "${list.size()}", "${date('2026-01-01')}", "${workdays(5)}", "${S('{}')}", "${nrOfInstances}",
)  # fmt: skip
WORDS = (
    "",
    "a",
    "x",
    "e",
    "gone",
    "true",
    "false",
    "p",
    "ü",
    "x" * 3_000,
    "a b",
    "-1",
    "<b>",
    *FORMULAS,
)
ATTRIBUTES = (
    "asyncBefore", "asyncAfter", "exclusive", "assignee", "candidateGroups", "candidateUsers",
    "dueDate", "followUpDate", "priority", "formKey", "formRef", "formRefVersion", "topic", "type",
    "expression", "delegateExpression", "class", "resultVariable", "decisionRef",
    "mapDecisionResult",
    "jobPriority", "taskPriority", "calledElementBinding", "calledElementVersion", "collection",
    "elementVariable", "initiator", "variableName", "variableEvents", "errorCodeVariable",
    "versionTag", "historyTimeToLive", "candidateStarterGroups", "decisionRefVersion",
)  # fmt: skip
#: What is put into an element: multi-instance, loops, mappings, listeners, events.
PIECES = tuple(
    f'<x xmlns:bpmn="{BPMN[1:-1]}" xmlns:camunda="{CAMUNDA[1:-1]}">{one}</x>'
    for one in (
        '<bpmn:multiInstanceLoopCharacteristics camunda:collection="${list}" '
        'camunda:elementVariable="it"/>',
        '<bpmn:multiInstanceLoopCharacteristics><bpmn:loopCardinality>${amount}'
        "</bpmn:loopCardinality></bpmn:multiInstanceLoopCharacteristics>",
        '<bpmn:multiInstanceLoopCharacteristics isSequential="true"><bpmn:loopCardinality>900'
        "</bpmn:loopCardinality><bpmn:completionCondition>${x}</bpmn:completionCondition>"
        "</bpmn:multiInstanceLoopCharacteristics>",
        '<bpmn:standardLoopCharacteristics loopMaximum="9"><bpmn:loopCondition>${amount > 0}'
        "</bpmn:loopCondition></bpmn:standardLoopCharacteristics>",
        "<bpmn:extensionElements><camunda:inputOutput>"
        '<camunda:inputParameter name="amount">${amount * 2}</camunda:inputParameter>'
        '<camunda:outputParameter name="word">${word}${word}</camunda:outputParameter>'
        "</camunda:inputOutput></bpmn:extensionElements>",
        "<bpmn:extensionElements><camunda:inputOutput>"
        '<camunda:inputParameter name="m"><camunda:map><camunda:entry key="a">${list}'
        "</camunda:entry></camunda:map></camunda:inputParameter></camunda:inputOutput>"
        "</bpmn:extensionElements>",
        "<bpmn:extensionElements><camunda:executionListener event=\"start\" "
        'expression="${nobody}"/><camunda:executionListener event="end" expression="${word}"/>'
        "</bpmn:extensionElements>",
        '<bpmn:extensionElements><camunda:taskListener event="create" expression="${nobody}"/>'
        '<camunda:taskListener event="timeout" id="tl" expression="${word}">'
        "<bpmn:timerEventDefinition><bpmn:timeDuration>PT1S</bpmn:timeDuration>"
        "</bpmn:timerEventDefinition></camunda:taskListener></bpmn:extensionElements>",
        "<bpmn:extensionElements><camunda:failedJobRetryTimeCycle>R5/PT1S,PT0S"
        "</camunda:failedJobRetryTimeCycle></bpmn:extensionElements>",
        '<bpmn:extensionElements><camunda:in variables="all"/><camunda:in businessKey="${word}"/>'
        '<camunda:out variables="all"/></bpmn:extensionElements>',
        "<bpmn:timerEventDefinition><bpmn:timeCycle>R9/PT1S</bpmn:timeCycle>"
        "</bpmn:timerEventDefinition>",
        '<bpmn:messageEventDefinition messageRef="m1"/>',
        '<bpmn:signalEventDefinition signalRef="sig1"/>',
        '<bpmn:errorEventDefinition errorRef="err1"/>',
        '<bpmn:escalationEventDefinition escalationRef="esc1"/>',
        "<bpmn:conditionalEventDefinition><bpmn:condition>${amount > 1}</bpmn:condition>"
        "</bpmn:conditionalEventDefinition>",
        "<bpmn:compensateEventDefinition/>", "<bpmn:terminateEventDefinition/>",
        "<bpmn:cancelEventDefinition/>", '<bpmn:linkEventDefinition name="l"/>',
        "<bpmn:documentation>${word}</bpmn:documentation>",
        '<bpmn:conditionExpression xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        'xsi:type="bpmn:tFormalExpression">${amount > 1}</bpmn:conditionExpression>',
    )
)  # fmt: skip
TAGS = (
    "task", "userTask", "manualTask", "scriptTask", "serviceTask", "sendTask", "receiveTask",
    "businessRuleTask", "callActivity", "subProcess", "transaction", "adHocSubProcess",
    "exclusiveGateway", "parallelGateway", "inclusiveGateway", "complexGateway",
    "eventBasedGateway", "startEvent", "endEvent", "intermediateThrowEvent",
    "intermediateCatchEvent", "boundaryEvent",
)  # fmt: skip


def mutant(xml: bytes, dice: random.Random) -> bytes:
    """Return the file with one to five accidents."""
    root = etree.fromstring(xml, PARSER)
    for _ in range(dice.choice((1, 1, 2, 3, 5))):
        _accident(root, dice)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _accident(root: etree._Element, dice: random.Random) -> None:
    elements = [e for e in root.iter() if isinstance(e.tag, str) and e is not root]
    if not elements:
        return
    one, other = dice.choice(elements), dice.choice(elements)
    dice.choice((
        _remove, _retarget, _retarget, _retarget, _word, _say, _rename, _rename, _attribute,
        _attribute, _piece, _piece, _piece, _nest, _copy, _connect, _connect, _same_id,
    ))(one, other, elements, dice)  # fmt: skip


Elements = list[etree._Element]


def _remove(one: etree._Element, _: object, __: Elements, ___: random.Random) -> None:
    parent = one.getparent()
    if parent is not None:
        parent.remove(one)


def _retarget(one: object, _: object, elements: Elements, dice: random.Random) -> None:
    """Let a reference name something else of the same file."""
    found = [(e, name) for e in elements for name in REFERENCES if e.get(name)]
    names = [e.get("id") for e in elements if e.get("id")]
    if found and names:
        element, name = dice.choice(found)
        element.set(name, dice.choice(names) or "")


def _word(one: etree._Element, _: object, __: Elements, dice: random.Random) -> None:
    if one.attrib:
        one.set(dice.choice(list(one.attrib)), dice.choice(WORDS))


def _say(_: object, __: object, elements: Elements, dice: random.Random) -> None:
    """Write another formula where one stands."""
    found = [e for e in elements if (e.text or "").strip()]
    if found:
        dice.choice(found).text = dice.choice(FORMULAS)


def _rename(_: object, __: object, elements: Elements, dice: random.Random) -> None:
    """Make something else of an activity, a gateway or an event."""
    nodes = [e for e in elements if etree.QName(e).localname in TAGS]
    if nodes:
        dice.choice(nodes).tag = BPMN + dice.choice(TAGS)


def _attribute(_: object, __: object, elements: Elements, dice: random.Random) -> None:
    nodes = [e for e in elements if etree.QName(e).localname in (*TAGS, "process")]
    if nodes:
        name = dice.choice(ATTRIBUTES)
        value = "true" if name.startswith("async") else dice.choice(WORDS)
        dice.choice(nodes).set(CAMUNDA + name, value)


def _piece(_: object, __: object, elements: Elements, dice: random.Random) -> None:
    nodes = [e for e in elements if etree.QName(e).localname in (*TAGS, "sequenceFlow")]
    if nodes:
        made = etree.fromstring(dice.choice(PIECES))
        dice.choice(nodes).insert(0, made[0])


def _nest(one: etree._Element, other: etree._Element, _: Elements, dice: random.Random) -> None:
    """Put one thing into another."""
    if other not in one.iter() and dice.random() < 0.8:
        other.append(one)


def _copy(one: etree._Element, _: object, elements: Elements, dice: random.Random) -> None:
    """Put a copy beside, under new ids."""
    parent = one.getparent()
    if parent is None or len(elements) > 400:
        return
    made = copy.deepcopy(one)
    for element in made.iter():
        if isinstance(element.tag, str) and element.get("id"):
            element.set("id", f"{element.get('id')}_{dice.randrange(10**6)}")
    parent.append(made)


def _connect(_: object, __: object, elements: Elements, dice: random.Random) -> None:
    """Draw a flow between two nodes of one scope: loops, joins, splits."""
    nodes = [e for e in elements if etree.QName(e).localname in TAGS and e.get("id")]
    if not nodes:
        return
    one = dice.choice(nodes)
    parent = one.getparent()
    beside = [e for e in nodes if e.getparent() is parent]
    if parent is not None:
        ends = {"sourceRef": one.get("id") or "", "targetRef": dice.choice(beside).get("id") or ""}
        etree.SubElement(
            parent, BPMN + "sequenceFlow", {"id": f"fz{dice.randrange(10**6)}", **ends}
        )


def _same_id(one: etree._Element, other: etree._Element, _: Elements, __: random.Random) -> None:
    if one.get("id") and other.get("id"):
        one.set("id", other.get("id") or "")
