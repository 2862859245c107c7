"""Boxed expressions other than tables: literal, context, invocation, list, relation, function."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from engine.decisions import document
from engine.decisions.document import Element, children, local
from engine.decisions.read_table import read_table
from engine.decisions.reading import Reader
from engine.errors import ExpressionError
from engine.expressions.environment import Closure, Env
from engine.expressions.limits import Undefined
from engine.expressions.values import Function

_Read = Callable[[Element, str, Reader], Closure]


def boxed(element: Element, name: str, reader: Reader) -> Closure:
    """Return the closure of any boxed expression; `name` is whose it is, for messages."""
    read = READERS.get(local(element))
    place = element.get("id") or name
    if read is None:
        reader.problem(place, "dmn-logic", f"不支持的决策逻辑“{local(element)}”。")
        return lambda _env: None
    return read(element, name, reader)


def logic_of(element: Element) -> Element | None:
    """Return the boxed expression below an element, if there is one."""
    return document.child(element, *READERS)


def below(element: Element, name: str, reader: Reader) -> Closure:
    """Return the closure of the boxed expression below an element; a problem without one."""
    found = logic_of(element)
    if found is None:
        reader.problem(element.get("id") or name, "dmn-logic", "缺少决策逻辑，请补充。")
        return lambda _env: None
    return boxed(found, name, reader)


def _literal(element: Element, name: str, reader: Reader) -> Closure:
    return reader.expression(element, element.get("id") or name, "表达式")[1]


def _table(element: Element, name: str, reader: Reader) -> Closure:
    table = read_table(element, name, reader)
    return lambda env: table.answer(env).value


def _context(element: Element, name: str, reader: Reader) -> Closure:
    """Build a boxed context: later entries see earlier ones; one without a name is the result."""
    entries: list[tuple[str, Closure]] = []
    for entry in children(element, "contextEntry"):
        variable = document.child(entry, "variable")
        key = "" if variable is None else (variable.get("name") or "").strip()
        entries.append((key, below(entry, key or name, reader)))

    def build(env: Env) -> Any:
        built: dict[str, Any] = {}
        inner = env.inside(built)
        for key, closure in entries:
            value = closure(inner)
            if not key:
                return value
            built[key] = value
        return built

    return build


def _list(element: Element, name: str, reader: Reader) -> Closure:
    items = [boxed(item, name, reader) for item in element if local(item) in READERS]
    return lambda env: [item(env) for item in items]


def _relation(element: Element, name: str, reader: Reader) -> Closure:
    columns = [column.get("name") or "" for column in children(element, "column")]
    rows = [
        [boxed(cell, name, reader) for cell in row if local(cell) in READERS]
        for row in children(element, "row")
    ]
    if any(len(row) != len(columns) for row in rows):
        reader.problem(element.get("id") or name, "dmn-relation", "关系表的行与列数不一致。")

    def build(env: Env) -> list[dict[str, Any]]:
        return [
            {column: cell(env) for column, cell in zip(columns, row, strict=True)} for row in rows
        ]

    return build


def _invocation(element: Element, name: str, reader: Reader) -> Closure:
    """Build the call of a function by its parameters' names."""
    place = element.get("id") or name
    callee = document.child(element, "literalExpression")
    _, function = reader.expression(callee, place, "被调用的函数")
    bindings: list[tuple[str, Closure]] = []
    for binding in children(element, "binding"):
        parameter = document.child(binding, "parameter")
        key = "" if parameter is None else (parameter.get("name") or "")
        bindings.append((key, below(binding, name, reader)))

    def call(env: Env) -> Any:
        found = function(env)
        if not isinstance(found, Function):
            raise ExpressionError(f"“{document.text_of(callee)}”不是函数。")
        values = {key: closure(env) for key, closure in bindings}
        if not values.keys() <= set(found.params):
            raise ExpressionError(f"函数的参数应为：{'、'.join(found.params)}。")
        try:
            return env.run.invoke(found, [values.get(param) for param in found.params])
        except Undefined as why:
            env.note(why)
            return None

    return call


def _function(element: Element, name: str, reader: Reader) -> Closure:
    """Build a function; those in Java or PMML are refused."""
    kind = (element.get("kind") or "FEEL").upper()
    if kind not in ("FEEL", "F"):
        reader.problem(element.get("id") or name, "dmn-function", f"不支持 {kind} 函数。")
    params = tuple(p.get("name") or "" for p in children(element, "formalParameter"))
    body = below(element, name, reader)

    def define(env: Env) -> Function:
        def apply(_run: Any, *values: Any) -> Any:
            return body(env.inside(dict(zip(params, values, strict=True))))

        return Function(params, apply)

    return define


READERS: Final[dict[str, _Read]] = {
    "literalExpression": _literal,
    "decisionTable": _table,
    "context": _context,
    "list": _list,
    "relation": _relation,
    "invocation": _invocation,
    "functionDefinition": _function,
}
