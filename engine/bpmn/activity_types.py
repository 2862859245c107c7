"""Camunda 7's word for what kind of activity an element is, as its history shows it."""

from __future__ import annotations

from engine.bpmn.definition import Element

#: The kind, and the suffix of the id, of what holds the items of a multi-instance activity.
BODY = "multiInstanceBody"

_STARTS = {
    "": "startEvent",
    "timer": "startTimerEvent",
    "message": "messageStartEvent",
    "signal": "signalStartEvent",
    "escalation": "escalationStartEvent",
    "compensate": "compensationStartEvent",
    "error": "errorStartEvent",
    "conditional": "conditionalStartEvent",
}
_ENDS = {
    "": "noneEndEvent",
    "message": "messageEndEvent",
    "signal": "signalEndEvent",
    "escalation": "escalationEndEvent",
    "compensate": "compensationEndEvent",
    "error": "errorEndEvent",
    "cancel": "cancelEndEvent",
    "terminate": "terminateEndEvent",
}
_CATCHES = {
    "timer": "intermediateTimer",
    "message": "intermediateMessageCatch",
    "signal": "intermediateSignalCatch",
    "conditional": "intermediateConditional",
    "link": "intermediateLinkCatch",
}
_THROWS = {
    "": "intermediateNoneThrowEvent",
    "message": "intermediateMessageThrowEvent",
    "signal": "intermediateSignalThrow",
    "escalation": "intermediateEscalationThrowEvent",
    "compensate": "intermediateCompensationThrowEvent",
    "link": "intermediateLinkThrow",
}
_BOUNDARIES = {
    "timer": "boundaryTimer",
    "message": "boundaryMessage",
    "signal": "boundarySignal",
    "error": "boundaryError",
    "escalation": "boundaryEscalation",
    "conditional": "boundaryConditional",
    "cancel": "cancelBoundaryCatch",
    "compensate": "compensationBoundaryCatch",
}
_EVENTS = {
    "startEvent": _STARTS,
    "endEvent": _ENDS,
    "intermediateCatchEvent": _CATCHES,
    "intermediateThrowEvent": _THROWS,
    "boundaryEvent": _BOUNDARIES,
}


def activity_type(element: Element | None) -> str:
    """Return the word; an element the definition lacks has none."""
    if element is None:
        return ""
    events = _EVENTS.get(element.kind)
    if events is not None:
        return events.get(element.event, element.kind)
    return element.kind
