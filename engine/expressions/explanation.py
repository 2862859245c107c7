"""Why an expression gave its result: the conditions in it, and the values it read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from engine.errors import ExpressionError
from engine.expressions.environment import Env, Functions, Run
from engine.expressions.program import NO_FUNCTIONS, Scope, condition_program, run_in
from engine.expressions.values import plain


@dataclass(frozen=True, slots=True)
class Explanation:
    """One evaluation, told so that a person can follow it."""

    text: str
    #: The value itself, or None with `error` set.
    result: Any
    #: Each comparison that was computed, in order: `{"text": …, "result": true|false|null}`.
    conditions: list[dict[str, Any]]
    #: The variables that were read, with their values at that time.
    values: dict[str, Any]
    #: Why parts of it became null.
    notes: list[str]
    #: Why there is no result.
    error: str | None = None

    def verdict(self) -> bool:
        """Return true or false.

        Raises:
            ExpressionError: the result is neither: a gateway that goes on with a null would take
                the wrong way in silence.
        """
        if self.result is True or self.result is False:
            return self.result
        shown = "空值" if self.result is None else f"{self.result!s:.40}"
        why = "；".join([f"结果应为“是”或“否”，得到的是{shown}", *self.notes[:1]])
        raise ExpressionError(self.error or why)

    def as_json(self) -> dict[str, Any]:
        """Return what can be kept in history: shortened, only JSON types."""
        told: dict[str, Any] = {
            "text": self.text,
            "result": plain(self.result),
            "values": self.values,
        }
        if len(self.conditions) > 1:  # one alone says what the whole says
            told["conditions"] = self.conditions
        if self.notes:
            told["notes"] = self.notes
        if self.error is not None:
            told["error"] = self.error
        return told


def explain(text: str, scope: Scope, functions: Functions = NO_FUNCTIONS) -> Explanation:
    """Evaluate once, as a condition would be, and keep what happened.

    An evaluation that fails is explained too: `error` has the reason.

    Raises:
        ExpressionError: the text cannot be read.
    """
    program = condition_program(text, traced=True)
    run = Run(functions)
    run.notes = []
    result: Any = None
    error: str | None = None
    try:
        result = run_in(program, Env(scope, run))
    except ExpressionError as why:
        error = str(why)
    return Explanation(text, result, run.trace, run.values, run.notes, error)
