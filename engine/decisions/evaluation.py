"""One evaluation of a graph of decisions: every decision is answered once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.decisions.items import given, read_as
from engine.decisions.model import (
    NO_FUNCTIONS,
    Decision,
    DecisionModel,
    InputData,
    Knowledge,
    Ref,
    Service,
)
from engine.decisions.result import Result
from engine.decisions.table import Answer, Table
from engine.decisions.types import converted
from engine.errors import ExpressionError
from engine.expressions import limits
from engine.expressions.environment import Env, Functions, Run
from engine.expressions.feel_types import Type, coerce
from engine.expressions.limits import LimitReached, Undefined
from engine.expressions.program import LIGHT, storable
from engine.expressions.values import Function, plain


def evaluate(
    wanted: Decision | Service | Knowledge,
    scope: Mapping[str, Any],
    *,
    functions: Functions = NO_FUNCTIONS,
    explain: bool = False,
    model: DecisionModel | None = None,
    shown: bool = False,
) -> Result:
    """Answer a decision, a service with its inputs, or a knowledge model with its parameters.

    `model` is needed for the last two; a decision knows its own. What is only shown may hold
    functions, and cost more.

    Raises:
        ExpressionError: as `Decision.evaluate` says.
    """
    run = Run(functions)
    run.notes = [] if explain else None
    if shown:
        run.steps, run.deepest = limits.SHOWN_STEPS, limits.SHOWN_CALLS
    whole = wanted.model if isinstance(wanted, Decision) else model
    if whole is None:
        raise ExpressionError(f"“{wanted.name}”不能单独计算。")
    try:
        evaluation = Evaluation(whole, scope, run, explain)
        if isinstance(wanted, Decision):
            result = evaluation.answer(wanted)
            _readable(wanted.name, result.value, run)
            return result if shown or _light(result.rows) else _without_functions(result)
        value = _invoked(evaluation, wanted)
        _readable(wanted.name, value, run)
    except RecursionError:
        raise LimitReached(f"决策“{wanted.name}”计算太深。") from None
    told = {"decision": wanted.id, "name": wanted.name, "value": plain(value), "notes": run.notes}
    rows = [{wanted.name: value}]
    return Result(wanted.name, rows if shown else storable(rows), value, told if explain else None)


def _readable(name: str, value: Any, run: Run) -> None:
    """Refuse null for which something that cannot be read may be the reason."""
    if value is None and run.broken is not None:
        raise ExpressionError(f"决策“{name}”：{run.broken}")


def _light(rows: list[dict[str, Any]]) -> bool:
    """Tell at one look that rows hold nothing that is large or a function."""
    return all(type(value) in LIGHT for row in rows for value in row.values())


def _without_functions(result: Result) -> Result:
    storable(result.rows)
    return result


def _invoked(evaluation: Evaluation, wanted: Service | Knowledge) -> Any:
    """Call a function with values from outside, read by the types of its parameters."""
    function, scope = evaluation.function(wanted), evaluation.scope
    types = function.types or [None] * len(function.params)
    try:
        values = [
            scope.get(param) if type_ is None else given(scope.get(param), type_)
            for param, type_ in zip(function.params, types, strict=True)
        ]
        return evaluation.run.invoke(function, values)
    except Undefined as why:
        evaluation.env.note(why)
        return None


class Evaluation:
    """The state of one evaluation of one file; imported files have their own, below it."""

    def __init__(
        self, model: DecisionModel, scope: Mapping[str, Any], run: Run, explain: bool
    ) -> None:
        self.model, self.run, self.explain = model, run, explain
        #: Name → value of what has been answered; it hides variables of the same name.
        self.known: dict[str, Any] = {}
        for name, title in model.titles.items():
            if title in scope and name not in scope:
                scope = {**scope, name: scope[title]}
        #: What was told from outside.
        self.scope = scope
        self.env = Env(scope, run).inside(self.known)
        self.results: dict[str, Result] = {}
        #: Decisions whose values were given, and those being answered.
        self.given: set[str] = set()
        self.open: set[str] = set()
        self.imported: dict[str, Evaluation] = {}
        for one in model.input_data.values():
            if one.type is not None and one.name in scope:
                self.known[one.name] = self._input(one, scope[one.name])
        for name, kind in model.times.items():
            if name in scope:
                self.known[name] = read_as(scope[name], kind)
        for prefix, below in model.imports.items():
            self._import(prefix, below, scope)

    def _input(self, one: InputData, value: Any) -> Any:
        wanted = one.type
        if wanted is None:
            return value
        return converted(lambda raw: given(raw, wanted), value, self.env, f"输入“{one.name}”")

    def _import(self, prefix: str, model: DecisionModel, scope: Mapping[str, Any]) -> None:
        """Begin the evaluation of an imported file: its inputs are below its name, or beside it."""
        nested = scope.get(prefix)
        inner = {**scope, **nested} if isinstance(nested, Mapping) else scope
        below = Evaluation(model, inner, self.run, False)
        self.imported[prefix] = below
        seen = {one.name: inner[one.name] for one in model.input_data.values() if one.name in inner}
        seen |= below.known
        self._tell(prefix, seen)

    def _tell(self, prefix: str, names: Mapping[str, Any]) -> None:
        """Make names known: below the name of the import they come from, if it has one."""
        if prefix:
            names = {**self.known.get(prefix, {}), **names}
            self.known[prefix] = names
        else:
            self.known.update(names)

    # --- decisions ------------------------------------------------------------

    def answer(self, decision: Decision) -> Result:
        """Answer a decision, after those that it requires."""
        if decision.id in self.results:
            return self.results[decision.id]
        if decision.id in self.open:
            raise ExpressionError(f"决策“{decision.name}”依赖自己，请去掉环。")
        self.open.add(decision.id)
        required = [found for ref in decision.requires if (found := self._require(ref))]
        for ref in decision.knows:
            self._learn(ref)
        try:
            result = self._compute(decision, required)
        except LimitReached as why:
            raise LimitReached(f"决策“{decision.name}”：{why}") from why
        except ExpressionError as why:
            raise ExpressionError(f"决策“{decision.name}”：{why}") from why
        self.results[decision.id] = result
        self._publish(decision, result)
        return result

    def _require(self, ref: Ref) -> Result | None:
        """Answer a required decision, unless its value was given."""
        if ref.prefix or ref.id not in self.model.decisions:
            below = self.imported.get(ref.prefix)
            if below is None or ref.id not in below.model.decisions:
                raise ExpressionError(f"依赖的“{ref.id}”不存在。")
            decision = below.model.decisions[ref.id]
            result = below.answer(decision)
            self._tell(ref.prefix, {decision.variable: result.value, decision.name: result.value})
            return result
        return None if ref.id in self.given else self.answer(self.model.decisions[ref.id])

    def _publish(self, decision: Decision, result: Result) -> None:
        """Make the value known under the decision's names.

        Camunda's diagrams also read a required table by the names of its outputs.
        """
        table = decision.table
        for column in table.outputs if table and self.model.camunda else ():
            entries = [row.get(column.name) for row in result.rows]
            single = not isinstance(result.value, list)
            value = (entries[0] if entries else None) if single else entries
            self.known.setdefault(column.name, value)
        for name in (decision.name, decision.variable):
            self.known[name] = result.value

    def _compute(self, decision: Decision, required: list[Result]) -> Result:
        explanation: dict[str, Any] | None = None
        answer: Answer | None = None
        logic = decision.logic
        if isinstance(logic, Table):
            answer = logic.answer(self.env)
            rows, value = answer.rows, answer.value
            if self.explain:
                explanation = answer.explanation()
        else:
            value = logic(self.env)
        raw = value
        if decision.convert is not None:
            value = converted(decision.convert, raw, self.env, f"决策“{decision.name}”的结果")
        if isinstance(logic, Table):
            rows = [] if value is None and raw is not None else rows  # both tell the same
        else:
            rows = [{decision.variable: value}]
            explanation = {"value": plain(value)} if self.explain else None
        if not _light(rows):
            for _ in limits.parts(rows):
                pass  # as large as a result may be, and no larger
        if explanation is None:
            return Result(decision.name, rows, value)
        explanation = {"decision": decision.id, "name": decision.name, **explanation}
        if required:
            explanation["requires"] = [one.explanation for one in required]
        if self.run.notes:
            explanation["notes"] = list(self.run.notes)
        return Result(decision.name, rows, value, explanation, answer, required)

    # --- knowledge ------------------------------------------------------------

    def _learn(self, ref: Ref) -> None:
        """Make a function known under its name."""
        if ref.prefix or not self._has(ref.id):
            below = self.imported.get(ref.prefix)
            if below is not None and below._has(ref.id):
                known = below._invocable(ref.id)
                self._tell(ref.prefix, {known.name: below.function(known)})
            return
        known = self._invocable(ref.id)
        if not isinstance(self.known.get(known.name), Function):
            self.known[known.name] = self.function(known)

    def _has(self, identifier: str) -> bool:
        return identifier in self.model.knowledge or identifier in self.model.services

    def _invocable(self, identifier: str) -> Knowledge | Service:
        return self.model.knowledge.get(identifier) or self.model.services[identifier]

    def function(self, known: Knowledge | Service) -> Function:
        """Return a knowledge model or a service as a function."""
        if isinstance(known, Service):
            return self._service(known)
        function: Function = known.define(self.env)
        self.known[known.name] = function  # it may call itself
        for ref in known.requires:
            self._learn(ref)
        return function

    def _service(self, service: Service) -> Function:
        """Return a service as a function of its input data, then its input decisions."""
        given = [self._of(ref).input_data.get(ref.id) for ref in service.inputs]
        inputs = [one for one in given if one is not None]
        answered = [self._of(ref).decisions.get(ref.id) for ref in service.decisions]
        decisions = [one for one in answered if one is not None]
        params = (*(one.name for one in inputs), *(one.variable for one in decisions))
        types = (*(one.type for one in inputs), *(one.type for one in decisions))

        def apply(_run: Any, *values: Any) -> Any:
            told = {
                param: value if wanted is None else self._argument(value, wanted, param)
                for param, value, wanted in zip(params, values, types, strict=True)
            }
            inner = Evaluation(self.model, told, self.run, False)
            for decision in decisions:
                inner.give(decision, told[decision.variable])
            return inner.served(service)

        return Function(params, apply, types)

    def _argument(self, value: Any, wanted: Type, name: str) -> Any:
        return converted(lambda raw: coerce(raw, wanted), value, self.env, f"参数“{name}”")

    def _of(self, ref: Ref) -> DecisionModel:
        return self.model.imports.get(ref.prefix, self.model)

    def give(self, decision: Decision, value: Any) -> None:
        """Take the value of a decision from outside instead of answering it."""
        if decision.convert is not None:
            value = converted(decision.convert, value, self.env, f"“{decision.name}”")
        self.given.add(decision.id)
        self.known[decision.variable] = self.known[decision.name] = value

    def served(self, service: Service) -> Any:
        """Return what a service answers: the value of its one decision, or a context of several."""
        values: dict[str, Any] = {}
        for ref in service.outputs:
            below = self.imported.get(ref.prefix, self)
            decision = below.model.decisions.get(ref.id)
            if decision is None:
                raise ExpressionError(f"决策服务“{service.name}”的“{ref.id}”不存在。")
            values[decision.variable] = below.answer(decision).value
        value = next(iter(values.values())) if len(values) == 1 else values
        if service.convert is None:
            return value
        return converted(service.convert, value, self.env, f"决策服务“{service.name}”的结果")
