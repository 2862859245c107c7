"""Lines of registers: who sees them, how they are found, what stays sealed."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import text

from engine import db
from engine.errors import Conflict, NotFound
from engine.queries.access import Viewer
from processes.ledger import Column, Register, amend, declare, enter, queries, registers
from processes.ledger.queries import LedgerFilter
from processes.people import access
from tests.processes import people_office

TEST = declare(
    Register(
        "test_register",
        "测试台账",
        "CS",
        columns=(
            Column("title", "事项"),
            Column("category", "类别", labels={"01": "劳动报酬"}),
            Column("worker", "职工", "name"),
            Column("tel", "电话", "phone"),
            Column("met_on", "见面日期", "date"),
            Column("people", "人数", "number"),
        ),
    )
)
NAME, PHONE = "欧阳某某", "13800009876"


def _viewer(*organisations, affiliations=(), scope="own"):
    return Viewer("somebody", frozenset(), frozenset(organisations), frozenset(affiliations), scope)


def _row(**more):
    return {"title": "加班费", "category": "01", "worker": NAME, "tel": PHONE, **more}


@pytest.fixture
def office(database):
    people_office.furnish()


@pytest.fixture
def case(office):
    with db.transaction() as session:
        made = people_office.case(session)
        access.open_to(session, made, "pinghu_c1")
        enter(
            session,
            TEST.code,
            made,
            _row(met_on=date(2026, 4, 7), people=36),
            organisation="pinghu_c1",
            scope="PH",
        )
    return made


def _titles(viewer, **filters):
    with db.reading() as session:
        page = queries.entries(session, viewer, TEST.code, filters=LedgerFilter(**filters))
    assert page.total == len(page.items)
    return [row.values["title"] for row in page.items]


def test_another_street_sees_nothing_and_the_superior_everything(case):
    assert _titles(_viewer("bantian")) == []
    assert _titles(_viewer()) == []
    assert _titles(_viewer("pinghu_c1")) == ["加班费"]
    assert _titles(_viewer("pinghu")) == ["加班费"]
    assert _titles(_viewer("district")) == ["加班费"]


def test_the_accused_employers_people_see_nothing_even_in_an_audit_role(case):
    with db.transaction() as session:
        access.bar(session, case, "ent_001")
    assert _titles(_viewer("pinghu", affiliations=["ent_001"])) == []
    assert _titles(_viewer("ent_001", affiliations=["ent_001"], scope="all")) == []
    assert _titles(_viewer("pinghu")) == ["加班费"]


def test_a_line_that_is_not_visible_does_not_exist(case):
    with db.reading() as session:
        shown = queries.entries(session, _viewer("pinghu"), TEST.code).items[0]
        assert queries.entry(session, _viewer("pinghu"), shown.id).label == shown.label
        with pytest.raises(NotFound):
            queries.entry(session, _viewer("bantian"), shown.id)
        with pytest.raises(NotFound):
            queries.entries(session, _viewer("pinghu"), "no_such_register")


def test_a_line_without_a_case_belongs_to_its_organisation_and_those_above(office):
    with db.transaction() as session:
        enter(session, TEST.code, None, {"title": "走访"}, organisation="pinghu_c1")
        enter(session, TEST.code, None, {"title": "宣讲"}, organisation="pinghu_c1")
    assert _titles(_viewer("pinghu")) == ["宣讲", "走访"]
    assert _titles(_viewer("pinghu_c2")) == []
    assert _titles(_viewer("bantian")) == []


def test_entering_a_case_twice_is_one_line_and_one_number(case):
    with db.transaction() as session:
        again = enter(session, TEST.code, case, _row(title="other"), organisation="pinghu_c1")
        assert (again.number, again.title) == (1, "加班费")
        other = enter(session, TEST.code, case, {}, organisation="pinghu_c1", part="2", scope="PH")
        assert (other.number, other.label) == (2, f"CS-{other.year}PH-000002")


def test_names_and_phones_are_masked_in_lists_and_exports(case):
    with db.reading() as session:
        row = queries.entries(session, _viewer("pinghu"), TEST.code).items[0]
        exported = queries.table(session, _viewer("pinghu"), TEST.code)
    assert row.values["worker"] == "欧*"
    assert row.values["tel"] == "138****9876"
    assert row.values["met_on"] == "2026年4月7日"
    assert row.values["category"] == "劳动报酬"
    assert row.values["people"] == "36"
    assert NAME not in str(exported)
    assert PHONE not in str(exported)
    assert len(exported[0]) == len(queries.headings(TEST.code))


def test_the_personal_part_of_a_line_is_sealed_in_the_database(case):
    with db.reading() as session:
        stored = repr(session.execute(text("SELECT * FROM ledger_entry")).all())
    assert NAME not in stored
    assert PHONE not in stored
    assert "加班费" in stored


def test_filters_narrow_and_wildcards_mean_themselves(case):
    viewer = _viewer("pinghu")
    assert _titles(viewer, text="加班") == ["加班费"]
    assert _titles(viewer, text="%") == []
    assert _titles(viewer, category="01", organisation="pinghu_c1") == ["加班费"]
    assert _titles(viewer, category="02") == []
    assert _titles(viewer, entered_to=date(2020, 1, 1)) == []
    assert _titles(viewer, entered_from=date(2020, 1, 1)) == ["加班费"]


@pytest.mark.parametrize("sort", ["due", "-closed", "number", "id; DROP TABLE org", "", "-"])
def test_every_sort_is_known_or_ignored(case, sort):
    with db.reading() as session:
        assert queries.entries(session, _viewer("pinghu"), TEST.code, sort=sort).total == 1


def test_a_closed_line_is_not_reopened_by_the_way(case):
    with db.transaction() as session:
        amend(session, TEST.code, case, {"status": "办结", "closed_on": date(2026, 5, 1)})
    assert _titles(_viewer("pinghu"), open_only=True) == []
    with pytest.raises(Conflict), db.transaction() as session:
        amend(session, TEST.code, case, {"status": "办理中"})
    with db.transaction() as session:
        line = amend(
            session,
            TEST.code,
            case,
            {"status": "办理中", "closed_on": None, "tel": "13800000000"},
            organisation="pinghu",
        )
        assert line.details["worker"] == NAME
        assert line.organisation == "pinghu"


def test_amending_what_was_never_entered_is_an_error(office):
    with db.transaction() as session, pytest.raises(NotFound):
        amend(session, TEST.code, people_office.case(session), {})


def test_two_registers_cannot_share_a_code():
    assert declare(TEST) is TEST
    with pytest.raises(ValueError, match="test_register"):
        declare(Register(TEST.code, "另一个", "X"))
    assert TEST in registers.all_registers()
