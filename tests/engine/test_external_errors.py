"""External tasks that fail, by technical failure or business error."""

from __future__ import annotations

from sqlalchemy import select

from engine import db
from engine.commands import external, instances
from engine.commands.external import Failure
from engine.models import Incident
from tests.engine import office
from tests.engine.external_work import ONE, ROBOT, complete, external_task, fetch, variables
from tests.engine.office import diagram, flows, user


def test_a_failure_waits_for_its_pause_and_the_last_one_opens_an_incident(
    either_database: str,
) -> None:
    office.publish(ONE)
    case = office.start()
    [task] = fetch()
    with db.transaction() as session:
        external.failed(
            session,
            task.job.id,
            Failure("no answer", "trace", 1, 60_000),
            worker="w",
            actor=ROBOT,
        )
    assert fetch() == []
    office.later(seconds=61)
    [task] = fetch()
    assert (task.job.error, task.job.trace, task.job.retries) == ("no answer", "trace", 1)
    for _ in range(2):  # said twice, one incident
        with db.transaction() as session:
            external.failed(
                session, task.job.id, Failure("gone", None, 0, 0), worker="w", actor=ROBOT
            )
    assert fetch() == []
    with db.reading() as session:
        incident = session.scalars(select(Incident)).one()
        assert (incident.code, incident.job_id, incident.instance_id) == (
            "failedExternalTask", task.job.id, case,
        )  # fmt: skip
    with db.transaction() as session:
        external.set_retries(session, task.job.id, 2, actor=ROBOT)
    with db.reading() as session:
        assert session.scalars(select(Incident)).one().resolved_by == "robot"
    [task] = fetch()
    complete(task)
    assert office.waiting(case) == ["after"]


def test_an_operator_who_closes_the_incident_gives_the_task_back(database: str) -> None:
    office.publish(ONE)
    office.start()
    [task] = fetch()
    with db.transaction() as session:
        external.failed(session, task.job.id, Failure("gone", None, 0, 0), worker="w", actor=ROBOT)
    with db.transaction() as session:
        incident = session.scalars(select(Incident)).one()
        instances.retry(session, incident.id, actor=ROBOT)
    assert len(fetch()) == 1


CAUGHT = diagram(
    '<bpmn:error id="err" name="err" errorCode="no_stock"/>'
    '<bpmn:startEvent id="s"/>'
    + external_task("x")
    + '<bpmn:boundaryEvent id="b" attachedToRef="x"><bpmn:errorEventDefinition errorRef="err" '
    'camunda:errorCodeVariable="code" camunda:errorMessageVariable="why"/></bpmn:boundaryEvent>'
    + user("order")
    + '<bpmn:endEvent id="e"/><bpmn:endEvent id="e2"/>'
    + flows("s>x", "x>e", "b>order", "order>e2"),
)


def _error_outside(xml: bytes) -> bytes:
    """Move the error definition out of the process, where BPMN wants it."""
    text = xml.decode()
    error = '<bpmn:error id="err" name="err" errorCode="no_stock"/>'
    return text.replace(error, "").replace("<bpmn:process", error + "<bpmn:process", 1).encode()


def test_a_business_error_goes_to_its_boundary_event(either_database: str) -> None:
    office.publish(_error_outside(CAUGHT))
    case = office.start()
    [task] = fetch()
    with db.transaction() as session:
        assert external.bpmn_error(
            session,
            task.job.id,
            "no_stock",
            worker="w",
            actor=ROBOT,
            message="sold out",
            variables={"left": 0},
        )
    assert office.waiting(case) == ["order"]
    assert variables(case) == {"left": 0, "code": "no_stock", "why": "sold out"}


def test_an_error_nobody_catches_ends_its_path_and_no_other(either_database: str) -> None:
    office.publish(
        diagram(
            '<bpmn:startEvent id="s"/><bpmn:parallelGateway id="g"/>'
            + external_task("x")
            + user("beside")
            + '<bpmn:endEvent id="e"/><bpmn:endEvent id="e2"/>'
            + flows("s>g", "g>x", "g>beside", "x>e", "beside>e2")
        )
    )
    case = office.start()
    [task] = fetch()
    with db.transaction() as session:
        assert not external.bpmn_error(session, task.job.id, "odd", worker="w", actor=ROBOT)
    assert office.waiting(case) == ["beside"]
    assert office.status(case) == "active"
    office.complete(case, "beside")
    assert office.status(case) == "completed"


def test_an_error_goes_up_to_the_caller_that_catches_it(database: str) -> None:
    caller = CAUGHT.replace(external_task("x").encode(), b'<bpmn:callActivity id="x" name="x" '
                            b'calledElement="child"/>')  # fmt: skip
    office.publish(
        _error_outside(caller),
        diagram(
            '<bpmn:startEvent id="s"/>'
            + external_task("y")
            + '<bpmn:endEvent id="e"/>'
            + flows("s>y", "y>e"),
            key="child",
        ),
    )
    case = office.start()
    [task] = fetch()
    with db.transaction() as session:
        assert external.bpmn_error(session, task.job.id, "no_stock", worker="w", actor=ROBOT)
    assert office.waiting(case) == ["order"]


def test_an_item_of_several_that_ends_by_an_error_counts_as_done(database: str) -> None:
    loop = (
        '<bpmn:multiInstanceLoopCharacteristics camunda:collection="${many}" '
        'camunda:elementVariable="one"/>'
    )
    office.publish(
        diagram(
            '<bpmn:startEvent id="s"/>'
            + external_task("x", inner=loop)
            + user("after")
            + '<bpmn:endEvent id="e"/>'
            + flows("s>x", "x>after", "after>e")
        )
    )
    case = office.start(many=[1, 2])
    first, second = sorted(fetch(), key=lambda task: task.variables["one"])
    with db.transaction() as session:
        external.bpmn_error(session, first.job.id, "odd", worker="w", actor=ROBOT)
    assert office.waiting(case) == []
    complete(second)
    assert office.waiting(case) == ["after"]
