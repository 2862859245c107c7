"""Answers that are also given as a table: JSON, or CSV when the caller asks for it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from flask import request
from werkzeug.wrappers import Response

from web.api.answer import answer

KINDS = ("application/json", "text/csv", "application/csv")


def table(rows: Sequence[dict[str, Any]], columns: dict[str, str]) -> Response:
    """Return rows as the caller accepts them.

    Args:
        rows: as JSON has them.
        columns: heading of the CSV → field of a row.
    """
    best = request.accept_mimetypes.best_match(KINDS, KINDS[0])
    if best == KINDS[0]:
        return answer(rows)
    text = io.StringIO()
    lines = csv.writer(text)
    lines.writerow(columns)
    lines.writerows(_cells(row[field] for field in columns.values()) for row in rows)
    return Response(text.getvalue(), content_type=f"{best}; charset=utf-8")


def _cells(values: Iterable[Any]) -> list[str]:
    """Return cells that no spreadsheet takes for a formula."""
    found = ["" if value is None else str(value) for value in values]
    return [f"'{text}" if text.startswith(("=", "+", "-", "@")) else text for text in found]
