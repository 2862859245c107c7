"""Small diagrams for tests, written as calls: `diagram(start(), user("ut"), end(), "s-ut-e")`.

Elements are strings of BPMN XML; a string without `<` is a chain of flows, `a-b-c`.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from itertools import pairwise

HEADER = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
 xmlns:camunda="http://camunda.org/schema/1.0/bpmn"
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" id="defs" targetNamespace="test">
"""
ROOTS = """<bpmn:message id="m1" name="msg_1"/><bpmn:message id="m2" name="msg_2"/>
<bpmn:signal id="sig1" name="signal_1"/>
<bpmn:error id="err1" name="出错" errorCode="E1"/><bpmn:error id="err2" errorCode="E2"/>
<bpmn:escalation id="esc1" escalationCode="ESC1"/>
"""


def diagram(*parts: str, key: str = "p", roots: str = ROOTS, **attributes: str) -> bytes:
    """Return a BPMN file with one process."""
    return files(process(*parts, key=key, **attributes), roots=roots)


def files(*processes: str, roots: str = ROOTS) -> bytes:
    """Return a BPMN file with several processes."""
    return (HEADER + roots + "".join(processes) + "</bpmn:definitions>").encode()


def process(*parts: str, key: str = "p", **attributes: str) -> str:
    return element("process", key, *parts, isExecutable="true", **attributes)


def element(tag: str, ident: str, /, *inner: str, **attributes: str) -> str:
    """Return one element; `camunda__assignee` stands for `camunda:assignee`."""
    given = "".join(
        f' {key.replace("__", ":")}="{escape(value)}"' for key, value in attributes.items()
    )
    body = "".join(part if "<" in part or not part else chain(part) for part in inner)
    return f'<bpmn:{tag} id="{ident}"{given}>{body}</bpmn:{tag}>'


def chain(text: str) -> str:
    """Return the flows of `a-b-c`."""
    names = text.split("-")
    return "".join(flow(a, b) for a, b in pairwise(names))


def flow(source: str, target: str, condition: str = "", name: str = "", label: str = "") -> str:
    inner = (
        f'<bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">{escape(condition)}'
        "</bpmn:conditionExpression>"
        if condition
        else ""
    )
    more = {"name": label} if label else {}
    name = name or f"f_{source}_{target}"
    return element("sequenceFlow", name, inner, sourceRef=source, targetRef=target, **more)


def start(ident: str = "s", inner: str = "", /, **attributes: str) -> str:
    return element("startEvent", ident, inner, **attributes)


def end(ident: str = "e", inner: str = "", /, **attributes: str) -> str:
    return element("endEvent", ident, inner, **attributes)


def user(ident: str, /, *inner: str, **attributes: str) -> str:
    return element("userTask", ident, *inner, **attributes)


def script(ident: str, text: str, /, **attributes: str) -> str:
    return element("scriptTask", ident, f"<bpmn:script>{escape(text)}</bpmn:script>", **attributes)


def service(ident: str, handler: str, /, *inner: str, **attributes: str) -> str:
    expression = f"${{{handler}}}"
    return element(
        "serviceTask", ident, *inner, camunda__delegateExpression=expression, **attributes
    )


def xor(ident: str, /, **attributes: str) -> str:
    return element("exclusiveGateway", ident, **attributes)


def parallel(ident: str, /, **attributes: str) -> str:
    return element("parallelGateway", ident, **attributes)


def inclusive(ident: str, /, **attributes: str) -> str:
    return element("inclusiveGateway", ident, **attributes)


def event_gateway(name: str) -> str:
    return element("eventBasedGateway", name)


def catch(ident: str, definition: str, /, **attributes: str) -> str:
    return element("intermediateCatchEvent", ident, definition, **attributes)


def throw(ident: str, definition: str = "", /, **attributes: str) -> str:
    return element("intermediateThrowEvent", ident, definition, **attributes)


def boundary(
    name: str, host: str, definition: str, *, interrupting: bool = True, more: str = ""
) -> str:
    return element(
        "boundaryEvent",
        name,
        more,
        definition,
        attachedToRef=host,
        cancelActivity=str(interrupting).lower(),
    )


def sub(ident: str, /, *inner: str, **attributes: str) -> str:
    return element("subProcess", ident, *inner, **attributes)


def event_sub(
    name: str, definition: str, *inner: str, at: str = "", interrupting: bool = True
) -> str:
    """Return an event sub process whose start is `<name>_s` (or `at`)."""
    first = start(at or f"{name}_s", definition, isInterrupting=str(interrupting).lower())
    return sub(name, first, *inner, triggeredByEvent="true")


def call(ident: str, called: str, /, *inner: str, **attributes: str) -> str:
    return element("callActivity", ident, *inner, calledElement=called, **attributes)


def extension(*inner: str) -> str:
    return f"<bpmn:extensionElements>{''.join(inner)}</bpmn:extensionElements>"


def camunda(tag: str, text: str = "", **attributes: str) -> str:
    given = "".join(f' {key}="{escape(value)}"' for key, value in attributes.items())
    return f"<camunda:{tag}{given}>{text}</camunda:{tag}>"


def properties(values: Mapping[str, str]) -> str:
    inner = "".join(camunda("property", name=name, value=value) for name, value in values.items())
    return extension(camunda("properties", inner))


def parameters(inputs: Mapping[str, str] = {}, outputs: Mapping[str, str] = {}) -> str:
    inner = "".join(camunda("inputParameter", escape(v), name=k) for k, v in inputs.items())
    inner += "".join(camunda("outputParameter", escape(v), name=k) for k, v in outputs.items())
    return camunda("inputOutput", inner)


def message(reference: str = "m1") -> str:
    return f'<bpmn:messageEventDefinition messageRef="{reference}"/>'


def signal(reference: str = "sig1") -> str:
    return f'<bpmn:signalEventDefinition signalRef="{reference}"/>'


def error(reference: str = "err1", **attributes: str) -> str:
    given = "".join(f' camunda:{key}="{value}"' for key, value in attributes.items())
    ref = f' errorRef="{reference}"' if reference else ""
    return f"<bpmn:errorEventDefinition{ref}{given}/>"


def escalation(reference: str = "esc1") -> str:
    ref = f' escalationRef="{reference}"' if reference else ""
    return f"<bpmn:escalationEventDefinition{ref}/>"


def conditional(text: str, *, variable: str = "", events: str = "") -> str:
    given = f' camunda:variableName="{variable}"' if variable else ""
    given += f' camunda:variableEvents="{events}"' if events else ""
    return (
        f"<bpmn:conditionalEventDefinition{given}><bpmn:condition>"
        f"{escape(text)}</bpmn:condition></bpmn:conditionalEventDefinition>"
    )


def terminate() -> str:
    return "<bpmn:terminateEventDefinition/>"


def cancel() -> str:
    return "<bpmn:cancelEventDefinition/>"


def link(name: str) -> str:
    return f'<bpmn:linkEventDefinition name="{name}"/>'


def timer(text: str, kind: str = "Duration") -> str:
    return (
        f"<bpmn:timerEventDefinition><bpmn:time{kind}>{escape(text)}</bpmn:time{kind}>"
        "</bpmn:timerEventDefinition>"
    )


def multi(
    collection: str = "",
    variable: str = "item",
    *,
    cardinality: str = "",
    sequential: bool = False,
    completion: str = "",
) -> str:
    given = f' camunda:collection="{escape(collection)}"' if collection else ""
    given += f' camunda:elementVariable="{variable}"' if collection else ""
    inner = f"<bpmn:loopCardinality>{cardinality}</bpmn:loopCardinality>" if cardinality else ""
    if completion:
        inner += f"<bpmn:completionCondition>{escape(completion)}</bpmn:completionCondition>"
    marker = str(sequential).lower()
    return (
        f'<bpmn:multiInstanceLoopCharacteristics isSequential="{marker}"{given}>{inner}'
        "</bpmn:multiInstanceLoopCharacteristics>"
    )


def loop(condition: str = "", *, maximum: int = 0, test_before: bool = False) -> str:
    given = f' loopMaximum="{maximum}"' if maximum else ""
    given += f' testBefore="{str(test_before).lower()}"'
    inner = f"<bpmn:loopCondition>{escape(condition)}</bpmn:loopCondition>" if condition else ""
    return f"<bpmn:standardLoopCharacteristics{given}>{inner}</bpmn:standardLoopCharacteristics>"


def compensate(activity: str = "", *, wait: bool = True) -> str:
    given = f' activityRef="{activity}"' if activity else ""
    given += "" if wait else ' waitForCompletion="false"'
    return f"<bpmn:compensateEventDefinition{given}/>"


def association(source: str, target: str) -> str:
    return element(
        "association", f"as_{source}", sourceRef=source, targetRef=target,
        associationDirection="One",
    )  # fmt: skip


def undoing(host: str, handler: str, task: str = "") -> str:
    """Return a compensation boundary on `host` and the human task that undoes it."""
    event = f"cb_{host}"
    made = task or user(handler, isForCompensation="true")
    return boundary(event, host, compensate()) + made + association(event, handler)


def complex_gateway(ident: str, condition: str = "", /, **attributes: str) -> str:
    inner = f"<bpmn:activationCondition>{escape(condition)}</bpmn:activationCondition>"
    return element("complexGateway", ident, inner if condition else "", **attributes)


def ad_hoc(ident: str, /, *inner: str, condition: str = "", **attributes: str) -> str:
    done = f"<bpmn:completionCondition>{escape(condition)}</bpmn:completionCondition>"
    return element("adHocSubProcess", ident, *inner, done if condition else "", **attributes)


def beside(definition: str, *, interrupting: bool = True, host: str = "") -> bytes:
    """An activity with one boundary event that leads to a second task."""
    return diagram(
        start(), host or user("a"), boundary("b", "a", definition, interrupting=interrupting),
        user("h"), end("e1"), end("e2"), "s-a-e1", "b-h-e2",
    )  # fmt: skip
