"""Multi-instance and loop markers are bounded; no process calls itself for ever."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from engine.bpmn.nodes.loops import MAX_ITEMS
from engine.bpmn.xml import EVENTS, GATEWAYS, B, C, children, identifier, local, text_of
from engine.errors import Problem

LOOP = B + "standardLoopCharacteristics"


def check(root: etree._Element) -> Iterator[Problem]:
    """Check markers, and calls between the processes of the file."""
    for element in root.iter(B + "multiInstanceLoopCharacteristics"):
        yield from _multi_instance(element)
    for element in root.iter(LOOP):
        yield from _standard_loop(element)
    for element in root.iter(B + "multiInstanceLoopCharacteristics", LOOP):
        holder = element.getparent()
        if holder is not None and local(holder) in GATEWAYS | EVENTS:
            said = "事件和网关不能重复执行，请去掉多实例或循环标记。"
            yield Problem(_where(element), "marker-place", said)
    yield from _calls(root)


def _where(marker: etree._Element) -> str:
    parent = marker.getparent()
    return "" if parent is None else identifier(parent)


def _multi_instance(marker: etree._Element) -> Iterator[Problem]:
    where = _where(marker)
    cardinality = text_of(marker, "loopCardinality")
    collection = marker.get(C + "collection") or text_of(marker, "loopDataInputRef")
    if bool(cardinality) == bool(collection):
        yield Problem(
            where,
            "multi-instance",
            "多实例要填写次数（loopCardinality）或集合（collection）中的一个。",
        )
    element = marker.get(C + "elementVariable") or marker.find(B + "inputDataItem") is not None
    if cardinality and element:
        yield Problem(where, "multi-instance", "没有集合（collection）就没有元素变量，请删除它。")
    number = cardinality.removeprefix("${").removesuffix("}").strip()
    if number.isdecimal() and (len(number) > 9 or int(number) > MAX_ITEMS):
        yield Problem(where, "multi-instance-size", f"多实例最多 {MAX_ITEMS} 个。")


def _standard_loop(marker: etree._Element) -> Iterator[Problem]:
    where, maximum = _where(marker), marker.get("loopMaximum")
    if maximum is not None and not (maximum.isdecimal() and 0 < len(maximum) < 6):
        yield Problem(where, "loop-maximum", "循环上限要写成 1 到 99999 的整数。")
    if maximum is None and not text_of(marker, "loopCondition"):
        yield Problem(where, "endless-loop", "循环任务要有循环条件或循环上限，否则不会停下。")


def _calls(root: etree._Element) -> Iterator[Problem]:
    calls = {
        identifier(process): {
            identifier(call): call.get("calledElement") or ""
            for call in process.iter(B + "callActivity")
        }
        for process in children(root, "process")
    }
    for process, made in calls.items():
        for call, called in made.items():
            if not called:
                yield Problem(call, "no-called", "调用活动要填写被调用的流程。")
            elif _reaches(called, process, calls):
                yield Problem(call, "self-call", "流程不能直接或绕一圈调用自己，请改成循环。")


def _reaches(start: str, goal: str, calls: dict[str, dict[str, str]]) -> bool:
    seen: set[str] = set()
    todo = [start]
    while todo:
        process = todo.pop()
        if process == goal:
            return True
        if process not in seen:
            seen.add(process)
            todo.extend(calls.get(process, {}).values())
    return False


def has_marker(element: etree._Element) -> bool:
    """Tell whether an activity is repeated by a marker."""
    return any(local(child).endswith("LoopCharacteristics") for child in element)
