"""Commands: one transaction each, on both databases, with the wrong person first."""

from __future__ import annotations

import threading
from collections import Counter

import pytest
from sqlalchemy import event, func, select

from engine import clock, commands, db, queries, services
from engine.errors import HumanTaskClosed, IdempotencyMismatch, NotAllowed, ServiceFailed
from engine.hooks import Actor
from engine.models import HistoryEvent, HumanTask, Incident, Job, ProcessInstance, Submission
from engine.services import ServiceCall
from tests.engine import office
from tests.engine.office import ANN, BOB, diagram, flows, user

TWO_STEPS = diagram(
    '<bpmn:startEvent id="s"/>'
    + user("a")
    + user("b")
    + '<bpmn:endEvent id="e"/>'
    + flows("s>a", "a>b", "b>e")
)


def test_a_case_goes_from_task_to_task_to_its_end(either_database: str) -> None:
    office.publish(TWO_STEPS)
    case = office.start(amount=5)
    assert office.waiting(case) == ["a"]
    done = office.complete(case, "a")
    assert office.waiting(case) == ["b"]
    assert done.next_task_id == office.task_id(case, "b")
    office.complete(case, "b")
    assert office.status(case) == "completed"


def test_another_group_may_not_complete_it(database: str) -> None:
    office.publish(TWO_STEPS)
    case = office.start()
    with pytest.raises(NotAllowed):
        office.complete(case, "a", actor=BOB)
    assert office.waiting(case) == ["a"]


def test_a_signed_task_is_its_holders_until_put_back(database: str) -> None:
    office.publish(TWO_STEPS)
    case = office.start()
    colleague = Actor("carl", ANN.groups)
    with db.transaction() as session:
        commands.claim(session, office.task_id(case, "a"), actor=ANN)
    with pytest.raises(NotAllowed, match="已由他人签收"):
        office.complete(case, "a", actor=colleague)
    with db.transaction() as session:
        commands.unclaim(session, office.task_id(case, "a"), actor=ANN)
    office.complete(case, "a", actor=colleague)
    assert office.waiting(case) == ["b"]


def test_the_second_click_gets_the_first_ones_answer(either_database: str) -> None:
    office.publish(TWO_STEPS)
    case = office.start()
    task = office.task_id(case, "a")

    def click() -> commands.Completion:
        with db.transaction() as session:
            return commands.complete(session, task, actor=ANN, idempotency_key="form-1")

    first, second = click(), click()
    assert second.repeated
    assert second.next_task_id == first.next_task_id
    with db.reading() as session:
        assert session.scalar(select(func.count(Submission.id))) == 1
    with db.transaction() as session, pytest.raises(IdempotencyMismatch):
        commands.complete(session, task, actor=ANN, submission={"x": 1}, idempotency_key="form-1")


def test_a_rival_hears_who_was_first(database: str) -> None:
    office.publish(TWO_STEPS)
    case = office.start()
    task = office.task_id(case, "a")
    office.complete(case, "a")
    with db.transaction() as session, pytest.raises(HumanTaskClosed) as closed:
        commands.complete(session, task, actor=Actor("carl", ANN.groups))
    assert closed.value.closed_by == "ann"


def test_of_500_rivals_one_wins(either_database: str) -> None:
    office.publish(TWO_STEPS)
    case = office.start()
    task = office.task_id(case, "a")
    outcomes: Counter[str] = Counter()
    turnstile = threading.Barrier(20)

    def rival(number: int) -> None:
        turnstile.wait()
        for attempt in range(25):
            actor = Actor(f"rival_{number}_{attempt}", ANN.groups)
            try:
                db.unit(lambda session, who=actor: commands.complete(session, task, actor=who))
                outcomes["won"] += 1
            except HumanTaskClosed:
                outcomes["closed"] += 1

    threads = [threading.Thread(target=rival, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes == {"won": 1, "closed": 499}
    assert office.waiting(case) == ["b"]


def test_completing_a_task_takes_at_most_twelve_statements(either_database: str) -> None:
    office.prepare()
    office.publish(
        diagram(
            '<bpmn:startEvent id="s"/>'
            + user("a")
            + '<bpmn:scriptTask id="c"><bpmn:script>n = ${n + 1}</bpmn:script></bpmn:scriptTask>'
            + '<bpmn:exclusiveGateway id="g" default="f_g_e"/>'
            + user("b")
            + '<bpmn:boundaryEvent id="t" attachedToRef="b" cancelActivity="false">'
            "<bpmn:timerEventDefinition><bpmn:timeDuration>P5D</bpmn:timeDuration>"
            "</bpmn:timerEventDefinition></bpmn:boundaryEvent>"
            + user("late")
            + '<bpmn:endEvent id="e"/><bpmn:endEvent id="e2"/>'
            + flows("s>a", "a>c", "c>g", "g>b: ${n &gt; 1}", "g>e", "b>e2", "t>late", "late>e")
        )
    )
    case = office.start(n=1)
    office.complete(office.start(n=1), "a")  # definitions are in the cache of this process
    task = office.task_id(case, "a")
    statements: list[str] = []

    def count(_c: object, _x: object, statement: str, *_: object) -> None:
        statements.append(statement)

    event.listen(db.engine(), "before_cursor_execute", count)
    with db.transaction() as session:
        commands.complete(session, task, actor=ANN, idempotency_key="k")
    event.remove(db.engine(), "before_cursor_execute", count)
    counted = [s for s in statements if not s.startswith(("BEGIN", "SAVEPOINT", "RELEASE"))]
    assert office.waiting(case) == ["b"]
    assert len(counted) <= 12, "\n".join(s.partition("\n")[0][:110] for s in counted)


BROKEN = diagram(
    '<bpmn:startEvent id="s"/>'
    + user("a")
    + '<bpmn:serviceTask id="svc" camunda:delegateExpression="${test.flaky}"/>'
    + user("b")
    + '<bpmn:endEvent id="e"/>'
    + flows("s>a", "a>svc", "svc>b", "b>e")
)
_mood = {"fails": 0}


@services.service("test.flaky")
def flaky(call: ServiceCall) -> None:
    """Fail as often as the test says."""
    if _mood["fails"] > 0:
        _mood["fails"] -= 1
        raise ServiceFailed("外部系统没有应答。")


def test_a_persons_work_is_never_lost_to_a_broken_service(either_database: str) -> None:
    office.publish(BROKEN)
    case = office.start()
    _mood["fails"] = 1
    done = office.complete(case, "a")
    assert done.postponed
    assert office.waiting(case) == []
    assert office.drain() == 1
    assert office.waiting(case) == ["b"]


def test_three_failures_are_an_incident_and_retry_mends_it(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.publish(BROKEN)
    case = office.start()
    _mood["fails"] = 100
    office.complete(case, "a")
    real = clock.real
    for hours in range(6):
        monkeypatch.setattr(clock, "real", lambda h=hours: real() + clock.timedelta(hours=h))
        office.drain()
    with db.reading() as session:
        incident = session.scalars(select(Incident)).one()
        assert session.scalars(select(Job)).one().attempts == 3
    assert (incident.instance_id, incident.element_id) == (case, "a")
    assert "没有应答" in incident.message
    _mood["fails"] = 0
    with db.transaction() as session:
        commands.retry(session, incident.id, actor=ANN)
    office.drain()
    assert office.waiting(case) == ["b"]


def test_a_draft_survives_and_is_only_its_writers(database: str) -> None:
    office.publish(TWO_STEPS)
    case = office.start()
    task = office.task_id(case, "a")
    with db.transaction() as session:
        commands.save_draft(session, task, actor=ANN, payload={"text": "电话里说到一半"})
    with db.transaction() as session, pytest.raises(Exception, match="没有这项待办"):
        commands.save_draft(session, task, actor=BOB, payload={"text": "x"})
    with db.reading() as session:
        stored = session.connection().exec_driver_sql("select payload from draft").scalar()
    assert "电话".encode() not in bytes(stored)


def test_suspended_work_waits_and_goes_on(database: str) -> None:
    office.publish(TWO_STEPS)
    case = office.start()
    with db.transaction() as session:
        commands.suspend(session, case, actor=ANN, reason="等待听证")
    with pytest.raises(NotAllowed, match="暂停"):
        office.complete(case, "a")
    with db.transaction() as session:
        commands.resume(session, case, actor=ANN, reason="听证结束")
    office.complete(case, "a")
    assert office.waiting(case) == ["b"]


def test_cancelling_closes_everything_and_says_why(database: str) -> None:
    office.publish(TWO_STEPS)
    case = office.start()
    with db.transaction() as session:
        commands.cancel(session, case, actor=ANN, reason="重复登记")
    assert office.status(case) == "cancelled"
    with db.reading() as session:
        assert session.scalars(select(HumanTask.status)).all() == ["cancelled"]
        last = session.scalars(select(HistoryEvent).order_by(HistoryEvent.id.desc())).all()
    assert any(line.data == {"reason": "重复登记"} for line in last)


def test_two_writers_of_one_case_cannot_both_win(database: str) -> None:
    office.publish(TWO_STEPS)
    case = office.start()
    with db.reading() as session:
        before = session.get_one(ProcessInstance, case).revision
    office.complete(case, "a")
    with db.reading() as session:
        assert session.get_one(ProcessInstance, case).revision > before


FOUR_EYES = diagram(
    '<bpmn:startEvent id="s"/>'
    + user("a")
    + user(
        "review",
        inner="<bpmn:extensionElements><camunda:properties>"
        '<camunda:property name="huiyin:excluded" value="${handled_by}"/>'
        "</camunda:properties></bpmn:extensionElements>",
    )
    + '<bpmn:endEvent id="e"/>'
    + flows("s>a", "a>review", "review>e")
)


def test_nobody_reviews_what_they_handled(either_database: str) -> None:
    office.publish(FOUR_EYES)
    case = office.start(handled_by="ann")
    assert office.complete(case, "a").next_task_id is None
    with pytest.raises(NotAllowed, match="自办自审"):
        office.complete(case, "review", actor=ANN)
    with db.reading() as session:
        viewer = queries.Viewer("ann", ANN.groups, frozenset({"pinghu"}), scope="all")
        assert queries.inbox(session, viewer, box="unsigned").total == 0
        other = queries.Viewer("carl", ANN.groups, frozenset({"pinghu"}), scope="all")
        assert queries.inbox(session, other, box="unsigned").total == 1
    office.complete(case, "review", actor=Actor("carl", ANN.groups))
    assert office.status(case) == "completed"


def test_a_key_of_one_task_answers_for_no_other(database: str) -> None:
    office.publish(TWO_STEPS)
    first, second = office.start(), office.start()
    with db.transaction() as session:
        commands.complete(session, office.task_id(first, "a"), actor=ANN, idempotency_key="k")
    with db.transaction() as session, pytest.raises(IdempotencyMismatch):
        commands.complete(session, office.task_id(second, "a"), actor=ANN, idempotency_key="k")
    assert office.waiting(second) == ["a"]
