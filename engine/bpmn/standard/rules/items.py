"""Item definitions: what is handed from one place to another is of one kind."""

from __future__ import annotations

from lxml import etree

from engine.bpmn.standard.model import Model, is_true
from engine.bpmn.standard.registry import Found, rule
from engine.bpmn.xml import EVENTS, children, local, text_of

SIDES = (("dataInput", "inMessageRef"), ("dataOutput", "outMessageRef"))
#: Which side of an element what it sends or receives is on.
SIDE = {
    "sendTask": "dataInput",
    "receiveTask": "dataOutput",
    "endEvent": "dataInput",
    "intermediateThrowEvent": "dataInput",
    "startEvent": "dataOutput",
    "intermediateCatchEvent": "dataOutput",
    "boundaryEvent": "dataOutput",
}
#: What tasks carry for their messages.
TASKS = {
    "serviceTask": ("dataInput", "dataOutput"),
    "sendTask": ("dataInput",),
    "receiveTask": ("dataOutput",),
}
CARRIED = ("messageRef", "signalRef", "errorRef", "escalationRef")


@rule(
    "data-association-item",
    "10.4.2",
    "What a data association joins has the same item definition, or there is a transformation or "
    "an assignment.",
)
def association_item(model: Model) -> Found:
    for association in model.of("dataInputAssociation", "dataOutputAssociation"):
        if next(children(association, "transformation", "assignment"), None) is not None:
            continue
        ends = [
            _item(model, model.find(ref.text, ref))
            for ref in children(association, "sourceRef", "targetRef")
        ]
        known = [end for end in ends if end is not None]
        if any(_differ(known[0], other) for other in known[1:]):
            yield (
                association,
                "来源和目标的 itemDefinition 不同，请写明如何转换（transformation）。",
            )


@rule(
    "data-message-item",
    "10.4.2",
    "The data of a task or event that sends or receives has the item definition of its message, "
    "signal, error or escalation; of several event definitions, each its own in their order.",
)
def message_item(model: Model) -> Found:
    for element in model.of("sendTask", "receiveTask"):
        message = model.find(element.get("messageRef"), element)
        yield from _compare(model, element, SIDE[local(element)], message)
    for event in model.of(*sorted(EVENTS)):
        side = SIDE[local(event)]
        for data, definition in zip(_data(event, side), model.definitions(event), strict=False):
            if _differs(model, data, _carried(model, definition)):
                yield event, f"{side} 的 itemDefinition 和事件所带的不同，请改一致。"
    for task in model.of("serviceTask"):
        operation = model.find(task.get("operationRef"), task)
        for side, pointer in SIDES:
            if operation is None:
                continue
            message = model.find(text_of(operation, pointer), operation)
            yield from _compare(model, task, side, message)


def _carried(model: Model, definition: etree._Element) -> etree._Element | None:
    """Return the message, signal, error or escalation of an event definition."""
    return model.find(
        next((definition.get(name) for name in CARRIED if definition.get(name)), None), definition
    )


def _compare(
    model: Model, element: etree._Element, side: str, message: etree._Element | None
) -> Found:
    held = _data(element, side)
    if len(held) == 1 and _differs(model, held[0], message):
        yield element, f"{side} 的 itemDefinition 和消息的不同，请改一致。"


def _differs(model: Model, data: etree._Element, carried: etree._Element | None) -> bool:
    item = _item(model, data)
    wanted = _item_of(model, carried)
    return item is not None and wanted is not None and _differ(item, wanted)


def _item_of(model: Model, carried: etree._Element | None) -> etree._Element | None:
    if carried is None:
        return None
    return model.find(carried.get("itemRef") or carried.get("structureRef"), carried)


@rule(
    "event-data-count",
    "10.5.1",
    "An event with several definitions and data has one input or output for each definition.",
)
def event_data_count(model: Model) -> Found:
    for event in model.of(*sorted(EVENTS)):
        side, definitions = SIDE[local(event)], model.definitions(event)
        held = len(_data(event, side))
        carries = any(_item_of(model, _carried(model, one)) is not None for one in definitions)
        if len(definitions) > 1 and carries and held not in (0, len(definitions)):
            yield event, f"有 {len(definitions)} 个事件定义，就要有 {len(definitions)} 个 {side}。"


@rule(
    "io-task-data",
    "10.3.3",
    "A service, send or receive task that names its operation or message has at most one data "
    "input and one data output for it.",
)
def task_data(model: Model) -> Found:
    for kind, sides in TASKS.items():
        for task in model.of(kind):
            named = (task.get("operationRef"), task.get("messageRef"))
            if not any(model.find(name, task) is not None for name in named):
                continue
            for side in sides:
                if len(_data(task, side)) > 1:
                    yield task, f"写明了消息或操作的任务最多有一个 {side}。"


def _differ(one: etree._Element, other: etree._Element) -> bool:
    """Tell whether two item definitions differ; some tools write one for each use of a type."""
    kinds = [item.get("structureRef") for item in (one, other)]
    if not any(kinds):
        return one is not other
    collections = [is_true(item, "isCollection") for item in (one, other)]
    return None not in kinds and (kinds[0] != kinds[1] or collections[0] != collections[1])


def _data(element: etree._Element, side: str) -> list[etree._Element]:
    """Return the inputs or outputs of a task, an event, a process."""
    specified = [
        item
        for specification in children(element, "ioSpecification")
        for item in children(specification, side)
    ]
    return specified or list(children(element, side))


def _item(model: Model, data: etree._Element | None) -> etree._Element | None:
    """Return the item definition of some data; a reference has that of its data."""
    if data is None:
        return None
    for pointer in ("dataObjectRef", "dataStoreRef"):
        if data.get(pointer):
            data = model.find(data.get(pointer), data)
            break
    return None if data is None else model.find(data.get("itemSubjectRef"), data)


@rule(
    "call-data",
    "10.3.6",
    "A call activity that says what data goes in and out says the same as what it calls.",
)
def call_data(model: Model) -> Found:
    for call in model.of("callActivity"):
        called = model.find(call.get("calledElement"), call)
        if called is None or next(children(call, "ioSpecification"), None) is None:
            continue
        if next(children(called, "ioSpecification"), None) is None:
            continue
        for side, _ in SIDES:
            if len(_data(call, side)) != len(_data(called, side)):
                yield call, f"调用活动的 {side} 要和被调用流程的一一对应。"
