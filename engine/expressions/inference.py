"""What a function gives, as far as its text shows: `function(a: number) a * 2` gives a number."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from engine.expressions import nodes
from engine.expressions.arithmetic import ARITHMETIC
from engine.expressions.feel_types import BASIC, Type
from engine.expressions.nodes import Node
from engine.expressions.values import kind

#: The types of the names around a node; none: nothing is known.
Around = Mapping[str, Type | None]
_BOOLEAN: Final = BASIC["boolean"]


def result_of(node: Node, around: Around) -> Type | None:
    """Return the type of what a node gives, None if its text does not show it."""
    infer = _INFERRED.get(type(node))
    return None if infer is None else infer(node, around)


def _literal(node: nodes.Literal, _around: Around) -> Type | None:
    return BASIC.get(kind(node.value))


def _binary(node: nodes.Binary, around: Around) -> Type | None:
    if node.op not in ARITHMETIC:
        return _BOOLEAN
    left, right = result_of(node.left, around), result_of(node.right, around)
    if left is None or right is None or left.kind != right.kind:
        return None
    texts = node.op == "+" and left.kind == "string"
    return BASIC[left.kind] if texts or left.kind == "number" else None


def _if(node: nodes.If, around: Around) -> Type | None:
    then, otherwise = result_of(node.then, around), result_of(node.otherwise, around)
    if then is None or otherwise is None or then.kind != otherwise.kind:
        return None
    return then if then.kind in ("number", "string", "boolean") else None


def _list(node: nodes.ListOf, around: Around) -> Type | None:
    found = [result_of(item, around) for item in node.items]
    same = {None if one is None else one.kind for one in found}
    alike = len(same) == 1 and None not in same
    return Type("list", item=found[0]) if alike else None


def _boolean(_node: Node, _around: Around) -> Type:
    return _BOOLEAN


_INFERRED: Final[dict[type[Node], Callable[[Any, Around], Type | None]]] = {
    nodes.Literal: _literal,
    nodes.Name: lambda node, around: around.get(node.name),
    nodes.Binary: _binary,
    nodes.Negative: lambda node, around: result_of(node.operand, around),
    nodes.If: _if,
    nodes.ListOf: _list,
    nodes.Logic: _boolean,
    nodes.Between: _boolean,
    nodes.In: _boolean,
    nodes.InstanceOf: _boolean,
    nodes.Quantified: _boolean,
}
