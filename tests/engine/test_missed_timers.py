"""After a standstill: each missed escalation exactly once, with its original due time."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from engine import clock, db, testclock
from engine.models import HistoryEvent, ProcessInstance
from tests.engine import bpmn_builder as draw
from tests.engine import office
from tests.engine.bpmn_builder import boundary, end, event_sub, message, start, timer


def user(name: str) -> str:
    return draw.user(name, camunda__assignee="ann")


def reminded(text: str = "R/PT1H", kind: str = "Cycle") -> bytes:
    return draw.diagram(
        start(), user("a"), boundary("b", "a", timer(text, kind), interrupting=False),
        draw.script("n", "count = count + 1"), end(), end("e2"), "s-a-e", "b-n-e2",
        event_sub("es", timer("PT90M"), draw.script("m", "late = true"), end("eh"), "es_s-m-eh",
                  interrupting=False),
        boundary("ms", "a", message()), user("k"), "ms-k-e",
    )  # fmt: skip


def fired() -> list[tuple[str, str | None, str]]:
    """Return case, element and due time of every timer that fired."""
    with db.reading() as session:
        wanted = select(HistoryEvent).where(HistoryEvent.kind == "fired").order_by(HistoryEvent.id)
        events = session.scalars(wanted)
        return [(e.instance_id, e.element_id, str((e.data or {})["due"])) for e in events]


def test_six_hours_without_a_worker(either_database: str) -> None:
    office.publish(reminded())
    cases = [office.start(count=0) for _ in range(5)]
    begun = {case: moment(case) for case in cases}
    office.later(hours=6, minutes=5)
    office.drain()
    found = fired()
    assert max(Counter(found).values()) == 1, "nothing twice"
    for case in cases:
        due = [f for c, element, f in found if c == case and element == "b"]
        assert due == [(begun[case] + timedelta(hours=n)).isoformat() for n in range(1, 7)]
        assert [f for c, element, f in found if c == case and element == "es_s"] == [
            (begun[case] + timedelta(minutes=90)).isoformat()
        ]
        assert office.variables(case) == {"count": 6, "late": True}
    assert all(job.due_at > clock.now() for job in office.open_jobs())


def moment(case: str) -> datetime:
    with db.reading() as session:
        return session.get_one(ProcessInstance, case).started_at


@pytest.mark.parametrize("text", ["R3/PT1H", "0 0 * * * ?"])
def test_a_counted_repetition_and_a_cron_line(text: str, sqlite: str) -> None:
    office.publish(reminded(text))
    case = office.start(count=0)
    office.later(hours=10)
    office.drain()
    due = [f for _, element, f in fired() if element == "b"]
    assert len(due) == len(set(due)) == (3 if text.startswith("R3") else 10)
    assert office.variables(case)["count"] == len(due)


def test_moving_the_clock_visits_the_same_moments(sqlite: str) -> None:
    office.publish(reminded())
    case = office.start(count=0)
    testclock.advance(clock.now() + timedelta(hours=6, minutes=5), force=True)
    due = [f for _, element, f in fired() if element == "b"]
    assert due == [(moment(case) + timedelta(hours=n)).isoformat() for n in range(1, 7)]


def test_what_was_left_meanwhile_reminds_nobody(sqlite: str) -> None:
    office.publish(reminded())
    case = office.start(count=0)
    office.later(hours=3)
    office.complete(case, "a")
    office.drain()
    assert office.status(case) == "completed"
    assert [element for _, element, _ in fired()] == []
