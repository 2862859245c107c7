"""How the tests of FEEL are written: one line is an expression, and what it equals."""

from __future__ import annotations

from typing import Any

from engine import expressions
from engine.expressions.environment import Env, Run
from engine.expressions.program import unary_program
from engine.expressions.values import adopt

SCOPE: dict[str, Any] = {
    "people": [
        {"name": "甲", "age": 20, "address": {"city": "深圳"}},
        {"name": "乙", "age": 40, "address": {"city": "广州"}},
        {"name": "丙", "age": None},
    ],
    "n": 5,
    "word": "abc",
    "Monthly Salary": 10_000,
    "月 收入": 8000,
    "nothing": None,
}


def unary(text: str, value: Any, scope: dict[str, Any]) -> bool:
    """Tell whether unary tests accept a value, as a decision table asks."""
    _, test = unary_program(text)
    return test(Env(scope, Run({})), adopt(value)) is True


def lines(text: str) -> list[tuple[str, str]]:
    """Return the pairs of a text with `expression ⇒ what it equals` on each line."""
    pairs = [line.split(" ⇒ ") for line in text.strip().splitlines() if line.strip()]
    return [(left.strip(), right.strip()) for left, right in pairs]


def check(expression: str, expected: str) -> None:
    """Compare two expressions: null only equals null, and true is not 1."""
    got, wanted = expressions.feel(expression, SCOPE), expressions.feel(expected, SCOPE)
    assert (got is None) == (wanted is None), f"{got!r} is not {wanted!r}"
    assert got == wanted
    assert isinstance(got, bool) == isinstance(wanted, bool)
