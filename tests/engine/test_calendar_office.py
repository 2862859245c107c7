"""The calendar in the database: functions of diagrams, publication of a year, what moves then."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from engine import calendar, db
from engine.clock import CHINA
from engine.errors import ExpressionError
from engine.models import Base, CalendarDay, CalendarYear, HistoryEvent, Job, ProcessInstance

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)  # Friday 10:00 in Shenzhen

ARRANGEMENT_2027 = """日期,类型,名称
2027-01-01,休,元旦
2027-01-02,休,元旦
2027-01-03,休,元旦
2027-01-09,班,元旦调休
"""


@pytest.fixture
def office(tmp_path):
    engine = db.connect(f"sqlite:///{tmp_path}/calendar.db")
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        calendar.seed(session)
        yield session
    engine.dispose()


def local(moment: datetime) -> str:
    return f"{moment.astimezone(CHINA):%Y-%m-%d %H:%M}"


def owe(session: Session, found: calendar.Deadline) -> Job:
    job = Job(
        kind="timer",
        due_at=found.due_at,
        deadline=found.as_dict(),
        element_id="tb_overdue",
        created_at=NOW,
    )
    session.add(job)
    session.flush()
    return job


def test_seeding_brings_the_published_years_once(office):
    years = {row.year: row.published for row in office.scalars(select(CalendarYear))}
    assert years == dict.fromkeys(range(2020, 2027), True)
    day = office.get_one(CalendarDay, date(2026, 2, 14))
    assert (day.is_workday, day.name) == (True, "春节调休上班")
    assert calendar.seed(office) == 0


def test_seeding_leaves_an_edited_day_alone(office):
    calendar.set_day(office, date(2026, 12, 25), is_workday=False, name="全区停电检修", now=NOW)
    calendar.seed(office)
    assert not calendar.load(office).is_workday(date(2026, 12, 25))


def test_the_functions_of_diagrams(office):
    call = calendar.functions(office, NOW)
    assert local(call["workdays"](5).due_at) == "2026-11-27 18:00"
    assert local(call["days"](60).due_at) == "2027-01-19 23:59"
    assert local(call["months"](3).due_at) == "2027-02-22 23:59"
    assert local(call["hours"](4).due_at) == "2026-11-20 14:00"
    assert local(call["workdays"](5, "2024-03-28").due_at) == "2024-04-07 18:00"
    assert local(call["until"]("2024-04-07").due_at) == "2024-04-07 18:00"
    assert call["is_workday"]("2024-04-07") is True
    assert call["workdays_between"]("2024-03-28", "2024-04-07") == 5
    assert call["now"]() == NOW


def test_an_announcement_stands_for_three_full_days(office):
    call = calendar.functions(office, NOW)
    # announced on the 2nd; the 3rd, 4th and 5th are full days
    assert local(call["clear_days"](3, "2026-03-02")) == "2026-03-06 00:00"


def test_the_sla_table_answers_deadline(office):
    asked = []

    def decide(values):
        asked.append(dict(values))
        return {"amount": 10, "unit": "W", "warn": "5W/2W", "escalate_to": "rights@district"}

    call = calendar.functions(office, NOW, decide=decide)
    found = call["deadline"]("handle", "L3", urgency="normal")
    assert asked == [{"stage": "handle", "level": "L3", "kind": None, "urgency": "normal"}]
    assert (local(found.due_at), found.stage, found.level) == ("2026-12-04 18:00", "handle", "L3")
    assert (found.warn, found.escalate_to) == (("5W", "2W"), "rights@district")
    reminders = call["reminders"](found)
    assert [local(item.due_at) for item in reminders] == ["2026-11-27 09:00", "2026-12-02 09:00"]


@pytest.mark.parametrize("row", [{}, {"amount": 5}, {"unit": "W"}, {"amount": 5, "unit": "天"}])
def test_an_incomplete_sla_row_is_a_sentence(office, row):
    call = calendar.functions(office, NOW, decide=lambda values: row)
    with pytest.raises(ExpressionError):
        call["deadline"]("handle")


def test_without_an_sla_table_deadline_is_refused(office):
    with pytest.raises(ExpressionError):
        calendar.functions(office, NOW)["deadline"]("handle")


def test_the_own_period_ends_ten_days_before_the_whole(office):
    call = calendar.functions(office, NOW)
    whole, own = call["days"](60, "2026-10-12"), call["workdays"](15)
    assert local(whole.due_at) == "2026-12-11 23:59"
    assert local(call["earliest"](own, call["before"](whole, "10C")).due_at) == "2026-12-01 09:00"


def test_a_variable_keeps_only_the_moment_and_reminders_still_work(office):
    call = calendar.functions(office, NOW)
    assert local(call["before"](call["workdays"](9).due_at, "2W").due_at) == "2026-12-01 09:00"
    with pytest.raises(ExpressionError, match="没有起算时间"):
        call["before"](call["workdays"](9).due_at, "80%")


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-11-20 09:00", "2026-11-20 09:00"), ("2026-11-20 17:59", "2026-11-20 17:59"),
        ("2026-11-20 18:00", "2026-11-23 09:00"), ("2026-11-20 06:00", "2026-11-20 09:00"),
        ("2026-11-21 12:00", "2026-11-23 09:00"), ("2026-09-30 20:00", "2026-10-08 09:00"),
        ("2026-10-10 10:00", "2026-10-10 10:00"), ("2024-04-07 10:00", "2024-04-07 10:00"),
    ],
)  # fmt: skip
def test_notices_go_out_in_working_hours(office, moment, expected):
    asked = datetime.fromisoformat(moment).replace(tzinfo=CHINA)
    assert local(calendar.notice_time(office, asked)) == expected
    assert calendar.notice_time(office, asked, urgent=True) == asked


def test_a_published_year_moves_what_is_not_yet_due(office):
    call = calendar.functions(office, datetime(2026, 12, 31, 2, tzinfo=UTC))
    later, reminder = call["workdays"](1), call["before"](call["workdays"](5), "1W")
    whole, soon, done = call["hours"](30), call["workdays"](0), call["workdays"](1)
    jobs = [owe(office, found) for found in (later, reminder, whole, soon, done)]
    jobs[4].status = "done"
    assert later.estimated
    assert local(jobs[0].due_at) == "2027-01-01 18:00"

    result = calendar.publish(
        office, 2027, ARRANGEMENT_2027, source="国办发明电〔2026〕", now=NOW + timedelta(days=41)
    )

    assert result.errors == []
    assert result.days == 4
    moved = {int(item.id): (local(item.old), local(item.new)) for item in result.moved}
    assert moved == {
        jobs[0].id: ("2027-01-01 18:00", "2027-01-04 18:00"),
        jobs[1].id: ("2027-01-06 09:00", "2027-01-07 09:00"),
    }
    assert local(jobs[0].due_at) == "2027-01-04 18:00"
    assert calendar.Deadline.from_dict(jobs[0].deadline).estimated is False
    assert local(jobs[4].due_at) == "2027-01-01 18:00"


def loose(connection, _) -> None:
    connection.execute("PRAGMA foreign_keys=OFF")


def test_each_move_is_a_line_of_history(tmp_path):
    engine = db.connect(f"sqlite:///{tmp_path}/loose.db")
    event.listen(engine, "connect", loose)  # no definition is needed here
    Base.metadata.create_all(engine)
    with Session(engine) as office:
        calendar.seed(office)
        office.add(
            ProcessInstance(
                id="child", root_id="root", definition_id=1, bundle="b", process_key="p",
                state=b"", started_at=NOW, started_by="window1",
            )
        )  # fmt: skip
        found = calendar.functions(office, datetime(2026, 12, 31, 2, tzinfo=UTC))["workdays"](1)
        owe(office, found).instance_id = "child"
        calendar.publish(office, 2027, ARRANGEMENT_2027, source="通知", now=NOW)
        line = office.scalars(select(HistoryEvent)).one()
        assert (line.kind, line.root_id, line.element_id) == ("rescheduled", "root", "tb_overdue")
        assert line.data["new"] == "2027-01-04T10:00:00+00:00"
    engine.dispose()


def test_publishing_again_replaces_the_year(office):
    calendar.publish(office, 2027, ARRANGEMENT_2027, source="第一版", now=NOW)
    calendar.publish(office, 2027, "2027-01-01,休,元旦", source="第二版", now=NOW)
    assert calendar.load(office).is_workday(date(2027, 1, 9)) is False
    days = office.scalars(select(CalendarDay).where(CalendarDay.day >= date(2027, 1, 1))).all()
    assert [(day.day, day.source) for day in days] == [(date(2027, 1, 1), "第二版")]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("2026-01-01,休,元旦", "不在 2027 年内"), ("元旦,休,元旦", "不是日期"),
        ("2027-02-30,休,春节", "不是日期"), ("2027-01-05,放,元旦", "不认识"),
        ("2027-01-01,休,元旦\n2027/1/1,休,元旦", "重复"), ("2027-01-04,班,元旦", "本来就是工作日"),
        ("2027-01-01", "三列"), ("2027-01-09,班,调休", "没有一天"), ("", "没有一天"),
    ],
)  # fmt: skip
def test_a_wrong_row_stops_the_whole_import(office, row, reason):
    result = calendar.publish(office, 2027, f"日期,类型,名称\n{row}", source="x", now=NOW)
    assert any(reason in message for _, message in result.errors)
    assert office.get(CalendarYear, 2027) is None


def test_errors_name_their_line(office):
    text = "日期,类型,名称\n2027-01-01,休,元旦\n坏,休,x\n\n2027-01-02,坏,x\n"
    result = calendar.publish(office, 2027, text, source="x", now=NOW)
    assert [line for line, _ in result.errors] == [3, 5]


def test_from_november_a_missing_next_year_is_a_warning(office):
    owe(office, calendar.functions(office, NOW)["days"](60))
    (line,) = calendar.warnings(office, NOW)
    assert "2027年" in line
    assert "1 项" in line
    assert calendar.warnings(office, datetime(2026, 10, 31, tzinfo=UTC)) == []
    calendar.publish(office, 2027, ARRANGEMENT_2027, source="x", now=NOW)
    assert calendar.warnings(office, NOW) == []


def test_a_process_without_deadlines_does_not_read_the_calendar(office):
    seen = []
    event.listen(office.get_bind(), "before_cursor_execute", lambda *a: seen.append(a[2]))
    calendar.functions(office, NOW)
    assert seen == []
    calendar.functions(office, NOW)["workdays"](1)
    seen.clear()
    office.info.clear()  # the next command of this process
    for _ in range(3):
        calendar.functions(office, NOW)["workdays"](1)
    assert len(seen) == 1


def test_a_day_changed_by_another_session_is_seen_by_the_next(office):
    office.commit()
    engine = office.get_bind()
    with Session(engine) as other:
        calendar.set_day(other, date(2026, 11, 23), is_workday=False, name="台风停工", now=NOW)
        other.commit()
    with Session(engine) as fresh:
        assert local(calendar.functions(fresh, NOW)["workdays"](1).due_at) == "2026-11-24 18:00"
