"""What a command writes goes together: the same rows on both databases, in few statements."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import event, select
from sqlalchemy.exc import IntegrityError

from engine import commands, db
from engine.commands import together
from engine.models import HistoryEvent, HumanTask, HumanTaskCandidate, ProcessInstance, table_of
from tests.engine import office
from tests.engine.office import ANN, diagram, flows, user

NOON = datetime(2026, 11, 30, 4, 0, tzinfo=UTC)
STEPS = diagram(
    '<bpmn:startEvent id="s"/>'
    + user("a")
    + user("b")
    + '<bpmn:endEvent id="e"/>'
    + flows("s>a", "a>b", "b>e")
)
EVENTS = table_of(HistoryEvent)


def line(root: str, **given: Any) -> dict[str, Any]:
    empty = {"element_id": None, "name": None, "actor": None, "data": None}
    return {"instance_id": root, "root_id": root, "at": NOON, "kind": "test", **empty, **given}


def lines(kind: str = "test") -> list[HistoryEvent]:
    with db.reading() as session:
        wanted = select(HistoryEvent).where(HistoryEvent.kind == kind).order_by(HistoryEvent.id)
        return list(session.scalars(wanted))


def test_rows_come_back_as_they_were_given(either_database: str) -> None:
    words = "回音 “’\\ \n\t {} ::json %(x)s :y ¤ 𠮷"
    data = {"words": words, "many": [1, 2.5, None, True, {"deep": words}], "none": None}
    given = [line("r1", name=words, data=data), line("r2", actor=""), line("r3", data={})]
    with db.transaction() as session:
        assert together.write(session.connection(), [], {EVENTS: given})
    rows = lines()
    assert [(row.name, row.data, row.actor, row.at) for row in rows] == [
        (words, data, None, NOON),
        (None, None, "", NOON),
        (None, {}, None, NOON),
    ]


def test_a_moment_without_a_zone_is_refused(either_database: str) -> None:
    naive = [line("r", at=datetime(2026, 11, 30, 4, 0))]  # noqa: DTZ001
    with pytest.raises(Exception, match="a moment needs a time zone"), db.transaction() as session:
        together.write(session.connection(), [], {EVENTS: naive})
    assert lines() == []


def test_nothing_to_write_is_no_statement(either_database: str) -> None:
    statements = watched()
    with db.transaction() as session:
        assert together.write(session.connection(), [], {EVENTS: []})
    assert [text for text in statements if not text.startswith("BEGIN")] == []


@pytest.mark.parametrize("count", [1, 3])
def test_a_state_that_moved_meanwhile_is_said(either_database: str, count: int) -> None:
    office.publish(STEPS)
    cases = [office.start() for _ in range(count)]
    with db.transaction() as session:
        rows = [session.get_one(ProcessInstance, case) for case in cases]
        guards = [
            {"key": row.id, "seen": row.revision, "state": row.state, "status": "active",
             "ended_at": None, "outcome": None}
            for row in rows
        ]  # fmt: skip
        assert together.write(session.connection(), guards, {EVENTS: [line("ok")]})
        assert not together.write(session.connection(), guards, {EVENTS: [line("late")]})
        session.rollback()
    assert lines() == []


def test_a_task_that_another_holds_is_said(either_database: str) -> None:
    office.publish(STEPS)
    task = office.task_id(office.start(), "a")
    closing = {"task": task, "holder": "carl", "closed_at": NOON, "completed_by": "carl",
               "claimed_at": NOON, "assignee": "carl"}  # fmt: skip
    with db.transaction() as session:
        assert not together.write(session.connection(), [], {}, closing)
        assert together.write(session.connection(), [], {}, {**closing, "holder": ""})
        assert not together.close(session.connection(), {**closing, "holder": ""})
    with db.reading() as session:
        row = session.get_one(HumanTask, task)
    assert (row.status, row.completed_by) == ("completed", "carl")


def test_a_row_that_refers_to_nothing_is_refused_with_all_others(either_database: str) -> None:
    lost = {"human_task_id": "nobody", "kind": "user", "who": "ann"}
    fresh = {EVENTS: [line("r")], table_of(HumanTaskCandidate): [lost]}
    with pytest.raises(IntegrityError), db.transaction() as session:
        together.write(session.connection(), [], fresh)
    assert lines() == []


def watched() -> list[str]:
    """Note every statement from here on; the database is this test's own."""
    statements: list[str] = []
    event.listen(db.engine(), "before_cursor_execute", lambda *args: statements.append(args[2]))
    return statements


def test_a_completion_on_postgresql_is_three_trips(postgres: str) -> None:
    """Its look and lock, everything it writes, and what the areas ask to show it to whom."""
    office.publish(STEPS)
    case = office.start()
    task = office.task_id(case, "a")
    statements = watched()
    with db.transaction() as session:
        commands.complete(session, task, actor=ANN)
    assert len(statements) <= 3, statements
    assert office.waiting(case) == ["b"]
