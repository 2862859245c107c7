"""User tasks: dates, priorities and forms are written so that they can mean something."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from engine.bpmn import timers
from engine.bpmn.xml import C, identifier, is_expression, local
from engine.errors import EngineError, Problem
from engine.forms import imported

BINDINGS = ("latest", "deployment", "version")
NUMBER = re.compile(r"[+-]?\d{1,9}", re.A)
FORMS = frozenset({"userTask", "startEvent"})
CONSTRAINTS = frozenset({"required", "readonly", *imported.RULES})


def check(root: etree._Element) -> Iterator[Problem]:
    """Look at every element that people see."""
    for element in root.iter():
        kind = local(element)
        if kind == "userTask":
            yield from _task(element)
        if kind in FORMS:
            yield from _form(element)
        elif element.tag == C + "formData" and _owner_kind(element) not in FORMS:
            yield Problem(
                _owner(element), "form-place", "只有人工环节和开始事件可以有表单字段（formData）。"
            )


def computed(text: str) -> bool:
    """Tell whether a text holds an expression, so that its value is only known later."""
    return is_expression(text) or "${" in text or "#{" in text


def _task(task: etree._Element) -> Iterator[Problem]:
    for name, word in (("dueDate", "办理期限"), ("followUpDate", "跟进日期")):
        text = (task.get(C + name) or "").strip()
        if text and not computed(text) and not _is_date(text):
            yield Problem(
                identifier(task),
                "bad-date",
                f"{word}“{text:.40}”要写成日期（2026-05-01T18:00:00）、时长（P3D）或表达式。",
            )
    priority = (task.get(C + "priority") or "").strip()
    if priority and not computed(priority) and not NUMBER.fullmatch(priority):
        yield Problem(identifier(task), "bad-priority", f"优先级“{priority:.40}”要写成整数。")


def _is_date(text: str) -> bool:
    try:
        timers.length(text) if text.startswith("P") else timers.moment(text)
    except EngineError:
        return False
    return True


def _form(element: etree._Element) -> Iterator[Problem]:
    where = identifier(element)
    data = list(element.iterfind(f"{{*}}extensionElements/{C}formData"))
    given = [name for name in ("formRef", "formKey") if element.get(C + name)]
    if len(given) + bool(data) > 1 or len(data) > 1:
        yield Problem(where, "form-twice", "一个环节只能有一个表单：formRef、formKey 或表单字段。")
    binding = element.get(C + "formRefBinding")
    version = element.get(C + "formRefVersion") or ""
    if binding is not None and binding not in BINDINGS:
        yield Problem(
            where,
            "form-binding",
            f"表单绑定方式“{binding:.20}”应是 latest、deployment 或 version。",
        )
    if binding == "version" and not (computed(version) or version.strip().isdecimal()):
        yield Problem(where, "form-version", "按版本绑定表单时要填写版本号（formRefVersion）。")
    seen: set[str] = set()
    for field in data[0].iterchildren(C + "formField") if data else ():
        yield from _field(where, field, seen)


def _field(where: str, field: etree._Element, seen: set[str]) -> Iterator[Problem]:
    key, kind = identifier(field), field.get("type") or ""
    if not key:
        yield Problem(where, "field-id", "表单字段要有标识（id），它就是变量的名称。")
    elif key in seen:
        yield Problem(where, "field-twice", f"表单字段 {key} 出现了两次，请改名。")
    seen.add(key)
    if kind not in imported.TYPES:
        known = "、".join(imported.TYPES)
        yield Problem(
            where, "field-type", f"表单字段 {key} 的类型“{kind:.20}”不存在，可用：{known}。"
        )
        return
    choices = [value.get("id") or "" for value in field.iterchildren(C + "value")]
    if kind == "enum" and not all(choices or [""]):
        yield Problem(where, "field-choices", f"表单字段 {key} 的每个选项都要有标识（id）。")
    default = field.get("defaultValue")
    if default and not computed(default) and not _fits(kind, default, field, choices):
        yield Problem(where, "field-default", f"表单字段 {key} 的默认值“{default:.40}”不合类型。")
    for constraint in field.iterfind(f"{C}validation/{C}constraint"):
        yield from _constraint(where, key, constraint)


def _fits(kind: str, default: str, field: etree._Element, choices: list[str]) -> bool:
    if kind == "long":
        return re.fullmatch(r"[+-]?\d{1,18}", default.strip(), re.A) is not None
    if kind == "double":
        return re.fullmatch(r"[+-]?\d{1,18}(\.\d{1,12})?", default.strip(), re.A) is not None
    if kind == "boolean":
        return default.strip().lower() in ("true", "false")
    if kind == "date":
        return imported.day(default, field.get("datePattern") or "") is not None
    return kind != "enum" or default in choices


def _constraint(where: str, key: str, constraint: etree._Element) -> Iterator[Problem]:
    name, config = constraint.get("name") or "", (constraint.get("config") or "").strip()
    if name == "validator":
        yield Problem(
            where,
            "field-validator",
            f"表单字段 {key} 不能用 Java 类校验，请用 min、max 等约束，或在处理程序里检查。",
        )
    elif name not in CONSTRAINTS:
        yield Problem(where, "field-constraint", f"表单字段 {key} 的约束“{name:.20}”不存在。")
    elif name in imported.RULES and not NUMBER.fullmatch(config):
        yield Problem(
            where, "field-constraint", f"表单字段 {key} 的约束 {name} 要写一个整数，例如 10。"
        )


def _owner(element: etree._Element) -> str:
    named = (identifier(above) for above in element.iterancestors())
    return next((name for name in named if name), "文件")


def _owner_kind(element: etree._Element) -> str:
    above = (local(one) for one in element.iterancestors())
    return next((kind for kind in above if kind and kind != "extensionElements"), "")
