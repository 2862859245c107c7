"""Camunda 7 attributes of human tasks, forms and the process itself."""

from __future__ import annotations

import json
from datetime import timedelta

from sqlalchemy import select

from engine import commands, db
from engine.models import HumanTask, ProcessDefinition, ProcessInstance
from tests.engine import office
from tests.engine.bpmn_builder import camunda, diagram, end, extension, start, user
from tests.engine.office import ANN
from tests.engine.support.table import refused, works, works_in_office
from tests.engine.walker import Walk

SECTION = "Camunda attributes: human tasks, forms, process"


def task(*inner: str, **attributes: str) -> bytes:
    return diagram(start(), user("a", *inner, **attributes), end(), "s-a-e")


def opened(case: str) -> HumanTask:
    with db.reading() as session:
        return session.scalars(select(HumanTask).where(HumanTask.instance_id == case)).one()


@works_in_office(SECTION, "assignee; candidate users and groups as lists of texts and expressions",
                 "`camunda:assignee`, `candidateUsers`, `candidateGroups`",
                 task(camunda__assignee="${who}", camunda__candidateUsers="kim, ${more}",
                      camunda__candidateGroups="handler@${place}"))  # fmt: skip
def people() -> None:
    found = opened(office.start(who="ann", more=["lee", "mo"], place="pinghu"))
    assert (found.assignee, found.groups) == ("ann", ["handler@pinghu"])
    assert found.users == ["kim", "lee", "mo"]


@works_in_office(SECTION, "due and follow-up date: ISO 8601 moments and durations, expressions",
                 "`camunda:dueDate`, `followUpDate`",
                 task(camunda__dueDate="P1DT2H", camunda__followUpDate="${days}"))  # fmt: skip
def dates() -> None:
    found = opened(office.start(days=timedelta(days=1)))
    assert found.due_at == found.created_at + timedelta(days=1, hours=2)
    assert found.follow_up_at == found.created_at + timedelta(days=1)


@works_in_office(SECTION, "due date by our calendar: working days, months, SLA table",
                 '`camunda:dueDate="${workdays(5)}"`, `days`, `months`, `deadline`',
                 task(camunda__dueDate="${workdays(5)}"))  # fmt: skip
def deadlines() -> None:
    assert (opened(office.start()).deadline or {})["unit"] == "W"


refused(SECTION, "a date that is none", "`camunda:dueDate`", task(camunda__dueDate="soon"),
        "bad-date")  # fmt: skip


@works_in_office(SECTION, "priority, also computed", "`camunda:priority`",
                 task(camunda__priority="${level + 1}"))  # fmt: skip
def priority() -> None:
    assert opened(office.start(level=6)).priority == 7


@works_in_office(SECTION, "description with expressions", "`documentation` of a human task",
                 task("<bpmn:documentation>step ${n}</bpmn:documentation>"))  # fmt: skip
def description() -> None:
    assert opened(office.start(n=3)).description == "step 3"


def _form(key: str) -> bytes:
    component = {"type": "number", "key": key, "id": key, "label": key}
    return json.dumps({"type": "default", "id": "f", "components": [component]}).encode()


BOUND = task(camunda__formRef="${which}", camunda__formRefBinding="version",
             camunda__formRefVersion="1", camunda__assignee="ann")  # fmt: skip


@works_in_office(SECTION, "form-js form, bound to latest, deployment or version",
                 "`camunda:formRef`, `formRefBinding`, `formRefVersion`", BOUND)  # fmt: skip
def form_reference() -> None:
    office.publish(BOUND, f_dot_form=_form("one"))
    office.publish(BOUND, f_dot_form=_form("two"))
    case = office.start(which="f")
    with db.transaction() as session:
        given = {"one": "4"}
        commands.complete(session, office.task_id(case, "a"), actor=ANN, submission=given)
    assert office.variables(case)["one"] == 4


@works_in_office(SECTION, "form of another application: kept and shown, asks nothing",
                 "`camunda:formKey`", task(camunda__formKey="embedded:${app}"))  # fmt: skip
def form_key() -> None:
    assert opened(office.start(app="x")).form_key == "embedded:x"


def _fields(*fields: str) -> str:
    return extension(camunda("formData", "".join(fields)))


FIELDS = _fields(
    camunda("formField", camunda("validation", camunda("constraint", name="max", config="9")),
            id="n", type="long", label="N", defaultValue="${4 + 1}"),
    camunda("formField", camunda("value", id="x", name="X"), id="k", type="enum", label="K"),
    camunda("formField", id="ok", type="boolean", label="OK", defaultValue="true"),
    camunda("formField", id="day", type="date", label="D", defaultValue="2026-05-01"),
    camunda("formField", camunda("validation", camunda("constraint", name="readonly")),
            id="s", type="string", label="S", defaultValue="fixed"),
)  # fmt: skip


@works_in_office(SECTION, "form fields: types, defaults, constraints; at tasks and starts",
                 "`camunda:formData`, `formField`, `validation`",
                 task(FIELDS, camunda__assignee="ann"))  # fmt: skip
def form_fields() -> None:
    case = office.start()
    with db.transaction() as session:
        commands.complete(session, office.task_id(case, "a"), actor=ANN, submission={"k": "x"})
    found = office.variables(case)
    assert (found["n"], found["k"], found["ok"], found["s"]) == (5, "x", True, "fixed")


refused(SECTION, "a field type that does not exist", "`camunda:formField`",
        task(_fields(camunda("formField", id="a", type="json"))), "field-type")  # fmt: skip
refused(SECTION, "a Java validator", "`camunda:constraint name=\"validator\"`",
        task(_fields(camunda("formField", camunda("validation", camunda(
            "constraint", name="validator", config="a.B")), id="a", type="long"))),
        "field-validator")  # fmt: skip
refused(SECTION, "two forms of one element", "`formRef` and `formKey`",
        task(camunda__formRef="a", camunda__formKey="b"), "form-twice")  # fmt: skip


@works_in_office(SECTION, "who began it", "`camunda:initiator`",
                 diagram(start("s", camunda__initiator="who"), user("a"), end(),
                         "s-a-e"))  # fmt: skip
def initiator() -> None:
    assert office.variables(office.start()) == {"who": "ann"}


@works_in_office(SECTION, "who may begin it", "`camunda:candidateStarterGroups`, `Users`",
                 diagram(start(), user("a"), end(), "s-a-e",
                         camunda__candidateStarterUsers="ann"))  # fmt: skip
def starters() -> None:
    office.start()
    try:
        office.start(actor=office.BOB)
    except commands.instances.NotAllowed:
        return
    raise AssertionError("bob began it")


@works_in_office(SECTION, "version tag, properties, startable in the task list, time to live",
                 "`camunda:versionTag`, `properties`, `isStartableInTasklist`, `historyTimeToLive`",
                 diagram(extension(camunda("properties", camunda("property", name="k", value="v"))),
                         start(), user("a"), end(), "s-a-e", camunda__versionTag="1.0",
                         camunda__isStartableInTasklist="false",
                         camunda__historyTimeToLive="P30D"))  # fmt: skip
def process_attributes() -> None:
    with db.reading() as session:
        said = session.scalars(select(ProcessDefinition.description)).one()
    assert (said["version_tag"], said["properties"]) == ("1.0", {"k": "v"})
    assert (said["startable"], said["history_ttl"]) == (False, "P30D")


refused(SECTION, "history kept for no time", "`camunda:historyTimeToLive`",
        diagram(start(), user("a"), end(), "s-a-e", camunda__historyTimeToLive="a while"),
        "history-ttl")  # fmt: skip


@works_in_office(SECTION, "business key from a field of the start form",
                 "`camunda:formData businessKey`",
                 diagram(start("s", extension(camunda("formData", camunda(
                     "formField", id="nr", type="string"), businessKey="nr"))), user("a"), end(),
                     "s-a-e"))  # fmt: skip
def start_key() -> None:
    with db.transaction() as session:
        case = commands.start(session, "p", actor=ANN, submission={"nr": "7"}).id
    with db.reading() as session:
        assert session.get_one(ProcessInstance, case).business_key == "7"


@works(SECTION, "asynchronous continuation before and after, at every element",
       "`camunda:asyncBefore`, `asyncAfter`, `exclusive`",
       diagram(start(), user("a", camunda__asyncBefore="true", camunda__asyncAfter="true",
                             camunda__exclusive="false"), end(), "s-a-e"))  # fmt: skip
def continuations(walk: Walk) -> None:
    assert walk.wait("a").kind == "async"
    walk.complete("a")
    assert walk.wait("a").kind == "human"
    walk.complete("a")
    assert walk.wait("a").kind == "async"
    walk.complete("a").ended("e")
