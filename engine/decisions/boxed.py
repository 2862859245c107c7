"""Boxed expressions other than tables (DMN 1.3, 10.2), and those that 1.4 added.

Literal, context, invocation, list, relation, function; conditional, filter, for, some, every.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from engine.decisions import boxed_loops, document
from engine.decisions.document import Element, children, local
from engine.decisions.read_table import read_table
from engine.decisions.reading import Reader
from engine.expressions import nodes
from engine.expressions.environment import Closure, Env
from engine.expressions.feel_types import paid
from engine.expressions.limits import Undefined
from engine.expressions.program import built
from engine.expressions.values import Function

#: The name of a function that has none.
_CALLEE: Final = "\0callee"
_Read = Callable[[Element, str, Reader], Closure]


def boxed(element: Element, name: str, reader: Reader) -> Closure:
    """Return the closure of any boxed expression; `name` is whose it is, for messages."""
    read = READERS.get(local(element))
    place = element.get("id") or name
    if read is None:
        return reader.broken(place, "dmn-logic", f"不支持的决策逻辑“{local(element)}”。")
    closure = read(element, name, reader)
    if reader.camunda or local(element) == "functionDefinition":
        return closure
    return reader.typed(closure, element.get("typeRef"), f"“{name}”", place)


def logic_of(element: Element) -> Element | None:
    """Return the boxed expression below an element, if there is one."""
    return document.child(element, *READERS)


def below(element: Element, name: str, reader: Reader) -> Closure:
    """Return the closure of the boxed expression below an element; a problem without one."""
    found = logic_of(element)
    if found is None:
        return reader.broken(element.get("id") or name, "dmn-logic", "缺少决策逻辑，请补充。")
    return boxed(found, name, reader)


def _literal(element: Element, name: str, reader: Reader) -> Closure:
    return reader.expression(element, element.get("id") or name, "表达式")[1]


def _table(element: Element, name: str, reader: Reader) -> Closure:
    table = read_table(element, name, reader)
    return lambda env: table.answer(env).value


def _context(element: Element, name: str, reader: Reader) -> Closure:
    """Build a boxed context: later entries see earlier ones; one without a name is the result."""
    entries: list[tuple[str, Closure]] = []
    boxes = list(children(element, "contextEntry"))
    named = [document.child(entry, "variable") for entry in boxes]
    keys = ["" if variable is None else document.name_of(variable) for variable in named]
    for place, (entry, variable, key) in enumerate(zip(boxes, named, keys, strict=True)):
        own = document.child(entry, "functionDefinition") is not None  # it may call itself
        with reader.without(keys[place + own :]):
            closure = below(entry, key or name, reader)
        if variable is not None:
            closure = reader.typed(closure, variable.get("typeRef"), f"“{key}”", key)
        entries.append((key, closure))

    def build(env: Env) -> Any:
        made: dict[str, Any] = {}
        inner = env.inside(made)
        for key, closure in entries:
            value = closure(inner)
            if not key:
                return value
            made[key] = value
        return made

    return build


def _list(element: Element, name: str, reader: Reader) -> Closure:
    items = [boxed(item, name, reader) for item in children(element, *READERS)]
    return lambda env: [item(env) for item in items]


def _relation(element: Element, name: str, reader: Reader) -> Closure:
    columns = [document.name_of(column) for column in children(element, "column")]
    types = [column.get("typeRef") for column in children(element, "column")]
    rows = [
        [boxed(cell, name, reader) for cell in children(row, *READERS)]
        for row in children(element, "row")
    ]
    if any(len(row) != len(columns) for row in rows):
        return reader.broken(element.get("id") or name, "dmn-relation", "关系表的行与列数不一致。")
    rows = [
        [
            reader.typed(cell, type_ref, f"“{column}”", name)
            for cell, type_ref, column in zip(row, types, columns, strict=True)
        ]
        for row in rows
    ]

    def build(env: Env) -> list[dict[str, Any]]:
        return [
            {column: cell(env) for column, cell in zip(columns, row, strict=True)} for row in rows
        ]

    return build


def _invocation(element: Element, name: str, reader: Reader) -> Closure:
    """Build the call of a function, built-in or not, by its parameters' names."""
    place = element.get("id") or name
    tree, callee = _callee(element, name, reader)
    arguments: list[Closure] = []
    named: list[tuple[str, nodes.Node]] = []
    for number, binding in enumerate(children(element, "binding")):
        parameter = document.child(binding, "parameter")
        key = "" if parameter is None else document.name_of(parameter)
        named.append((key, nodes.Name(f"\0{number}")))
        arguments.append(
            below(binding, name, reader) if logic_of(binding) is not None else lambda _env: None
        )
    complaints: list[str] = []
    invocation = nodes.Call(tree, (), tuple(named))
    written = document.text_of(logic_of(element))
    invoke = built(invocation, written, complaints, reader.hidden)
    for complaint in complaints:
        reader.doubt(place, "dmn-function", complaint)

    def call(env: Env) -> Any:
        given = {f"\0{number}": read(env) for number, read in enumerate(arguments)}
        if callee is not None:
            given[_CALLEE] = callee(env)
        return invoke(env.inside(given))

    return call


def _callee(element: Element, name: str, reader: Reader) -> tuple[nodes.Node, Closure | None]:
    """Return what an invocation calls: an expression, or the name of another box's value."""
    found = logic_of(element)
    if found is None or local(found) == "literalExpression":
        return reader.expression(found, element.get("id") or name, "被调用的函数")[0], None
    return nodes.Name(_CALLEE), boxed(found, name, reader)


def function(element: Element, name: str, reader: Reader, result: str | None = None) -> Closure:
    """Build a function; one in Java or PMML is never run and gives null.

    `result` is the `typeRef` of what it gives, or of the function.
    """
    kind = (element.get("kind") or "FEEL").upper()
    place = element.get("id") or name
    formal = list(children(element, "formalParameter"))
    params = tuple(document.name_of(one) for one in formal)
    types = tuple(reader.feel_type(one.get("typeRef"), place) for one in formal)
    converters = [
        reader.converter(one.get("typeRef"), f"参数“{param}”", place)
        for one, param in zip(formal, params, strict=True)
    ]
    if kind in ("FEEL", "F"):
        body, returns = reader.giving(
            below(element, name, reader), result, f"“{name}”的结果", place
        )
    else:
        returns = None
        reader.doubt(place, "dmn-function", f"不支持 {kind} 函数，它的结果总是空值。")
        body = _nothing

    def define(env: Env) -> Function:
        def apply(_run: Any, *values: Any) -> Any:
            given = {
                param: value if convert is None else convert(paid(value, env.run))
                for param, value, convert in zip(params, values, converters, strict=True)
            }
            return body(env.inside(given))

        return Function(params, apply, types, returns)

    return define


def _nothing(_env: Env) -> Any:
    raise Undefined("外部函数没有结果。")


def _function(element: Element, name: str, reader: Reader) -> Closure:
    return function(element, name, reader, element.get("typeRef"))


def _part(element: Element, tag: str, name: str, reader: Reader) -> Closure:
    """Return the closure of the expression in a named part of a boxed expression."""
    part = document.child(element, tag)
    return below(element if part is None else part, name, reader)


def _conditional(element: Element, name: str, reader: Reader) -> Closure:
    condition, then, otherwise = (
        _part(element, tag, name, reader) for tag in ("if", "then", "else")
    )
    return lambda env: then(env) if condition(env) is True else otherwise(env)


def _loop(element: Element, name: str, reader: Reader) -> Closure:
    kind = local(element)
    variable = " ".join((element.get("iteratorVariable") or "").split()) or "item"
    source = _part(element, "in", name, reader)
    tag = {"for": "return", "filter": "match"}.get(kind, "satisfies")
    body = _part(element, tag, name, reader)
    return boxed_loops.LOOPS[kind](variable, source, body)


READERS: Final[dict[str, _Read]] = {
    "literalExpression": _literal,
    "decisionTable": _table,
    "context": _context,
    "list": _list,
    "relation": _relation,
    "invocation": _invocation,
    "functionDefinition": _function,
    "conditional": _conditional,
    "filter": _loop,
    "for": _loop,
    "some": _loop,
    "every": _loop,
}
