"""Compensation: what undoes an activity, how it is joined to it, and who may ask for it."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from engine.bpmn.standard.model import Model, for_compensation, is_true
from engine.bpmn.standard.registry import Found, rule
from engine.bpmn.xml import ACTIVITIES, SUBPROCESSES, identifier, local

THROWING = ("endEvent", "intermediateThrowEvent")


@rule(
    "compensation-flows",
    "10.7",
    "An activity for compensation has no incoming and no outgoing sequence flow.",
)
def compensation_flows(model: Model) -> Found:
    for activity in _compensating(model):
        if model.entering(activity) or model.leaving(activity):
            yield activity, "补偿任务不能接连线，只能由补偿边界事件用关联线连到。"


@rule(
    "compensation-boundary-flows",
    "10.7",
    "A compensation boundary event has no outgoing sequence flow.",
)
def compensation_boundary_flows(model: Model) -> Found:
    for event in _compensation_boundaries(model):
        if model.leaving(event):
            yield event, "补偿边界事件不能有出线，请用关联线连到补偿任务。"


@rule(
    "compensation-association",
    "10.7",
    "A compensation boundary event is joined by an association to one activity for compensation.",
)
def compensation_association(model: Model) -> Found:
    for event in _compensation_boundaries(model):
        handlers = [
            other for other in model.associated.get(event, ()) if local(other) in ACTIVITIES
        ]
        if len(handlers) != 1:
            yield event, "补偿边界事件要用关联线连到一个补偿任务。"
        for handler in handlers:
            if not for_compensation(handler):
                yield handler, "补偿边界事件连到的任务要标明 isForCompensation。"


@rule(
    "compensation-handler",
    "10.7",
    "An activity for compensation is joined to a compensation boundary event.",
    "warning",
)
def compensation_handler(model: Model) -> Found:
    boundaries = set(_compensation_boundaries(model))
    for activity in _compensating(model):
        if local(activity) in ("subProcess", "transaction") and is_true(
            activity, "triggeredByEvent"
        ):
            continue
        if not boundaries & set(model.associated.get(activity, ())):
            yield activity, "这个补偿任务没有连到任何补偿边界事件，永远不会执行。"


@rule(
    "compensation-activity",
    "10.5.5",
    "A compensation event that names an activity names one of the same process.",
)
def compensation_activity(model: Model) -> Found:
    for event, definition in model.defined("compensate"):
        name = definition.get("activityRef")
        if not name:
            continue
        activity = model.find(name, definition)
        if activity is None or local(activity) not in ACTIVITIES:
            yield event, f"要补偿的 {name:.60} 不是任务或子流程。"
        elif model.top(activity) is not model.top(event):
            yield event, f"要补偿的 {identifier(activity)} 不在同一个流程里。"


@rule(
    "compensation-visible",
    "10.7",
    "What a compensation event names is at its own level, or at the level of the event subprocess "
    "that the event stands in.",
)
def compensation_visible(model: Model) -> Found:
    for event, activity in _compensated(model):
        level = event.getparent()
        levels = [level]
        while level is not None and is_true(level, "triggeredByEvent"):
            level = level.getparent()
            levels.append(level)
        same = model.top(activity) is model.top(event)  # else another rule says so
        if same and local(event) in THROWING and activity.getparent() not in levels:
            yield event, f"要补偿的 {identifier(activity)} 不在这一层，这里补偿不到它。"


@rule(
    "compensation-level",
    "10.7",
    "An activity for compensation stands at the same level as the event that leads to it.",
)
def compensation_level(model: Model) -> Found:
    for event in _compensation_boundaries(model):
        for handler in model.associated.get(event, ()):
            if for_compensation(handler) and handler.getparent() is not event.getparent():
                yield handler, "补偿任务要和补偿边界事件在同一个流程或子流程里。"


@rule(
    "compensation-possible",
    "10.7",
    "A task that a compensation event names has a compensation boundary event.",
)
def compensation_possible(model: Model) -> Found:
    for event, activity in _compensated(model):
        if local(activity) not in ACTIVITIES - SUBPROCESSES - {"callActivity"}:
            continue  # what a subprocess or a called process holds may be compensated
        attached = model.attached.get(activity, [])
        if not any("compensate" in model.triggers(other) for other in attached):
            yield event, f"{identifier(activity)} 没有补偿边界事件，补偿不了。"


def _compensated(model: Model) -> Iterator[tuple[etree._Element, etree._Element]]:
    """Yield events that compensate with the activity they name."""
    for event, definition in model.defined("compensate"):
        activity = model.find(definition.get("activityRef"), definition)
        if activity is not None and local(activity) in ACTIVITIES:
            yield event, activity


def _compensating(model: Model) -> Iterator[etree._Element]:
    return (activity for activity in model.of(*sorted(ACTIVITIES)) if for_compensation(activity))


def _compensation_boundaries(model: Model) -> Iterator[etree._Element]:
    return (event for event in model.of("boundaryEvent") if "compensate" in model.triggers(event))
