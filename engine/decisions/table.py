"""A compiled decision table: which rules accept the inputs, and what they answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from engine.decisions import hit_policies
from engine.decisions.hit_policies import Row
from engine.decisions.types import Converter, converted
from engine.errors import ExpressionError
from engine.expressions import nodes
from engine.expressions.compile_tests import Test
from engine.expressions.environment import Closure, Env
from engine.expressions.limits import LimitReached, Undefined
from engine.expressions.values import plain

Rank = Callable[[Any], int]


@dataclass(frozen=True, slots=True)
class Input:
    id: str
    label: str
    expression: str
    #: The variables that the expression reads.
    names: frozenset[str]
    read: Closure
    typed: Converter | None
    type: str
    #: The closed list of texts, if the table has one.
    allowed: tuple[str, ...] | None
    #: Whether a value is one of the column's input values; none: any is.
    accepts: Test | None = None

    def value(self, env: Env) -> Any:
        """Return the value of the column's expression, as its type wants it."""
        value = self.read(env)
        if self.typed is None:
            return value
        return converted(self.typed, value, env, f"输入列“{self.label}”")

    def admits(self, value: Any, env: Env) -> bool:
        """Tell whether a value is one of the column's input values."""
        if self.accepts is None or value is None or self.accepts(env, value) is True:
            return True
        env.note(Undefined(f"输入列“{self.label}”的值不在允许的取值内。"))
        return False


@dataclass(frozen=True, slots=True)
class Output:
    id: str
    name: str
    label: str
    typed: Converter | None
    default: Closure | None
    #: The texts of the allowed values, if the table has them, most important first.
    allowed: tuple[str, ...] | None
    rank: Rank | None
    #: The tree of the default, for checks.
    default_tree: nodes.Node | None = None

    def given(self, closure: Closure, env: Env) -> Any:
        """Return what a rule's cell gives, as the column's type wants it."""
        value = closure(env)
        if self.typed is None:
            return value
        return converted(self.typed, value, env, f"输出列“{self.label}”")


@dataclass(frozen=True, slots=True)
class Rule:
    id: str
    number: int
    #: Column → test, without those that accept everything.
    tests: tuple[tuple[int, Test], ...]
    #: The trees of all columns' tests, for checks.
    trees: tuple[nodes.Tests, ...]
    outputs: tuple[Closure, ...]
    output_trees: tuple[nodes.Node, ...]
    annotation: str

    @property
    def label(self) -> str:
        """How messages name it: its number in the table and its id."""
        return f"第 {self.number} 条（{self.id}）"


@dataclass(frozen=True, slots=True)
class Table:
    id: str
    hit_policy: str
    aggregation: str
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    rules: tuple[Rule, ...]
    #: Rules that break the hit policy give null, as FEEL has it, instead of an error.
    lenient: bool = False
    #: The hit policy has no meaning for this table: tells it, whatever the inputs are.
    fault: Closure | None = None

    def answer(self, env: Env) -> Answer:
        """Evaluate the table.

        Raises:
            ExpressionError: a value is of the wrong type, or the rules that match
                break the hit policy.
        """
        if self.fault is not None:
            self.fault(env)
            return Answer(self, [None] * len(self.inputs), [], [], void=True)
        env.run.tick(len(self.rules) + len(self.inputs))
        values = [column.value(env) for column in self.inputs]
        outside = {
            place
            for place, (column, value) in enumerate(zip(self.inputs, values, strict=True))
            if not column.admits(value, env)
        }
        hits = self._hits(values, outside, env)
        given = [self._row(rule, env) for rule in hits]
        if not given and (defaults := self._defaults(env)) is not None:
            return Answer(self, values, [], [defaults])
        try:
            rows = self._settle(hits, given)
        except LimitReached:
            raise
        except ExpressionError as why:
            if not self.lenient:
                raise
            env.note(why)
            return Answer(self, values, hits, [], void=True)
        return Answer(self, values, hits, rows, given)

    def _hits(self, values: list[Any], outside: set[int], env: Env) -> list[Rule]:
        """Return the rules that match; `-` accepts only what is one of the input values."""
        hits: list[Rule] = []
        first = self.hit_policy == "FIRST"
        for rule in self.rules:
            if outside and not outside <= {column for column, _ in rule.tests}:
                continue
            for column, test in rule.tests:
                if test(env, values[column]) is not True:
                    break
            else:
                hits.append(rule)
                if first:
                    break
        return hits

    def _row(self, rule: Rule, env: Env) -> Row:
        row: Row = {}
        for output, closure in zip(self.outputs, rule.outputs, strict=True):
            row[output.name] = output.given(closure, env)
        return row

    def _defaults(self, env: Env) -> Row | None:
        if all(output.default is None for output in self.outputs):
            return None
        return {
            o.name: None if o.default is None else o.given(o.default, env) for o in self.outputs
        }

    def _settle(self, hits: list[Rule], rows: list[Row]) -> list[Row]:
        match self.hit_policy:
            case "UNIQUE":
                return hit_policies.unique(hits, rows)
            case "ANY":
                return hit_policies.any_of(hits, rows)
            case "PRIORITY":
                return hit_policies.ordered(rows, self._ranks())[:1]
            case "OUTPUT ORDER":
                return hit_policies.ordered(rows, self._ranks())
            case "COLLECT" if self.aggregation:
                return self._aggregate(rows)
        return rows

    def _aggregate(self, rows: list[Row]) -> list[Row]:
        if not rows and (self.lenient or self.aggregation != "COUNT"):
            return []
        name = self.outputs[0].name
        values = [row[name] for row in rows]
        return [{name: hit_policies.aggregate(self.aggregation, values)}]

    def _ranks(self) -> list[Rank | None]:
        return [output.rank for output in self.outputs]


@dataclass(frozen=True, slots=True)
class Answer:
    """One evaluation of a table."""

    table: Table
    values: list[Any]
    hits: list[Rule]
    rows: list[Row]
    #: What each of the rules gave, before the hit policy chose, ordered or added up.
    given: Sequence[Row] = ()
    #: The inputs or the rules were wrong: the answer is null, whatever the hit policy.
    void: bool = False

    @property
    def value(self) -> Any:
        """The answer as FEEL sees it."""
        if self.void:
            return None
        single = len(self.table.outputs) == 1
        flat = [next(iter(row.values())) if single else row for row in self.rows]
        alone = self.table.hit_policy in hit_policies.SINGLE or self.table.aggregation
        if alone or (self.table.lenient and not self.hits):  # the default outputs, or null
            return flat[0] if flat else None
        return flat

    def counted(self) -> list[tuple[Rule | None, Row]]:
        """Return each row that counts with its rule; default outputs have none."""
        if self.table.aggregation:
            return list(zip(self.hits, self.given, strict=False))
        found: list[tuple[Rule | None, Row]] = []
        for row in self.rows:
            whose = (rule for rule, one in zip(self.hits, self.given, strict=False) if one is row)
            found.append((next(whose, None), row))
        return found

    def explanation(self) -> dict[str, Any]:
        """Return which rules matched, with which input values; only JSON types."""
        return {
            "hit_policy": " ".join(filter(None, (self.table.hit_policy, self.table.aggregation))),
            "inputs": [
                {"id": column.id, "label": column.label, "value": plain(value)}
                | self._outside(column, value)
                for column, value in zip(self.table.inputs, self.values, strict=True)
            ],
            "rules": [
                {"id": rule.id, "number": rule.number}
                | ({"annotation": rule.annotation} if rule.annotation else {})
                for rule in self.hits
            ],
            "rows": plain(self.rows),
        }

    @staticmethod
    def _outside(column: Input, value: Any) -> dict[str, Any]:
        """Return a remark if the value is not in the column's closed list."""
        known = column.allowed is None or value is None or value in column.allowed
        return {} if known else {"remark": "不在允许的取值内"}
