"""One evaluation of a decision, of a case or by itself, with what it read and said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import zip_longest
from typing import Any

from engine.decisions.table import Table
from engine.queries.records.cases import Case
from engine.state import values


@dataclass(slots=True)
class Input:
    """What a table read in one column."""

    id: str
    name: str
    value: Any
    #: Whether the value is in the history at all.
    is_kept: bool = True


@dataclass(slots=True)
class Output:
    """What a rule gave in one column; rules count from 1, and no rule is no table's."""

    id: str | None
    name: str | None
    variable: str
    rule: str | None
    order: int | None
    value: Any
    is_kept: bool = True


@dataclass(slots=True)
class Decided:
    """One evaluation of one decision."""

    #: None: somebody asked it without a case.
    case: Case | None
    id: str
    #: The evaluation this one was required by; None for the one that was asked.
    root_id: str | None
    decision: str
    name: str
    #: Number and version of the definition, as far as it is known.
    definition_id: int | None
    version: int | None
    at: datetime
    #: Who asked, if there is no case.
    user: str | None = None
    element: str = ""
    token: str = ""
    #: Number, key and version of the graph of its file, when the file has one.
    graph: tuple[int, str, int] | None = None
    inputs: list[Input] = field(default_factory=list)
    outputs: list[Output] = field(default_factory=list)
    #: COLLECT with an aggregation gives a number.
    collected: float | None = None
    removal_at: datetime | None = None

    @property
    def activity_id(self) -> str:
        """The activity instance that asked."""
        return f"{self.element}:{self.case.id}.{self.token}" if self.case and self.token else ""


def fill(one: Decided, told: Mapping[str, Any], table: Table | None) -> None:
    """Put in what was read and said, as `engine.commands.decided` and `deciding` wrote it.

    Args:
        table: what the decision is now, for the ids and labels of its outputs.
    """
    one.inputs = [
        Input(
            str(part.get("id") or ""),
            str(part.get("label") or ""),
            values.decode(part["exact"]) if "exact" in part else part.get("value"),
            not part.get("withheld"),
        )
        for part in told.get("inputs") or ()
    ]
    columns = {column.name: column for column in table.outputs} if table else {}
    for number, (rule, row, *gone) in enumerate(_said(told), start=1):
        for name in (*row, *(gone[0] if gone else ())):
            column = columns.get(name)
            one.outputs.append(
                Output(
                    column.id if column else None,
                    column.label or None if column else None,
                    name,
                    rule or None,
                    number if rule or table else None,
                    values.decode(row.get(name)),
                    name in row,
                )
            )


def _said(told: Mapping[str, Any]) -> list[Any]:
    if "outputs" in told:
        return list(told["outputs"])
    rows = told.get("rows") or ()
    if "value" in told and not rows:  # no table, told before outputs were kept
        return [["", {str(told.get("decision") or ""): told["value"]}]]
    rules = [str(rule.get("id") or "") for rule in told.get("rules") or ()]
    return [list(pair) for pair in zip_longest(rules[: len(rows)], rows, fillvalue="")]


def collected(told: Mapping[str, Any]) -> float | None:
    """Return the number that COLLECT made of the rules' values."""
    if "collected" in told:
        return float(told["collected"])
    rows = told.get("rows") or ()
    if not str(told.get("hit_policy") or "").startswith("COLLECT ") or not rows:
        return None
    value = next(iter(rows[0].values()), None)
    return float(value) if isinstance(value, int | float) else None
