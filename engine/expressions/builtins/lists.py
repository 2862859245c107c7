"""List functions (DMN 1.3, 10.3.4.4). Positions count from 1, negative ones from the end."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import cmp_to_key
from typing import Any, Final

from engine.expressions import arithmetic, limits
from engine.expressions.arithmetic import DECIMAL
from engine.expressions.builtins import arguments as arg
from engine.expressions.builtins.numbers import total
from engine.expressions.builtins.registry import builtin
from engine.expressions.comparison import less, more, same
from engine.expressions.environment import Run
from engine.expressions.limits import LimitReached, Undefined, sized_list
from engine.expressions.values import Function, adopt, kind

_SIMPLE: Final = frozenset({"number", "string", "boolean", "null", "date"})


def find(items: list[Any], value: Any, run: Run) -> list[int]:
    """Return the places (from 0) at which the value stands."""
    run.tick(len(items))
    return [place for place, item in enumerate(items) if same(item, value)]


@builtin("list contains", "list", "element")
def list_contains(run: Run, values: Any, element: Any) -> bool:
    return bool(find(arg.items(values, run), element, run))


@builtin("count", "list")
def count(run: Run, values: Any) -> int:
    return len(arg.items(values, run))


def _extreme(values: list[Any], better: Any) -> Any:
    if not values:
        raise Undefined("列表为空。")
    best = values[0]
    for value in values[1:]:
        if better(value, best):
            best = value
    better(best, best)  # refuses a single value that has no order
    return best


@builtin("min", "list*")
def minimum(run: Run, *values: Any) -> Any:
    return _extreme(arg.spread(values, run), less)


@builtin("max", "list*")
def maximum(run: Run, *values: Any) -> Any:
    return _extreme(arg.spread(values, run), more)


@builtin("sum", "list*")
def sum_of(run: Run, *values: Any) -> Any:
    return total(arg.spread(values, run))


@builtin("product", "list*")
def product(run: Run, *values: Any) -> Any:
    numbers = _numbers(values, run)
    result: Any = 1
    for number in numbers:
        result = arithmetic.multiply(result, number)
    return result


def _numbers(values: tuple[Any, ...], run: Run) -> list[Any]:
    numbers = [arithmetic.exact(value) for value in arg.spread(values, run)]
    if not numbers:
        raise Undefined("列表为空。")
    return numbers


@builtin("mean", "list*")
def mean(run: Run, *values: Any) -> Any:
    listed = arg.spread(values, run)
    return arithmetic.divide(total(listed), len(listed))


@builtin("median", "list*")
def median(run: Run, *values: Any) -> Any:
    numbers = sorted(_numbers(values, run))
    middle = len(numbers) // 2
    if len(numbers) % 2:
        return numbers[middle]
    return arithmetic.divide(arithmetic.add(numbers[middle - 1], numbers[middle]), 2)


@builtin("stddev", "list*")
def stddev(run: Run, *values: Any) -> Any:
    numbers = _numbers(values, run)
    if len(numbers) < 2:
        raise Undefined("标准差至少需要两个数。")
    average = arithmetic.divide(total(numbers), len(numbers))
    squares = [arithmetic.power(arithmetic.subtract(number, average), 2) for number in numbers]
    return DECIMAL.sqrt(Decimal(arithmetic.divide(total(squares), len(numbers) - 1)))


@builtin("mode", "list*")
def mode(run: Run, *values: Any) -> list[Any]:
    listed = [arithmetic.exact(value) for value in arg.spread(values, run)]
    counts: dict[Any, int] = {}
    for number in listed:
        counts[number] = counts.get(number, 0) + 1
    most = max(counts.values(), default=0)
    return sorted(number for number, times in counts.items() if times == most)


def _decide(values: list[Any], decisive: bool) -> bool | None:
    if decisive in [value for value in values if isinstance(value, bool)]:
        return decisive
    return None if any(not isinstance(value, bool) for value in values) else not decisive


@builtin("and", "list*")
@builtin("all", "list*")
def all_of(run: Run, *values: Any) -> bool | None:
    return _decide(arg.spread(values, run), False)


@builtin("or", "list*")
@builtin("any", "list*")
def any_of(run: Run, *values: Any) -> bool | None:
    return _decide(arg.spread(values, run), True)


def _place(items: list[Any], position: Any) -> int:
    """Return the index (from 0) of a position.

    Raises:
        Undefined: there is no such position.
    """
    wanted = arg.whole(position)
    place = wanted - 1 if wanted > 0 else len(items) + wanted
    if wanted == 0 or not 0 <= place < len(items):
        raise Undefined("位置超出列表。")
    return place


@builtin("sublist", "list", "start position", "length?")
def sublist(run: Run, values: Any, start: Any, length: Any = None) -> list[Any]:
    items = arg.items(values, run)
    first = _place(items, start)
    if length is None:
        return items[first:]
    size = arg.whole(length)
    if size < 1 or first + size > len(items):
        raise Undefined("长度应大于 0，且不超出列表。")
    return items[first : first + size]


@builtin("append", "list", "item*")
def append(run: Run, values: Any, *items: Any) -> list[Any]:
    return sized_list([*arg.items(values, run), *items])


@builtin("concatenate", "list*")
def concatenate(run: Run, *lists: Any) -> list[Any]:
    return sized_list([item for values in lists for item in arg.items(values, run)])


@builtin("union", "list*")
def union(run: Run, *lists: Any) -> list[Any]:
    return _distinct(concatenate(run, *lists), run)


@builtin("distinct values", "list")
def distinct_values(run: Run, values: Any) -> list[Any]:
    return _distinct(arg.items(values, run), run)


def _distinct(items: list[Any], run: Run) -> list[Any]:
    seen: set[tuple[str, Any]] = set()
    others: list[Any] = []
    kept: list[Any] = []
    for item in items:
        if kind(item) in _SIMPLE:
            key = (kind(item), item)
            if key not in seen:
                seen.add(key)
                kept.append(item)
        elif not find(others, item, run):
            others.append(item)
            kept.append(item)
    return kept


@builtin("duplicate values", "list")
def duplicate_values(run: Run, values: Any) -> list[Any]:
    """Return each value that stands in the list more than once, once."""
    items = arg.items(values, run)
    return [item for item in _distinct(items, run) if len(find(items, item, run)) > 1]


@builtin("partition", "list", "size")
def partition(run: Run, values: Any, size: Any) -> list[list[Any]]:
    items, length = arg.items(values, run), arg.whole(size)
    if length < 1:
        raise Undefined("每份的大小应大于 0。")
    return [items[place : place + length] for place in range(0, len(items), length)]


@builtin("insert before", "list", "position", "newItem")
def insert_before(run: Run, values: Any, position: Any, item: Any) -> list[Any]:
    items = arg.items(values, run)
    place = _place(items, position)
    return sized_list([*items[:place], item, *items[place:]])


@builtin("remove", "list", "position")
def remove(run: Run, values: Any, position: Any) -> list[Any]:
    items = arg.items(values, run)
    place = _place(items, position)
    return items[:place] + items[place + 1 :]


@builtin("list replace", "list", "position|match", "newItem")
def list_replace(run: Run, values: Any, where: Any, item: Any) -> list[Any]:
    items = arg.items(values, run)
    if isinstance(where, Function):
        verdicts = [run.invoke(where, [old, item]) for old in items]
        if any(verdict is not None and not isinstance(verdict, bool) for verdict in verdicts):
            raise Undefined("list replace 的函数应给出是否值。")
        return [item if hit is True else old for old, hit in zip(items, verdicts, strict=True)]
    place = _place(items, where)
    return [*items[:place], item, *items[place + 1 :]]


@builtin("reverse", "list")
def reverse(run: Run, values: Any) -> list[Any]:
    return arg.items(values, run)[::-1]


@builtin("index of", "list", "match")
def index_of(run: Run, values: Any, match: Any) -> list[int]:
    return [place + 1 for place in find(arg.items(values, run), match, run)]


@builtin("flatten", "list")
def flatten(run: Run, values: Any) -> list[Any]:
    flat: list[Any] = []
    pending: list[tuple[Any, int]] = [(item, 0) for item in reversed(arg.items(values, run))]
    while pending:
        run.tick(1)
        item, depth = pending.pop()
        if depth > limits.MAX_DEPTH:
            raise LimitReached("列表嵌套太深。")
        if isinstance(item, list):
            pending.extend((adopt(inner), depth + 1) for inner in reversed(item))
        else:
            flat.append(item)
    return sized_list(flat)


@builtin("sort", "list")
def sort_simply(run: Run, values: Any) -> list[Any]:
    """Sort by `<`, which the standard does not have."""
    return _sorted(values, less, run)


@builtin("sort", "list", "precedes")
def sort(run: Run, values: Any, precedes: Any) -> list[Any]:
    """Sort by a function that tells which of two comes first."""
    if not isinstance(precedes, Function):
        raise Undefined("sort 的第二个参数应为函数。")
    return _sorted(values, lambda one, other: run.invoke(precedes, [one, other]), run)


def _sorted(values: Any, precedes: Callable[[Any, Any], Any], run: Run) -> list[Any]:
    def first(one: Any, other: Any) -> bool:
        run.tick(1)
        return precedes(one, other) is True

    def order(one: Any, other: Any) -> int:
        return -1 if first(one, other) else int(first(other, one))

    return sorted(arg.items(values, run), key=cmp_to_key(order))
