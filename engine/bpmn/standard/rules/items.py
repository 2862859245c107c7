"""Item definitions: what is handed from one place to another is of one kind."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from engine.bpmn.standard.model import Model, is_true
from engine.bpmn.standard.registry import Found, rule
from engine.bpmn.xml import children, local, text_of

SIDES = (("dataInput", "inMessageRef"), ("dataOutput", "outMessageRef"))
#: Which side of an element the message it names is on.
MESSAGES = {
    "sendTask": "dataInput",
    "receiveTask": "dataOutput",
    "endEvent": "dataInput",
    "intermediateThrowEvent": "dataInput",
    "startEvent": "dataOutput",
    "intermediateCatchEvent": "dataOutput",
    "boundaryEvent": "dataOutput",
}


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
    "10.3.3",
    "The data of a task or event that sends or receives has the item definition of its message.",
)
def message_item(model: Model) -> Found:
    for element in model.of(*MESSAGES):
        side = MESSAGES[local(element)]
        for message in _messages(model, element):
            yield from _compare(model, element, side, message)
    for task in model.of("serviceTask"):
        operation = model.find(task.get("operationRef"), task)
        for side, pointer in SIDES:
            if operation is None:
                continue
            message = model.find(text_of(operation, pointer), operation)
            yield from _compare(model, task, side, message)


def _messages(model: Model, element: etree._Element) -> Iterator[etree._Element | None]:
    if local(element).endswith("Task"):
        yield model.find(element.get("messageRef"), element)
        return
    definitions = model.definitions(element)
    if len(definitions) == 1 and local(definitions[0]) == "messageEventDefinition":
        yield model.find(definitions[0].get("messageRef"), definitions[0])


def _compare(
    model: Model, element: etree._Element, side: str, message: etree._Element | None
) -> Found:
    wanted = None if message is None else model.find(message.get("itemRef"), message)
    held = _data(element, side)
    if wanted is None or len(held) != 1:
        return
    item = _item(model, held[0])
    if item is not None and _differ(item, wanted):
        yield element, f"{side} 的 itemDefinition 和消息的不同，请改一致。"


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
