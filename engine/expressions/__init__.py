"""Expressions: JUEL `${…}` as Camunda 7 writes it, FEEL `=…` as DMN does.

One kernel, two languages, no Python: only mappings, lists and listed pure functions can
be reached. Work, depth and sizes are bounded (`limits`). Compiled texts are kept.

| Text | Means |
|---|---|
| `=amount > 5` | FEEL: names may have spaces, null where there is no result, exact decimals |
| `${amount > 5}` | JUEL: the coercions of Java's expressions, an error where there is no result |
| `号码 ${nr}` | text with JUEL in it |
| `handler` | the text itself |

`functions` are called by name only: `deadline('handle', level)`. A value may be an object
whose class lists its readable properties in `__feel__`; it compares by its `due_at`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from engine.clock import CHINA
from engine.errors import ExpressionError
from engine.expressions import scripts
from engine.expressions.environment import Env, Functions, Run
from engine.expressions.explanation import Explanation, explain
from engine.expressions.naming import names
from engine.expressions.program import (
    NO_FUNCTIONS,
    Scope,
    condition_program,
    feel_program,
    run,
    text_program,
    unary_program,
)
from engine.expressions.values import adopt

__all__ = [
    "Explanation",
    "check",
    "check_condition",
    "check_feel",
    "check_unary",
    "evaluate",
    "evaluate_condition",
    "explain",
    "feel",
    "names",
    "script",
    "unary",
]


def check(text: str) -> None:
    """Read an expression or a text with expressions, without computing it.

    Raises:
        ExpressionError: with the place and what should stand there.
    """
    text_program(text)


def check_condition(text: str) -> None:
    """Read a condition, as `evaluate_condition` would.

    Raises:
        ExpressionError: with the place and what should stand there; also if it is empty.
    """
    condition_program(text)


def check_feel(text: str) -> None:
    """Read FEEL without the leading `=`.

    Raises:
        ExpressionError: with the place and what should stand there.
    """
    feel_program(text, strict=True)


def check_unary(text: str) -> None:
    """Read unary tests, as a decision table's cell has them.

    Raises:
        ExpressionError: with the place and what should stand there.
    """
    unary_program(text)


def evaluate(text: str, scope: Scope, functions: Functions = NO_FUNCTIONS) -> Any:
    """Compute what stands in a diagram's attribute.

    `${…}` alone keeps its type, with text around it the result is text, and plain
    text is returned as it is (as Camunda does for attributes).

    Raises:
        ExpressionError: it cannot be read, has no result, or costs too much.
    """
    result = run(text_program(text), scope, functions)
    if isinstance(result, datetime) and result.tzinfo is None:
        return result.replace(tzinfo=CHINA)  # what the office writes without a zone is local
    return result


def evaluate_condition(text: str, scope: Scope, functions: Functions = NO_FUNCTIONS) -> bool:
    """Compute a condition. A body without `${…}` or `=` is JUEL.

    Raises:
        ExpressionError: also if the result is not true or false: a gateway that goes on
            with a null would take the wrong way in silence.
    """
    result = run(condition_program(text), scope, functions)
    if result is True or result is False:
        return result
    shown = "空值" if result is None else f"“{str(result)[:40]}”"
    why = "".join(explain(text, scope, functions).notes[:1])
    raise ExpressionError(f"条件“{text.strip()[:80]}”的结果应为“是”或“否”，得到的是{shown}。{why}")


def feel(text: str, scope: Scope, functions: Functions = NO_FUNCTIONS) -> Any:
    """Compute FEEL without the leading `=`; null where there is no result.

    Raises:
        ExpressionError: it cannot be read, or costs too much.
    """
    return run(feel_program(text), scope, functions)


def unary(text: str, value: Any, scope: Scope, functions: Functions = NO_FUNCTIONS) -> bool:
    """Tell whether FEEL's unary tests accept a value: `"a","b"`, `[1..5]`, `not(> 3)`, `-`.

    Raises:
        ExpressionError: they cannot be read, or cost too much.
    """
    _, test = unary_program(text)
    return test(Env(scope, Run(functions)), adopt(value)) is True


def script(text: str) -> list[tuple[str, str]]:
    """Return the assignments of a script: `name = expression`, one per line.

    Each expression is a text for `evaluate`; a later line may read an earlier name.

    Raises:
        ExpressionError: a line is no assignment, or its expression cannot be read.
    """
    return scripts.parse(text)
