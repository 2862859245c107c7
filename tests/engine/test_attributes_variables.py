"""Variables read and written from outside, in the scopes Camunda 7 has."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from engine import commands, db
from engine.errors import EngineError, NotAllowed, NotFound
from engine.models import HistoryEvent, HumanTask, Variable
from tests.engine import office
from tests.engine.office import ANN, diagram, flows, user

LOCAL_INPUT = (
    "<bpmn:extensionElements><camunda:inputOutput>"
    '<camunda:inputParameter name="note">inside</camunda:inputParameter>'
    "</camunda:inputOutput></bpmn:extensionElements>"
)
WATCHED = diagram(
    '<bpmn:startEvent id="s"/>'
    + user("ut", inner=LOCAL_INPUT)
    + '<bpmn:boundaryEvent id="watch" attachedToRef="ut"><bpmn:conditionalEventDefinition>'
    "<bpmn:condition>${level &gt; 3}</bpmn:condition></bpmn:conditionalEventDefinition>"
    "</bpmn:boundaryEvent>"
    + user("alarm")
    + '<bpmn:endEvent id="e"/><bpmn:endEvent id="e2"/>'
    + flows("s>ut", "ut>e", "watch>alarm", "alarm>e2")
)


def write(case: str, values: dict[str, Any] | None = None, **how: Any) -> None:
    with db.transaction() as session:
        commands.set_variables(session, case, values or {}, actor=ANN, **how)


def read(case: str, token: str = "", **how: Any) -> dict[str, Any]:
    with db.reading() as session:
        return commands.read_variables(session, case, token, **how)


def token(case: str) -> str:
    with db.reading() as session:
        return session.scalars(select(HumanTask.token).where(HumanTask.instance_id == case)).one()


def test_values_keep_their_kinds_and_the_projection_follows(either_database: str) -> None:
    office.publish(WATCHED)
    case = office.start(level=1)
    write(case, {"price": Decimal("1.10"), "day": date(2026, 5, 1), "many": [1, {"a": None}]})
    assert read(case) == {
        "level": 1,
        "price": Decimal("1.10"),
        "day": date(2026, 5, 1),
        "many": [1, {"a": None}],
    }
    write(case, remove=["price", "nowhere"])
    assert "price" not in read(case)
    with db.reading() as session:
        assert set(session.scalars(select(Variable.name))) == {"level", "day", "many"}
        told = session.scalars(select(HistoryEvent).where(HistoryEvent.kind == "variables")).all()
    assert [line.data for line in told] == [
        {"names": ["day", "many", "price"]},
        {"names": ["nowhere", "price"]},
    ]


def test_a_write_from_outside_wakes_a_condition(either_database: str) -> None:
    office.publish(WATCHED)
    case = office.start(level=1)
    write(case, {"level": 3})
    assert office.waiting(case) == ["ut"]
    write(case, {"level": 4})
    assert office.waiting(case) == ["alarm"]


def test_a_write_goes_to_the_nearest_scope_that_holds_the_name(database: str) -> None:
    office.publish(WATCHED)
    case = office.start(level=1)
    here = token(case)
    write(case, {"note": "changed", "level": 2}, token=here)
    assert read(case, here, local=True) == {"note": "changed"}
    assert read(case) == {"level": 2}
    assert read(case, here) == {"level": 2, "note": "changed"}


def test_local_stays_at_the_task_and_hides_the_instance(database: str) -> None:
    office.publish(WATCHED)
    case = office.start(level=1)
    here = token(case)
    write(case, {"level": 2}, token=here, local=True)
    assert read(case, here)["level"] == 2
    assert read(case) == {"level": 1}
    write(case, token=here, local=True, remove=["level", "note"])
    assert read(case, here) == {"level": 1}


def test_a_local_value_wakes_the_condition_of_its_own_activity(database: str) -> None:
    office.publish(WATCHED)
    case = office.start(level=1)
    write(case, {"level": 9}, token=token(case), local=True)
    assert office.waiting(case) == ["alarm"]


def test_removing_takes_the_nearest_only(database: str) -> None:
    office.publish(WATCHED)
    case = office.start(level=1, note="outside")
    here = token(case)
    write(case, token=here, remove=["note"])
    assert read(case, here)["note"] == "outside"
    write(case, token=here, remove=["note"])
    assert "note" not in read(case, here)


def test_what_cannot_be_written_is_refused(database: str) -> None:
    office.publish(WATCHED)
    case = office.start(level=1)
    with pytest.raises(EngineError, match="不能保存"):
        write(case, {"x": object()})
    with pytest.raises(NotFound):
        write(case, {"x": 1}, token="zz")
    with pytest.raises(NotFound):
        write("nobody", {"x": 1})
    with pytest.raises(NotFound):
        read("nobody")
    office.complete(case, "ut")
    with pytest.raises(NotAllowed, match="已经结束"):
        write(case, {"x": 1})
    assert read(case) == {"level": 1}


def test_a_held_instance_takes_the_value_and_stays(database: str) -> None:
    office.publish(WATCHED)
    case = office.start(level=1)
    with db.transaction() as session:
        commands.suspend(session, case, actor=ANN, reason="pause")
    write(case, {"level": 5})
    assert office.waiting(case) == ["ut"]
    assert read(case) == {"level": 5}
