"""Program code in diagrams is refused, with what to use instead; parameters have names.

Whoever may draw a diagram must not thereby be able to run programs on the server.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from engine.bpmn.xml import C, identifier, local
from engine.errors import Problem

HANDLER = re.compile(r"^[$#]\{\s*[A-Za-z_]\w*(\.[A-Za-z_]\w*)+\s*\}$", re.A)
#: Names of the one script language there is: lines `name = expression`.
SCRIPT_FORMATS = frozenset({"", "juel", "feel", "huiyin"})
INSTEAD = '请改用已登记的处理程序：camunda:delegateExpression="${范围.名称}"。'


def check(root: etree._Element) -> Iterator[Problem]:
    """Look for Java classes, foreign scripts and connectors anywhere."""
    for element in root.iter():
        if not isinstance(element.tag, str):
            continue
        where = _owner(element)
        if element.get(C + "class") or (element.tag.startswith(C) and element.get("class")):
            yield Problem(where, "java-class", f"不能使用 Java 类。{INSTEAD}")
        delegate = element.get(C + "delegateExpression") or (
            element.get("delegateExpression") if element.tag.startswith(C) else None
        )
        if delegate and not HANDLER.match(delegate):
            yield Problem(
                where, "handler-form", f"处理程序要写成 ${{范围.名称}}，不是 {delegate:.60}。"
            )
        yield from _names(element, where)
        if element.tag == C + "connector":
            yield Problem(where, "connector", f"不能使用连接器。{INSTEAD}")
        yield from _script(element, where)


def _names(element: etree._Element, where: str) -> Iterator[Problem]:
    if element.tag in (C + "inputParameter", C + "outputParameter") and not element.get("name"):
        yield Problem(where, "no-name", "输入、输出参数要填写名称。")
    maps = element.get("source") or element.get("sourceExpression")
    if element.tag in (C + "in", C + "out") and maps and not element.get("target"):
        yield Problem(where, "no-target", "变量映射要填写目标名称（target）。")


def _script(element: etree._Element, where: str) -> Iterator[Problem]:
    is_script_task = local(element) == "scriptTask"
    if (
        not is_script_task
        and element.tag != C + "script"
        and local(element) != "conditionExpression"
    ):
        return
    if is_script_task or element.tag == C + "script":
        language = element.get("scriptFormat") or ""
    else:
        language = element.get("language") or ""
    if language.strip().lower() not in SCRIPT_FORMATS:
        yield Problem(
            where,
            "script-language",
            f"不能使用 {language:.20} 脚本。脚本任务逐行写“名称 = 表达式”；更复杂的请用处理程序。",
        )
    if element.get(C + "resource") or element.get("resource"):
        yield Problem(where, "script-resource", "脚本不能引用外部文件，请直接写在脚本任务里。")


def _owner(element: etree._Element) -> str:
    """Return the id of the nearest element that has one."""
    current: etree._Element | None = element
    while current is not None:
        if identifier(current):
            return identifier(current)
        current = current.getparent()
    return "文件"
