"""External tasks: fetched by one worker, spoken of by that one, counted once."""

from __future__ import annotations

import threading
from collections import Counter

import pytest
from sqlalchemy import select

from engine import clock, commands, db
from engine.commands import external, fetching
from engine.commands.external import Failure
from engine.commands.fetching import Topic, Wanted
from engine.errors import InvalidInput, LockLost, NotAllowed, NotFound
from engine.models import CaseAccess, Incident, Job
from engine.queries import Viewer
from tests.engine import office
from tests.engine.external_work import ONE, ROBOT, SEES, complete, external_task, fetch, variables
from tests.engine.office import diagram, flows, user


def test_who_may_not_see_the_case_gets_no_task(database: str) -> None:
    office.publish(ONE)
    case = office.start()
    assert fetch(viewer=Viewer("stranger")) == []
    with db.transaction() as session:
        session.add(
            CaseAccess(instance_id=case, organisation="robot", relation="barred", since=clock.now())
        )
    assert fetch() == []


def test_what_a_worker_brings_moves_the_case_on_once(either_database: str) -> None:
    office.publish(ONE)
    case = office.start(amount=5)
    [task] = fetch()
    assert task.job.element_id == "x"
    assert task.variables == {"amount": 5}
    assert fetch("another") == []
    complete(task, result="good")
    assert office.waiting(case) == ["after"]
    assert variables(case) == {"amount": 5, "result": "good"}
    with pytest.raises(NotFound):
        complete(task, result="again")
    assert variables(case)["result"] == "good"


def test_another_worker_may_not_speak_of_it(database: str) -> None:
    office.publish(ONE)
    office.start()
    [task] = fetch("w")
    with pytest.raises(LockLost, match="locked by worker 'w'"):
        complete(task, worker="thief")
    with db.transaction() as session, pytest.raises(LockLost):
        external.bpmn_error(session, task.job.id, "no", worker="thief", actor=ROBOT)
    with db.transaction() as session, pytest.raises(LockLost):
        external.failed(session, task.job.id, Failure("x", None, 1, 0), worker="thief", actor=ROBOT)


def test_a_lock_that_ran_out_can_be_taken_and_the_first_worker_has_lost_it(
    either_database: str,
) -> None:
    office.publish(ONE)
    case = office.start()
    [task] = fetch("slow")
    office.later(seconds=11)
    [again] = fetch("quick")
    assert again.job.id == task.job.id
    with pytest.raises(LockLost):
        complete(task, worker="slow")
    complete(again, worker="quick")
    assert office.waiting(case) == ["after"]


def test_the_slow_worker_may_still_finish_while_nobody_else_took_it(database: str) -> None:
    office.publish(ONE)
    case = office.start()
    [task] = fetch("slow")
    office.later(seconds=11)
    complete(task, worker="slow")
    assert office.waiting(case) == ["after"]


def test_of_many_workers_each_task_goes_to_one(either_database: str) -> None:
    office.publish(ONE)
    for _ in range(12):
        office.start()
    got: Counter[int] = Counter()
    turnstile = threading.Barrier(6)

    def work(name: str) -> None:
        turnstile.wait()
        while tasks := db.unit(
            lambda session: fetching.fetch(session, SEES, Wanted(name, (Topic("t", 60_000),), 2))
        ):
            got.update(task.job.id for task in tasks)

    threads = [threading.Thread(target=work, args=(f"w{number}",)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 12
    assert set(got.values()) == {1}


def test_input_parameters_are_read_and_output_parameters_see_what_is_local(
    database: str,
) -> None:
    inner = (
        "<bpmn:extensionElements><camunda:inputOutput>"
        '<camunda:inputParameter name="half">${amount / 2}</camunda:inputParameter>'
        '<camunda:outputParameter name="total">${found + half}</camunda:outputParameter>'
        "</camunda:inputOutput><camunda:properties>"
        '<camunda:property name="unit" value="yuan"/></camunda:properties>'
        "</bpmn:extensionElements>"
    )
    office.publish(
        diagram(
            '<bpmn:startEvent id="s"/>'
            + external_task("x", inner=inner)
            + user("after")
            + '<bpmn:endEvent id="e"/>'
            + flows("s>x", "x>after", "after>e")
        )
    )
    case = office.start(amount=10)
    [task] = fetch("w", Topic("t", 1_000, local_variables=True, extension_properties=True))
    assert task.variables == {"half": 5}
    assert task.properties == {"unit": "yuan"}
    with db.transaction() as session:
        external.complete(
            session, task.job.id, worker="w", actor=ROBOT, local_variables={"found": 7}
        )
    assert variables(case) == {"amount": 10, "total": 12}


def test_topics_narrow_by_business_key_process_and_variable(either_database: str) -> None:
    office.publish(ONE)
    office.start(bk="A", kind="x", amount=3)
    office.start(bk="B", kind="y", amount=4)
    by_key = Topic("t", 1, business_key="A")
    assert [task.instance.business_key for task in fetch("w", by_key)] == ["A"]
    office.later(seconds=1)
    by_value = Topic("t", 1, process_variables={"kind": "y", "amount": 4})
    assert [task.instance.business_key for task in fetch("w", by_value)] == ["B"]
    office.later(seconds=1)
    assert fetch("w", Topic("t", 1, process_variables={"amount": 5})) == []
    assert fetch("w", Topic("t", 1, process_keys=["other"])) == []
    assert fetch("w", Topic("t", 1, version_tag="v9")) == []
    assert fetch("w", Topic("t", 1, possible=False)) == []
    assert len(fetch("w", Topic("t", 1, process_keys=["p"], variables=["kind"]))) == 2


def test_urgent_tasks_come_first_when_asked_for(either_database: str) -> None:
    office.publish(ONE)
    for _ in range(3):
        office.start()
        office.later(seconds=1)
    ids = [task.job.id for task in fetch()]
    assert ids == sorted(ids)
    with db.transaction() as session:
        external.set_priority(session, ids[2], 50, actor=ROBOT)
    office.later(seconds=11)
    assert [t.job.id for t in fetch(by_priority=True)] == [ids[2], ids[0], ids[1]]
    office.later(seconds=11)
    assert [t.job.id for t in fetch(created="desc")] == ids[::-1]


def test_locks_are_extended_given_up_and_taken(database: str) -> None:
    office.publish(ONE)
    office.start()
    [task] = fetch("w")
    with db.transaction() as session:
        external.extend(session, task.job.id, worker="w", duration_ms=60_000, actor=ROBOT)
    office.later(seconds=30)
    assert fetch("v") == []
    with db.transaction() as session, pytest.raises(LockLost):
        external.lock(session, task.job.id, worker="v", duration_ms=1_000, actor=ROBOT)
    with db.transaction() as session:
        external.unlock(session, task.job.id, actor=ROBOT)
        external.lock(session, task.job.id, worker="v", duration_ms=1_000, actor=ROBOT)
    office.later(seconds=2)
    with db.transaction() as session, pytest.raises(InvalidInput, match="expired"):
        external.extend(session, task.job.id, worker="v", duration_ms=1_000, actor=ROBOT)


@pytest.mark.parametrize(
    "wanted",
    [
        Wanted("", (Topic("t", 1),), 1),
        Wanted("w", (Topic("t", 0),), 1),
        Wanted("w", (Topic("t", 1), Topic("t", 1)), 1),
        Wanted("w", (Topic("", 1),), 1),
        Wanted("w", (Topic("t", 1),), -1),
    ],
)
def test_a_fetch_that_makes_no_sense_is_refused(database: str, wanted: Wanted) -> None:
    with db.transaction() as session, pytest.raises(InvalidInput):
        fetching.fetch(session, SEES, wanted)


def test_a_suspended_case_gives_and_takes_nothing(database: str) -> None:
    office.publish(ONE)
    case = office.start()
    [task] = fetch()
    with db.transaction() as session:
        commands.suspend(session, case, actor=ROBOT, reason="stop")
    with pytest.raises(NotAllowed):
        complete(task)
    office.later(seconds=11)
    assert fetch() == []


def test_a_case_that_ends_takes_the_task_and_its_incident_along(either_database: str) -> None:
    office.publish(ONE)
    case = office.start()
    [task] = fetch()
    with db.transaction() as session:
        external.failed(session, task.job.id, Failure("gone", None, 0, 0), worker="w", actor=ROBOT)
    with db.transaction() as session:
        commands.cancel(session, case, actor=ROBOT, reason="over")
    with db.reading() as session:
        assert session.scalars(select(Incident)).one().resolved_at is not None
        assert session.get_one(Job, task.job.id).status == "cancelled"
    with pytest.raises(NotFound):
        complete(task)
