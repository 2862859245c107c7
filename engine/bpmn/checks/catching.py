"""What catches: it can do what it is drawn to do, and nothing beside it catches the same."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

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
    scopes,
)
from engine.errors import Problem

#: What ends the work it is caught for, whatever is drawn.
ENDING = {"error": "错误", "cancel": "取消"}
WORDS = {"message": "消息", "signal": "信号", "error": "错误", "escalation": "升级"}
#: What tells one from another.
CALLED = {
    "message": "name",
    "signal": "name",
    "error": "errorCode",
    "escalation": "escalationCode",
}
#: Names and codes by the ids of their elements.
Names = Mapping[str, str]


def check(root: etree._Element) -> Iterator[Problem]:
    """Check every process and sub process."""
    names = {
        identifier(element): element.get(attribute) or ""
        for tag, attribute in CALLED.items()
        for element in children(root, tag)
    }
    for process in children(root, "process"):
        yield from _fixed(process, names)
    for scope in scopes(root):
        yield from _scope(scope, names)


def _fixed(process: etree._Element, names: Names) -> Iterator[Problem]:
    """Nothing has a value yet where a process starts."""
    for start in children(process, "startEvent"):
        kind = event_kind(start)
        if kind in ("message", "signal") and "{" in _wanted(start, kind, names):
            yield Problem(
                identifier(start),
                "start-name",
                "流程的开始事件不能用带表达式的名称，请写成固定的。",
            )


def _scope(scope: etree._Element, names: Names) -> Iterator[Problem]:
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
    yield from _twice(starts, names, *WORDS)
    yield from _twice(children(scope, "startEvent"), names, "message", "signal")
    for host in dict.fromkeys(event.get("attachedToRef") for event in boundaries):
        same = [event for event in boundaries if event.get("attachedToRef") == host]
        yield from _twice(same, names, *WORDS)
    nodes = {identifier(node): node for node in scope}
    for gateway in children(scope, "eventBasedGateway"):
        flows = children(scope, "sequenceFlow")
        targets = [f.get("targetRef") for f in flows if f.get("sourceRef") == identifier(gateway)]
        yield from _twice([nodes[t] for t in targets if t in nodes], names, "message", "signal")


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


def _twice(events: Iterable[etree._Element], names: Names, *kinds: str) -> Iterator[Problem]:
    """Two that wait side by side for the same: nobody could say which is meant."""
    seen: set[tuple[str, str]] = set()
    for event in events:
        kind = "message" if event.get("messageRef") else event_kind(event)
        key = (kind, _wanted(event, kind, names))
        if kind in kinds and key in seen:
            yield Problem(
                identifier(event),
                f"{kind}-twice",
                f"旁边已经有一个事件在等待同一个{WORDS[kind]}，无法确定由哪一个接收，请换一个。",
            )
        seen.add(key)


def _wanted(event: etree._Element, kind: str, names: Names) -> str:
    reference = event.get("messageRef")
    if reference is None and kind in WORDS:
        reference = event_definitions(event)[0].get(f"{kind}Ref")
    return names.get(reference or "", reference or "")
