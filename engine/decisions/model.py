"""Decisions that require each other, and how one is answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from engine.decisions.result import Result
from engine.decisions.table import Table
from engine.errors import ExpressionError
from engine.expressions.environment import Closure, Env, Functions, Run
from engine.expressions.limits import LimitReached
from engine.expressions.program import storable
from engine.expressions.values import plain

_NO_FUNCTIONS: Final[Functions] = {}


@dataclass(frozen=True, slots=True)
class Knowledge:
    """A business knowledge model: a function that decisions may call."""

    id: str
    name: str
    define: Closure
    requires: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Decision:
    """One decision with everything it requires."""

    id: str
    name: str
    #: The name under which others, and the result, know its value.
    variable: str
    #: A table, or the closure of another boxed expression.
    logic: Table | Closure = field(repr=False)
    #: Ids of the decisions it requires.
    requires: tuple[str, ...]
    #: Ids of the knowledge models it requires.
    knows: tuple[str, ...]
    #: Names that its expressions read: variables, required decisions, entries of its contexts.
    reads: frozenset[str]
    model: DecisionModel = field(repr=False)

    @property
    def table(self) -> Table | None:
        return self.logic if isinstance(self.logic, Table) else None

    def evaluate(
        self,
        scope: Mapping[str, Any],
        *,
        functions: Functions = _NO_FUNCTIONS,
        explain: bool = False,
    ) -> Result:
        """Answer the decision, and first those that it requires.

        With `explain` the result has, as JSON types: for each table the input values
        and the rules that matched; for others the value.

        Raises:
            ExpressionError: a value has the wrong type, rules break the hit policy, or
                an expression costs too much. The message names the decision.
        """
        run = Run(functions)
        run.notes = [] if explain else None
        try:
            return _Evaluation(self.model, scope, run, explain).answer(self)
        except RecursionError:
            raise LimitReached(f"决策“{self.name}”计算太深。") from None


@dataclass(frozen=True, slots=True, eq=False)
class DecisionModel:
    """The decisions of one file."""

    id: str
    name: str
    decisions: dict[str, Decision] = field(default_factory=dict)
    knowledge: dict[str, Knowledge] = field(default_factory=dict)
    #: Names of the input data, as other elements call them.
    inputs: tuple[str, ...] = ()


class _Evaluation:
    """One evaluation of a graph: every decision is answered once."""

    def __init__(
        self, model: DecisionModel, scope: Mapping[str, Any], run: Run, explain: bool
    ) -> None:
        self.model = model
        self.run = run
        self.explain = explain
        #: Name → value of what has been answered; it hides variables of the same name.
        self.known: dict[str, Any] = {}
        self.env = Env(scope, run).inside(self.known)
        self.results: dict[str, Result] = {}

    def answer(self, decision: Decision) -> Result:
        if decision.id in self.results:
            return self.results[decision.id]
        required = [self.answer(self.model.decisions[one]) for one in decision.requires]
        for one in decision.knows:
            self._learn(self.model.knowledge[one])
        try:
            result = self._compute(decision, required)
        except LimitReached as why:
            raise LimitReached(f"决策“{decision.name}”：{why}") from why
        except ExpressionError as why:
            raise ExpressionError(f"决策“{decision.name}”：{why}") from why
        self.results[decision.id] = result
        self._publish(decision, result)
        return result

    def _learn(self, knowledge: Knowledge) -> None:
        if knowledge.name in self.known:
            return
        for one in knowledge.requires:
            self._learn(self.model.knowledge[one])
        self.known[knowledge.name] = knowledge.define(self.env)

    def _publish(self, decision: Decision, result: Result) -> None:
        """Make the value known under the decision's names.

        Camunda's diagrams also read a required table by the names of its outputs.
        """
        table = decision.table
        for column in table.outputs if table else ():
            entries = [row.get(column.name) for row in result.rows]
            single = not isinstance(result.value, list)
            value = (entries[0] if entries else None) if single else entries
            self.known.setdefault(column.name, value)
        for name in (decision.name, decision.variable):
            self.known[name] = result.value

    def _compute(self, decision: Decision, required: list[Result]) -> Result:
        explanation: dict[str, Any] | None = None
        logic = decision.logic
        if isinstance(logic, Table):
            answer = logic.answer(self.env)
            rows, value = answer.rows, answer.value
            if self.explain:
                explanation = answer.explanation()
        else:
            value = logic(self.env)
            rows = [{decision.variable: value}]
            if self.explain:
                explanation = {"value": plain(value)}
        storable(rows)
        if explanation is not None:
            explanation = {"decision": decision.id, "name": decision.name, **explanation}
            if required:
                explanation["requires"] = [one.explanation for one in required]
            if self.run.notes:
                explanation["notes"] = list(self.run.notes)
        return Result(decision.name, rows, value, explanation)
