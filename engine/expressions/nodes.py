"""The syntax tree of both languages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    #: Where it stands in the source: first character, and the one after the last.
    span: tuple[int, int] = field(default=(0, 0), compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Literal(Node):
    value: Any


@dataclass(frozen=True, slots=True)
class Hopeless(Node):
    """What is written correctly but can never have a value: `@"2026-02-30"`."""

    why: str


@dataclass(frozen=True, slots=True)
class Name(Node):
    name: str


@dataclass(frozen=True, slots=True)
class ListOf(Node):
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class ContextOf(Node):
    entries: tuple[tuple[str, Node], ...]


@dataclass(frozen=True, slots=True)
class RangeOf(Node):
    low: Node | None
    high: Node | None
    low_closed: bool
    high_closed: bool


@dataclass(frozen=True, slots=True)
class Negative(Node):
    operand: Node


@dataclass(frozen=True, slots=True)
class Not(Node):
    """JUEL's `not`; FEEL's is a function."""

    operand: Node


@dataclass(frozen=True, slots=True)
class Empty(Node):
    operand: Node


@dataclass(frozen=True, slots=True)
class Logic(Node):
    """`and` or `or` over two or more operands, flat: long chains do not nest."""

    op: str
    operands: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Binary(Node):
    """Comparison (`= != < <= > >=`) or arithmetic (`+ - * / % **`)."""

    op: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Between(Node):
    subject: Node
    low: Node
    high: Node


@dataclass(frozen=True, slots=True)
class Against(Node):
    """A unary test with an operator: `< 5`."""

    op: str
    operand: Node


@dataclass(frozen=True, slots=True)
class Tests(Node):
    """Unary tests: one of them must accept the value, or none if negated."""

    tests: tuple[Node, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class In(Node):
    subject: Node
    tests: Tests


@dataclass(frozen=True, slots=True)
class If(Node):
    condition: Node
    then: Node
    otherwise: Node


@dataclass(frozen=True, slots=True)
class Binding(Node):
    """`name in source`, or `name in source..until`."""

    name: str
    source: Node
    until: Node | None = None


@dataclass(frozen=True, slots=True)
class For(Node):
    bindings: tuple[Binding, ...]
    body: Node


@dataclass(frozen=True, slots=True)
class Quantified(Node):
    kind: str
    bindings: tuple[Binding, ...]
    body: Node


@dataclass(frozen=True, slots=True)
class Path(Node):
    base: Node
    name: str


@dataclass(frozen=True, slots=True)
class Index(Node):
    """JUEL's `base[key]`."""

    base: Node
    key: Node


@dataclass(frozen=True, slots=True)
class Filter(Node):
    """FEEL's `base[condition]`."""

    base: Node
    condition: Node


@dataclass(frozen=True, slots=True)
class Call(Node):
    callee: Node
    args: tuple[Node, ...]
    named: tuple[tuple[str, Node], ...] = ()


@dataclass(frozen=True, slots=True)
class Method(Node):
    base: Node
    name: str
    args: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class TypeRef(Node):
    """A type's name with its parameters: `list<number>`, `context<a: string>`."""

    name: str
    items: tuple[tuple[str, TypeRef], ...] = ()
    #: What a `function<…> -> result` gives.
    result: TypeRef | None = None


@dataclass(frozen=True, slots=True)
class FunctionOf(Node):
    params: tuple[str, ...]
    body: Node
    #: The parameters' types, None where none was written.
    types: tuple[TypeRef | None, ...] = ()
    #: Written in another language, which is never run.
    external: bool = False


@dataclass(frozen=True, slots=True)
class InstanceOf(Node):
    subject: Node
    type: TypeRef


@dataclass(frozen=True, slots=True)
class Template(Node):
    """JUEL inside text: `号码 ${nr}`."""

    parts: tuple[Node, ...]


def children(node: Node) -> Iterator[Node]:
    """Yield the nodes directly below."""
    for slot in fields(node):
        yield from _nodes_in(getattr(node, slot.name))


def _nodes_in(value: Any) -> Iterator[Node]:
    if isinstance(value, Node):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _nodes_in(item)


def walk(node: Node) -> Iterator[tuple[Node, int]]:
    """Yield every node with its depth, without recursion."""
    pending = [(node, 1)]
    while pending:
        current, depth = pending.pop()
        yield current, depth
        pending.extend((child, depth + 1) for child in children(current))
