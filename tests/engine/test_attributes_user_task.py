"""User task attributes with Camunda 7's meaning: people, dates, priority."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from engine import clock, db
from engine.errors import DeploymentRefused, EngineError, ExpressionError
from engine.models import HumanTask, HumanTaskCandidate
from tests.engine import office
from tests.engine.office import diagram, flows


def task(attributes: str, inner: str = "") -> bytes:
    return diagram(
        '<bpmn:startEvent id="s"/>'
        f'<bpmn:userTask id="ut" name="办理" {attributes}>{inner}</bpmn:userTask>'
        '<bpmn:endEvent id="e"/>' + flows("s>ut", "ut>e")
    )


def opened(attributes: str, **variables: Any) -> HumanTask:
    office.publish(task(attributes))
    office.start(**variables)
    with db.reading() as session:
        return session.scalars(select(HumanTask)).one()


def candidates() -> set[tuple[str, str]]:
    with db.reading() as session:
        rows = session.scalars(select(HumanTaskCandidate))
        return {(row.kind, row.who) for row in rows}


def refused(attributes: str, inner: str = "") -> set[str]:
    with pytest.raises(DeploymentRefused) as caught:
        office.publish(task(attributes, inner))
    assert {problem.element for problem in caught.value.problems} == {"ut"}
    return {problem.code for problem in caught.value.problems}


def test_people_are_lists_of_texts_and_expressions(either_database: str) -> None:
    found = opened(
        'camunda:assignee="${who}" camunda:candidateUsers="kim, ${more}, ${one}"'
        " camunda:candidateGroups=\"handler@${place}, ${group.concat('@x, y')}\"",
        who="ann",
        more=["lee", "mo"],
        one="pat,quin",
        place="pinghu",
        group="chair",
    )
    assert found.assignee == "ann"
    assert found.users == ["kim", "lee", "mo", "pat", "quin"]
    assert found.groups == ["handler@pinghu", "chair@x", "y"]
    assert candidates() == {("user", who) for who in found.users} | {
        ("group", who) for who in found.groups
    }


def test_feel_gives_people_too(database: str) -> None:
    found = opened('camunda:candidateUsers="=[a, &quot;bob&quot;]"', a="ann")
    assert found.users == ["ann", "bob"]


def test_people_in_bpmns_own_words(database: str) -> None:
    def role(kind: str, text: str) -> str:
        return (
            f"<bpmn:{kind}><bpmn:resourceAssignmentExpression><bpmn:formalExpression>{text}"
            f"</bpmn:formalExpression></bpmn:resourceAssignmentExpression></bpmn:{kind}>"
        )

    office.publish(
        task(
            'camunda:candidateUsers="lee"',
            role("humanPerformer", "${who}")
            + role("potentialOwner", "user(kim), group(${where}), handler@x"),
        )
    )
    office.start(who="ann", where="chair@x")
    with db.reading() as session:
        found = session.scalars(select(HumanTask)).one()
    assert (found.assignee, found.users) == ("ann", ["lee", "kim"])
    assert found.groups == ["chair@x", "handler@x"]
    assert refused("", role("potentialOwner", "${")) == {"bad-expression"}


def test_nobody_is_nobody(database: str) -> None:
    found = opened('camunda:assignee="${who}" camunda:candidateGroups="${none}"', who="", none=[])
    assert (found.assignee, found.users, found.groups) == (None, [], [])


def test_people_that_are_no_texts_are_an_error(database: str) -> None:
    office.publish(task('camunda:candidateUsers="${n}"'))
    with pytest.raises(ExpressionError, match="候选人"):
        office.start(n=5)


@pytest.mark.parametrize(
    ("text", "later"),
    [
        ("P1D", timedelta(days=1)),
        ("PT1H30M", timedelta(hours=1, minutes=30)),
        ("${period}", timedelta(hours=2)),
        ('=duration("PT3H")', timedelta(hours=3)),
    ],
)
def test_durations_begin_now(database: str, text: str, later: timedelta) -> None:
    quoted = text.replace('"', "&quot;")
    found = opened(
        f'camunda:dueDate="{quoted}" camunda:followUpDate="{quoted}"', period=timedelta(hours=2)
    )
    assert found.due_at == found.created_at + later
    assert found.follow_up_at == found.due_at


def test_months_are_months_of_the_calendar(database: str) -> None:
    found = opened('camunda:dueDate="P1M"')
    here = found.created_at.astimezone(clock.CHINA)
    assert found.due_at is not None
    assert found.due_at.astimezone(clock.CHINA).month == here.month % 12 + 1


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("2026-05-01T18:00:00", datetime(2026, 5, 1, 18, tzinfo=clock.CHINA)),
        ("2026-05-01T18:00:00+00:00", datetime(2026, 5, 2, 2, tzinfo=clock.CHINA)),
        ("2026-05-01", datetime(2026, 5, 1, 23, 59, 59, tzinfo=clock.CHINA)),
        ("${day}", datetime(2026, 5, 1, 23, 59, 59, tzinfo=clock.CHINA)),
        ("${words}", datetime(2026, 5, 1, 9, tzinfo=clock.CHINA)),
    ],
)
def test_dates_and_what_expressions_give(database: str, text: str, due: datetime) -> None:
    found = opened(f'camunda:dueDate="{text}"', day=date(2026, 5, 1), words="2026-05-01T09:00:00")
    assert found.due_at == due


def test_a_follow_up_day_means_its_beginning(database: str) -> None:
    found = opened('camunda:followUpDate="2026-05-01"')
    assert found.follow_up_at == datetime(2026, 5, 1, tzinfo=clock.CHINA)
    assert found.due_at is None


def test_our_deadlines_are_kept_with_what_they_were_computed_from(database: str) -> None:
    office.prepare()
    found = opened('camunda:dueDate="${workdays(5)}"')
    assert found.deadline is not None
    assert found.deadline["unit"] == "W"


def test_documentation_is_the_description_with_its_expressions(database: str) -> None:
    office.publish(task("", "<bpmn:documentation>第 ${n} 步，{照抄}</bpmn:documentation>"))
    office.start(n=3)
    with db.reading() as session:
        assert session.scalars(select(HumanTask.description)).one() == "第 3 步，{照抄}"
    assert refused("", "<bpmn:documentation>${</bpmn:documentation>") == {"bad-expression"}


def test_no_date_is_no_date(database: str) -> None:
    found = opened('camunda:dueDate="${none}" camunda:followUpDate=""', none=None)
    assert (found.due_at, found.follow_up_at, found.deadline) == (None, None, None)


@pytest.mark.parametrize("value", ["soon", 5, True])
def test_what_is_no_date_is_an_error_at_the_task(database: str, value: Any) -> None:
    office.publish(task('camunda:dueDate="${due}"'))
    with pytest.raises(EngineError, match=r"办理.*ut.*日期"):
        office.start(due=value)


@pytest.mark.parametrize(
    ("text", "value", "kept"),
    [("90", None, 90), ("${p}", 7, 7), ("${p}", "12", 12), ("${p}", None, 50), ("-3", None, -3)],
)
def test_priority_is_a_number_or_gives_one(database: str, text: str, value: Any, kept: int) -> None:
    assert opened(f'camunda:priority="{text}"', p=value).priority == kept


@pytest.mark.parametrize("value", ["high", 1.5, [1], 2**40])
def test_a_priority_that_is_no_number_is_an_error(database: str, value: Any) -> None:
    office.publish(task('camunda:priority="${p}"'))
    with pytest.raises(ExpressionError, match="优先级"):
        office.start(p=value)


def test_what_can_mean_nothing_is_refused(database: str) -> None:
    assert refused('camunda:dueDate="soon"') == {"bad-date"}
    assert refused('camunda:followUpDate="P1X"') == {"bad-date"}
    assert refused('camunda:priority="high"') == {"bad-priority"}
    assert refused('camunda:assignee="${"') == {"bad-expression"}
    assert refused('camunda:formRef="a" camunda:formKey="b"') >= {"form-twice"}
