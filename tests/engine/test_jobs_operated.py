"""Jobs in an operator's hands: run at once, given tries, moved, held; what stays of each try."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from engine import clock, commands, db, jobs
from engine.commands import external
from engine.commands import jobs as levers
from engine.errors import Conflict, InvalidInput, NotFound
from engine.jobs import claim
from engine.jobs.drain import attempt
from engine.models import HistoryEvent, Incident, Job
from engine.queries import figures
from tests.engine import bpmn_builder as draw
from tests.engine import in_step, office
from tests.engine.office import ANN, diagram, flows, user

#: Stuck at the gateway as long as `level` is not above 5.
STUCK = diagram(
    '<bpmn:startEvent id="s"/><bpmn:exclusiveGateway id="gw" camunda:asyncBefore="true"/>'
    + user("a")
    + '<bpmn:endEvent id="e"/>'
    + flows("s>gw", "gw>a: ${level &gt; 5}", "a>e")
)
TIMED = diagram(
    '<bpmn:startEvent id="s"/><bpmn:intermediateCatchEvent id="tm"><bpmn:timerEventDefinition>'
    "<bpmn:timeDuration>${period}</bpmn:timeDuration></bpmn:timerEventDefinition>"
    "</bpmn:intermediateCatchEvent>"
    + user("a")
    + '<bpmn:endEvent id="e"/>'
    + flows("s>tm", "tm>a", "a>e")
)

#: A task with a timer at it, and an external task; the task ends both.
REMINDED = draw.diagram(
    draw.start(), draw.parallel("g"), draw.user("a", camunda__assignee="ann"),
    draw.element("serviceTask", "x", camunda__type="external", camunda__topic="t"),
    draw.boundary("b", "a", draw.timer("PT1H"), interrupting=False), draw.end(),
    draw.end("e2"), draw.end("t", draw.terminate()), "s-g-a-t", "g-x-e", "b-e2",
)  # fmt: skip


def the_job() -> Job:
    with db.reading() as session:
        return session.scalars(select(Job).order_by(Job.id.desc())).first() or Job()


def kinds(case: str) -> list[str]:
    with db.reading() as session:
        return list(
            session.scalars(
                select(HistoryEvent.kind)
                .where(HistoryEvent.instance_id == case)
                .order_by(HistoryEvent.id)
            )
        )


def test_a_failed_attempt_is_told_and_kept(either_database: str) -> None:
    office.publish(STUCK)
    case = office.start(level=1)
    with pytest.raises(Exception, match="没有可走的分支"):
        jobs.execute(the_job().id)
    job = the_job()
    assert (job.status, job.attempts, job.lease) == ("open", 1, None)
    assert "Traceback" in (job.trace or "")
    with db.reading() as session:
        line = session.scalars(select(HistoryEvent).where(HistoryEvent.kind == "failed")).one()
    assert (line.instance_id, (line.data or {})["retries"]) == (case, 2)


def test_the_last_failure_is_one_incident_and_a_later_success_closes_it(database: str) -> None:
    office.publish(STUCK)
    case = office.start(level=1)
    for _ in range(5):
        with pytest.raises(Exception, match="没有可走的分支"):
            jobs.execute(the_job().id)
    with db.reading() as session:
        incident = session.scalars(select(Incident)).one()
    assert (incident.resolved_at, the_job().status) == (None, "failed")
    with db.transaction() as session:
        commands.set_variables(session, case, {"level": 9}, actor=ANN)
    jobs.execute(the_job().id)
    assert office.waiting(case) == ["a"]
    with db.reading() as session:
        closed = session.get_one(Incident, incident.id)
    assert closed.resolved_at is not None
    assert closed.is_deleted is False
    with pytest.raises(NotFound):
        jobs.execute(the_job().id)


def test_no_tries_are_an_incident_and_new_tries_mend_it(database: str) -> None:
    office.publish(STUCK)
    case = office.start(level=9)
    with db.transaction() as session:
        levers.set_retries(session, levers.find(session, the_job().id), 0, actor=ANN)
    assert office.drain() == 0
    with db.transaction() as session:
        levers.set_retries(session, levers.find(session, the_job().id), 2, actor=ANN)
        assert session.scalars(select(Incident)).one().resolved_by == "ann"
        with pytest.raises(InvalidInput):
            levers.set_retries(session, levers.find(session, the_job().id), -1, actor=ANN)
    assert office.drain() == 1
    assert kinds(case).count("operated") == 2


def test_a_held_job_waits_and_a_held_element_holds_what_comes(database: str) -> None:
    office.publish(STUCK)
    first = office.start(level=9)
    with db.transaction() as session:
        job = levers.find(session, the_job().id)
        levers.set_suspended(session, [job], suspended=True, actor=ANN)
        definition = office.definition_id(session)
        levers.hold_elements(
            session, [(definition, "gw")], suspended=True, include_jobs=False, actor=ANN
        )
    second = office.start(level=9)
    assert office.drain() == 0
    with db.transaction() as session:
        levers.hold_elements(
            session, [(definition, "gw")], suspended=False, include_jobs=True, actor=ANN
        )
    office.drain()
    assert [office.waiting(case) for case in (first, second)] == [["a"], ["a"]]


def test_a_timer_is_moved_and_computed_again(database: str) -> None:
    office.publish(TIMED)
    case = office.start(period="PT1H")
    made = the_job()
    with db.transaction() as session:
        commands.set_variables(session, case, {"period": "PT3H"}, actor=ANN)
        job = levers.find(session, made.id)
        levers.recalculate(session, job, from_creation=True, actor=ANN)
        assert job.due_at - job.created_at == timedelta(hours=3)
        levers.set_due(session, job, datetime(2020, 1, 1, tzinfo=clock.CHINA), actor=ANN)
    assert office.drain() == 1
    assert office.waiting(case) == ["a"]


def test_a_case_suspended_after_the_claim_keeps_its_timer(database: str) -> None:
    office.publish(TIMED)
    case = office.start(period="PT1H")
    with db.transaction() as session:
        commands.suspend(session, case, actor=ANN, reason="等待")
    with pytest.raises(Conflict):
        jobs.execute(the_job().id)
    assert the_job().status == "open"
    with db.transaction() as session:
        commands.resume(session, case, actor=ANN, reason="继续")
    office.later(hours=2)
    assert office.drain() == 1
    assert office.waiting(case) == ["a"]


def test_a_cancelled_case_takes_its_incidents_along(database: str) -> None:
    office.publish(STUCK)
    case = office.start(level=1)
    for _ in range(3):
        with pytest.raises(Exception, match="没有可走的分支"):
            jobs.execute(the_job().id)
    with db.transaction() as session:
        commands.cancel(session, case, actor=ANN, reason="重复")
    with db.reading() as session:
        incident = session.scalars(select(Incident)).one()
    assert incident.is_deleted is True
    assert the_job().status == "cancelled"


LISTENING = diagram(
    '<bpmn:startEvent id="s"/><bpmn:parallelGateway id="fork"/>'
    '<bpmn:intermediateCatchEvent id="wait"><bpmn:messageEventDefinition messageRef="m"/>'
    '</bpmn:intermediateCatchEvent><bpmn:intermediateCatchEvent id="look">'
    '<bpmn:conditionalEventDefinition><bpmn:condition xsi:type="bpmn:tFormalExpression">'
    "${level &gt; 5}</bpmn:condition></bpmn:conditionalEventDefinition>"
    "</bpmn:intermediateCatchEvent>"
    + user("a")
    + user("b")
    + '<bpmn:endEvent id="e"/>'
    + flows("s>fork", "fork>wait", "fork>look", "wait>a", "look>b", "a>e", "b>e"),
    extra='<bpmn:message id="m" name="answer"/>',
)


def test_what_reached_a_suspended_case_is_caught_up_with(either_database: str) -> None:
    office.publish(LISTENING)
    case = office.start(level=1, bk="K-1")
    with db.transaction() as session:
        commands.suspend(session, case, actor=ANN, reason="等待")
    with db.transaction() as session:
        commands.correlate(session, "answer", correlation="K-1")
        commands.set_variables(session, case, {"level": 9}, actor=ANN)
    office.drain()
    assert office.waiting(case) == []
    with db.transaction() as session:
        commands.resume(session, case, actor=ANN, reason="继续")
    assert office.drain() == 1
    assert office.waiting(case) == ["a", "b"]
    with db.transaction() as session:
        commands.suspend(session, case, actor=ANN, reason="等待")
        commands.resume(session, case, actor=ANN, reason="继续")
    assert office.drain() == 0  # nothing reached it meanwhile


def test_jobs_of_a_case_stay_as_its_log(database: str) -> None:
    office.publish(STUCK, LISTENING.replace(b'id="p"', b'id="q"').replace(b'name="p"', b'name="q"'))
    case = office.start(level=9)
    other = office.start("q", level=1, bk="K-1")
    with db.transaction() as session:
        commands.correlate(session, "answer", correlation="K-1")
    assert office.drain() == 2
    office.later(days=31)
    jobs.reconcile()
    with db.reading() as session:
        kept = session.scalars(select(Job.instance_id).where(Job.status == "done")).all()
    assert kept == [case]  # the delivery belonged to nobody
    assert office.waiting(other) == ["a"]


def test_what_is_held_is_not_late(either_database: str) -> None:
    office.publish(TIMED)
    case = office.start(period="PT1H")
    office.later(hours=5)
    assert jobs.reconcile()["late"] == 1
    with db.transaction() as session:
        commands.suspend(session, case, actor=ANN, reason="等待")
    assert jobs.reconcile()["late"] == 0
    with db.transaction() as session:
        commands.resume(session, case, actor=ANN, reason="继续")
        levers.set_suspended(session, [levers.find(session, 1)], suspended=True, actor=ANN)
    assert jobs.reconcile()["late"] == 0
    with db.reading() as session:
        assert figures.figures(session).oldest_due == 0


REPEATED = diagram(
    '<bpmn:startEvent id="s"/>'
    + user("a")
    + '<bpmn:boundaryEvent id="b" attachedToRef="a" cancelActivity="false">'
    "<bpmn:timerEventDefinition><bpmn:timeCycle>R3/PT1H</bpmn:timeCycle></bpmn:timerEventDefinition>"
    '</bpmn:boundaryEvent><bpmn:endEvent id="e"/><bpmn:endEvent id="e2"/>'
    + flows("s>a", "a>e", "b>e2")
)
BEGUN = diagram(
    '<bpmn:startEvent id="s"><bpmn:timerEventDefinition><bpmn:timeCycle>R3/PT1H</bpmn:timeCycle>'
    "</bpmn:timerEventDefinition></bpmn:startEvent>"
    + user("a")
    + '<bpmn:endEvent id="e"/>'
    + flows("s>a", "a>e")
)


@pytest.mark.parametrize("cascade", [False, True])
def test_what_follows_in_a_repetition_moves_along_if_asked(
    either_database: str, cascade: bool
) -> None:
    office.publish(REPEATED)
    office.start()
    first = the_job().due_at
    with db.transaction() as session:
        job = levers.find(session, the_job().id)
        levers.set_due(session, job, first + timedelta(minutes=15), actor=ANN, cascade=cascade)
    office.later(hours=1, minutes=16)
    assert office.drain() == 1
    moved = timedelta(minutes=15) if cascade else timedelta()
    assert the_job().due_at == first + timedelta(hours=1) + moved
    office.later(hours=5)
    assert office.drain() == 2


def test_a_start_s_repetition_moves_along(database: str) -> None:
    office.publish(BEGUN)
    first = the_job().due_at
    with db.transaction() as session:
        job = levers.find(session, the_job().id)
        levers.set_due(session, job, first + timedelta(minutes=15), actor=ANN, cascade=True)
    office.later(hours=1, minutes=16)
    assert office.drain() == 1
    with db.reading() as session:
        owed = session.scalars(select(Job).where(Job.kind == "start", Job.status == "open")).one()
    assert owed.due_at == first + timedelta(hours=1, minutes=15)


def test_an_incident_without_a_failure_ends_with_its_job(either_database: str) -> None:
    """Somebody took its tries away: no error is there to tell that an incident is."""
    office.publish(TIMED)
    office.start(period="PT1H")
    number = the_job().id
    with db.transaction() as session:
        levers.set_retries(session, levers.find(session, number), 0, actor=ANN)
    assert in_step.torn() == []
    jobs.execute(number)
    assert in_step.torn() == []
    with db.reading() as session:
        assert session.scalars(select(Incident.resolved_at)).one() is not None


def test_an_incident_without_a_failure_ends_with_its_wait(either_database: str) -> None:
    office.publish(REMINDED)
    case = office.start()
    with db.transaction() as session:
        levers.set_retries(session, levers.find(session, the_job().id), 0, actor=ANN)
        [outside] = session.scalars(select(Job.id).where(Job.kind == "external"))
        external.set_retries(session, outside, 0, actor=ANN)
    assert in_step.torn() == []
    office.complete(case, "a")
    assert office.status(case) == "completed"
    assert in_step.torn() == []
    with db.reading() as session:
        assert list(session.scalars(select(Incident.is_deleted))) == [True, True]


def test_a_job_whose_case_ends_before_it_can_begin_was_not_run(either_database: str) -> None:
    office.publish(TIMED)
    case = office.start(period="PT1H")
    with db.transaction() as session:
        job = claim.take(session, the_job().id)
    with db.transaction() as session:
        commands.cancel(session, case, actor=ANN, reason="重复")
    assert attempt(job, job.lease or "") is False
    assert in_step.torn() == []
