"""What an analyst must mend before a form can be published."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from engine.errors import Problem
from engine.forms import patterns
from engine.forms.schema import (
    CHOICES,
    CONTAINERS,
    INPUTS,
    MAX_DEPTH,
    MAX_FIELDS,
    MAX_OPTIONS,
    MAX_ROWS,
    MAX_TEXT,
    RULES,
    SHAPES,
    SUPPORTED,
    Component,
    clean,
    misshapen,
    readable,
)

#: Buttons are drawn by the page itself; a designer's button is harmless.
IGNORED: Final = frozenset({"button"})
SUBTYPES: Final = frozenset({"date", "time", "datetime"})
NUMERIC_RULES: Final = ("min", "max", "minLength", "maxLength")


def lint(schema: Any) -> list[Problem]:
    """Check a form-js schema.

    `Problem.element` is the component's key, else its id; the form's own problems have "".
    """
    if not isinstance(schema, Mapping) or not isinstance(schema.get("components"), list):
        return [Problem("", "form-shape", "这不是表单文件：缺少 components 列表。")]
    found = list(_walk(schema["components"], (), 0))
    problems = [*_whole(found), *_misshapen(schema["components"], 0)]
    for component, _, _ in found:
        if component.type not in SUPPORTED | IGNORED:
            label = component.label or component.type
            problems.append(
                _say(component, "form-type", f"不支持的组件“{label}”（{component.type}），请删除。")
            )
            continue
        for check in CHECKS:
            problems += check(component)
    return problems


#: A component, the path it stands in, and whether it stands in a list's row.
Found = tuple[Component, tuple[str, ...], bool]


def _walk(
    items: Any, path: tuple[str, ...], depth: int, *, in_list: bool = False
) -> Iterator[Found]:
    for item in items if isinstance(items, list) and depth <= MAX_DEPTH else ():
        if not isinstance(item, Mapping):
            continue
        component = Component(clean(item))
        yield component, path, in_list
        below = (*path, component.key) if component.key else path
        rows = in_list or component.type == "dynamiclist"
        yield from _walk(item.get("components"), below, depth + 1, in_list=rows)


def _say(component: Component, code: str, message: str, *, warning: bool = False) -> Problem:
    element = component.key or str(component.spec.get("id") or "")
    return Problem(element, code, message, "warning" if warning else "error")


def _name(component: Component) -> str:
    return component.label or component.key or str(component.spec.get("id") or "")


def _whole(found: list[Found]) -> Iterator[Problem]:
    if len(found) > MAX_FIELDS:
        yield Problem("", "form-size", f"组件超过 {MAX_FIELDS} 个，请拆成几张表。")
    seen: set[str] = set()
    variables: set[str] = set()
    for component, path, in_list in found:
        if component.key:
            whole = ".".join((*path, component.key))
            if whole in seen:
                yield _say(component, "form-key", f"键“{whole}”重复，请改名。")
            seen.add(whole)
        if component.key and component.is_variable and not in_list:
            if component.key in variables:
                yield _say(
                    component,
                    "form-variable",
                    f"两个组件都会写流程变量“{component.key}”，请改其中一个的键。",
                )
            variables.add(component.key)


def _misshapen(items: Any, depth: int) -> Iterator[Problem]:
    for item in items if isinstance(items, list) and depth <= MAX_DEPTH else ():
        if not isinstance(item, Mapping):
            yield Problem("", "form-shape", "components 里有不是组件的内容，请删除。")
            continue
        component, rules = Component(clean(item)), item.get("validate")
        told = [(SHAPES, name, value) for name, value in item.items()]
        told += [(RULES, k, v) for k, v in rules.items()] if isinstance(rules, Mapping) else []
        for shapes, name, value in told:
            if value is not None and misshapen(shapes, name, value):
                yield _say(
                    component, "form-shape", f"“{_name(component)}”的 {name} 不是允许的内容。"
                )
        yield from _misshapen(item.get("components"), depth + 1)


def _keys(component: Component) -> Iterator[Problem]:
    key, name = component.key, _name(component)
    if component.type in INPUTS and not key:
        yield _say(component, "form-key", f"“{name}”缺少键（key）。")
    if component.type == "dynamiclist" and not key:
        yield _say(component, "form-key", f"动态列表“{name}”缺少路径（path）。")
    if key and not key.replace("_", "a").isalnum():
        yield _say(component, "form-key", f"键“{key}”只能含字母、数字和下划线。")


def _labels(component: Component) -> Iterator[Problem]:
    if component.type in INPUTS | {"dynamiclist"} and not component.label:
        yield _say(
            component, "form-label", f"“{_name(component)}”没有标签，读屏的人无法填写，请补上。"
        )


def _conditions(component: Component) -> Iterator[Problem]:
    for name, text in component.expressions():
        if reason := readable(text):
            yield _say(
                component, "form-expression", f"“{_name(component)}”的 {name} 读不懂：{reason}"
            )


def _patterns(component: Component) -> Iterator[Problem]:
    pattern = component.rules.get("pattern")
    if pattern and (reason := patterns.problem(str(pattern))):
        yield _say(
            component,
            "form-pattern",
            f"“{_name(component)}”的正则表达式不能用（不支持前后查找和反向引用）：{reason}",
        )


def _rules(component: Component) -> Iterator[Problem]:
    for rule in NUMERIC_RULES:
        value = component.rules.get(rule)
        if value in (None, "") or (isinstance(value, str) and value.startswith("=")):
            continue
        try:
            float(value)
        except (TypeError, ValueError):
            yield _say(
                component, "form-rule", f"“{_name(component)}”的 {rule} 应是数字，现在是“{value}”。"
            )
            continue
        if rule == "maxLength" and float(value) > MAX_TEXT:
            yield _say(component, "form-rule", f"“{_name(component)}”最多 {MAX_TEXT} 字，请改小。")


def _options(component: Component) -> Iterator[Problem]:
    if component.type not in CHOICES:
        return
    spec = component.spec
    if spec.get("valuesKey") or spec.get("valuesExpression"):
        return
    values = spec.get("values")
    if not isinstance(values, list) or not values:
        yield _say(component, "form-options", f"“{_name(component)}”没有选项。")
        return
    if len(values) > MAX_OPTIONS:
        yield _say(component, "form-options", f"“{_name(component)}”的选项超过 {MAX_OPTIONS} 个。")
    codes = [str(item.get("value", "")) for item in values if isinstance(item, Mapping)]
    if len(codes) != len(values) or "" in codes or len(set(codes)) != len(codes):
        yield _say(component, "form-options", f"“{_name(component)}”的选项值不能为空，也不能重复。")


def _shapes(component: Component) -> Iterator[Problem]:
    spec, name = component.spec, _name(component)
    if component.type == "datetime" and spec.get("subtype", "date") not in SUBTYPES:
        yield _say(component, "form-rule", f"“{name}”的日期类型应是 date、time 或 datetime。")
    below = spec.get("components")
    if component.type in CONTAINERS and not (isinstance(below, list) and below):
        yield _say(component, "form-empty", f"“{name}”里没有组件。", warning=True)
    repetitions = spec.get("defaultRepetitions")
    if repetitions is not None and not (
        isinstance(repetitions, int) and 0 <= repetitions <= MAX_ROWS
    ):
        yield _say(component, "form-rule", f"“{name}”的默认行数应是 0 到 {MAX_ROWS} 的整数。")
    if component.type == "table" and not (spec.get("columns") or spec.get("columnsExpression")):
        yield _say(component, "form-rule", f"表格“{name}”没有列。")


CHECKS: Final[tuple[Callable[[Component], Iterator[Problem]], ...]] = (
    _keys,
    _labels,
    _conditions,
    _patterns,
    _rules,
    _options,
    _shapes,
)
