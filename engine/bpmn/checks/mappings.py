"""Input and output parameters, call mappings and bindings stand where they can mean something."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from engine.bpmn.checks.people import computed
from engine.bpmn.xml import GATEWAYS, C, children, identifier, is_event_subprocess, local
from engine.errors import Problem

BINDINGS = ("latest", "deployment", "version", "versionTag")
#: Attributes of another engine's world, and what to do instead.
FOREIGN = {
    "caseRef": "不能调用案例（CMMN），请调用流程（calledElement）。",
    "variableMappingClass": "不能用 Java 类映射变量，请用 camunda:in 和 camunda:out。",
    "variableMappingDelegateExpression": "不能用程序映射变量，请用 camunda:in 和 camunda:out。",
    "calledElementTenantId": "这里没有租户，请删除 calledElementTenantId。",
    "decisionRefTenantId": "这里没有租户，请删除 decisionRefTenantId。",
    "caseBinding": "不能调用案例（CMMN），请调用流程（calledElement）。",
}


def check(root: etree._Element) -> Iterator[Problem]:
    """Look at every mapping and binding."""
    for element in root.iter():
        if not isinstance(element.tag, str):
            continue
        if element.tag == C + "inputOutput":
            yield from _parameters(element)
        elif element.tag in (C + "in", C + "out"):
            yield from _mapping(element)
        elif element.tag == C + "list" or element.tag == C + "map":
            yield from _content(element)
        elif local(element) == "callActivity":
            yield from _binding(element, "calledElement")
        elif local(element) == "businessRuleTask":
            yield from _binding(element, "decisionRef")
        for name, why in FOREIGN.items():
            if element.get(C + name):
                yield Problem(_where(element), "foreign-attribute", why)


def _holder(element: etree._Element) -> etree._Element:
    for above in element.iterancestors():
        if local(above) not in ("", "extensionElements") and identifier(above):
            return above
    return element


def _where(element: etree._Element) -> str:
    return identifier(element) or identifier(_holder(element)) or "文件"


def _parameters(group: etree._Element) -> Iterator[Problem]:
    holder = _holder(group)
    where, kind = identifier(holder), local(holder)
    if kind in GATEWAYS or kind == "process" or is_event_subprocess(holder):
        yield Problem(
            where, "parameters-place", "网关、流程和事件子流程不能有输入输出参数，请写在环节上。"
        )
    takes = next(group.iterchildren(C + "inputParameter"), None) is not None
    gives = next(group.iterchildren(C + "outputParameter"), None) is not None
    if takes and kind == "startEvent":
        yield Problem(where, "parameters-place", "开始事件不能有输入参数。")
    if gives and kind == "endEvent":
        yield Problem(where, "parameters-place", "结束事件不能有输出参数。")
    if gives and next(children(holder, "multiInstanceLoopCharacteristics"), None) is not None:
        yield Problem(
            where,
            "parameters-repeated",
            "多实例的环节不能有输出参数：各次会互相覆盖。"
            "请用输出集合（loopDataOutputRef、outputDataItem）。",
        )


def _content(holder: etree._Element) -> Iterator[Problem]:
    """Lists hold values, maps hold entries with keys."""
    names = ("entry",) if holder.tag == C + "map" else ("value", "list", "map", "script")
    wanted = {C + name for name in names}
    for child in holder:
        if isinstance(child.tag, str) and child.tag not in wanted:
            yield Problem(_where(holder), "parameter-value", "列表和映射里有不认识的内容。")
        elif child.tag == C + "entry" and not child.get("key"):
            yield Problem(_where(holder), "parameter-value", "映射的每一项都要有键（key）。")


def _mapping(mapping: etree._Element) -> Iterator[Problem]:
    says = [
        name
        for name in ("source", "sourceExpression", "variables", "businessKey")
        if mapping.get(name)
    ]
    everything = mapping.get("variables")
    if len(says) != 1 or everything not in (None, "all"):
        yield Problem(
            _where(mapping),
            "mapping-source",
            'camunda:in、camunda:out 要写一种来源：source、sourceExpression 或 variables="all"。',
        )
    if mapping.tag == C + "out" and mapping.get("businessKey"):
        yield Problem(_where(mapping), "mapping-source", "业务编号只能传入（camunda:in）。")


def _binding(element: etree._Element, name: str) -> Iterator[Problem]:
    where, binding = identifier(element), element.get(f"{C}{name}Binding") or "latest"
    if binding not in BINDINGS:
        yield Problem(where, "binding", f"绑定方式“{binding:.20}”应是 {'、'.join(BINDINGS)} 之一。")
    version = (element.get(f"{C}{name}Version") or "").strip()
    if binding == "version" and not (computed(version) or version.isdecimal()):
        yield Problem(where, "binding-version", f"按版本绑定时要填写版本号（{name}Version）。")
    if binding == "versionTag" and not element.get(f"{C}{name}VersionTag"):
        yield Problem(where, "binding-version", f"按版本标签绑定时要填写标签（{name}VersionTag）。")
