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
from engine.expressions import fine, scripts
from engine.expressions.environment import Functions
from engine.expressions.explanation import Explanation, explain
from engine.expressions.naming import calls, names
from engine.expressions.program import (
    NO_FUNCTIONS,
    Scope,
    condition_program,
    feel_program,
    run,
    text_program,
)

__all__ = [
    "Explanation",
    "calls",
    "check",
    "check_condition",
    "evaluate",
    "explain",
    "feel",
    "names",
    "script",
]


def check(text: str) -> None:
    """Read an expression or a text with expressions, without computing it.

    Raises:
        ExpressionError: with the place and what should stand there.
    """
    text_program(text)


def check_condition(text: str) -> None:
    """Read a condition, as `explain` would: a body without `${…}` or `=` is JUEL.

    Raises:
        ExpressionError: with the place and what should stand there; also if it is empty.
    """
    condition_program(text)


def evaluate(text: str, scope: Scope, functions: Functions = NO_FUNCTIONS) -> Any:
    """Compute what stands in a diagram's attribute.

    `${…}` alone keeps its type, with text around it the result is text, and plain
    text is returned as it is (as Camunda does for attributes).

    Raises:
        ExpressionError: it cannot be read, has no result, or costs too much.
    """
    result = fine.coarse(run(text_program(text), scope, functions))
    if isinstance(result, datetime) and result.tzinfo is None:
        return result.replace(tzinfo=CHINA)  # what the office writes without a zone is local
    return result


def feel(text: str, scope: Scope, functions: Functions = NO_FUNCTIONS) -> Any:
    """Compute FEEL without the leading `=`; null where there is no result.

    Raises:
        ExpressionError: it cannot be read, or costs too much.
    """
    return run(feel_program(text), scope, functions)


def script(text: str) -> list[tuple[str, str]]:
    """Return the assignments of a script: `name = expression`, one per line.

    Each expression is a text for `evaluate`; a later line may read an earlier name.

    Raises:
        ExpressionError: a line is no assignment, or its expression cannot be read.
    """
    return scripts.parse(text)
