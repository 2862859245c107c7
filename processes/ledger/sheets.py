"""Excel out and in: plain text cells, and files from strangers read with limits.

Out: every cell is text, never a formula, and a text that a spreadsheet would take for one
carries an apostrophe, so that it stays text when somebody saves the sheet as CSV.

In: the package is judged by `engine.attachments` before it is opened; then rows, columns and
cell lengths are bounded, and each bad row gets its own sentence instead of spoiling the rest.
"""

import io
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import openpyxl
import xlsxwriter

from engine.attachments import documents
from engine.errors import InvalidInput

MAX_ROWS, MAX_COLUMNS, MAX_CELL = 10_000, 100, 4_000
#: Titles and notes that may stand above the headings, headings included.
_HEAD_ROWS = 20
#: Largest file that is read at all, in bytes.
MAX_FILE = 10 * 1024 * 1024

_FORMULA_SIGNS = ("=", "+", "-", "@", "−", "\t", "\r", "\n", "|", "%")
_NUMBER = re.compile(r"[+-]?\d[\d ,.\-/:]*")

#: Control characters that are not allowed in a sheet's XML.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def neutral(value: Any) -> str:
    """Return a value as text that no spreadsheet takes for a formula.

    Full-width signs (＝＋－＠) count as well: some programs fold them. A telephone number or a
    negative number stays as it is.
    """
    text = _CONTROL.sub("", "" if value is None else str(value))[:32_000]
    folded = unicodedata.normalize("NFKC", text).lstrip(" \u3000")
    if folded.startswith(_FORMULA_SIGNS) and not _NUMBER.fullmatch(folded):
        return f"'{text}"
    return text


def write(title: str, headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """Return a workbook with one sheet of text cells, headings frozen on top.

    Args:
        title: name of the sheet; signs that Excel refuses are left out.
        headings: one per column.
        rows: values as they are to be read; neutralised here.
    """
    target = io.BytesIO()
    book = xlsxwriter.Workbook(
        target,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    sheet = book.add_worksheet(_sheet_name(title))
    bold = book.add_format({"bold": True, "bottom": 1, "text_wrap": True})
    plain = book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
    widths = [_width(heading) for heading in headings]
    for column, heading in enumerate(headings):
        sheet.write_string(0, column, neutral(heading), bold)
    for line, row in enumerate(rows, 1):
        for column, value in enumerate(row):
            text = neutral(value)
            sheet.write_string(line, column, text, plain)
            if column < len(widths):
                widths[column] = max(widths[column], _width(text))
    for column, width in enumerate(widths):
        sheet.set_column(column, column, min(max(width + 2, 8), 50))
    sheet.freeze_panes(1, 0)
    book.close()
    return target.getvalue()


@dataclass(frozen=True)
class Field:
    """A column that is expected in a sheet from outside."""

    key: str
    title: str
    required: bool = False
    #: Other headings people write for it.
    aliases: tuple[str, ...] = ()
    #: Makes the value; raises ValueError with a sentence.
    parse: Callable[[str], Any] = field(default=str)


@dataclass(frozen=True)
class RowError:
    """What is wrong in one row: the number as Excel counts, the heading, a sentence."""

    row: int
    column: str
    message: str


@dataclass(frozen=True)
class Reading:
    """What a sheet held: good rows with their numbers, and what is wrong with the others."""

    rows: list[tuple[int, dict[str, Any]]]
    errors: list[RowError]


def read(content: bytes, fields: Sequence[Field], *, max_rows: int = MAX_ROWS) -> Reading:
    """Read the first sheet of a workbook from outside.

    The headings stand in the first row that names every required field. Formulas are read as
    nothing (their cached results may be anything); empty rows are skipped.

    Raises:
        FileRefused: the file is a bomb, damaged, locked, or acts by itself.
        InvalidInput: not a sheet, too large, too many rows, or headings are missing.
    """
    if len(content) > MAX_FILE:
        raise InvalidInput("文件超过 10 MB，请分几次导入。", {"file": "文件过大"})
    if documents.verify_office(content).extension != "xlsx":
        raise InvalidInput("请上传 .xlsx 格式的表格。", {"file": "格式不对"})
    grid = _grid(content, max_rows)
    head, places = _find_headings(grid, fields)
    rows, errors = [], []
    for number, cells in grid:
        if number <= head or not any(cells):
            continue
        values, wrong = _read_row(number, cells, fields, places)
        errors += wrong
        if not wrong:
            rows.append((number, values))
    return Reading(rows, errors)


def as_date(text: str) -> date:
    """Read a day as people write it: 2026-04-07, 2026/4/7, 2026.4.7, 2026年4月7日.

    Raises:
        ValueError: with a sentence for the row.
    """
    parts = re.findall(r"\d+", unicodedata.normalize("NFKC", text))
    try:
        return date(*(int(part) for part in parts[:3]))
    except (TypeError, ValueError):
        raise ValueError("日期请写成 2026-04-07 的样子") from None


def one_of(labels: Mapping[str, str]) -> Callable[[str], str]:
    """Return a reader that takes a code or its Chinese label and gives the code."""
    codes = {label: code for code, label in labels.items()} | {code: code for code in labels}

    def parse(text: str) -> str:
        if text not in codes:
            raise ValueError(f"请填写：{'、'.join(list(labels.values())[:12])}")
        return codes[text]

    return parse


def _grid(content: bytes, max_rows: int) -> list[tuple[int, list[str]]]:
    """Return the cells of the first sheet as text, with Excel's row numbers."""
    try:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=False)
        sheet = book.worksheets[0]
        # A sheet may claim a size of a million rows or none at all: count what comes.
        sheet.reset_dimensions()
        found = []
        for number, row in enumerate(sheet.iter_rows(max_col=MAX_COLUMNS, values_only=True), 1):
            found.append((number, [_text(value) for value in row]))
            if number > max_rows + _HEAD_ROWS:
                break
        book.close()
    except Exception:  # noqa: BLE001 - the library raises whatever a stranger's file provokes
        raise InvalidInput("表格打不开，请用 Excel 或 WPS 另存为 .xlsx 后再试。") from None
    if len(found) > max_rows + _HEAD_ROWS:
        raise InvalidInput(f"表格超过 {max_rows} 行，请分几次导入。", {"file": "行数过多"})
    return found


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time().isoformat() == "00:00:00" else str(value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    text = _CONTROL.sub("", str(value)).strip()
    return "" if text.startswith("=") else text


def _find_headings(
    grid: list[tuple[int, list[str]]], fields: Sequence[Field]
) -> tuple[int, dict[str, int]]:
    """Return the row of the headings and the column of each field found."""
    best: list[str] = [known.title for known in fields if known.required]
    for number, cells in grid[:_HEAD_ROWS]:
        titles = {_fold(cell): at for at, cell in enumerate(cells) if cell}
        places = {
            known.key: titles[name]
            for known in fields
            for name in map(_fold, (*known.aliases, known.title))
            if name in titles
        }
        missing = [known.title for known in fields if known.required and known.key not in places]
        if not missing and places:
            return number, places
        best = min(best, missing, key=len)
    raise InvalidInput(f"表头缺少：{'、'.join(best)}。请用本页的模板填写。", {"file": "表头不符"})


def _read_row(
    number: int, cells: list[str], fields: Sequence[Field], places: Mapping[str, int]
) -> tuple[dict[str, Any], list[RowError]]:
    values: dict[str, Any] = {}
    errors: list[RowError] = []
    for known in fields:
        at = places.get(known.key)
        text = cells[at] if at is not None and at < len(cells) else ""
        if len(text) > MAX_CELL:
            errors.append(RowError(number, known.title, f"超过 {MAX_CELL} 字"))
        elif not text and known.required:
            errors.append(RowError(number, known.title, "必填"))
        elif text:
            try:
                values[known.key] = known.parse(text)
            except ValueError as problem:
                errors.append(RowError(number, known.title, str(problem) or "格式不对"))
    return values, errors


def _fold(heading: str) -> str:
    """Return a heading without spaces, stars of “required”, and remarks in brackets."""
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", heading))
    return re.sub(r"[*(].*$", "", plain.lstrip("*"))


def _sheet_name(title: str) -> str:
    return re.sub(r"[\[\]:*?/\\']", "", title)[:31] or "台账"


def _width(text: str) -> int:
    """Return how wide the longest line is, a Chinese character counting two."""
    return max(sum(2 if ord(sign) > 255 else 1 for sign in line) for line in text.split("\n"))
