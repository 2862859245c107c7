"""Sheets that come from and go back to other hotlines: 12345, 信访, and their like.

Reading knows nothing of the database: a sheet becomes rows with the reasons why one cannot be
taken, so that the clerk sees all of them before anything happens. Writing puts text into every
cell and nothing else: what a worker typed must never become a formula on a clerk's desktop.
"""

import io
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

import xlsxwriter
from openpyxl import load_workbook

from engine import clock
from engine.attachments import documents
from engine.attachments.refusal import FileRefused
from engine.errors import InvalidInput

MAX_ROWS = 1_000
#: A thousand rows with long texts are below 2 MB; what grows further is not such a sheet.
MAX_UNPACKED = 24 * 1024 * 1024
MAX_CELL = 5_000

#: Field of the form ← headings that hotlines use for it. The first is the one in our template.
COLUMNS: dict[str, tuple[str, ...]] = {
    "external_no": ("工单编号", "工单号", "信访件编号", "编号"),
    "received_on": ("来单时间", "受理时间", "登记时间", "来信时间"),
    "name": ("诉求人", "姓名", "反映人", "信访人"),
    "phone": ("联系电话", "电话", "手机号", "手机号码"),
    "street": ("所属街道", "街道", "属地"),
    "employer": ("涉及单位", "用人单位", "被反映单位", "企业名称"),
    "category": ("诉求类别", "类别", "问题类型"),
    "content": ("诉求内容", "内容", "问题描述", "反映内容"),
    "external_due": ("办理期限", "截止时间", "办结期限", "要求办结时间"),
}
REQUIRED = ("external_no", "street", "content")
_PHONE = re.compile(r"1[3-9]\d{9}|0\d{2,3}-?\d{7,8}")
_NUMBER = re.compile(r"[\w〔〕\[\]（）()\-/]{4,60}")


@dataclass
class Row:
    """One line of a sheet: what was understood, and what is wrong with it."""

    line: int
    values: dict[str, str] = field(default_factory=dict)
    due_at: datetime | None = None
    received_on: date | None = None
    errors: list[str] = field(default_factory=list)

    @property
    def external_no(self) -> str:
        """The number the other system gave."""
        return self.values.get("external_no", "")


@dataclass
class Sheet:
    """A whole sheet, read."""

    rows: list[Row]
    #: Headings nobody knows; their columns are not taken over.
    ignored: list[str]

    @property
    def good(self) -> list[Row]:
        """The rows that can be registered."""
        return [row for row in self.rows if not row.errors]


def read(data: bytes, *, streets: Mapping[str, str], categories: Mapping[str, str]) -> Sheet:
    """Read the first sheet of an xlsx file.

    Args:
        data: the file as posted.
        streets: name → organisation code.
        categories: name → category code.

    Raises:
        InvalidInput: not an xlsx file, too large, or without the columns that are needed.
    """
    table = _cells(data)
    if not table:
        raise InvalidInput("表格是空的，请按模板填写后再导入。")
    order, ignored = _headings(table[0])
    rows: list[Row] = []
    seen: dict[str, int] = {}
    for line, cells in enumerate(table[1:], start=2):
        given = {key: cells[at] for key, at in order.items() if at < len(cells)}
        if any(value not in (None, "") for value in given.values()):
            row = _row(line, given, streets, categories)
            if (first := seen.setdefault(row.external_no, line)) != line and row.external_no:
                row.errors.append(f"工单编号与第 {first} 行重复")
            rows.append(row)
    if not rows:
        raise InvalidInput("表格里没有数据行，请按模板填写后再导入。")
    return Sheet(rows, ignored)


def _cells(data: bytes) -> list[tuple[Any, ...]]:
    try:
        fits = documents.verify_office(data).extension == "xlsx" and _unpacked(data) <= MAX_UNPACKED
    except FileRefused as refusal:
        raise InvalidInput(f"文件{refusal.reason}") from None
    if not fits:
        raise InvalidInput("请上传按模板填写的 Excel 文件（xlsx），不超过 1000 行。")
    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        # a sheet may claim three million rows; the reader is told where to stop
        rows = book.worksheets[0].iter_rows(
            max_row=MAX_ROWS + 2, max_col=len(COLUMNS) + 30, values_only=True
        )
        found = list(rows)
    # the reader raises whatever a broken sheet leads it to
    except Exception:  # noqa: BLE001
        raise InvalidInput("打不开这个 Excel 文件，请用模板重新保存后再传。") from None
    if len(found) > MAX_ROWS + 1:
        raise InvalidInput("一次最多导入 1000 行，请分成几个文件。")
    return found


def _unpacked(data: bytes) -> int:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return sum(entry.file_size for entry in package.infolist())


def _headings(first: Sequence[Any]) -> tuple[dict[str, int], list[str]]:
    known = {name: key for key, names in COLUMNS.items() for name in names}
    order: dict[str, int] = {}
    ignored: list[str] = []
    for at, cell in enumerate(first):
        title = re.sub(r"[\s*＊:：]", "", str(cell or ""))
        key = known.get(title)
        if key is not None:
            order.setdefault(key, at)
        elif title:
            ignored.append(title[:20])
    missing = [COLUMNS[key][0] for key in REQUIRED if key not in order]
    if missing:
        raise InvalidInput(f"缺少这些列：{'、'.join(missing)}。请下载模板对照。")
    return order, ignored


def _row(
    line: int, given: Mapping[str, Any], streets: Mapping[str, str], categories: Mapping[str, str]
) -> Row:
    row = Row(line, {key: _text(value) for key, value in given.items()})
    for key in REQUIRED:
        if not row.values.get(key):
            row.errors.append(f"缺少{COLUMNS[key][0]}")
    if row.external_no and not _NUMBER.fullmatch(row.external_no):
        row.errors.append("工单编号只能是文字、数字和横线，4 到 60 个字")
    phone = row.values.get("phone", "").replace(" ", "")
    row.values["phone"] = phone
    if phone and not _PHONE.fullmatch(phone):
        row.errors.append("联系电话不是有效的号码")
    _translate(row, "street", streets, "所属街道不在全区街道名单内")
    _translate(row, "category", categories, "诉求类别不在类目表内")
    row.due_at = _moment(given.get("external_due"), row, "办理期限")
    received = _moment(given.get("received_on"), row, "来单时间")
    row.received_on = received.date() if received else None
    if any(len(value) > MAX_CELL for value in row.values.values()):
        row.errors.append("有单元格超过 5000 字")
    return row


def _translate(row: Row, key: str, codes: Mapping[str, str], reason: str) -> None:
    value = row.values.get(key, "")
    code = codes.get(value) or codes.get(value.removesuffix("街道"))
    if value and code is None:
        row.errors.append(reason)
    row.values[key] = code or ""


def _text(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # Excel keeps a phone number as 13800000001.0
    return "" if value is None else str(value).replace("\x00", "").strip()


def _moment(value: Any, row: Row, title: str) -> datetime | None:
    """Return the moment a cell means; a date alone means the end of that day."""
    if value in (None, ""):
        return None
    if isinstance(value, datetime):
        found: datetime | None = value
    elif isinstance(value, date):
        found = datetime.combine(value, time(0, 0))
    else:
        found = _parse(str(value).strip())
    if found is None or not 2000 <= found.year <= 2100:
        row.errors.append(f"{title}看不懂，请写成 2026-04-07 或 2026-04-07 17:30")
        return None
    if (found.hour, found.minute, found.second) == (0, 0, 0):
        found = found.replace(hour=23, minute=59, second=59)
    return found.replace(tzinfo=clock.CHINA)


def _parse(text: str) -> datetime | None:
    plain = re.sub(r"[年月/.]", "-", text).replace("日", " ").strip()
    for pattern in ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d"):
        try:
            return datetime.strptime(plain, pattern)  # noqa: DTZ007 - the zone is set by the caller
        except ValueError:
            continue
    return None


# ---- writing ----------------------------------------------------------------------------


def template(streets: Iterable[str], categories: Iterable[str]) -> bytes:
    """Return the sheet to fill in: headings, an example line, and the lists to choose from."""
    example = [
        "示例-12345-0001", "2026-04-07 09:30", "陈某甲（示例）", "13800000001", "平湖",
        "示例·晨光电子（平湖）", "劳动报酬", "7、8 月工资没有发放，共 36 人。", "2026-04-20",
    ]  # fmt: skip
    lists = [list(pair) for pair in _side_by_side(list(streets), list(categories))]
    return _workbook(
        {
            "导入": ([_starred(key) for key in COLUMNS], [example]),
            "可填的街道和类别": (["街道", "诉求类别"], lists),
        }
    )


def answers(rows: Iterable[Sequence[str]]) -> bytes:
    """Return the sheet for 回填: external number, our number, result, answer, date, unit."""
    titles = ["工单编号", "诉求编号", "办理结果", "答复内容", "依据", "答复日期", "承办单位"]
    return _workbook({"答复回填": (titles, rows)})


def problems(sheet: Sheet) -> bytes:
    """Return the rows that could not be taken, each with its reasons."""
    titles = ["行号", "工单编号", "原因"]
    rows = [[str(row.line), row.external_no, "；".join(row.errors)] for row in sheet.rows]
    return _workbook({"未导入": (titles, [row for row in rows if row[2]])})


def _starred(key: str) -> str:
    return COLUMNS[key][0] + ("*" if key in REQUIRED else "")


def _side_by_side(left: list[str], right: list[str]) -> Iterable[tuple[str, str]]:
    for at in range(max(len(left), len(right))):
        yield (left[at] if at < len(left) else "", right[at] if at < len(right) else "")


def _workbook(sheets: Mapping[str, tuple[Sequence[str], Iterable[Sequence[str]]]]) -> bytes:
    out = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(out, options) as book:
        head = book.add_format({"bold": True, "bg_color": "#EDF3FE", "border": 1})
        body = book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
        for title, (titles, rows) in sheets.items():
            sheet = book.add_worksheet(title)
            sheet.freeze_panes(1, 0)
            sheet.set_column(0, len(titles) - 1, 18, body)
            for at, name in enumerate(titles):
                sheet.write_string(0, at, name, head)
            for line, row in enumerate(rows, start=1):
                for at, cell in enumerate(row):
                    # write_string: "=1+1" stays the worker's words
                    sheet.write_string(line, at, str(cell)[:32_000], body)
    return out.getvalue()
