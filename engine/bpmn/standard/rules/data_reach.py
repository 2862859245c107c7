"""Data by where it is: what can be seen from where, and what repetition runs through."""

from __future__ import annotations

from lxml import etree

from engine.bpmn.standard.model import Model, is_true
from engine.bpmn.standard.registry import Found, rule
from engine.bpmn.xml import SUBPROCESSES, B, children, local

#: What belongs to the element it stands in. Data stores belong to nobody.
KEPT = frozenset(
    {
        "dataInput",
        "dataObject",
        "dataObjectReference",
        "dataOutput",
        "inputDataItem",
        "outputDataItem",
        "property",
    }
)
#: Parts of an element that hold its data.
HOLDING = frozenset({"ioSpecification", "multiInstanceLoopCharacteristics"})


@rule("data-scope", "10.4.1", "A data object is referred to from its own level or from inside it.")
def scope(model: Model) -> Found:
    for reference in model.of("dataObjectReference"):
        item = model.find(reference.get("dataObjectRef"), reference)
        if (
            item is not None
            and local(item) == "dataObject"
            and item.getparent() not in _above(reference)
        ):
            yield reference, "引用的数据对象不在这一层或外层。"


def _above(element: etree._Element) -> set[etree._Element | None]:
    return set(element.iterancestors(f"{B}*"))


@rule(
    "data-visible",
    "10.4.1",
    "A data association uses data objects, properties, inputs and outputs of its own level or of "
    "one around it, never those of another node.",
)
def visible(model: Model) -> Found:
    for association in model.of("dataInputAssociation", "dataOutputAssociation"):
        above = _above(association)
        for ref in children(association, "sourceRef", "targetRef"):
            item = model.find(ref.text, ref)
            if item is not None and local(item) in KEPT and _holder(item) not in above:
                yield association, f"{(ref.text or '').strip():.60} 不在这一层或外层，这里用不到。"


def _holder(item: etree._Element) -> etree._Element | None:
    """Return the process, activity or event that some data belongs to."""
    home = item.getparent()
    return home.getparent() if home is not None and local(home) in HOLDING else home


@rule(
    "io-loop",
    "10.3.8",
    "What multi-instance runs through is data of the activity itself or of a scope, and each item "
    "is one of something.",
)
def io_loop(model: Model) -> Found:
    for marker in model.of("multiInstanceLoopCharacteristics"):
        activity = marker.getparent()
        for pointer, item in (
            ("loopDataInputRef", "inputDataItem"),
            ("loopDataOutputRef", "outputDataItem"),
        ):
            refs = list(children(marker, pointer))
            if not refs and next(children(marker, item), None) is not None:
                yield marker, f"写了 {item}，也要写它属于哪个集合（{pointer}）。"
            for ref in refs:
                data = model.find(ref.text, ref)
                owned = data is not None and local(data) in ("dataInput", "dataOutput")
                if owned and data is not None and not _in_reach(data, activity):
                    yield marker, f"{pointer} 指向了别的节点的数据，请用本节点的。"


def _in_reach(data: etree._Element, activity: etree._Element | None) -> bool:
    """Tell whether data belongs to an activity or to something around it."""
    home = _holder(data)
    return activity is not None and (home is activity or home in _above(activity))


@rule(
    "multi-instance-data",
    "10.3.8",
    "A multi-instance task runs through a data input of its own and collects into a data output "
    "of its own; a subprocess uses a data object that is a collection.",
)
def multi_instance_data(model: Model) -> Found:
    for marker in model.of("multiInstanceLoopCharacteristics"):
        activity = marker.getparent()
        for pointer, kind in (
            ("loopDataInputRef", "dataInput"),
            ("loopDataOutputRef", "dataOutput"),
        ):
            for ref in children(marker, pointer):
                data = model.find(ref.text, ref)
                if data is None or activity is None or local(data) == kind:
                    continue
                if local(activity) not in SUBPROCESSES:
                    yield marker, f"任务的 {pointer} 要指向它自己的 {kind}。"
                elif not _is_collection(model, data):
                    yield marker, f"{pointer} 指向的数据要是集合（isCollection）。"


def _is_collection(model: Model, data: etree._Element) -> bool:
    if local(data) == "dataObjectReference":
        data = found if (found := model.find(data.get("dataObjectRef"), data)) is not None else data
    definition = model.find(data.get("itemSubjectRef"), data)
    said = data.get("isCollection") is not None or definition is not None
    known = is_true(data, "isCollection") or (
        definition is not None and is_true(definition, "isCollection")
    )
    return known if said or local(data) == "dataObject" else True


@rule(
    "data-subprocess-io",
    "10.4.1",
    "A subprocess has no data inputs and outputs of its own, save those of its multi-instance.",
)
def subprocess_io(model: Model) -> Found:
    for scope in model.of(*sorted(SUBPROCESSES)):
        repeated = next(children(scope, "multiInstanceLoopCharacteristics"), None) is not None
        if not repeated and next(children(scope, "ioSpecification"), None) is not None:
            yield scope, "子流程不能有自己的数据输入输出，它直接使用外层的数据。"
