"""Texts that no database keeps: refused before anything is written, or told with a mark.

What a person did stands; what followed from the diagram becomes an incident with a sentence.
"""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select, update

from engine import commands, db, hooks, services
from engine.commands import rest_deploy
from engine.errors import DeploymentRefused, EngineError, InvalidInput, ServiceFailed
from engine.hooks import Actor
from engine.models import CaseAccess, HistoryEvent, Incident, Job
from engine.services import ServiceCall
from tests.engine import bpmn_builder as draw
from tests.engine import dmn, office
from tests.engine.office import diagram, flows, user

SYSTEM = Actor("another", kind="service")


def two_steps(**attributes: str) -> bytes:
    """Draw `a`, and `b` whose attributes say what the variable `n` holds."""
    given = {"name": "b", "camunda:candidateGroups": "g", **attributes}
    drawn = " ".join(f'{name.replace("_", ":")}="{text}"' for name, text in given.items())
    return diagram(
        '<bpmn:startEvent id="s"/>'
        + user("a")
        + f'<bpmn:userTask id="b" {drawn}/><bpmn:endEvent id="e"/>'
        + flows("s>a", "a>b", "b>e")
    )


def complete(case: str, **variables: Any) -> bool:
    """Complete `a` with variables; return whether what follows was postponed."""
    task = office.task_id(case, "a")
    with db.transaction() as session:
        return commands.complete(session, task, actor=SYSTEM, variables=variables).postponed


def until_incident() -> None:
    """Use up the tries of what was postponed."""
    for _ in range(3):
        with db.transaction() as session:
            session.execute(update(Job).values(not_before=None))
        office.drain()


@pytest.mark.parametrize(
    ("attribute", "length", "word"),
    [
        ("name", 255, "名称"),
        ("camunda_assignee", 120, "办理人"),
        ("camunda_candidateUsers", 200, "候选人"),
        ("camunda_formKey", 255, "表单"),
    ],
)
def test_a_text_that_is_too_long_leaves_the_persons_work(
    either_database: str, attribute: str, length: int, word: str
) -> None:
    office.publish(two_steps(**{attribute: "${n}"}))
    fits, longer = office.start(), office.start()
    assert not complete(fits, n="字" * length)
    assert office.waiting(fits) == ["b"]
    assert complete(longer, n="字" * (length + 1))
    assert office.waiting(longer) == []
    until_incident()
    with db.reading() as session:
        told = session.scalars(select(Incident.message)).one()
    assert word in told
    assert f"最多 {length} 个" in told


def test_a_name_in_the_diagram_may_be_longer_than_its_line_of_history(
    either_database: str,
) -> None:
    long = "名" * 300
    office.publish(
        diagram(
            '<bpmn:startEvent id="s"/>'
            + user("a")
            + f'<bpmn:exclusiveGateway id="g" name="{long}"/><bpmn:endEvent id="e" name="{long}"/>'
            + f'<bpmn:sequenceFlow id="f" name="{long}" sourceRef="g" targetRef="e">'
            "<bpmn:conditionExpression>${true}</bpmn:conditionExpression></bpmn:sequenceFlow>"
            + flows("s>a", "a>g")
        )
    )
    case = office.start()
    office.complete(case, "a")
    assert office.status(case) == "completed"
    with db.reading() as session:
        ended = select(HistoryEvent.name).where(HistoryEvent.kind == "ended")
        assert session.scalars(ended).one() == long[:255]


@pytest.mark.parametrize("key", ["k" * 256, "a\0b", "a\ud800"])
def test_a_business_key_that_cannot_be_kept_is_refused(either_database: str, key: str) -> None:
    office.publish(two_steps())
    office.start(bk="k" * 255)
    with pytest.raises(InvalidInput, match="业务编号"):
        office.start(bk=key)


@pytest.mark.parametrize("broken", ["\0", "\ud800", "\udfff\ud800"])
def test_a_variable_with_half_a_character_is_refused(either_database: str, broken: str) -> None:
    office.publish(two_steps())
    case = office.start()
    for value in (broken, [broken], {"key": broken}, {broken: 1}, [{"deep": {broken: 1}}]):
        with pytest.raises(InvalidInput, match="不能保存的字符"):
            complete(case, n=value)
    with pytest.raises(InvalidInput, match="变量名"):
        complete(case, **{broken: 1})
    assert office.waiting(case) == ["a"]
    assert not complete(case, n={"回音 𠮷 \U0010ffff": "\\u0000 \\ud800 \x01\ufffe"})
    assert office.variables(case)["n"] == {"回音 𠮷 \U0010ffff": "\\u0000 \\ud800 \x01\ufffe"}


@services.service("writable.broken")
def broken_answer(call: ServiceCall) -> None:
    """Fail with what another system answered."""
    raise ServiceFailed("answer: a\0b\ud800c \\u0000")


def test_what_a_handler_failed_with_is_told(either_database: str) -> None:
    office.publish(
        diagram(
            '<bpmn:startEvent id="s"/>'
            + user("a")
            + '<bpmn:serviceTask id="z" camunda:delegateExpression="${writable.broken}"/>'
            '<bpmn:endEvent id="e"/>' + flows("s>a", "a>z", "z>e")
        )
    )
    case = office.start()
    assert complete(case)
    until_incident()
    told = "answer: a\ufffdb\ufffdc \\u0000"
    with db.reading() as session:
        assert session.scalars(select(Incident.message)).one() == told
        assert session.scalars(select(Job.error).where(Job.error.is_not(None))).all() == [told]
        postponed = select(HistoryEvent.data).where(HistoryEvent.kind == "postponed")
        assert session.scalars(postponed).one() == {"reason": told}


@pytest.mark.parametrize("date", ["9999-12-31T23:59:59-10:00", "0001-01-01T00:00:00"])
def test_a_moment_outside_of_all_years_is_said(either_database: str, date: str) -> None:
    wait = draw.catch("c", draw.timer("${n}", "Date"))
    office.publish(
        two_steps(camunda_dueDate="${n}"),
        draw.diagram(draw.start(), draw.user("a"), wait, draw.end(), "s-a-c-e", key="q"),
    )
    assert complete(office.start(), n=date)
    assert complete(office.start("q"), n=date)


@pytest.mark.parametrize("value", ["${1e308 * 10}", "${2147483648}", "${0.0 / 0.0}"])
def test_a_priority_that_is_no_number_is_said(either_database: str, value: str) -> None:
    office.publish(two_steps(camunda_priority=value))
    assert complete(office.start())


def test_a_topic_that_is_too_long_is_refused(either_database: str) -> None:
    office.publish(
        diagram(
            '<bpmn:startEvent id="s"/><bpmn:serviceTask id="x" camunda:type="external" '
            'camunda:topic="${n}"/><bpmn:endEvent id="e"/>' + flows("s>x", "x>e")
        )
    )
    office.start(n="t" * 120)
    with pytest.raises(EngineError, match="主题"):
        office.start(n="t" * 121)


def test_a_command_may_open_tasks_for_very_many_people(either_database: str) -> None:
    office.publish(
        diagram(
            '<bpmn:startEvent id="s"/>'
            + user("a")
            + '<bpmn:userTask id="m" name="m" camunda:assignee="${who}">'
            '<bpmn:multiInstanceLoopCharacteristics camunda:collection="${many}" '
            'camunda:elementVariable="who"/></bpmn:userTask><bpmn:endEvent id="e"/>'
            + flows("s>a", "a>m", "m>e")
        )
    )
    many = [f"rep_{number:04}" for number in range(700)]
    case = office.start(many=many)
    office.complete(case, "a")
    assert office.waiting(case) == ["m"] * 700
    with db.reading() as session:
        assert {*many} < {*session.scalars(select(CaseAccess.organisation))}


LONG = "名" * 256
FILES = {
    "a process's name": {"p.bpmn": two_steps().replace(b'name="p"', f'name="{LONG}"'.encode())},
    "a process's key": {"p.bpmn": two_steps().replace(b'id="p"', f'id="{"k" * 121}"'.encode())},
    "a message": {
        "p.bpmn": diagram(
            '<bpmn:startEvent id="s"><bpmn:messageEventDefinition messageRef="m"/>'
            "</bpmn:startEvent>" + user("a") + '<bpmn:endEvent id="e"/>' + flows("s>a", "a>e"),
            extra=f'<bpmn:message id="m" name="{LONG}"/>',
        )
    },
    "a decision's name": {
        "d.dmn": dmn.definitions(dmn.decision("d", dmn.literal("1"), name=LONG))
    },
    "a decision's id": {"d.dmn": dmn.definitions(dmn.decision("d" * 121, dmn.literal("1")))},
    "a form": {f"{'f' * 121}.form": b'{"type": "default", "components": []}'},
}  # fmt: skip


@pytest.mark.parametrize("what", FILES)
def test_what_the_tables_of_definitions_cannot_hold_is_not_published(
    either_database: str, what: str
) -> None:
    with pytest.raises(DeploymentRefused) as refused, db.transaction() as session:
        rest_deploy.publish(session, "x", FILES[what], actor=hooks.SYSTEM)
    assert [problem.code for problem in refused.value.problems] == ["too-long"]
