"""The rows beside a state agree with it; and what compares them sees each kind of tear."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import delete, update

from engine import commands, db, hooks
from engine.models import HumanTask, Job, ProcessInstance, Subscription, Variable
from tests.engine import bpmn_builder as draw
from tests.engine import in_step, office

WAITING = draw.diagram(
    draw.start(), draw.user("a"), draw.boundary("t", "a", draw.timer("PT1H")),
    draw.boundary("m", "a", draw.message(), interrupting=False), draw.user("b"), draw.end(),
    draw.end("e2"), draw.end("e3"), "s-a-b-e", "t-e2", "m-e3",
)  # fmt: skip


def put(case: str, **values: Any) -> None:
    with db.transaction() as session:
        commands.set_variables(session, case, values, actor=hooks.SYSTEM)


@pytest.mark.parametrize(
    ("before", "after"),
    [(1, True), (True, 1), (0, False), (1, 1.0), (1.0, 1), ([1], [True]), ({"a": 0}, {"a": False})],
)
def test_a_value_that_only_python_takes_for_the_one_before(
    either_database: str, before: Any, after: Any
) -> None:
    office.publish(WAITING)
    case = office.start(x=before)
    put(case, x=after)
    assert repr(office.variables(case)["x"]) == repr(after)
    assert in_step.torn() == []


TEARS = {
    "no human": delete(HumanTask),
    "no job": update(Job).values(status="done"),
    "no subscription": delete(Subscription),
    "stands for nothing": update(Job).values(wait="x.1"),
    "nobody is told": update(Job).values(status="failed"),
    "and task": update(ProcessInstance).values(status="completed"),
    "ended at None": update(ProcessInstance).values(status="cancelled"),
    "variable x": update(Variable).values(text_value="2"),
}


@pytest.mark.parametrize("said", TEARS)
def test_a_tear_is_seen(sqlite: str, said: str) -> None:
    office.publish(WAITING)
    office.start(x=1)
    assert in_step.torn() == []
    with db.transaction() as session:
        session.execute(TEARS[said].execution_options(synchronize_session=False))
    assert any(said in word for word in in_step.torn())
