"""Sheets of other hotlines: every fault is named before anything happens; text stays text."""

import io
from datetime import UTC, date, datetime

import pytest
import xlsxwriter
from openpyxl import Workbook, load_workbook

from engine.errors import InvalidInput
from processes.appeals import exchange
from tests.web import hostile_files

STREETS = {"平湖街道": "pinghu", "坂田街道": "bantian"}
CATEGORIES = {"劳动报酬": "01", "举报与其他": "15"}
HEAD = [
    "工单编号", "来单时间", "诉求人", "联系电话", "所属街道", "涉及单位", "诉求类别", "诉求内容",
    "办理期限",
]  # fmt: skip
GOOD = [
    "LG-0001", "2026-04-07 09:30", "陈某甲（示例）", "13800000001", "平湖街道", "示例·晨光电子",
    "劳动报酬", "工资没发", "2026-04-20",
]  # fmt: skip
FORMULAS = [
    "=1+1", "+1", "-1", "@SUM(1)", "=cmd|'/c calc'!A1", "\t=1", "\r=1", "＝1+1",
    '=HYPERLINK("http://evil.example","x")',
]  # fmt: skip
MIDNIGHT = datetime(2026, 4, 20, tzinfo=UTC).replace(tzinfo=None)  # Excel knows no zones


def sheet(*rows, head=HEAD):
    book = Workbook()
    for row in (head, *rows):
        book.active.append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def read(data):
    return exchange.read(data, streets=STREETS, categories=CATEGORIES)


def with_(**changes):
    at = {key: HEAD.index(names[0]) for key, names in exchange.COLUMNS.items()}
    row = list(GOOD)
    for key, value in changes.items():
        row[at[key]] = value
    return row


def test_a_good_row_is_understood():
    (row,) = read(sheet(GOOD)).rows
    assert not row.errors
    assert row.external_no == "LG-0001"
    assert (row.values["street"], row.values["category"]) == ("pinghu", "01")
    assert row.received_on == date(2026, 4, 7)
    # a date alone means the end of that day in China
    assert row.due_at.astimezone(UTC) == datetime(2026, 4, 20, 15, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"external_no": ""}, "缺少工单编号"),
        ({"external_no": "号！<b>"}, "工单编号只能是"),
        ({"content": ""}, "缺少诉求内容"),
        ({"street": "朝阳"}, "街道名单"),
        ({"category": "天气"}, "类目表"),
        ({"phone": "12345"}, "有效的号码"),
        ({"external_due": "下周"}, "办理期限看不懂"),
        ({"external_due": "0001-01-01"}, "办理期限看不懂"),
        ({"content": "长" * 5001}, "5000 字"),
    ],
)
def test_a_wrong_row_says_what_is_wrong_and_the_others_stay_good(changes, reason):
    found = read(sheet(GOOD, with_(**{"external_no": "LG-0002"} | changes)))
    assert reason in "；".join(found.rows[1].errors)
    assert len(found.good) == 1


def test_the_same_number_twice_in_a_sheet_is_named_with_its_first_line():
    found = read(sheet(GOOD, GOOD))
    assert found.rows[1].errors == ["工单编号与第 2 行重复"]


@pytest.mark.parametrize("written", ["2026年4月20日", "2026/4/20", "2026.04.20", MIDNIGHT])
def test_dates_are_read_as_people_write_them(written):
    (row,) = read(sheet(with_(external_due=written))).rows
    assert row.due_at.date() == date(2026, 4, 20)


def test_a_phone_kept_by_excel_as_a_number_is_a_phone():
    (row,) = read(sheet(with_(phone=13800000001.0))).rows
    assert row.values["phone"] == "13800000001"


def test_unknown_columns_are_told_and_not_taken():
    found = read(sheet([*GOOD, "440300199001010000"], head=[*HEAD, "身份证号"]))
    assert found.ignored == ["身份证号"]
    assert "4403" not in str(found.rows[0].values)


def test_missing_columns_are_named():
    with pytest.raises(InvalidInput, match="所属街道"):
        read(sheet(["1"], head=["工单编号"]))


def test_a_sheet_that_claims_millions_of_rows_is_refused_quickly():
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"constant_memory": True}) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, HEAD)
        for line in range(1, 3000):
            page.write_row(line, 0, GOOD)
    with pytest.raises(InvalidInput, match="1000 行"):
        read(out.getvalue())


@pytest.mark.parametrize("case", ["flat bomb", "70,000 entries", "plain zip", "docx with macro",
                                  "windows program as pdf", "xlsx", "docx"])  # fmt: skip
def test_a_file_that_is_no_such_sheet_is_refused(case):
    data = (hostile_files.REFUSED | hostile_files.ACCEPTED)[case][1]
    with pytest.raises(InvalidInput):
        read(data)


def cells(data, title):
    page = load_workbook(io.BytesIO(data))[title]
    return [cell for row in page.iter_rows() for cell in row if cell.value is not None]


@pytest.mark.parametrize("text", FORMULAS)
def test_what_a_worker_typed_never_becomes_a_formula(text):
    data = exchange.answers([[text] * 7])
    found = cells(data, "答复回填")
    assert len(found) == 14 or text.isspace()
    assert {cell.data_type for cell in found} == {"s"}
    problems = exchange.problems(
        exchange.Sheet([exchange.Row(2, {"external_no": text}, errors=["x"])], [])
    )
    assert {cell.data_type for cell in cells(problems, "未导入")} == {"s"}


def test_our_own_template_can_be_read_back():
    data = exchange.template(["平湖街道", "平湖"], list(CATEGORIES))
    streets = STREETS | {"平湖": "pinghu"}
    found = exchange.read(data, streets=streets, categories=CATEGORIES)
    assert [row.errors for row in found.rows] == [[]]
