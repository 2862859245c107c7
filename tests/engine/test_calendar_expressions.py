"""The functions of time as diagrams write them: in JUEL, in FEEL, in conditions."""

from datetime import UTC, date, datetime

import pytest

from engine import calendar, expressions
from engine.calendar import Deadline
from engine.calendar.days import WorkCalendar
from engine.clock import CHINA
from engine.errors import ExpressionError

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
ROW = {"amount": 10, "unit": "W", "warn": ["5W", "2W"], "escalate_to": "rights@district"}


@pytest.fixture
def say(session):
    calendar.seed(session)
    functions = calendar.functions(session, NOW, decide=lambda asked: {**ROW, **asked})

    def evaluate(text, **scope):
        return expressions.evaluate(text, scope, functions)

    return evaluate


def local(value) -> str:
    moment = value.due_at if isinstance(value, Deadline) else value
    return f"{moment.astimezone(CHINA):%Y-%m-%d %H:%M}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("${workdays(5)}", "2026-11-27 18:00"),
        ("=workdays(5)", "2026-11-27 18:00"),
        ("${deadline('handle', level)}", "2026-12-04 18:00"),
        ('=deadline("handle", level)', "2026-12-04 18:00"),
        ("${before(deadline('handle', level), '80%')}", "2026-12-02 09:00"),
        ("${before(workdays(10), deadline('handle', level).warn[0])}", "2026-11-27 09:00"),
        ('=earliest(workdays(15), before(days(60), "10C"))', "2026-12-11 18:00"),
        ("${days(60, base)}", "2026-04-30 23:59"),
        ('=until(date("2024-04-07"))', "2024-04-07 18:00"),
        ('=clear_days(3, date("2026-03-02"))', "2026-03-06 00:00"),
        ("=workdays(2).due_at", "2026-11-24 18:00"),
    ],
)  # fmt: skip
def test_periods_in_both_languages(say, text, expected):
    assert local(say(text, level="L3", base=date(2026, 3, 1))) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("${dateTime().plusDays(3).toDate()}", "2026-11-23 10:00"),
        ("${dateTime().plusHours(2).plusMinutes(30)}", "2026-11-20 12:30"),
        ("${now().minusWeeks(1)}", "2026-11-13 10:00"),
        ("${dateTime().plusMonths(3).plusDays(10).plusSeconds(60)}", "2027-03-02 10:01"),
        ("${dateTime().plusYears(1).minusMonths(9)}", "2027-02-20 10:00"),
    ],
)
def test_moments_reckon_as_camundas_documentation_writes_it(say, text, expected):
    assert local(say(text)) == expected


@pytest.mark.parametrize("text", ["${dateTime().plusDays(1e12)}", "${dateTime().plusDays('x')}"])
def test_a_moment_beyond_the_calendar_is_an_error(say, text):
    with pytest.raises(ExpressionError):
        say(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("=workdays(5) > workdays(4)", True),
        ('=workdays(5) > date and time("2026-12-01T00:00:00+08:00")', False),
        ("${workdays(5) > workdays(6)}", False),
        ("=days(60).estimated", True),
        ("=workdays(5).estimated", False),
        ('=is_workday(date("2024-04-07"))', True),
        ('=workdays_between(date("2024-03-28"), date("2024-04-07")) = 5', True),
        ("=before(1, 10)", True),  # FEEL's own function of this name goes on working
        ("=before([1..5], [8..10])", True),
        ("=before(workdays(1), workdays(5))", True),
    ],
)
def test_comparisons(say, text, expected):
    assert say(text) is expected


@pytest.mark.parametrize(
    "text",
    [
        "${workdays(-1)}",
        "${workdays('五')}",
        "${before(workdays(5), '五天')}",
        "${days(1, '昨天')}",
        "${workdays()}",
    ],
)
def test_mistakes_are_sentences(say, text):
    with pytest.raises(ExpressionError):
        say(text)


def test_what_expressions_may_not_read(say):
    for text in ("${workdays(5).as_dict}", "${workdays(5).__class__}", "=workdays(5).__class__"):
        with pytest.raises(ExpressionError):
            say(text)
    assert say("=workdays(5).as_dict") is None


def test_publication_on_either_database(either_database):
    from engine import db
    from engine.models import Job

    with db.transaction() as session:
        calendar.seed(session)
        late = calendar.functions(session, datetime(2026, 12, 31, 2, tzinfo=UTC))["workdays"](1)
        values = {"kind": "timer", "due_at": late.due_at, "created_at": NOW}
        session.add_all([Job(**values, deadline=late.as_dict()), Job(**values, deadline=None)])
    with db.transaction() as session:
        assert "（1 项" in calendar.warnings(session, NOW)[0]
        result = calendar.publish(session, 2027, "2027-01-01,休,元旦", source="通知", now=NOW)
        assert [local(item.new) for item in result.moved] == ["2027-01-04 18:00"]
    with db.reading() as session:
        known = calendar.load(session)
        assert isinstance(known, WorkCalendar)
        assert known.is_workday(date(2027, 1, 1)) is False
        assert calendar.warnings(session, NOW) == []
