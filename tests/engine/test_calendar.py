"""Working days of real years, make-up days included, and deadlines by the law's rules."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import calendar
from engine.calendar import deadline as rules
from engine.calendar.days import WorkCalendar
from engine.calendar.functions import moment
from engine.clock import CHINA
from engine.errors import CalendarMissing, ExpressionError


def real_years() -> WorkCalendar:
    from chinese_calendar import constants

    days = dict.fromkeys(constants.holidays, False) | dict.fromkeys(constants.workdays, True)
    return WorkCalendar(days, frozenset(range(2020, 2027)))


CAL = real_years()


def here(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


def due(base: str, amount, unit: str, cal: WorkCalendar = CAL) -> str:
    found = rules.compute(cal, here(base), amount, unit)
    return f"{found.due_at.astimezone(CHINA):%Y-%m-%d %H:%M:%S}"


# -- days ----------------------------------------------------------------------------------------


def test_the_sunday_before_is_worked_and_qingming_is_not():
    assert CAL.is_workday(date(2024, 4, 7))  # Sunday, 清明调休上班
    assert not CAL.is_workday(date(2024, 4, 4))
    assert not CAL.is_workday(date(2024, 4, 6))


@pytest.mark.parametrize(
    ("back", "day"), [(5, date(2024, 3, 28)), (2, date(2024, 4, 2)), (1, date(2024, 4, 3))]
)
def test_reminders_before_2024_04_07_jump_over_the_holiday(back, day):
    assert CAL.add_workdays(date(2024, 4, 7), -back) == day  # AC-07


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        (date(2026, 1, 1), False), (date(2026, 1, 2), False), (date(2026, 1, 4), True),
        (date(2026, 2, 14), True), (date(2026, 2, 28), True), (date(2026, 5, 9), True),
        (date(2026, 9, 20), True), (date(2026, 10, 10), True), (date(2026, 10, 1), False),
        (date(2026, 2, 16), False), (date(2026, 11, 20), True), (date(2026, 11, 21), False),
    ],
)  # fmt: skip
def test_the_arrangement_of_2026(day, worked):
    assert CAL.is_workday(day) is worked


def test_an_unpublished_year_is_estimated_by_its_weekends():
    assert CAL.is_workday(date(2027, 1, 1))  # a Friday: only weekends are known to be off
    assert CAL.is_estimated(date(2026, 12, 1), date(2027, 1, 5))
    assert not CAL.is_estimated(date(2026, 12, 1), date(2026, 12, 31))


def test_periods_beyond_reason_are_refused():
    with pytest.raises(CalendarMissing):
        CAL.add_workdays(date(2026, 1, 1), 2_001)
    with pytest.raises(CalendarMissing):
        CAL.add_workdays(date.max - timedelta(days=1), 5)


DAYS = st.dates(date(2020, 1, 1), date(2028, 12, 31))
COUNTS = st.integers(1, 300)


@given(DAYS, COUNTS)
def test_forward_and_back_again_is_a_working_day_at_or_after_the_start(day, count):
    there = CAL.add_workdays(day, count)
    assert CAL.is_workday(there)
    assert CAL.workdays_between(day, there) == count
    start = CAL.on_or_after(day) if not CAL.is_workday(day) else day
    back = CAL.add_workdays(there, -count)
    assert back == (day if CAL.is_workday(day) else CAL.on_or_before(day))
    assert back <= start


@given(DAYS, COUNTS, COUNTS)
def test_two_periods_in_a_row_are_one(day, first, second):
    assert CAL.add_workdays(CAL.add_workdays(day, first), second) == CAL.add_workdays(
        day, first + second
    )


@given(DAYS, DAYS, DAYS)
def test_counted_days_add_up(a, b, c):
    assert CAL.workdays_between(a, b) + CAL.workdays_between(b, c) == CAL.workdays_between(a, c)


# -- periods -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("base", "amount", "unit", "expected"),
    [
        # the first day is not counted, whatever the hour
        ("2026-11-20 09:00", 5, "W", "2026-11-27 18:00:00"),
        ("2026-11-20 23:30", 1, "W", "2026-11-23 18:00:00"),
        ("2026-11-21 10:00", 1, "W", "2026-11-23 18:00:00"),  # from a Saturday
        # make-up days count: Sunday 2026-01-04, and the Saturday after 春节
        ("2025-12-31 10:00", 1, "W", "2026-01-04 18:00:00"),
        ("2026-02-13 10:00", 2, "W", "2026-02-24 18:00:00"),
        # natural days that end on a day off end on the next working day
        ("2026-09-15 10:00", 15, "C", "2026-09-30 23:59:59"),
        ("2026-09-16 10:00", 15, "C", "2026-10-08 23:59:59"),  # 10-01 falls into 国庆
        ("2024-03-23 10:00", 15, "C", "2024-04-07 23:59:59"),  # a Sunday that is worked
        ("2024-03-22 10:00", 15, "C", "2024-04-07 23:59:59"),  # 04-06 is off
        ("2026-11-20 10:00", 60, "C", "2027-01-19 23:59:59"),
        # months: no such day → last day; day off → next working day
        ("2026-01-30 10:00", 1, "M", "2026-02-28 23:59:59"),  # a Saturday that is worked
        ("2024-01-31 10:00", 1, "M", "2024-02-29 23:59:59"),
        ("2023-01-31 10:00", 1, "M", "2023-02-28 23:59:59"),
        ("2024-02-29 10:00", 12, "M", "2025-02-28 23:59:59"),
        ("2026-07-31 10:00", 2, "M", "2026-09-30 23:59:59"),
        ("2026-07-01 10:00", 3, "M", "2026-10-08 23:59:59"),
        ("2026-11-20 10:00", 6, "M", "2027-05-20 23:59:59"),
        # hours run day and night
        ("2026-10-01 23:30", 1, "H", "2026-10-02 00:30:00"),
        ("2026-10-01 08:00", Decimal("0.5"), "H", "2026-10-01 08:30:00"),
        ("2026-10-01 08:00", "24", "H", "2026-10-02 08:00:00"),
        # nothing left: the end of the day, or of the next one worked
        ("2026-11-20 10:00", 0, "W", "2026-11-20 18:00:00"),
        ("2026-11-21 10:00", 0, "C", "2026-11-23 23:59:59"),
    ],
)
def test_the_end_of_a_period(base, amount, unit, expected):
    assert due(base, amount, unit) == expected


def test_the_day_is_the_offices_day_not_utc():
    late_evening_utc = datetime(2026, 11, 19, 17, 0, tzinfo=UTC)  # 01:00 on the 20th in Shenzhen
    found = rules.compute(CAL, late_evening_utc, 1, "C")
    assert found.due_at.astimezone(CHINA).date() == date(2026, 11, 23)  # 21st is a Saturday
    assert found.due_at.tzinfo is UTC


def test_a_period_into_the_next_year_is_flagged_until_it_is_published():
    assert rules.compute(CAL, here("2026-12-31 10:00"), 1, "W").estimated
    assert not rules.compute(CAL, here("2026-12-01 10:00"), 1, "W").estimated
    assert not rules.compute(CAL, here("2026-12-31 23:00"), 9, "H").estimated
    published = WorkCalendar({**CAL.exceptions, date(2027, 1, 1): False}, CAL.published | {2027})
    assert due("2026-12-31 10:00", 1, "W", published) == "2027-01-04 18:00:00"
    assert not rules.compute(published, here("2026-12-31 10:00"), 1, "W").estimated


@pytest.mark.parametrize(
    ("amount", "unit"),
    [
        (-1, "W"),
        (1.5, "W"),
        (2_001, "W"),
        (1, "D"),
        (1, ""),
        ("五", "W"),
        (1e9, "H"),
        (None, "C"),
        (float("nan"), "C"),
    ],
)
def test_amounts_that_make_no_sense_are_refused(amount, unit):
    with pytest.raises(ExpressionError):
        rules.compute(CAL, here("2026-11-20 10:00"), amount, unit)


def test_a_base_without_a_zone_is_refused():
    with pytest.raises(ExpressionError):
        rules.compute(CAL, datetime(2026, 11, 20), 1, "W")  # noqa: DTZ001 - that is the case


@pytest.mark.parametrize(
    ("day", "policy", "expected"),
    [
        ("2024-03-31", "previous_workday", "2024-03-29 18:00"),  # a Sunday
        ("2024-06-30", "previous_workday", "2024-06-28 18:00"),
        ("2024-03-31", "next_workday", "2024-04-01 18:00"),
        ("2024-03-31", "calendar_day", "2024-03-31 23:59"),
        ("2024-04-07", "previous_workday", "2024-04-07 18:00"),  # worked: does not move
        ("2024-04-07", "next_workday", "2024-04-07 18:00"),
    ],
)
def test_a_fixed_day_follows_its_policy(day, policy, expected):
    found = rules.compute(CAL, here(f"{day} 18:00"), 0, "T", policy=policy)
    assert f"{found.due_at.astimezone(CHINA):%Y-%m-%d %H:%M}" == expected
    assert rules.recompute(CAL, found) == found


def test_deadlines_survive_json():
    first = rules.compute(
        CAL, here("2026-12-20 10:00"), 10, "W", stage="handle", level="L3", warn=("5W", "2W")
    )
    again = rules.Deadline.from_dict(first.as_dict())
    assert again == first
    half = rules.compute(CAL, here("2026-12-20 10:00"), Decimal("0.5"), "H")
    assert rules.Deadline.from_dict(half.as_dict() | {"future": 1}) == half


def test_deadlines_compare_with_each_other_and_with_moments():
    early, late = (rules.compute(CAL, here("2026-11-20 10:00"), n, "W") for n in (1, 5))
    assert early < late
    assert late >= early
    assert max(early, late) is late
    assert early > here("2026-11-20 10:00")
    assert early <= early.due_at
    assert early.text == "1个工作日"


# -- reminders -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lead", "expected"),
    [
        ("5W", "2024-03-28 09:00"), ("T-2W", "2024-04-02 09:00"), ("1w", "2024-04-03 09:00"),
        ("10C", "2024-03-28 09:00"), ("4H", "2024-04-07 14:00"), ("30min", "2024-04-07 17:30"),
        ("1M", "2024-03-07 09:00"),
    ],
)  # fmt: skip
def test_reminders_count_back_from_the_last_day(lead, expected):
    last = rules.compute(CAL, here("2024-01-07 18:00"), 0, "T")
    fixed = rules.replace(last, due_at=here("2024-04-07 18:00"))
    found = rules.remind(CAL, fixed, lead)
    assert f"{found.due_at.astimezone(CHINA):%Y-%m-%d %H:%M}" == expected
    assert found.lead == lead


def test_a_share_of_working_days_is_a_morning_of_a_working_day():
    five = rules.compute(CAL, here("2026-11-20 10:00"), 5, "W")
    assert rules.remind(CAL, five, "80%").due_at == here("2026-11-26 09:00")


def test_a_share_of_natural_time_is_a_share_of_time():
    day = rules.compute(CAL, here("2026-11-20 08:00"), 10, "H")
    assert rules.remind(CAL, day, "50%").due_at == here("2026-11-20 13:00")


def test_a_reminder_never_comes_before_the_period():
    short = rules.compute(CAL, here("2026-11-20 10:00"), 1, "W")
    assert rules.remind(CAL, short, "5W").due_at == here("2026-11-20 10:00")


@pytest.mark.parametrize("lead", ["", "五天", "5", "120%", "W5", "-5W", "5W;"])
def test_leads_that_cannot_be_read_are_refused(lead):
    with pytest.raises(ExpressionError):
        rules.remind(CAL, rules.compute(CAL, here("2026-11-20 10:00"), 9, "W"), lead)


def test_a_reminder_is_computed_anew_with_its_deadline():
    first = rules.compute(CAL, here("2026-12-28 10:00"), 5, "W")  # → 2027-01-04
    reminder = rules.remind(CAL, first, "1W")
    published = WorkCalendar({**CAL.exceptions, date(2027, 1, 1): False}, CAL.published | {2027})
    again = rules.recompute(published, reminder)
    assert again.due_at == here("2027-01-04 09:00")
    assert (again.lead, again.estimated) == ("1W", False)


# -- pauses --------------------------------------------------------------------------------------


def pause(base, amount, unit, paused, resumed):
    found = rules.compute(CAL, here(base), amount, unit)
    frozen = rules.freeze(CAL, found, here(paused))
    return rules.thaw(CAL, rules.Frozen.from_dict(frozen.as_dict()), here(resumed))


@pytest.mark.parametrize(
    ("amount", "unit", "paused", "resumed", "expected"),
    [
        (10, "W", "2026-03-06 10:00", "2026-03-16 10:00", "2026-03-20 18:00:00"),  # 4W left
        (30, "C", "2026-03-06 10:00", "2026-03-16 10:00", "2026-04-09 23:59:59"),  # 24C left
        (30, "C", "2026-03-06 10:00", "2026-03-15 10:00", "2026-04-08 23:59:59"),
        (24, "H", "2026-02-27 16:00", "2026-03-01 08:00", "2026-03-02 02:00:00"),  # 18H left
        (
            10,
            "W",
            "2026-03-12 10:00",
            "2026-03-20 17:59",
            "2026-03-23 18:00:00",
        ),  # last day: one more
    ],
)
def test_what_is_left_is_frozen_and_runs_on(amount, unit, paused, resumed, expected):
    found = pause("2026-02-27 10:00", amount, unit, paused, resumed)
    assert f"{found.due_at.astimezone(CHINA):%Y-%m-%d %H:%M:%S}" == expected


@given(
    st.sampled_from(["W", "C", "M", "H"]), st.integers(1, 20),
    st.datetimes(datetime(2024, 1, 1), datetime(2026, 6, 30)),  # noqa: DTZ001 - zone added below
    st.integers(0, 2_000),
)  # fmt: skip
def test_a_pause_of_no_time_changes_nothing(unit, amount, base, minutes):
    base = base.replace(tzinfo=CHINA)
    found = rules.compute(CAL, base, amount, unit)
    now = base + timedelta(minutes=minutes)
    thawed = rules.thaw(CAL, rules.freeze(CAL, found, now), now)
    assert abs(thawed.due_at - found.due_at) < timedelta(seconds=1)


def test_an_overdue_deadline_stays_overdue_through_a_pause():
    found = pause("2026-03-02 10:00", 1, "W", "2026-03-05 10:00", "2026-04-01 10:00")
    assert found.due_at == here("2026-03-03 18:00")


def test_an_extension_begins_where_the_old_period_ended():
    found = rules.compute(CAL, here("2026-03-02 10:00"), 60, "C")
    assert found.due_at.astimezone(CHINA).date() == date(2026, 5, 6)  # 05-01 is off
    longer = rules.extend(CAL, found, 30, "C")
    assert longer.due_at.astimezone(CHINA).date() == date(2026, 6, 5)


# -- values from expressions ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-04-07", "2026-04-07T09:00:00+08:00"),
        ("2026-04-07T10:30:00", "2026-04-07T10:30:00+08:00"),
        (date(2026, 4, 7), "2026-04-07T09:00:00+08:00"),
        (datetime(2026, 4, 7, 2, tzinfo=UTC), "2026-04-07T02:00:00+00:00"),
    ],
)
def test_dates_texts_and_moments_are_understood(value, expected):
    assert moment(value).isoformat() == expected


@pytest.mark.parametrize("value", ["明天", 5, None, True, ["2026-04-07"]])
def test_what_is_no_date_is_refused(value):
    with pytest.raises(ExpressionError, match="不是日期"):
        moment(value)


def test_the_package_offers_what_expressions_may_call():
    assert set(calendar.NAMES) >= {"workdays", "days", "months", "hours", "deadline", "before"}
