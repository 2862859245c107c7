"""Searching variables: names, kinds of values, comparisons, windows, and what is refused."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import event, update

from engine import clock, commands, db
from engine.hooks import SYSTEM
from engine.models import ProcessInstance
from tests.engine.office import diagram, flows
from tests.web.api.conftest import Knock, System
from tests.web.api.diagrams import deploy, start, typed
from tests.web.conftest import start_matter

PATH = "/variable-instance"
GIVEN = {
    "amount": 5,
    "rate": Decimal("2.5"),
    "share": 0.25,
    "title": "Wage_claim",
    "open": True,
    "due": datetime(2026, 1, 31, 8, 30, tzinfo=clock.CHINA),
    "many": [1, 2],
    "none": None,
}


@pytest.fixture
def database(either_database: str) -> str:
    return either_database


@pytest.fixture
def instance(office: str) -> str:
    found = start_matter("核实", "ZX-1")
    with db.transaction() as session:
        commands.set_variables(session, found, GIVEN, actor=SYSTEM)
    return found


def names(api: System, *conditions: dict[str, object], **more: object) -> list[str]:
    body = {"variableValues": list(conditions), **more}
    found = api.post(PATH, body)
    assert api.post(f"{PATH}/count", body) == {"count": len(found)}
    return sorted(one["name"] for one in found)


def test_each_kind_of_value_is_told_with_its_type(api: System, instance: str) -> None:
    found = {one["name"]: (one["type"], one["value"]) for one in api.get(PATH)}
    assert found == {
        "amount": ("Integer", 5),
        "rate": ("Double", 2.5),
        "share": ("Double", 0.25),
        "title": ("String", "Wage_claim"),
        "open": ("Boolean", True),
        "due": ("Date", "2026-01-31T08:30:00.000+0800"),
        "many": ("Json", "[1,2]"),
        "none": ("Null", None),
    }
    one = api.get(PATH, variableName="amount")[0]
    assert one["processInstanceId"] == one["executionId"] == one["activityInstanceId"] == instance
    assert one["processDefinitionId"].startswith("desk_matter:1:")
    assert api.get(f"{PATH}/{one['id']}") == one


@pytest.mark.parametrize(
    ("name", "operator", "value", "found"),
    [
        ("amount", "eq", 5, True),
        ("amount", "eq", 5.0, True),
        ("amount", "neq", 5, False),
        ("amount", "gt", 4, True),
        ("amount", "lt", 10, True),
        ("amount", "lteq", 4.9, False),
        ("rate", "gteq", 2.5, True),
        ("rate", "gt", 2.5, False),
        ("share", "lt", 0.3, True),
        ("title", "eq", "Wage_claim", True),
        ("title", "eq", "wage_claim", False),
        ("title", "like", "Wage%", True),
        ("title", "like", "wage%", False),
        ("title", "like", "%x%", False),
        ("title", "notLike", "%x%", True),
        ("title", "gt", "Apple", True),
        ("open", "eq", True, True),
        ("open", "eq", False, False),
        ("open", "neq", False, True),
        ("due", "gt", "2026-01-31T00:29:59.000+0000", True),
        ("due", "eq", "2026-01-31T00:30:00.000+0000", True),
        ("due", "lt", "2026-01-31T08:30:00.000+0800", False),
        ("none", "eq", None, True),
        ("amount", "eq", "5", False),
    ],
)
def test_comparisons(
    api: System, instance: str, name: str, operator: str, value: object, found: bool
) -> None:
    condition = {"name": name, "operator": operator, "value": value}
    assert names(api, condition) == ([name] if found else [])


def test_case_can_be_ignored(api: System, instance: str) -> None:
    condition = {"name": "TITLE", "operator": "eq", "value": "WAGE_CLAIM"}
    assert names(api, condition) == []
    both = {"variableNamesIgnoreCase": True, "variableValuesIgnoreCase": True}
    assert names(api, condition, **both) == ["title"]
    liked = {"name": "title", "operator": "like", "value": "wage%"}
    assert names(api, liked, variableValuesIgnoreCase=True) == ["title"]


def test_the_same_conditions_in_an_address(api: System, instance: str) -> None:
    assert len(api.get(PATH, variableValues="amount_gt_4")) == 1
    assert len(api.get(PATH, variableValues="title_eq_Wage_claim")) == 1
    assert len(api.get(PATH, variableValues="open_eq_true")) == 1
    assert api.get(PATH, variableValues="amount_like_5") == []
    assert len(api.get(PATH, variableNameLike="%a%e%")) == 2
    assert api.get(f"{PATH}/count", processInstanceIdIn=f"{instance},other") == {"count": 8}
    assert api.get(f"{PATH}/count", processInstanceIdIn="other") == {"count": 0}
    assert api.get(f"{PATH}/count", tenantIdIn="a") == {"count": 0}


def test_a_number_of_an_address_is_a_text_as_well(api: System, instance: str) -> None:
    given = {"order": "00123", "flag": "true", "amount": 5}
    with db.transaction() as session:
        commands.set_variables(session, instance, given, actor=SYSTEM)
    for condition in ("order_eq_00123", "order_like_001%", "flag_eq_true", "amount_eq_5",
                      "amount_gt_10000", "order_lt_2", "flag_gt_false"):  # fmt: skip
        found = api.get("/process-instance", variables=condition)
        wanted = [] if condition == "amount_gt_10000" else [instance]
        assert [one["id"] for one in found] == wanted, condition
        assert len(api.get("/task", processVariables=condition)) == len(wanted), condition
    assert api.get("/process-instance", variables="order_neq_00123") == []
    assert api.get("/process-instance", variables="amount_neq_5") == []
    assert len(api.get("/process-instance", variables="order_neq_1")) == 1


def test_variables_of_tokens_are_told_for_what_is_named(api: System) -> None:
    each = (
        '<bpmn:startEvent id="s"/><bpmn:userTask id="a" name="a">'
        '<bpmn:multiInstanceLoopCharacteristics camunda:collection="${people}"'
        ' camunda:elementVariable="who"/></bpmn:userTask>'
        '<bpmn:endEvent id="e"/>'
    )
    deploy(api, diagram(each + flows("s>a", "a>e")))
    one = start(api, variables=typed(people=["x", "y"]))["id"]
    other = start(api, variables=typed(people=["z"]))["id"]
    found = api.get(PATH, processInstanceIdIn=one)
    assert api.get(f"{PATH}/count", processInstanceIdIn=one) == {"count": len(found)}
    assert {row["processInstanceId"] for row in found} == {one}
    whose = {row["value"]: row for row in found if row["name"] == "who"}
    assert set(whose) == {"x", "y"}
    assert {row["name"] for row in found} >= {"people", "loopCounter", "nrOfInstances"}
    task = api.get("/task", processInstanceId=one)[0]
    api.do("PUT", f"/task/{task['id']}/localVariables/note", {"value": "mine"}, status=204)
    told = {row["name"]: row for row in api.get(PATH, taskIdIn=task["id"])}
    assert told["note"]["value"] == "mine"
    assert "people" not in told
    assert {row["taskId"] for row in told.values()} == {task["id"]}
    note = told["note"]
    assert note["executionId"] == task["executionId"]
    assert note["activityInstanceId"].startswith(f"a:{one}.")
    for name in ("executionId", "activityInstanceId"):
        assert note in api.get(PATH, **{f"{name}In": note[name]})
    assert api.get(f"{PATH}/{note['id']}") == note
    order = {"sortBy": "variableName", "sortOrder": "desc"}
    parts = [
        row["name"]
        for at in (0, 3)
        for row in api.get(PATH, processInstanceIdIn=one, firstResult=at, maxResults=3, **order)
    ]
    everything = [row["name"] for row in api.get(PATH, processInstanceIdIn=one, **order)]
    assert parts == everything[:6] == sorted(everything, reverse=True)[:6]
    assert len(api.get(PATH, executionIdIn=f"{one},{other}")) == 2


EACH = diagram(
    '<bpmn:startEvent id="s"/><bpmn:userTask id="a" name="a">'
    '<bpmn:multiInstanceLoopCharacteristics camunda:collection="${people}"'
    ' camunda:elementVariable="who"/></bpmn:userTask><bpmn:endEvent id="e"/>' + flows("s>a", "a>e")
)


def test_variables_of_tokens_are_told_of_all_instances(api: System, bearer: Knock) -> None:
    """Camunda: all variables that fulfil the parameters, local ones too, whoever is named."""
    deploy(api, EACH)
    one, other = (
        start(api, variables=typed(people=people))["id"] for people in (["x", "y"], ["z"])
    )
    found = api.get(PATH, variableName="who")
    assert sorted(row["value"] for row in found) == ["x", "y", "z"]
    assert api.get(f"{PATH}/count", variableName="who") == {"count": 3}
    assert len(api.get(PATH, variableName="who", maxResults=2)) == 2
    assert names(api, {"name": "who", "operator": "eq", "value": "z"}) == ["who"]
    assert names(api, {"name": "loopCounter", "operator": "lt", "value": 1}) == ["loopCounter"] * 2
    last = {"name": "who", "operator": "eq", "value": "z"}
    assert names(api, last, processInstanceIdIn=[one]) == []
    order = {"sortBy": "variableName", "sortOrder": "desc"}
    assert [row["name"] for row in api.get(PATH, maxResults=4, **order)] == ["who"] * 3 + ["people"]
    with db.transaction() as session:
        broken = update(ProcessInstance).where(ProcessInstance.id == one)
        session.execute(broken.values(state=b'{"f":99}'))
    told = {(row["processInstanceId"], row["name"]) for row in api.get(PATH)}
    assert {name for case, name in told if case == one} == {"people"}
    assert (other, "who") in told
    assert bearer("read", login="bantian_handler1").get(PATH) == []


def test_few_statements_whatever_there_is(api: System) -> None:
    deploy(api, EACH)

    def statements() -> int:
        seen: list[str] = []

        def note(*args: Any) -> None:
            if args[2].lstrip().upper().startswith("SELECT"):
                seen.append(args[2])

        event.listen(db.engine(), "after_cursor_execute", note)
        try:
            api.get(PATH, maxResults=3)
            api.get(f"{PATH}/count", variableName="who")
        finally:
            event.remove(db.engine(), "after_cursor_execute", note)
        return len(seen)

    start(api, variables=typed(people=["x"]))
    few = statements()
    for _ in range(12):
        start(api, variables=typed(people=["x", "y"]))
    assert statements() == few


def test_windows_do_not_overlap(api: System, instance: str) -> None:
    order = {"sortBy": "variableName", "sortOrder": "desc"}
    whole = [one["name"] for one in api.get(PATH, **order)]
    assert whole == sorted(GIVEN, reverse=True)
    parts = [
        one["name"]
        for first in (0, 3, 6)
        for one in api.get(PATH, firstResult=first, maxResults=3, **order)
    ]
    assert parts == whole
    body = {"sorting": [{"sortBy": "variableType", "sortOrder": "asc"}, {**order}]}
    assert [one["name"] for one in api.post(PATH, body, maxResults=2)] == ["open", "due"]


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ({"nonsense": "1"}, "nonsense"),
        ({"maxResults": "many"}, "maxResults"),
        ({"maxResults": "-1"}, "negative"),
        ({"sortBy": "variableName"}, "sortBy and sortOrder required"),
        ({"sortOrder": "asc"}, "sortBy and sortOrder required"),
        ({"sortBy": "weather", "sortOrder": "asc"}, "sortBy"),
        ({"sortBy": "variableName", "sortOrder": "up"}, "sortOrder"),
        ({"variableValues": "amount_about_5"}, "comparator"),
        ({"variableValues": "amount"}, "VARIABLENAME_OPERATOR_VALUE"),
    ],
)
def test_what_cannot_be_asked(api: System, query: dict[str, str], why: str) -> None:
    answer = api.ask("GET", PATH, query_string=query)
    assert answer.status_code == 400
    told = answer.get_json()
    assert told["type"] == "InvalidRequestException"
    assert why in told["message"]


def test_a_body_that_is_none(api: System) -> None:
    for raw in (b"[]", b"{", b'"text"'):
        answer = api.ask("POST", PATH, data=raw, content_type="application/json")
        assert answer.status_code == 400, raw
    assert api.ask("POST", PATH, {"nonsense": 1}).status_code == 400
    assert api.ask("POST", PATH, {"variableName": ["a"]}).status_code == 400
    assert api.ask("GET", f"{PATH}/nothing").status_code == 404
