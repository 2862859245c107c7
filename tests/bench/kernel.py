"""Expressions and tables by themselves, compiled once, on no database."""

from __future__ import annotations

from engine import decisions, expressions
from tests.bench.figures import Figure, timed

RULES = 20


def speed(figures: list[Figure]) -> None:
    """One condition, and a table of twenty rules that finds its rule last."""
    scope = {"amount": 7, "kind": "a"}
    source = '=amount > 5 and kind = "a"'
    expressions.evaluate(source, scope)
    best = _best(lambda: expressions.evaluate(source, scope), 2_000)
    label = 'evaluate amount > 5 and kind = "a"'
    figures.append(Figure(label, round(best, 2), "µs", "-", "aim ≤ 5"))
    table = decisions.parse(_table()).decisions["t"]
    facts = {"level": RULES, "kind": "a", "amount": 5}
    assert table.evaluate(facts, explain=False).single_result == {"days": RULES}
    best = _best(lambda: table.evaluate(facts, explain=False), 500)
    label = f"evaluate a table of {RULES} rules and 3 inputs"
    figures.append(Figure(label, round(best, 1), "µs", "-", "aim ≤ 50; the last rule matches"))


def _best(work: object, rounds: int) -> float:
    """Return the microseconds of one evaluation in the best of five runs."""
    assert callable(work)
    return min(timed(lambda: [work() for _ in range(rounds)]) for _ in range(5)) / rounds * 1000


def _table() -> bytes:
    rules = "".join(
        f'<rule id="r{n}">'
        + "".join(
            f'<inputEntry id="i{n}_{column}"><text>{text}</text></inputEntry>'
            for column, text in enumerate((str(n), '"a","b"', "[1..10]"))
        )
        + f'<outputEntry id="o{n}"><text>{n}</text></outputEntry></rule>'
        for n in range(1, RULES + 1)
    )
    inputs = "".join(
        f'<input id="in_{name}"><inputExpression id="e_{name}" typeRef="{kind}">'
        f"<text>{name}</text></inputExpression></input>"
        for name, kind in (("level", "number"), ("kind", "string"), ("amount", "number"))
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><definitions '
        'xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="bench">'
        f'<decision id="t" name="t"><decisionTable id="dt" hitPolicy="UNIQUE">{inputs}'
        f'<output id="o" name="days" typeRef="number"/>{rules}</decisionTable></decision>'
        "</definitions>"
    ).encode()
