"""Expressions over the variables a token sees. The only evaluator the library is given."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from engine import expressions
from engine.bpmn.xml import is_expression
from engine.errors import EngineError, ExpressionError
from engine.expressions.values import text as as_text
from engine.state import speakers, variables

if TYPE_CHECKING:
    from engine.state.tokens import Token


def as_expression(text: str) -> str:
    """Return a text that may lack `${…}` as an expression."""
    return text if is_expression(text) else "${" + text + "}"


def as_value(script: str, language: str) -> str:
    """Return a script that is one expression as such; FEEL needs no mark then."""
    if language.strip().lower() == "feel" and not is_expression(script):
        return "=" + script
    return as_expression(script)


class Evaluation:
    """Evaluates for tokens of one instance. Stands where the library expects a script engine."""

    def __init__(self, functions: Mapping[str, Callable[..., Any]]) -> None:
        self.functions = functions

    def evaluate(self, task: Token, expression: str, external_context: Any = None) -> Any:
        """Return what an attribute says: `${…}` alone keeps its type, other text is text.

        Raises:
            ExpressionError: with the element it stands at.
        """
        return self.over(task, variables.visible(task.instance, task), expression)

    def over(
        self, task: Token, names: Mapping[str, Any], expression: str, *, acts: bool = False
    ) -> Any:
        """Return the value of an expression over other names than those the token sees."""
        names = _with_speakers(task, expression, names, acts=acts)
        try:
            return expressions.evaluate(expression, names, self.functions)
        except ExpressionError as error:
            raise located(error, task, expression) from error

    def template(self, token: Token, text: str) -> str:
        """Return a text with every `${…}` in it filled; nothing for an empty value."""
        value = self.evaluate(token, text)
        return "" if value is None else as_text(value)

    def condition(self, token: Token, text: str) -> tuple[bool, dict[str, Any]]:
        """Return whether a condition holds, and why: its parts, and the values it read."""
        names = _with_speakers(token, text, variables.visible(token.instance, token))
        try:
            told = expressions.explain(text, names, self.functions)
            result, why = told.verdict(), told.as_json()
        except ExpressionError as error:
            raise located(error, token, text) from error
        if any(name in text for name, _ in token.instance.passing):
            why = {"text": why["text"], "result": result, "values": {}}  # not to be kept
        return result, why

    def holds(self, token: Token, text: str) -> bool:
        """Return whether a condition holds now; not while a name in it has no value yet."""
        names = _with_speakers(token, text, variables.visible(token.instance, token))
        return expressions.explain(text, names, self.functions).result is True

    def execute(self, task: Token, script: str, external_context: Any = None) -> bool:
        """Run the assignments of a script task, in order."""
        try:
            lines = expressions.script(script)
        except ExpressionError as error:
            raise located(error, task, script) from error
        for name, expression in lines:
            variables.write(task.instance, task, {name: self.effect(task, expression)})
        return True

    def effect(self, token: Token, expression: str) -> Any:
        """Evaluate an expression that may also act: `execution.setVariable(…)` and its like."""
        return self.over(token, variables.visible(token.instance, token), expression, acts=True)


def _with_speakers(
    token: Token, text: str, names: Mapping[str, Any], *, acts: bool = False
) -> Mapping[str, Any]:
    """Let `execution` and, in task listeners, `task` be spoken to, only where it is written."""
    found: dict[str, Any] = {}
    if "execution" in text:
        found["execution"] = speakers.ExecutionSpeaker(token, acts=acts)
    if "task" in text and token.instance.of_task:
        found["task"] = speakers.TaskSpeaker(token, acts=acts)
    return ChainMap(found, names) if found else names  # type: ignore[arg-type]  # never written


def located(error: EngineError, token: Token, expression: str) -> ExpressionError:
    """Say where in the diagram an expression failed."""
    element = getattr(token.node, "element", "")
    where = getattr(token.node, "label", "") or element or "流程"
    return ExpressionError(f"“{where}”（{element}）的表达式 {expression[:80]}：{error}")
