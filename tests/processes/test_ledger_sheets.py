"""Excel: nothing acts when a clerk opens it, nothing a stranger sends does harm."""

from __future__ import annotations

import io
import time
import zipfile
from datetime import date

import openpyxl
import pytest

from engine.attachments.refusal import FileRefused
from engine.errors import InvalidInput
from processes.ledger import sheets
from processes.ledger.sheets import Field, RowError

HOSTILE = [
    "=1+1",
    "+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(A1)",
    '＝HYPERLINK("http://x")',
    "＋1＋1",
    "－2＋3",
    "＠SUM(1)",
    "\t=1+1",
    "\r=1",
    " =1+1",
    "\u3000=1",
    "|calc",
    "%0A=1",
    "=cmd|'/c calc'!A1\x00",
]


@pytest.mark.parametrize("payload", HOSTILE)
def test_a_formula_leaves_as_text(payload):
    book = openpyxl.load_workbook(io.BytesIO(sheets.write("台账", [payload], [[payload]])))
    for cell in (book.active["A1"], book.active["A2"]):
        assert cell.data_type == "s"
        assert cell.value.startswith("'")


@pytest.mark.parametrize(
    "honest", ["+8613800001234", "-12.50", "0755-12345678", "拖欠工资 =36 人", "2026-04-07", "a@b"]
)
def test_numbers_and_words_stay_as_they_are(honest):
    book = openpyxl.load_workbook(io.BytesIO(sheets.write("台账", ["列"], [[honest]])))
    assert book.active["A2"].value == honest
    assert book.active["A2"].data_type == "s"


def test_a_sheet_is_named_and_empty_values_are_empty():
    made = sheets.write("台账/2026:[x]", ["甲", "乙"], [[None, 3], ["", date(2026, 4, 7)]])
    book = openpyxl.load_workbook(io.BytesIO(made))
    assert book.sheetnames == ["台账2026x"]
    assert [cell.value for cell in book.active["B"]] == ["乙", "3", "2026-04-07"]


FIELDS = (
    Field("content", "诉求内容", required=True),
    Field("phone", "联系电话", aliases=("电话",)),
    Field("on", "日期", parse=sheets.as_date),
    Field("kind", "类型", parse=sheets.one_of({"help": "求助", "consult": "咨询"})),
)


def _book(*rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def test_headings_are_found_below_a_title_and_by_other_names():
    reading = sheets.read(
        _book(
            ["12345 转办件"],
            [],
            ["序号", "诉求 内容（必填）", "* 电话", "日期", "类型"],
            [1, "没发工资", 13800001234, date(2026, 4, 7), "求助"],
            [],
            [2, "问入会", None, "2026年4月8日", "consult"],
        ),
        FIELDS,
    )
    assert reading.errors == []
    assert reading.rows == [
        (
            4,
            {
                "content": "没发工资",
                "phone": "13800001234",
                "on": date(2026, 4, 7),
                "kind": "help",
            },
        ),
        (6, {"content": "问入会", "on": date(2026, 4, 8), "kind": "consult"}),
    ]


def test_each_bad_row_has_its_own_sentence_and_good_rows_stay():
    reading = sheets.read(
        _book(
            ["诉求内容", "日期", "类型"],
            ["好的", "2026-04-07", "求助"],
            [None, "4月7日", "骂人"],
            ["字" * 4001, "", ""],
        ),
        FIELDS,
    )
    assert [number for number, _ in reading.rows] == [2]
    assert reading.errors == [
        RowError(3, "诉求内容", "必填"),
        RowError(3, "日期", "日期请写成 2026-04-07 的样子"),
        RowError(3, "类型", "请填写：求助、咨询"),
        RowError(4, "诉求内容", "超过 4000 字"),
    ]


def test_formulas_of_a_stranger_are_read_as_nothing():
    reading = sheets.read(_book(["诉求内容", "电话"], ["内容", "=HYPERLINK(1)"]), FIELDS)
    assert reading.rows == [(2, {"content": "内容"})]


def test_missing_headings_are_named():
    with pytest.raises(InvalidInput, match="诉求内容"):
        sheets.read(_book(["电话"], ["1"]), FIELDS)


def test_too_many_rows_are_refused_before_they_are_all_read():
    rows = [["x"]] * 200
    with pytest.raises(InvalidInput, match="100 行"):
        sheets.read(_book(["诉求内容"], *rows), FIELDS, max_rows=100)


def _repack(change):
    source = zipfile.ZipFile(io.BytesIO(_book(["诉求内容"], ["x"])))
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        for name in source.namelist():
            made.writestr(name, change(name, source.read(name)))
    return target.getvalue()


def test_entities_macros_and_bombs_are_refused_quickly():
    def with_entity(name, content):
        if name != "xl/worksheets/sheet1.xml":
            return content
        return b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + content

    def bomb(name, content):
        return content + b" " * (120 * 1024 * 1024) if name == "xl/styles.xml" else content

    for hostile in (
        _repack(with_entity),
        _repack(bomb),
        b"",
        b"PK\x03\x04",
        b"not a sheet",
        _book(["x"])[:200],
    ):
        begin = time.process_time()
        with pytest.raises((FileRefused, InvalidInput)):
            sheets.read(hostile, FIELDS)
        assert time.process_time() - begin < 5


def test_damaged_cells_are_a_sentence_and_not_a_crash():
    def damaged(name, content):
        return b"<worksheet" if name == "xl/worksheets/sheet1.xml" else content

    with pytest.raises(InvalidInput, match="打不开"):
        sheets.read(_repack(damaged), FIELDS)


def test_a_file_over_ten_megabytes_is_not_opened():
    with pytest.raises(InvalidInput, match="10 MB"):
        sheets.read(b"x" * (sheets.MAX_FILE + 1), FIELDS)
