"""What a decision read and said, as history keeps it: values themselves, rule by rule."""

from __future__ import annotations

from typing import Any

from engine.decisions.result import Result
from engine.errors import EngineError
from engine.expressions.values import plain
from engine.state import values


def explained(result: Result) -> dict[str, Any]:
    """Return an explanation with the values themselves, where it only has them as texts.

    `exact` stands beside an input's `value`; `outputs` is there when the rows alone would not
    tell which rule gave which value: `[rule, {name: value}]`.
    """
    found = dict(result.explanation or {})
    if result.answer is not None:
        read = zip(found["inputs"], result.answer.values, strict=True)
        found["inputs"] = [
            part if (kept := exact(value)) == part["value"] else {**part, "exact": kept}
            for part, value in read
        ]
    said = outputs(result)
    rules = [rule["id"] for rule in found.get("rules", ())]
    told = found.get("rows", ())
    if len(rules) != len(told) or said != [list(pair) for pair in zip(rules, told, strict=True)]:
        found["outputs"] = said
    if (number := collected(result)) is not None:
        found["collected"] = number
    if result.required:
        found["requires"] = [explained(one) for one in result.required if one.explanation]
    return found


def collected(result: Result) -> float | None:
    """Return the number that COLLECT made of the rules' values; None without one."""
    answer = result.answer
    if answer is None or not answer.table.aggregation or not answer.rows:
        return None
    value = next(iter(answer.rows[0].values()))
    is_number = values.type_name(value) in ("Integer", "Long", "Short", "Double", "Decimal")
    return float(value) if is_number else None


def outputs(result: Result) -> list[list[Any]]:
    """Return what counts of every rule: `[rule, {name: value}]`; no rule, no table."""
    if result.answer is None:
        return [["", {name: exact(value) for name, value in row.items()}] for row in result.rows]
    return [
        [rule.id if rule else "", {name: exact(value) for name, value in row.items()}]
        for rule, row in result.answer.counted()
    ]


def exact(value: Any) -> Any:
    """Return a value as variables are stored; shortened, or as a text, if they cannot hold it."""
    try:
        kept = values.encode(values.storable(value, ""))
    except EngineError:
        kept = None
    is_large = isinstance(kept, list | dict) and len(values.to_json(kept)) > values.MAX_BYTES
    return values.encode(plain(value)) if is_large or kept is None else kept
