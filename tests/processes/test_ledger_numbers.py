"""Numbers have no gaps and no doubles, whatever happens around them."""

from __future__ import annotations

import contextlib
import threading

import pytest
from sqlalchemy import select

from engine import clock, db
from engine.errors import InvalidInput
from processes.ledger import case_number, letter_number, next_number, numbers
from processes.ledger.models import NumberSeries


class Failure(Exception):
    pass


def _take(series="SQ", scope="PH", year=2026):
    with db.transaction() as session:
        return next_number(session, series, year, scope)


def _take_or_fail(*, fail):
    with contextlib.suppress(Failure), db.transaction() as session:
        number = next_number(session, "SQ", 2026, "PH")
        _fall_over(fail)
        return number
    return None


def _fall_over(fail):
    if fail:
        raise Failure


def test_numbers_begin_at_one_and_count(either_database):
    assert [_take() for _ in range(3)] == [1, 2, 3]


def test_a_rollback_gives_the_number_back(either_database):
    _take()
    with pytest.raises(Failure), db.transaction() as session:
        assert next_number(session, "SQ", 2026, "PH") == 2
        assert next_number(session, "SQ", 2026, "PH") == 3
        raise Failure
    assert _take() == 2


def test_a_rolled_back_savepoint_gives_it_back_as_well(either_database):
    with db.transaction() as session:
        assert next_number(session, "SQ", 2026, "PH") == 1
        inner = session.begin_nested()
        assert next_number(session, "SQ", 2026, "PH") == 2
        inner.rollback()
        assert next_number(session, "SQ", 2026, "PH") == 2


def test_years_streets_and_series_count_for_themselves(either_database):
    assert [_take(), _take(scope="BT"), _take(year=2027), _take("JY")] == [1, 1, 1, 1]


def test_eight_at_once_with_failures_leave_no_gap_and_no_double(either_database):
    taken, lock = [], threading.Lock()

    def work(worker):
        for turn in range(6):
            number = _take_or_fail(fail=(worker + turn) % 3 == 0)
            if number is not None:
                with lock:
                    taken.append(number)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(taken) == list(range(1, len(taken) + 1))
    assert len(taken) == 32
    with db.reading() as session:
        assert session.scalars(select(NumberSeries.last)).one() == 32


def test_the_current_year_is_the_offices_year(database, monkeypatch):
    new_year = clock.datetime(2026, 12, 31, 16, 30, tzinfo=clock.UTC)  # 00:30 on 1 January
    monkeypatch.setattr(clock, "now", lambda: new_year)
    with db.transaction() as session:
        assert case_number(session, "SQ", "PH") == "SQ-2027PH-000001"


def test_case_numbers_and_letters_are_written_as_the_office_writes_them(session):
    assert case_number(session, "SQ", "PH", 2026) == "SQ-2026PH-000001"
    assert numbers.written("SQ", 2026, "BT", 123456) == "SQ-2026BT-123456"
    assert [letter_number(session, year=2026) for _ in range(2)] == [
        "龙工函〔2026〕1号",
        "龙工函〔2026〕2号",
    ]
    assert letter_number(session, "平工函", 2026) == "平工函〔2026〕1号"


@pytest.mark.parametrize("mark", ["", "x", "龙", "龙工函〔2026〕", "A工函", "一二三四五六七八九"])
def test_a_mark_that_is_no_mark_is_refused(session, mark):
    with pytest.raises(InvalidInput):
        letter_number(session, mark)
