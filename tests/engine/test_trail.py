"""The trail: everything a command did inside an instance, in one line of history."""

from __future__ import annotations

from sqlalchemy import select

from engine import commands, db
from engine.commands import trail
from engine.models import HistoryEvent, Job
from tests.engine import office
from tests.engine.office import ANN, diagram, flows, user

LOOKED_AFTER = diagram(
    '<bpmn:startEvent id="s"/>'
    + user("a")
    + '<bpmn:boundaryEvent id="late" attachedToRef="a"><bpmn:timerEventDefinition>'
    "<bpmn:timeDuration>PT1H</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:boundaryEvent>"
    '<bpmn:exclusiveGateway id="gw" default="f_gw_e"/>'
    + user("b")
    + '<bpmn:endEvent id="e"/><bpmn:endEvent id="e2"/>'
    + flows("s>a", "a>gw", "gw>b: ${level &gt; 5}", "gw>e", "b>e2", "late>e2")
)


def trails(case: str) -> list[HistoryEvent]:
    with db.reading() as session:
        return list(
            session.scalars(
                select(HistoryEvent)
                .where(HistoryEvent.instance_id == case, HistoryEvent.kind == trail.KIND)
                .order_by(HistoryEvent.id)
            )
        )


def test_a_command_leaves_one_line_with_what_came_and_went(either_database: str) -> None:
    office.publish(LOOKED_AFTER)
    case = office.start(level=3)
    office.complete(case, "a")
    begun, ended = (list(trail.steps(line.data or {})) for line in trails(case))
    assert [(step.kind, step.element) for step in begun] == [("passed", "s"), ("came", "a")]
    assert begun[1].token == ended[0].token
    assert [(step.kind, step.element) for step in ended] == [
        ("left", ""),
        ("passed", "gw"),
        ("passed", "e"),
    ]


def test_writes_name_the_token_that_wrote(database: str) -> None:
    office.publish(LOOKED_AFTER)
    case = office.start(level=3)
    with db.transaction() as session:
        commands.set_variables(session, case, {"level": 9}, actor=ANN)
    with db.transaction() as session:
        commands.set_variables(session, case, {}, actor=ANN, remove=["level"])
    told = [write for line in trails(case) for write in trail.writes(line.data or {})]
    assert [(write.name, write.value, write.removed) for write in told] == [
        ("level", 3, False),
        ("level", 9, False),
        ("level", None, True),
    ]
    assert {write.scope for write in told} == {""}


def test_a_job_that_is_owed_no_more_stays_as_cancelled(either_database: str) -> None:
    office.publish(LOOKED_AFTER)
    case = office.start(level=3)
    office.complete(case, "a")
    with db.reading() as session:
        job = session.scalars(select(Job)).one()
    assert (job.status, job.element_id) == ("cancelled", "late")
    assert job.done_at is not None
    office.later(hours=2)
    assert office.drain() == 0


def test_what_is_inside_a_sub_process_knows_what_is_around_it(database: str) -> None:
    inside = (
        '<bpmn:startEvent id="s"/><bpmn:subProcess id="sub"><bpmn:startEvent id="s2"/>'
        + user("a")
        + '<bpmn:endEvent id="e2"/>'
        + flows("s2>a", "a>e2")
        + '</bpmn:subProcess><bpmn:endEvent id="e"/>'
        + flows("s>sub", "sub>e")
    )
    office.publish(diagram(inside))
    case = office.start()
    steps = {step.element: step for step in trail.steps(trails(case)[0].data or {})}
    assert steps["a"].parent == steps["sub"].token
    assert steps["sub"].parent == ""
