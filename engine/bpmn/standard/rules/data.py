"""Data: inputs and outputs, sets, associations, objects and their references."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from engine.bpmn.standard.model import Model, is_true
from engine.bpmn.standard.registry import Found, rule
from engine.bpmn.xml import children, local

SETS = (("dataInput", "inputSet", "dataInputRefs"), ("dataOutput", "outputSet", "dataOutputRefs"))


@rule("io-sets", "10.4.1", "An input/output specification has an input set and an output set.")
def io_sets(model: Model) -> Found:
    for specification in model.of("ioSpecification"):
        for _, kind, _ in SETS:
            if next(children(specification, kind), None) is None:
                yield specification, f"输入输出说明至少要有一个 {kind}。"


@rule("io-member", "10.4.1", "Every data input is in an input set, every output in an output set.")
def io_member(model: Model) -> Found:
    for specification in model.of("ioSpecification"):
        for kind, group, pointer in SETS:
            named = {
                model.find(ref.text, ref)
                for one in children(specification, group)
                for ref in children(one, pointer)
            }
            for item in children(specification, kind):
                if item not in named:
                    yield item, f"{kind} 要列入一个 {group}。"


@rule(
    "io-own",
    "10.4.1",
    "A set lists inputs (outputs) of its own specification; optional ones are listed there too.",
)
def io_own(model: Model) -> Found:
    for kind, group, pointer in SETS:
        for one in model.of(group):
            home = one.getparent()
            named = {model.find(ref.text, ref) for ref in children(one, pointer)}
            for item in named:
                if item is not None and item.getparent() is not home:
                    yield one, f"{group} 只能列出同一处的 {kind}。"
            for ref in _narrower(one):
                if model.find(ref.text, ref) not in named:
                    yield one, f"{local(ref)} 列出的也要列入 {pointer}。"


def _narrower(one: etree._Element) -> Iterator[etree._Element]:
    return children(
        one,
        "optionalInputRefs",
        "whileExecutingInputRefs",
        "optionalOutputRefs",
        "whileExecutingOutputRefs",
    )


@rule(
    "io-paired",
    "10.4.1",
    "An input set and an output set that belong together name each other.",
    "warning",
)
def io_paired(model: Model) -> Found:
    for kind, pointer, back in (
        ("inputSet", "outputSetRefs", "inputSetRefs"),
        ("outputSet", "inputSetRefs", "outputSetRefs"),
    ):
        for one in model.of(kind):
            for ref in children(one, pointer):
                other = model.find(ref.text, ref)
                if other is None:
                    continue
                if one not in [model.find(its.text, its) for its in children(other, back)]:
                    yield other, f"{back} 也要写上和它配对的 {kind}。"


@rule(
    "io-task-sets",
    "10.3.3",
    "Service, send and receive tasks have at most one input set and one output set.",
)
def io_task_sets(model: Model) -> Found:
    for task in model.of("serviceTask", "sendTask", "receiveTask"):
        for specification in children(task, "ioSpecification"):
            for _, group, _ in SETS:
                if len(list(children(specification, group))) > 1:
                    yield task, f"这种任务最多有一个 {group}。"


@rule(
    "data-association-ends",
    "10.4.1",
    "A data association has a target; with several sources it has a transformation.",
)
def association_ends(model: Model) -> Found:
    for association in model.of("dataInputAssociation", "dataOutputAssociation"):
        if not any((ref.text or "").strip() for ref in children(association, "targetRef")):
            yield association, "数据关联要有目标（targetRef）。"
        sources = [ref for ref in children(association, "sourceRef") if (ref.text or "").strip()]
        if len(sources) > 1 and next(children(association, "transformation"), None) is None:
            yield association, "有几个来源的数据关联要写明如何转换（transformation）。"


@rule(
    "data-association-own",
    "10.4.1",
    "Data goes into an input or property of the very activity or event, and comes out of its own.",
)
def association_own(model: Model) -> Found:
    for kind, side, item_kind in (
        ("dataInputAssociation", "targetRef", "dataInput"),
        ("dataOutputAssociation", "sourceRef", "dataOutput"),
    ):
        for association in model.of(kind):
            holder = association.getparent()
            for ref in children(association, side):
                item = model.find(ref.text, ref)
                if item is None:
                    continue
                if local(item) not in (item_kind, "property") or not _belongs(item, holder):
                    yield association, f"{side} 要指向这个节点自己的 {item_kind}。"


def _belongs(item: etree._Element, holder: etree._Element | None) -> bool:
    home = item.getparent()
    if home is not None and local(home) == "ioSpecification":
        home = home.getparent()
    return home is holder


@rule(
    "data-process-io",
    "10.4.1",
    "No data association writes a data input of a process or reads a data output of it.",
)
def process_io(model: Model) -> Found:
    for association in model.of("dataInputAssociation", "dataOutputAssociation"):
        for side, kind, word in (
            ("targetRef", "dataInput", "流程的数据输入不能由数据关联写入。"),
            ("sourceRef", "dataOutput", "流程的数据输出不能由数据关联读取。"),
        ):
            for ref in children(association, side):
                item = model.find(ref.text, ref)
                if item is not None and local(item) == kind and _of_process(item):
                    yield association, word


def _of_process(item: etree._Element) -> bool:
    specification = item.getparent()
    if specification is None or local(specification) != "ioSpecification":
        return False  # of an event, which stands in the process
    holder = specification.getparent()
    return holder is not None and local(holder) == "process"


@rule("data-object-state", "10.4.1", "States belong to references to a data object, not to itself.")
def object_state(model: Model) -> Found:
    for item in model.of("dataObject"):
        if next(children(item, "dataState"), None) is not None:
            yield item, "数据对象本身没有状态，请把 dataState 写到它的引用上。"


@rule(
    "data-reference-item",
    "10.4.1",
    "A reference to a data object has no item definition of its own.",
)
def reference_item(model: Model) -> Found:
    for reference in model.of("dataObjectReference"):
        if reference.get("itemSubjectRef"):
            yield reference, "数据对象引用不能有 itemSubjectRef，请写到数据对象上。"


@rule(
    "data-collection",
    "10.4.1",
    "Where data names its item definition, both agree on whether it is a collection.",
)
def collection(model: Model) -> Found:
    for item in model.of("dataObject", "dataInput", "dataOutput"):
        definition = model.find(item.get("itemSubjectRef"), item)
        if definition is None or item.get("isCollection") is None:
            continue
        if is_true(item, "isCollection") != is_true(definition, "isCollection"):
            yield item, "isCollection 要和所引用的 itemDefinition 一致。"
