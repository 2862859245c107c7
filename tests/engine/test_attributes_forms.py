"""Forms of human tasks and starts: bindings, and fields written in the diagram."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from engine import commands, db, hooks, queries
from engine.bundles import Bundle
from engine.commands.submissions import read
from engine.errors import DeploymentRefused, InvalidInput
from engine.models import HumanTask, ProcessInstance, Submission
from engine.queries import Viewer
from tests.engine import office
from tests.engine.office import ANN, diagram, flows

FIELDS = """<bpmn:extensionElements><camunda:formData>
<camunda:formField id="reason" label="原因（${kind}）" type="string" defaultValue="${kind} 类">
  <camunda:validation><camunda:constraint name="required"/>
    <camunda:constraint name="minlength" config="2"/>
    <camunda:constraint name="maxlength" config="10"/></camunda:validation>
  <camunda:properties><camunda:property id="hint" value="写清楚"/></camunda:properties>
</camunda:formField>
<camunda:formField id="amount" label="金额" type="long" defaultValue="5"><camunda:validation>
  <camunda:constraint name="min" config="1"/><camunda:constraint name="max" config="100"/>
</camunda:validation></camunda:formField>
<camunda:formField id="agreed" label="同意" type="boolean" defaultValue="true"/>
<camunda:formField id="day" label="日期" type="date" defaultValue="01/05/2026"/>
<camunda:formField id="level" label="级别" type="enum" defaultValue="b">
  <camunda:value id="a" name="甲"/><camunda:value id="b" name="乙"/></camunda:formField>
<camunda:formField id="origin" label="来源" type="long" defaultValue="42"><camunda:validation>
  <camunda:constraint name="readonly"/></camunda:validation></camunda:formField>
</camunda:formData></bpmn:extensionElements>"""


def with_fields(inner: str = FIELDS, attributes: str = "") -> bytes:
    return diagram(
        '<bpmn:startEvent id="s"/>'
        f'<bpmn:userTask id="ut" name="办理" camunda:candidateGroups="handler@pinghu" {attributes}>'
        f'{inner}</bpmn:userTask><bpmn:userTask id="after"/><bpmn:endEvent id="e"/>'
        + flows("s>ut", "ut>after", "after>e")
    )


def submit(case: str, element: str = "ut", **given: Any) -> None:
    with db.transaction() as session:
        task = office.task_id(case, element)
        commands.complete(session, task, actor=ANN, submission=given)


def test_fields_of_the_diagram_are_a_form_and_become_variables(either_database: str) -> None:
    office.publish(with_fields())
    case = office.start(kind="急")
    submit(case, reason="漏水", amount="7", agreed=False, day="2026-06-01", level="a")
    assert office.variables(case) == {
        "kind": "急",
        "reason": "漏水",
        "amount": 7,
        "agreed": False,
        "day": date(2026, 6, 1),
        "level": "a",
        "origin": 42,
    }
    with db.reading() as session:
        kept = session.scalars(select(Submission)).one()
        assert read(kept)["reason"] == "漏水"
        assert kept.element_id == "ut"


def test_what_was_not_submitted_takes_its_default(database: str) -> None:
    office.publish(with_fields())
    case = office.start(kind="急")
    submit(case)
    found = office.variables(case)
    assert found["reason"] == "急 类"
    assert (found["amount"], found["agreed"], found["level"]) == (5, True, "b")
    assert found["day"] == date(2026, 5, 1)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"reason": "短" * 11}, "reason"),
        ({"reason": "短"}, "reason"),
        ({"reason": ""}, "reason"),
        ({"amount": "0"}, "amount"),
        ({"amount": "101"}, "amount"),
        ({"amount": "1.5"}, "amount"),
        ({"amount": "many"}, "amount"),
        ({"level": "c"}, "level"),
        ({"day": "soon"}, "day"),
    ],
)
def test_constraints_are_checked(database: str, given: dict[str, str], field: str) -> None:
    office.publish(with_fields())
    case = office.start(kind="急")
    with pytest.raises(InvalidInput) as caught:
        submit(case, **given)
    assert list(caught.value.fields) == [field]
    assert office.waiting(case) == ["ut"]


def test_a_value_there_is_stands_before_the_default_and_readonly_stays(database: str) -> None:
    office.publish(with_fields())
    case = office.start(kind="急", amount=9, origin=1)
    submit(case, origin="77")
    assert (office.variables(case)["amount"], office.variables(case)["origin"]) == (9, 1)


def test_the_page_of_the_task_shows_the_fields(database: str) -> None:
    office.publish(with_fields())
    case = office.start(kind="急")
    with db.reading() as session:
        viewer = Viewer("ann", ANN.groups, scope="all")
        form = queries.task(session, viewer, office.task_id(case, "ut")).form
    assert form is not None
    assert [c.key for c in form.schema.components] == [
        "reason",
        "amount",
        "agreed",
        "day",
        "level",
        "origin",
    ]
    assert form.schema.components[0].label == "原因（急）"
    assert form.schema.components[0].spec["properties"]["hint"] == "写清楚"


def test_a_start_event_has_fields_and_a_business_key(database: str) -> None:
    start = FIELDS.replace("<camunda:formData>", '<camunda:formData businessKey="number">').replace(
        '<camunda:formField id="amount"',
        '<camunda:formField id="number" type="string"/><camunda:formField id="amount"',
    )
    office.publish(
        diagram(
            f'<bpmn:startEvent id="s">{start}</bpmn:startEvent><bpmn:userTask id="ut"/>'
            '<bpmn:endEvent id="e"/>' + flows("s>ut", "ut>e")
        )
    )
    with db.transaction() as session:
        case = commands.start(
            session,
            "p",
            actor=ANN,
            variables={"kind": "急"},
            submission={"number": "SQ-7", "reason": "漏水"},
        ).id
    with db.reading() as session:
        assert session.get_one(ProcessInstance, case).business_key == "SQ-7"
    assert office.variables(case)["number"] == "SQ-7"
    with pytest.raises(InvalidInput), db.transaction() as session:
        commands.start(
            session, "p", actor=ANN, variables={"kind": ""}, submission={"reason": "x" * 11}
        )


# ---- forms of their own ------------------------------------------------------------------


def form(label: str) -> bytes:
    component = {"type": "number", "key": label, "id": label, "label": label}
    return json.dumps({"type": "default", "id": "f", "components": [component]}).encode()


def publish(xml: bytes, label: str) -> None:
    files = {"d.bpmn": xml, "f.form": form(label), "bundle.toml": b'[bundle]\ntitle = "t"\n'}
    with db.transaction() as session:
        commands.deploy(session, Bundle("t", files), actor=hooks.SYSTEM, house=False)


def shown(case: str) -> str:
    with db.reading() as session:
        viewer = Viewer("ann", ANN.groups, scope="all")
        found = queries.task(session, viewer, office.task_id(case, "ut")).form
        return found.schema.components[0].key if found else ""


@pytest.mark.parametrize(
    ("binding", "key"),
    [
        ("", "one"),
        ('camunda:formRefBinding="deployment"', "one"),
        ('camunda:formRefBinding="latest"', "three"),
        ('camunda:formRefBinding="version" camunda:formRefVersion="2"', "two"),
        ('camunda:formRefBinding="version" camunda:formRefVersion="${wanted}"', "two"),
    ],
)
def test_a_form_is_bound_as_the_diagram_says(either_database: str, binding: str, key: str) -> None:
    publish(with_fields("", f'camunda:formRef="f" {binding}'), "one")
    case = office.start(wanted=2)
    assert shown(case) == ("" if "version" in binding else "one")
    for label in ("two", "three"):
        publish(with_fields("", f'camunda:formRef="f" {binding}'), label)
    assert shown(case) == key
    submit(case, **{key: "4"})
    assert office.variables(case)[key] == 4


def test_which_form_can_be_computed(database: str) -> None:
    publish(with_fields("", 'camunda:formRef="${which}"'), "one")
    case = office.start(which="f")
    assert shown(case) == "one"


def test_a_form_key_of_another_application_is_kept_and_asks_nothing(database: str) -> None:
    office.publish(with_fields("", 'camunda:formKey="embedded:app:${page}.html"'))
    case = office.start(page="ask")
    with db.reading() as session:
        assert session.scalars(select(HumanTask.form_key)).one() == "embedded:app:ask.html"
    assert shown(case) == ""
    submit(case)
    assert office.waiting(case) == ["after"]


def field(attributes: str, inner: str = "") -> str:
    return (
        "<bpmn:extensionElements><camunda:formData>"
        f"<camunda:formField {attributes}>{inner}</camunda:formField>"
        "</camunda:formData></bpmn:extensionElements>"
    )


def constraint(name: str, config: str = "") -> str:
    return (
        f'<camunda:validation><camunda:constraint name="{name}" config="{config}"/>'
        "</camunda:validation>"
    )


@pytest.mark.parametrize(
    ("inner", "attributes", "code"),
    [
        (field('type="string"'), "", "field-id"),
        (field('id="a" type="json"'), "", "field-type"),
        (field('id="a"'), "", "field-type"),
        (field('id="a" type="long" defaultValue="x"'), "", "field-default"),
        (field('id="a" type="boolean" defaultValue="yes"'), "", "field-default"),
        (field('id="a" type="date" defaultValue="soon"'), "", "field-default"),
        (field('id="a" type="enum" defaultValue="x"', '<camunda:value id="y"/>'), "",
         "field-default"),
        (field('id="a" type="enum"', '<camunda:value name="y"/>'), "", "field-choices"),
        (field('id="a" type="long"', constraint("least", "1")), "", "field-constraint"),
        (field('id="a" type="long"', constraint("min", "x")), "", "field-constraint"),
        (field('id="a" type="long"', constraint("validator", "a.B")), "", "field-validator"),
        (field('id="a" type="string" defaultValue="${"'), "", "bad-expression"),
        (field('id="a" type="string"'), 'camunda:formKey="k"', "form-twice"),
        ("", 'camunda:formRef="${f}" camunda:formRefBinding="newest"', "form-binding"),
        ("", 'camunda:formRef="${f}" camunda:formRefBinding="version"', "form-version"),
    ],
)  # fmt: skip
def test_fields_that_can_mean_nothing_are_refused(
    database: str, inner: str, attributes: str, code: str
) -> None:
    with pytest.raises(DeploymentRefused) as caught:
        office.publish(with_fields(inner, attributes))
    assert [(p.element, p.code) for p in caught.value.problems] == [("ut", code)]


def test_a_gateway_has_no_fields(database: str) -> None:
    xml = diagram(
        '<bpmn:startEvent id="s"/><bpmn:exclusiveGateway id="g">'
        + field('id="a" type="long"')
        + '</bpmn:exclusiveGateway><bpmn:endEvent id="e"/>'
        + flows("s>g", "g>e")
    )
    with pytest.raises(DeploymentRefused, match="只有人工环节和开始事件"):
        office.publish(xml)
