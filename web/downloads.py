"""Sheets to take away: Excel files in which nothing can be a formula."""

from __future__ import annotations

import io
from collections.abc import Sequence
from urllib.parse import quote

import xlsxwriter
from flask import Response, make_response

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: Widest column, in characters.
WIDEST = 46


def sheet(rows: Sequence[Sequence[object]], name: str) -> Response:
    """Return an Excel file as a download; the first row is the heading.

    Every cell is written as text or number and never read as a formula, so a title that
    begins with = or ＝ stays a title.
    """
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(
        buffer,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    page = book.add_worksheet(name[:31])
    bold = book.add_format({"bold": True, "bottom": 1})
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            _write(page, number, column, value, bold if number == 0 else None)
    for column in range(len(rows[0]) if rows else 0):
        page.set_column(column, column, _width(rows, column))
    page.freeze_panes(1, 0)
    book.close()
    response = make_response(buffer.getvalue())
    response.headers["Content-Type"] = XLSX
    response.headers["Content-Disposition"] = disposition(f"{name}.xlsx")
    return response


def disposition(name: str) -> str:
    """Return a Content-Disposition that downloads under a name in any script.

    The name is percent-encoded: no quote, line break or path in it reaches the header.
    """
    return f"attachment; filename*=UTF-8''{quote(name, safe='')}"


def _write(
    page: xlsxwriter.worksheet.Worksheet, row: int, column: int, value: object, style: object
) -> None:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        page.write_number(row, column, value, style)
    else:
        page.write_string(row, column, "" if value is None else str(value), style)


def _width(rows: Sequence[Sequence[object]], column: int) -> int:
    longest = max(sum(2 if ord(sign) > 0x2E7F else 1 for sign in str(row[column])) for row in rows)
    return min(WIDEST, max(10, longest + 2))
