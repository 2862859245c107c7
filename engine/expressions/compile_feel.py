"""FEEL's own constructs: three-valued logic, loops, filters, contexts, ranges, types."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from engine.expressions import access, arithmetic, comparison, far, nodes
from engine.expressions.arithmetic import ARITHMETIC, Operator
from engine.expressions.calls import call, function_of
from engine.expressions.comparison import COMPARISONS
from engine.expressions.compile_tests import in_tests
from engine.expressions.compiler import BUILDERS, Builder, Compiler
from engine.expressions.environment import Closure, Env
from engine.expressions.feel_types import is_instance, paid
from engine.expressions.limits import MAX_ITEMS, LimitReached, Undefined, sized_list
from engine.expressions.nodes import Node
from engine.expressions.values import Range, adopt, kind, label


def logic(node: nodes.Logic, compiler: Compiler) -> Closure:
    """Build `and`/`or`: decided by one operand, else null if one is not a boolean."""
    decisive: bool = node.op == "or"
    operands = compiler.build_all(node.operands)

    def decide(env: Env) -> bool | None:
        result: bool | None = not decisive
        for operand in operands:
            value: object = operand(env)
            if value is decisive:
                return decisive
            if not isinstance(value, bool):
                result = None
        return result

    return decide


def if_then(node: nodes.If, compiler: Compiler) -> Closure:
    condition = compiler.build(node.condition)
    then, otherwise = compiler.build(node.then), compiler.build(node.otherwise)
    return lambda env: then(env) if condition(env) is True else otherwise(env)


def between(node: nodes.Between, compiler: Compiler) -> Closure:
    subject, low, high = (compiler.build(part) for part in (node.subject, node.low, node.high))

    above, below = _or_null(comparison.at_least), _or_null(comparison.at_most)

    def test(env: Env) -> bool | None:
        value = subject(env)
        parts = (above(value, low(env), env), below(value, high(env), env))
        return False if False in parts else None if None in parts else True

    return test


def _or_null(operation: Operator) -> Callable[[Any, Any, Env], bool | None]:
    def compare(left: Any, right: Any, env: Env) -> bool | None:
        try:
            return bool(operation(left, right))
        except Undefined as why:
            env.note(why)
            return None

    return compare


def path(node: nodes.Path, compiler: Compiler) -> Closure:
    base, name = compiler.build(node.base), node.name
    return compiler.guarded(lambda env: access.property_of(base(env), name, env.run))


def range_of(node: nodes.RangeOf, compiler: Compiler) -> Closure:
    low = compiler.build(node.low) if node.low else None
    high = compiler.build(node.high) if node.high else None

    def build(env: Env) -> Range:
        ends = [None if end is None else end(env) for end in (low, high)]
        if (low and ends[0] is None) or (high and ends[1] is None):
            raise Undefined("区间的一端没有值。")
        if low and high and kind(ends[0]) != kind(ends[1]):
            raise Undefined(f"区间的两端不同类：{label(ends[0])}与{label(ends[1])}。")
        return Range(ends[0], ends[1], node.low_closed, node.high_closed)

    return compiler.guarded(build)


def context_of(node: nodes.ContextOf, compiler: Compiler) -> Closure:
    """Build a context; an entry sees those before it."""
    entries: list[tuple[str, Closure]] = []
    seen: tuple[str, ...] = ()
    for key, value in node.entries:
        entries.append((key, compiler.inside(seen, value)))
        seen = (*seen, key)

    if len({key for key, _ in entries}) < len(entries):
        return compiler.hopeless("对象里有重复的键。")

    def build(env: Env) -> dict[str, Any]:
        built: dict[str, Any] = {}
        inner = env.inside(built)
        for key, value in entries:
            built[key] = value(inner)
        return built

    return build


# --- loops --------------------------------------------------------------------

Loop = Callable[[Env], Iterator[Env]]
#: Types of values that hold no others.
SCALAR: Final = frozenset({int, str, bool, Decimal, type(None), date, datetime, timedelta})


def _loop(bindings: tuple[nodes.Binding, ...], body: Node, compiler: Compiler) -> Loop:
    """Return a function that yields one environment per combination, and pays for it."""
    cost = sum(1 for _ in nodes.walk(body)) + 1
    seen: tuple[str, ...] = ()
    sources: list[tuple[str, Closure]] = []
    for binding in bindings:
        sources.append((binding.name, compiler.inside(seen, _source_node(binding))))
        seen = (*seen, binding.name)

    def rounds(env: Env, level: int = 0) -> Iterator[Env]:
        name, source = sources[level]
        for item in items_of(source(env)):
            env.run.tick(cost)
            inner = env.inside({name: item})
            if level + 1 < len(sources):
                yield from rounds(inner, level + 1)
            else:
                yield inner

    return rounds


def _source_node(binding: nodes.Binding) -> Node:
    if binding.until is None:
        return binding.source
    return nodes.RangeOf(binding.source, binding.until, True, True)


def items_of(source: Any) -> list[Any]:
    """Return what a loop goes over: a list, the integers of a range, or the one value."""
    if isinstance(source, list):
        return source
    if source is None:
        raise Undefined("循环的列表没有值。")
    if not isinstance(source, Range):
        return [source]
    if kind(source.low) in ("date", "date and time"):
        found: list[Any] = _days(source.low, source.high)
    else:
        found = _integers(access.whole(source.low), access.whole(source.high))
    first = 0 if source.low_closed else 1
    return found[first : len(found) if source.high_closed else -1]


def _integers(low: int, high: int) -> list[int]:
    if abs(high - low) >= MAX_ITEMS:
        raise LimitReached(f"循环超过 {MAX_ITEMS} 次。")
    return list(range(low, high + 1)) if low <= high else list(range(low, high - 1, -1))


def _days(first: Any, last: Any) -> list[Any]:
    """Return the dates of a range, as DMN 1.4 goes over it."""
    if kind(first) != "date" or kind(last) != "date":
        raise Undefined("循环只能从一日到另一日，不能逐时刻，也不能没有尽头。")
    try:
        return [far.day_number(number) for number in _integers(first.toordinal(), last.toordinal())]
    except ValueError:
        raise Undefined("没有公元 0 年。") from None


def for_each(node: nodes.For, compiler: Compiler) -> Closure:
    """Build `for … return`; `partial` is the list of the results so far."""
    names = tuple(binding.name for binding in node.bindings)
    rounds = _loop(node.bindings, node.body, compiler)
    body = compiler.inside((*names, "partial"), node.body)
    speaks = any(part == nodes.Name("partial") for part, _ in nodes.walk(node.body))
    return compiler.guarded(collecting(rounds, body, speaks=speaks))


def collecting(rounds: Loop, body: Closure, *, speaks: bool = True) -> Closure:
    """Return the loop that collects results; each round sees those before it as `partial`.

    `speaks`: the body may speak of them.
    """

    def collect(env: Env) -> list[Any]:
        results: list[Any] = []
        told = {"partial": results}
        for inner in rounds(env.inside(told)):
            value = body(inner)
            if speaks and type(value) not in SCALAR:  # it may hold the list: that one stays so
                env.run.tick(len(results) // 1_000)
                told["partial"] = results = [*results]
            results.append(value)
            sized_list(results)
        return results

    return collect


def quantified(node: nodes.Quantified, compiler: Compiler) -> Closure:
    """Build `some`/`every … satisfies`, three-valued as `or`/`and` are."""
    decisive: bool = node.kind == "some"
    names = tuple(binding.name for binding in node.bindings)
    rounds = _loop(node.bindings, node.body, compiler)
    body = compiler.inside(names, node.body)

    def decide(env: Env) -> bool | None:
        result: bool | None = not decisive
        for inner in rounds(env):
            value: object = body(inner)
            if value is decisive:
                return decisive
            if not isinstance(value, bool):
                result = None
        return result

    return compiler.guarded(decide)


def filter_of(node: nodes.Filter, compiler: Compiler) -> Closure:
    """Build `list[condition]`: a number picks, a condition selects."""
    base = compiler.build(node.base)
    if isinstance(node.condition, nodes.Literal) and arithmetic.is_number(node.condition.value):
        index = node.condition.value
        return compiler.guarded(lambda env: access.pick(_as_list(base(env)), index))
    condition = compiler.inside(("item",), node.condition)
    cost = sum(1 for _ in nodes.walk(node.condition)) + 1
    return compiler.guarded(selecting(base, condition, cost))


def selecting(base: Closure, condition: Closure, cost: int) -> Closure:
    """Return the filter that picks or selects; one look at an item costs so many steps."""

    def select(env: Env) -> Any:
        whole = base(env)
        if whole is None:
            raise Undefined("空值不能筛选。")
        items = _as_list(whole)
        if not items:
            return None if arithmetic.is_number(condition(env)) else []
        chosen: list[Any] = []
        for place, raw in enumerate(items):
            env.run.tick(cost)
            item = adopt(raw)
            inner = env.inside({"item": item})
            verdict = condition(inner.inside(item) if isinstance(item, Mapping) else inner)
            if place == 0 and arithmetic.is_number(verdict):
                return access.pick(items, verdict)
            if verdict is True:
                chosen.append(item)
            elif verdict is not None and verdict is not False:
                raise Undefined(f"筛选条件应为是否值或数字，得到的是{label(verdict)}。")
        return chosen

    return select


def _as_list(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


# --- types --------------------------------------------------------------------


def instance_of(node: nodes.InstanceOf, compiler: Compiler) -> Closure:
    subject, wanted = compiler.build(node.subject), compiler.type_of(node.type)
    if wanted is None:
        return lambda _env: None
    known = wanted
    return lambda env: is_instance(paid(subject(env), env.run), known)


def hopeless(node: nodes.Hopeless, compiler: Compiler) -> Closure:
    return compiler.hopeless(node.why)


FEEL: Final[dict[type[Node], Builder]] = {
    **BUILDERS,
    nodes.Hopeless: hopeless,
    nodes.Logic: logic,
    nodes.If: if_then,
    nodes.Between: between,
    nodes.In: in_tests,
    nodes.Path: path,
    nodes.RangeOf: range_of,
    nodes.ContextOf: context_of,
    nodes.For: for_each,
    nodes.Quantified: quantified,
    nodes.Filter: filter_of,
    nodes.Call: call,
    nodes.FunctionOf: function_of,
    nodes.InstanceOf: instance_of,
}

OPERATORS: Final[dict[str, Operator]] = {**ARITHMETIC, **COMPARISONS}
