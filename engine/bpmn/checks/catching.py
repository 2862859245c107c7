"""What catches: it can do what it is drawn to do, and nothing else catches the same message."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lxml import etree

from engine.bpmn.nodes.definitions import ANY
from engine.bpmn.xml import (
    SUBPROCESSES,
    C,
    children,
    event_definitions,
    event_kind,
    identifier,
    is_event_subprocess,
    local,
)
from engine.errors import Problem

#: What ends the work it is caught for, whatever is drawn.
ENDING = {"error": "错误", "cancel": "取消"}


def check(root: etree._Element) -> Iterator[Problem]:
    """Check every process and sub process."""
    for process in children(root, "process"):
        for scope in process.iter():
            if local(scope) == "process" or local(scope) in SUBPROCESSES:
                yield from _scope(scope)


def _scope(scope: etree._Element) -> Iterator[Problem]:
    handlers = [sub for sub in children(scope, *SUBPROCESSES) if is_event_subprocess(sub)]
    starts = [start for sub in handlers for start in children(sub, "startEvent")]
    boundaries = list(children(scope, "boundaryEvent"))
    for event in boundaries:
        yield from _ends(event, event.get("cancelActivity"))
    for event in starts:
        yield from _ends(event, event.get("isInterrupting"))
    for sub in handlers:
        if any(local(child).endswith("LoopCharacteristics") for child in sub):
            yield Problem(
                identifier(sub), "event-marker", "事件子流程不能重复执行，请去掉多实例或循环标记。"
            )
    for definition in (d for event in scope for d in event_definitions(event)):
        yield from _changes(definition)
    yield from _twice(starts)
    for host in dict.fromkeys(event.get("attachedToRef") for event in boundaries):
        yield from _twice(event for event in boundaries if event.get("attachedToRef") == host)
    nodes = {identifier(node): node for node in scope}
    for gateway in children(scope, "eventBasedGateway"):
        flows = children(scope, "sequenceFlow")
        targets = [f.get("targetRef") for f in flows if f.get("sourceRef") == identifier(gateway)]
        yield from _twice(nodes[target] for target in targets if target in nodes)


def _ends(event: etree._Element, interrupting: str | None) -> Iterator[Problem]:
    kind = event_kind(event)
    if kind in ENDING and interrupting == "false":
        yield Problem(
            identifier(event),
            "always-interrupts",
            f"{ENDING[kind]}事件总会中断所在的环节，请改为中断型，或改用升级事件。",
        )


def _changes(definition: etree._Element) -> Iterator[Problem]:
    event = definition.getparent()
    given = (definition.get(C + "variableEvents") or "").split(",")
    unknown = sorted({change.strip() for change in given} - ANY - {""})
    if unknown and event is not None:
        yield Problem(
            identifier(event),
            "variable-events",
            f"变量变化只能是 create、update、delete，不是 {unknown[0]:.20}。",
        )


def _twice(events: Iterable[etree._Element]) -> Iterator[Problem]:
    """Two that wait side by side for one message: nobody could say which is meant."""
    seen: set[str] = set()
    for event in events:
        message = _message(event)
        if message and message in seen:
            yield Problem(
                identifier(event),
                "message-twice",
                "旁边已经有一个事件在等待同一个消息，无法确定由哪一个接收，请换一个消息。",
            )
        seen.add(message)


def _message(event: etree._Element) -> str:
    if event.get("messageRef"):
        return event.get("messageRef") or ""
    if event_kind(event) != "message":
        return ""
    return event_definitions(event)[0].get("messageRef") or ""
