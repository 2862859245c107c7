"""What a decision answered, in the forms that Camunda's `mapDecisionResult` names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from engine.decisions.table import Answer
from engine.errors import ExpressionError


@dataclass(frozen=True, slots=True)
class Result:
    """The rows that matched, output name → value, and the decision's value in FEEL.

    The value of a table is: one output of one row; a context if there are several
    outputs; a list of those if the hit policy gives several rows; null if none matched.
    """

    decision: str
    rows: list[dict[str, Any]]
    value: Any
    #: Only if it was asked for: see `Decision.evaluate`.
    explanation: dict[str, Any] | None = None
    #: What the decision's table read and said, and the results it required; asked for alike.
    answer: Answer | None = None
    required: Sequence[Result] = ()

    @property
    def single_entry(self) -> Any:
        """The only output of the only row, null without a row.

        Raises:
            ExpressionError: there is more than one.
        """
        row = self.single_result
        if row is None:
            return None
        if len(row) != 1:
            raise self._wrong(f"有 {len(row)} 个输出", "singleEntry")
        return next(iter(row.values()))

    @property
    def single_result(self) -> dict[str, Any] | None:
        """The only row, null without one.

        Raises:
            ExpressionError: there is more than one.
        """
        if len(self.rows) > 1:
            raise self._wrong(f"有 {len(self.rows)} 行结果", "singleResult")
        return self.rows[0] if self.rows else None

    @property
    def collect_entries(self) -> list[Any]:
        """The only output of every row.

        Raises:
            ExpressionError: a row has more than one output.
        """
        if any(len(row) != 1 for row in self.rows):
            raise self._wrong("每行有多个输出", "collectEntries")
        return [next(iter(row.values())) for row in self.rows]

    @property
    def result_list(self) -> list[dict[str, Any]]:
        """Every row."""
        return self.rows

    def mapped(self, how: str | None) -> Any:
        """Return the form that `camunda:mapDecisionResult` names; `resultList` by default.

        Raises:
            ExpressionError: there is no such form, or the result does not fit it.
        """
        match how or "resultList":
            case "singleEntry":
                return self.single_entry
            case "singleResult":
                return self.single_result
            case "collectEntries":
                return self.collect_entries
            case "resultList":
                return self.result_list
        raise ExpressionError(f"没有决策结果映射方式“{how}”。")

    def _wrong(self, what: str, how: str) -> ExpressionError:
        return ExpressionError(f"决策“{self.decision}”{what}，不能用 {how} 取值。")
