"""Which inputs the rules of a table cover: twice, never, or only after an earlier rule did.

A column can be judged if every cell is made of constants: then a finite number of
values stands for all (each text and one other, each bound and a point between two).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import product
from math import prod
from typing import Any, Final

from engine.decisions.model import Decision
from engine.decisions.table import Input, Rule, Table
from engine.errors import Problem
from engine.expressions import arithmetic, nodes
from engine.expressions.compile_feel import FEEL, OPERATORS
from engine.expressions.compile_tests import unary_test
from engine.expressions.compiler import Compiler
from engine.expressions.environment import Env, Run

#: Combinations that are tried in the search for gaps.
MAX_COMBINATIONS: Final = 200_000
#: Pairs of rules that are compared.
MAX_PAIRS: Final = 500_000
MAX_REPORTS: Final = 10
_INTEGERS: Final = frozenset({"integer", "long"})


class Other(str):
    """A text that no cell names."""

    __slots__ = ()


_OTHER: Final = Other("\0")


@dataclass(frozen=True, slots=True)
class Column:
    """The values that stand for all of a column, and which rules accept each (as bits)."""

    label: str
    values: Sequence[Any]
    accepted: Sequence[int]
    #: No other values exist.
    closed: bool


# --- columns ----------------------------------------------------------------------


def column_of(table: Table, place: int) -> Column | None:
    """Return the column's values; None if a cell is more than constants."""
    head = table.inputs[place]
    trees = [rule.trees[place] for rule in table.rules]
    constants: list[Any] = []
    for tree in trees:
        found = constants_of(tree)
        if found is None:
            return None
        constants += found
    values, closed = _values(head, constants)
    if not values:
        return None
    compiler = Compiler("", FEEL, OPERATORS, lenient=True)
    tests = [unary_test(tree, compiler) for tree in trees]
    env = Env({}, Run({}))
    masks = [
        sum(1 << bit for bit, test in enumerate(tests) if test(env, value) is True)
        for value in values
    ]
    return Column(head.label, values, masks, closed)


def constants_of(tree: nodes.Tests) -> list[Any] | None:
    found: list[Any] = []
    for test in tree.tests:
        parts = [test]
        if isinstance(test, nodes.Against):
            parts = [test.operand]
        elif isinstance(test, nodes.RangeOf):
            parts = [end for end in (test.low, test.high) if end is not None]
        for part in parts:
            if not isinstance(part, nodes.Literal):
                return None
            found.append(part.value)
    return found


def _values(head: Input, constants: list[Any]) -> tuple[Sequence[Any], bool]:
    if head.type == "boolean" or (constants and all(isinstance(c, bool) for c in constants)):
        return (True, False), True
    texts = {value for value in constants if isinstance(value, str)}
    if head.allowed is not None:
        return tuple(dict.fromkeys([*head.allowed, *sorted(texts - set(head.allowed))])), True
    given = [value for value in constants if value is not None]
    if not given:
        return (_OTHER,), False
    if all(arithmetic.is_number(value) for value in given):
        return _points(sorted(set(given)), head.type in _INTEGERS), True
    if len(texts) == len(set(map(str, given))) and all(isinstance(v, str) for v in given):
        return (*sorted(texts), _OTHER), False
    return (), False


def _points(numbers: list[Any], whole: bool) -> tuple[Any, ...]:
    """Return every bound, a point between two, and one beyond each end."""
    points: list[Any] = [numbers[0] - 1]
    for number, following in zip(numbers, [*numbers[1:], numbers[-1] + 2], strict=True):
        points.append(number)
        middle = number + 1 if whole else Decimal(number + following) / 2
        if middle < following:
            points.append(middle)
    return tuple(points)


# --- checks -----------------------------------------------------------------------


def overlaps(table: Table, columns: list[Column | None]) -> Iterator[Problem]:
    """Yield pairs of rules that accept the same inputs.

    Columns that read the same variable, or none, have not every combination of values: nothing
    is said of rules that both depend on such.
    """
    rules = table.rules
    if table.hit_policy != "UNIQUE" or len(rules) ** 2 // 2 > MAX_PAIRS:
        return
    reported = 0
    for number, one in enumerate(rules):
        for offset, other in enumerate(rules[number + 1 :], start=number + 1):
            both = (1 << number) | (1 << offset)
            witness = [_witness(column, both) for column in columns]
            if None in witness or reported >= MAX_REPORTS or not _free(table, one, other):
                continue
            reported += 1
            yield _overlap(one, other, witness)


def _free(table: Table, one: Rule, other: Rule) -> bool:
    """Tell whether the columns that two rules look at may have any values together."""
    looked_at = {column for column, _ in (*one.tests, *other.tests)}
    names = [table.inputs[column].names for column in looked_at]
    return all(names) and len(frozenset[str]().union(*names)) == sum(map(len, names))


def _witness(column: Column | None, both: int) -> str | None:
    """Return an input of the column that both rules accept, told to a person."""
    if column is None:
        return None
    for value, accepted in zip(column.values, column.accepted, strict=True):
        if accepted & both == both:
            return f"{column.label}={_told(value)}"
    return None


def _told(value: Any) -> str:
    if isinstance(value, Other):
        return "其他"
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"“{value}”" if isinstance(value, str) else str(value)


def _overlap(one: Rule, other: Rule, witness: list[str | None]) -> Problem:
    example = "，".join(part for part in witness if part)
    return Problem(
        other.id,
        "dmn-overlap",
        f"与{one.label}重叠（例如 {example}），命中策略“唯一”不允许；请改条件或改命中策略。",
    )


def gaps(decision: Decision, table: Table, columns: list[Column | None]) -> Iterator[Problem]:
    """Yield combinations of inputs that no rule accepts, if all columns are closed."""
    closed = [column for column in columns if column is not None and column.closed]
    open_columns = len(closed) != len(columns)
    defaults = any(output.default is not None for output in table.outputs)
    multiple = table.hit_policy in ("COLLECT", "RULE ORDER", "OUTPUT ORDER")
    if open_columns or not closed or defaults or multiple:
        return
    if prod(len(column.values) for column in closed) > MAX_COMBINATIONS:
        return
    missing: list[str] = []
    for combination in product(*(range(len(column.values)) for column in closed)):
        accepted = -1
        for column, place in zip(closed, combination, strict=True):
            accepted &= column.accepted[place]
        if accepted == 0:
            parts = zip(closed, combination, strict=True)
            missing.append("，".join(f"{c.label}={_told(c.values[p])}" for c, p in parts))
    if missing:
        shown = "；".join(missing[:3])
        yield Problem(
            decision.id,
            "dmn-gap",
            f"有 {len(missing)} 种取值没有规则命中，例如：{shown}。请补充规则或默认输出。",
            "warning",
        )


def unreachable(table: Table, columns: list[Column | None]) -> Iterator[Problem]:
    """Yield rules of a FIRST table of which an earlier rule accepts every input."""
    if table.hit_policy != "FIRST" or len(table.rules) ** 2 // 2 > MAX_PAIRS:
        return
    for late, rule in enumerate(table.rules):
        for early in range(late):
            if columns and all(_covers(column, early, late) for column in columns):
                yield Problem(
                    rule.id,
                    "dmn-unreachable",
                    f"永远不会命中：{table.rules[early].label}已覆盖它的全部取值。",
                    "warning",
                )
                break


def _covers(column: Column | None, early: int, late: int) -> bool:
    return column is not None and all(
        accepted >> early & 1 or not accepted >> late & 1 for accepted in column.accepted
    )
