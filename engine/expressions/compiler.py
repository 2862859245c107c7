"""Syntax tree → closures: what both languages share.

A compiler is a table from node type to a function that builds the closure. Straight
code costs nothing to bound (its length is bounded); loops and calls pay by `tick`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import Any, Final

from engine.errors import ExpressionError
from engine.expressions import nodes
from engine.expressions.arithmetic import Operator, negate
from engine.expressions.builtins import builtin_value
from engine.expressions.environment import MISSING, Closure, Env
from engine.expressions.feel_types import NO_TYPES, Named, Type, resolve
from engine.expressions.limits import Undefined, sized_list
from engine.expressions.nodes import Node
from engine.expressions.values import adopt, plain

Builder = Callable[[Any, "Compiler"], Closure]
#: What an explanation lists as a sub-condition.
_CONDITIONS: Final = (
    nodes.Between, nodes.In, nodes.InstanceOf, nodes.Empty, nodes.Method, nodes.Call,
)  # fmt: skip
_COMPARING: Final = frozenset({"=", "!=", "<", "<=", ">", ">="})
MAX_TRACE: Final = 60
MAX_MISSING: Final = 10


class Compiler:
    """Builds closures for one source text in one language."""

    def __init__(
        self,
        source: str,
        builders: Mapping[type[Node], Builder],
        operators: Mapping[str, Operator],
        *,
        lenient: bool,
        strict: bool = False,
        traced: bool = False,
        types: Named = NO_TYPES,
        functions: bool = False,
        hidden: frozenset[str] = frozenset(),
    ) -> None:
        self.source = source
        self.builders = builders
        self.operators = operators
        #: Operations without a result give null (FEEL) or fail (JUEL).
        self.lenient = lenient
        self.traced = traced
        #: What can never have a result is refused now, not null when it is computed.
        self.strict = strict
        #: What was found of that kind, if it was not refused.
        self.complaints: list[str] = []
        #: The name of a built-in is a value; else a missing variable called `date` is null.
        self.functions = functions
        #: Built-ins whose names something around the expression has too: a function of that
        #: name comes first.
        self.hidden = hidden
        #: The types that the file around the expression defines.
        self.types = types
        #: Names bound by loops and parameters around the node: they hide built-ins.
        self.bound: frozenset[str] = frozenset()

    def build(self, node: Node) -> Closure:
        """Return the closure that computes a node."""
        closure = self.builders[type(node)](node, self)
        return self._traced(node, closure) if self.traced else closure

    def build_all(self, many: tuple[Node, ...]) -> tuple[Closure, ...]:
        return tuple(self.build(node) for node in many)

    def inside(self, names: tuple[str, ...], node: Node) -> Closure:
        """Return the closure of a node in which these names are bound."""
        before, self.bound = self.bound, self.bound | set(names)
        closure = self.build(node)
        self.bound = before
        return closure

    def guarded(self, closure: Closure) -> Closure:
        """Return the closure, with null instead of `Undefined` if the language wants so."""
        if not self.lenient:
            return closure

        def guard(env: Env) -> Any:
            try:
                return closure(env)
            except Undefined as why:
                env.note(why)
                return None

        return guard

    def hopeless(self, message: str) -> Closure:
        """Return the closure of what can never have a result.

        Raises:
            ExpressionError: the compiler is strict.
        """
        if self.strict or not self.lenient:
            raise ExpressionError(message)
        self.complaints.append(message)

        def give_up(_env: Env) -> Any:
            raise Undefined(message)

        return self.guarded(give_up)

    def type_of(self, ref: nodes.TypeRef | None) -> Type | None:
        """Return the type that is written, None if there is none or it is unknown."""
        if ref is None:
            return None
        try:
            return resolve(ref, self.types)
        except ExpressionError as why:
            self.hopeless(str(why))
            return None

    def text(self, node: Node) -> str:
        """Return the source text of a node."""
        return self.source[node.span[0] : node.span[1]]

    def _traced(self, node: Node, closure: Closure) -> Closure:
        comparing = isinstance(node, nodes.Binary) and node.op in _COMPARING
        if not (comparing or isinstance(node, _CONDITIONS)):
            return closure
        text = self.text(node)

        def trace(env: Env) -> Any:
            value = closure(env)
            if (value is None or isinstance(value, bool)) and len(env.run.trace) < MAX_TRACE:
                env.run.trace.append({"text": text, "result": value})
            return value

        return trace


def literal(node: nodes.Literal, _compiler: Compiler) -> Closure:
    value = node.value
    return lambda _env: value


def name(node: nodes.Name, compiler: Compiler) -> Closure:
    wanted = node.name
    if compiler.traced:
        return _traced_name(wanted, compiler.lenient)
    if compiler.lenient:
        otherwise = builtin_value(wanted) if compiler.functions else None

        def read(env: Env) -> Any:
            value = env.get(wanted)
            if value is not MISSING:
                return value
            if otherwise is None:
                _note_missing(wanted, env)
            return otherwise

        return read

    def demand(env: Env) -> Any:
        value = env.get(wanted)
        if value is MISSING:
            raise unknown(wanted, env)
        return value

    return demand


def _traced_name(wanted: str, lenient: bool) -> Closure:
    def read(env: Env) -> Any:
        value = env.get(wanted)
        if value is MISSING:
            if not lenient:
                raise unknown(wanted, env)
            _note_missing(wanted, env)
            value = None
        env.run.values.setdefault(wanted, plain(value))
        return value

    return read


def _note_missing(wanted: str, env: Env) -> None:
    """Remember a missing variable once: the guess what was meant is not free."""
    run = env.run
    if run.notes is not None and wanted not in run.missing and len(run.missing) < MAX_MISSING:
        run.missing.add(wanted)
        env.note(unknown(wanted, env))


def unknown(wanted: str, env: Env) -> ExpressionError:
    """Return the error for a variable that does not exist, with the one perhaps meant."""
    near = get_close_matches(wanted[:40], env.all_names(), n=1, cutoff=0.75)
    meant = f"是不是“{near[0]}”？" if near else ""
    return ExpressionError(f"变量“{wanted}”不存在（此时还没有赋值）。{meant}")


def binary(node: nodes.Binary, compiler: Compiler) -> Closure:
    operation = compiler.operators[node.op]
    left, right = compiler.build(node.left), compiler.build(node.right)
    if not compiler.lenient:
        return lambda env: operation(left(env), right(env))

    def compute(env: Env) -> Any:
        one, other = left(env), right(env)
        try:
            return operation(one, other)
        except Undefined as why:
            try:
                return _with_item(operation, one, other)
            except Undefined:
                env.note(why)
                return None

    return compute


def _with_item(operation: Operator, one: Any, other: Any) -> Any:
    """Compute with the item of a list of one beside a value that is no list (10.3.2.9.4).

    Raises:
        Undefined: there is no such list, or its item has no result either.
    """
    lists = [value for value in (one, other) if isinstance(value, list)]
    if len(lists) != 1 or len(lists[0]) != 1:
        raise Undefined("没有只有一项的列表。")
    item = adopt(lists[0][0])
    return operation(item, other) if one is lists[0] else operation(one, item)


def negative(node: nodes.Negative, compiler: Compiler) -> Closure:
    operand = compiler.build(node.operand)
    return compiler.guarded(lambda env: negate(operand(env)))


def list_of(node: nodes.ListOf, compiler: Compiler) -> Closure:
    items = compiler.build_all(node.items)
    return lambda env: sized_list([item(env) for item in items])


BUILDERS: Final[dict[type[Node], Builder]] = {
    nodes.Literal: literal,
    nodes.Name: name,
    nodes.Binary: binary,
    nodes.Negative: negative,
    nodes.ListOf: list_of,
}
