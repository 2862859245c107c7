"""What a completion reads in one statement with its lock may be a moment old: what then."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import delete, event, func, select, text, update

from engine import commands, db, services
from engine.commands import trail
from engine.errors import (
    Conflict,
    EngineError,
    HumanTaskClosed,
    IdempotencyMismatch,
    NotAllowed,
    ServiceFailed,
)
from engine.hooks import Actor
from engine.models import HistoryEvent, HumanTask, Job, ProcessInstance, Turn
from tests.engine import bpmn_builder as draw
from tests.engine import office
from tests.engine.office import ANN, diagram, flows, user

COLLEAGUE = Actor("carl", ANN.groups)
TWO_STEPS = diagram(
    '<bpmn:startEvent id="s"/>'
    + user("a")
    + user("b")
    + '<bpmn:endEvent id="e"/>'
    + flows("s>a", "a>b", "b>e")
)
HANDLED = diagram(
    '<bpmn:startEvent id="s"/>'
    + user("a")
    + '<bpmn:serviceTask id="look" camunda:delegateExpression="${races.look}"/>'
    + user("b")
    + '<bpmn:endEvent id="e"/>'
    + flows("s>a", "a>look", "look>b", "b>e")
)
UNDECIDED = diagram(
    '<bpmn:startEvent id="s"/>'
    + user("a")
    + '<bpmn:exclusiveGateway id="g"/><bpmn:endEvent id="e"/>'
    + flows("s>a", "a>g")
    + '<bpmn:sequenceFlow id="g_e" sourceRef="g" targetRef="e"><bpmn:conditionExpression>'
    "${nobody.knows}</bpmn:conditionExpression></bpmn:sequenceFlow>"
)
CALLING = diagram(
    '<bpmn:startEvent id="s"/><bpmn:callActivity id="c" calledElement="p"/><bpmn:endEvent id="e"/>'
    + flows("s>c", "c>e"),
    key="caller",
)


def _while_another_holds_the_case(case: str, act: Callable[[Any], object]) -> EngineError | None:
    """Let `act` happen in a transaction that a completion by Ann has to wait for."""
    task = office.task_id(case, "a")
    met: list[EngineError | None] = []
    waiting = threading.Event()

    def complete() -> None:
        waiting.set()
        try:
            with db.transaction() as session:
                commands.complete(session, task, actor=ANN)
            met.append(None)
        except EngineError as refused:
            met.append(refused)

    rival = threading.Thread(target=complete)
    with db.transaction() as session:
        session.execute(
            select(ProcessInstance.id).where(ProcessInstance.id == case).with_for_update()
        )
        act(session)
        rival.start()
        waiting.wait()
        _until_blocked(session)
    rival.join()
    return met[0]


def _until_blocked(session: Any) -> None:
    """Wait until some other connection of this database stands before a lock."""
    blocked = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    for _ in range(2_000):
        if session.scalar(blocked):
            return
        threading.Event().wait(0.005)
    raise AssertionError("nobody waits")


@pytest.mark.parametrize("process", ["p", "caller"])
def test_a_completion_that_waited_sees_who_signed_meanwhile(postgres: str, process: str) -> None:
    office.publish(TWO_STEPS, CALLING)
    case = office.start(process)
    task = office.task_id(case, "a")
    refused = _while_another_holds_the_case(
        case, lambda session: commands.claim(session, task, actor=COLLEAGUE)
    )
    assert isinstance(refused, NotAllowed | Conflict)
    assert office.waiting(case) == ["a"]


@pytest.mark.parametrize("process", ["p", "caller"])
def test_a_completion_that_waited_sees_what_was_done(postgres: str, process: str) -> None:
    office.publish(TWO_STEPS, CALLING)
    case = office.start(process)
    task = office.task_id(case, "a")
    refused = _while_another_holds_the_case(
        case, lambda session: commands.complete(session, task, actor=COLLEAGUE)
    )
    assert isinstance(refused, HumanTaskClosed)
    assert refused.closed_by == "carl"
    assert office.waiting(case) == ["b"]


@pytest.mark.parametrize("drawing", [TWO_STEPS, HANDLED], ids=["plain", "before a handler"])
def test_what_changed_between_the_look_and_the_close_is_a_conflict(
    postgres: str, drawing: str
) -> None:
    office.publish(drawing)
    case = office.start()
    task = office.task_id(case, "a")
    struck = False

    def strike(*args: Any) -> None:
        nonlocal struck
        if "UPDATE human_task" in args[2] and not struck:
            struck = True
            with db.transaction() as other:
                other.execute(update(HumanTask).where(HumanTask.id == task).values(assignee="carl"))

    event.listen(db.engine(), "before_cursor_execute", strike)
    try:
        with pytest.raises(Conflict), db.transaction() as session:
            commands.complete(session, task, actor=ANN)
    finally:
        event.remove(db.engine(), "before_cursor_execute", strike)
    assert struck
    assert office.waiting(case) == ["a"]
    with pytest.raises(NotAllowed):
        office.complete(case, "a")


def test_two_cases_with_the_same_key_in_one_moment(postgres: str) -> None:
    office.publish(TWO_STEPS)
    first, second = office.start(), office.start()
    met: list[Exception] = []

    def complete(session: Any, case: str) -> None:
        task = office.task_id(case, "a")
        commands.complete(session, task, actor=ANN, idempotency_key="once")

    def rival() -> None:
        try:
            with db.transaction() as session:
                complete(session, second)
        except EngineError as refused:
            met.append(refused)

    other = threading.Thread(target=rival)
    with db.transaction() as session:
        complete(session, first)
        other.start()
        _until_blocked(session)
    other.join()
    assert [type(one) for one in met] == [Conflict]  # tried again, it is a mismatch
    with pytest.raises(IdempotencyMismatch), db.transaction() as session:
        complete(session, second)
    assert (office.waiting(first), office.waiting(second)) == (["b"], ["a"])


def test_a_handler_finds_the_task_before_it_closed(either_database: str) -> None:
    office.publish(HANDLED)
    case = office.start()
    _seen.clear()
    office.complete(case, "a")
    assert _seen == [("a", "completed", "ann")]


def test_a_completion_stands_when_nothing_was_written_before_the_rest_failed(
    either_database: str,
) -> None:
    office.publish(UNDECIDED)
    case = office.start()
    task = office.task_id(case, "a")
    assert office.complete(case, "a").postponed
    with db.reading() as session:
        row = session.get_one(HumanTask, task)
        assert (row.status, row.completed_by, row.assignee) == ("completed", "ann", "ann")
        assert row.closed_at is not None
    assert office.waiting(case) == []


def test_an_area_that_renames_its_case_and_the_step_are_one_write(database: str) -> None:
    office.publish(TWO_STEPS)
    case = office.start()
    with db.transaction() as session:
        session.get_one(ProcessInstance, case).title = "改过的标题"
        commands.complete(session, office.task_id(case, "a"), actor=ANN)
    with db.reading() as session:
        row = session.get_one(ProcessInstance, case)
    assert row.title == "改过的标题"
    office.complete(case, "b")
    assert office.status(case) == "completed"


def test_a_batch_of_timers_takes_no_more_statements_than_a_small_one(either_database: str) -> None:
    wait = (
        '<bpmn:intermediateCatchEvent id="t"><bpmn:timerEventDefinition><bpmn:timeDuration>PT1H'
        "</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:intermediateCatchEvent>"
    )
    office.publish(
        diagram(
            f'<bpmn:startEvent id="s"/>{wait}{user("u", "nobody")}<bpmn:endEvent id="e"/>'
            + flows("s>t", "t>u", "u>e")
        )
    )
    # Whom a case is opened to costs its area a statement per case: a group of no organisation.
    few, many = _statements(5), _statements(45)
    assert many <= few + 2  # many rows may be written in pages


def _statements(count: int) -> int:
    """Let so many timers fall due at once; return how many statements drained them."""
    cases = [office.start() for _ in range(count)]
    office.later(hours=2)
    statements: list[str] = []

    def note(*args: Any) -> None:
        statements.append(args[2])

    event.listen(db.engine(), "before_cursor_execute", note)
    office.drain()
    event.remove(db.engine(), "before_cursor_execute", note)
    assert all(office.waiting(case) == ["u"] for case in cases)
    return len(statements)


def test_a_unit_whose_connection_was_cut_goes_again_and_happens_once(postgres: str) -> None:
    office.publish(TWO_STEPS)
    case = office.start()
    task = office.task_id(case, "a")
    with db.reading() as session:  # a connection the pool will give out without asking it
        session.scalar(select(ProcessInstance.id))
        mine = session.scalar(text("SELECT pg_backend_pid()"))
    cutter = db.connect(postgres)
    with cutter.begin() as connection:
        connection.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": mine})
    cutter.dispose()
    db.unit(lambda session: commands.complete(session, task, actor=ANN))
    assert office.waiting(case) == ["b"]


@services.service("races.rename")
def rename(call: services.ServiceCall) -> None:
    """Change what is not the engine's: once written at once, once left to the end."""
    call.instance.title += "·改"
    if call.element_id == "first":
        call.session.flush()


_seen: list[Any] = []


@services.service("races.look")
def look(call: services.ServiceCall) -> None:
    """Read the tasks of the case as the database has them."""
    columns = (HumanTask.element_id, HumanTask.status, HumanTask.completed_by)
    found = call.session.execute(select(*columns).where(HumanTask.root_id == call.instance.root_id))
    _seen.extend(tuple(row) for row in found)


_broken = {"yes": False}


@services.service("races.breakable")
def breakable(call: services.ServiceCall) -> None:
    """Fail while the test says so."""
    if _broken["yes"]:
        raise ServiceFailed("外部系统没有应答。")


@services.service("races.leave")
def leave(call: services.ServiceCall) -> None:
    """Leave a row in the session; whether it can be, the database says when it is written."""
    call.session.add(Turn(name="leave", at=call.now))


def test_a_row_that_a_handler_left_and_the_database_refuses_costs_nobody_his_work(
    either_database: str,
) -> None:
    body = '<bpmn:startEvent id="s"/>' + user("a") + draw.service("x", "races.leave") + user("b")
    office.publish(diagram(body + '<bpmn:endEvent id="e"/>' + flows("s>a", "a>x", "x>b", "b>e")))
    first, second = office.start(), office.start()
    assert not office.complete(first, "a").postponed
    assert office.complete(second, "a").postponed
    assert office.waiting(second) == []
    with db.transaction() as session:
        session.execute(delete(Turn))
        session.execute(update(Job).values(not_before=None))
    office.drain()
    assert (office.waiting(first), office.waiting(second)) == (["b"], ["b"])


@pytest.mark.parametrize("handler", ["first", "second"])
def test_what_a_broken_step_is_taken_back_with_happens_once(
    either_database: str, handler: str
) -> None:
    child = draw.diagram(
        draw.start(),
        draw.service(handler, "races.rename"),
        draw.service("x", "races.breakable"),
        draw.end(),
        f"s-{handler}-x-e",
        key="child",
    )
    steps = flows("s>a", f"a>{handler}", f"{handler}>c", "c>b", "b>e")
    body = '<bpmn:startEvent id="s"/>' + user("a") + draw.service(handler, "races.rename")
    body += '<bpmn:callActivity id="c" calledElement="child"/>' + user("b")
    office.publish(diagram(body + '<bpmn:endEvent id="e"/>' + steps), child)
    case = office.start()
    _broken["yes"] = True
    with db.transaction() as session:
        session.get_one(ProcessInstance, case).title = "原题"
        done = commands.complete(session, office.task_id(case, "a"), actor=ANN)
    assert done.postponed
    with db.reading() as session:
        assert session.get_one(ProcessInstance, case).title == "原题"
        assert session.scalar(select(func.count(ProcessInstance.id))) == 1
    _broken["yes"] = False
    office.drain()
    assert office.waiting(case) == ["b"]
    with db.reading() as session:
        titles = session.scalars(select(ProcessInstance.title).order_by(ProcessInstance.depth))
        assert titles.all() == ["原题·改", "原题·改·改"]
        lines = session.scalars(select(HistoryEvent).where(HistoryEvent.kind == trail.KIND)).all()
        came = [step.element for line in lines for step in trail.steps(line.data or {})]
    assert (came.count(handler), came.count("x")) == (2, 1)


def test_two_steps_of_one_family_in_one_command_are_guarded_each(either_database: str) -> None:
    """The caller and the called both move; a rival who wrote only the caller is a conflict."""
    office.publish(TWO_STEPS, CALLING)
    case = office.start("caller")
    office.complete(case, "a")
    task = office.task_id(case, "b")
    with db.reading() as session:
        stale = session.get_one(ProcessInstance, case)
    with db.transaction() as session:
        session.execute(
            update(ProcessInstance)
            .where(ProcessInstance.id == case)
            .values(revision=ProcessInstance.revision + 1)
        )
    with pytest.raises(Conflict), db.transaction() as session:
        session.add(stale)
        commands.complete(session, task, actor=ANN)
    assert office.status(case) == "active"
    office.complete(case, "b")
    assert office.status(case) == "completed"
