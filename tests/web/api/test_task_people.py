"""Who works on a task, over HTTP: the wrong person first."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from engine import clock, db
from engine.models import CaseAccess, HistoryEvent
from processes.people import demo
from tests.web.api.conftest import Knock, System
from tests.web.api.task_office import deploy, line, only, start, task

OFFERED = line(
    task(
        "pick",
        'camunda:candidateGroups="handler@pinghu" camunda:candidateUsers="carl"',
        '<bpmn:extensionElements><camunda:properties><camunda:property name="huiyin:excluded" '
        'value="dora"/></camunda:properties></bpmn:extensionElements>',
    )
)
ROUTES: list[tuple[str, str, Any]] = [
    ("POST", "claim", {"userId": "x"}),
    ("POST", "unclaim", {}),
    ("POST", "assignee", {"userId": "x"}),
    ("POST", "delegate", {"userId": "x"}),
    ("POST", "resolve", {}),
    ("GET", "identity-links", {}),
    ("POST", "identity-links", {"userId": "x", "type": "candidate"}),
    ("POST", "identity-links/delete", {"userId": "x", "type": "candidate"}),
]


@pytest.fixture
def pick(api: System) -> str:
    deploy(api, OFFERED)
    case = start(api)
    return str(only(api, processInstanceId=case)["id"])


def test_without_credentials_scope_or_sight_nothing_happens(
    api: System, nobody: System, bearer: Knock, pick: str
) -> None:
    case = api.get(f"/task/{pick}")["processInstanceId"]
    no_scope, stranger = bearer("external"), bearer("task", login="bantian_handler1")
    with db.transaction() as session:
        session.add(
            CaseAccess(
                instance_id=case,
                organisation=demo.SERVICE_LOGIN,
                relation="barred",
                since=clock.now(),
            )
        )
    for method, verb, body in ROUTES:
        path = f"/task/{pick}/{verb}"
        assert nobody.ask(method, path, body).status_code == 401, path
        assert no_scope.ask(method, path, body).status_code == 403, path
        assert stranger.is_kept_from(method, path, body), path
        assert api.is_kept_from(method, path, body), path


def test_claiming_what_is_another_persons_is_refused(api: System, pick: str) -> None:
    api.post(f"/task/{pick}/claim", {"userId": "carl"}, status=204)
    api.post(f"/task/{pick}/claim", {"userId": "carl"}, status=204)
    told = api.post(f"/task/{pick}/claim", {"userId": "bob"}, status=500)
    assert told["type"] == "TaskAlreadyClaimedException"
    assert api.get(f"/task/{pick}")["assignee"] == "carl"
    api.post(f"/task/{pick}/unclaim", status=204)
    api.post(f"/task/{pick}/claim", {"userId": "bob"}, status=204)
    assert api.get(f"/task/{pick}")["assignee"] == "bob"


def test_assignee_takes_over_whoever_had_it(api: System, pick: str) -> None:
    api.post(f"/task/{pick}/assignee", {"userId": "carl"}, status=204)
    api.post(f"/task/{pick}/assignee", {"userId": "bob"}, status=204)
    assert api.get(f"/task/{pick}")["assignee"] == "bob"
    api.post(f"/task/{pick}/assignee", {"userId": None}, status=204)
    assert api.get(f"/task/{pick}")["assignee"] is None


def test_who_is_excluded_gets_it_in_no_way(api: System, pick: str) -> None:
    for verb in ("claim", "assignee", "delegate"):
        api.post(f"/task/{pick}/{verb}", {"userId": "dora"}, status=403)
    link = {"userId": "dora", "type": "candidate"}
    api.post(f"/task/{pick}/identity-links", link, status=403)
    assert api.get("/task/count", candidateUser="dora") == {"count": 0}


def test_delegated_work_comes_back_before_it_can_be_completed(api: System, pick: str) -> None:
    api.post(f"/task/{pick}/delegate", status=400)
    api.post(f"/task/{pick}/claim", {"userId": "carl"}, status=204)
    api.post(f"/task/{pick}/delegate", {"userId": "bob"}, status=204)
    found = api.get(f"/task/{pick}")
    assert (found["owner"], found["assignee"], found["delegationState"]) == (
        "carl", "bob", "PENDING",
    )  # fmt: skip
    assert api.get("/task/count", delegationState="PENDING") == {"count": 1}
    told = api.post(f"/task/{pick}/complete", {}, status=500)
    assert "should be resolved instead" in told["message"]
    api.post(f"/task/{pick}/resolve", {"variables": {"found": {"value": 3}}}, status=204)
    found = api.get(f"/task/{pick}")
    assert (found["owner"], found["assignee"], found["delegationState"]) == (
        "carl", "carl", "RESOLVED",
    )  # fmt: skip
    assert api.get(f"/task/{pick}/variables/found")["value"] == 3
    api.post(f"/task/{pick}/complete", {}, status=204)


def test_links_name_everybody_and_open_the_case_to_them(
    api: System, bearer: Knock, pick: str
) -> None:
    stranger = bearer("task", login="bantian_handler1")
    assert stranger.get("/task") == []
    group = {"groupId": "handler@bantian", "type": "candidate"}
    api.post(f"/task/{pick}/identity-links", group, status=204)
    assert [one["id"] for one in stranger.get("/task")] == [pick]
    api.post(f"/task/{pick}/identity-links", {"userId": "eve", "type": "adviser"}, status=204)
    api.post(f"/task/{pick}/identity-links", {"userId": "olga", "type": "owner"}, status=204)
    links = api.get(f"/task/{pick}/identity-links")
    assert {(one["type"], one["userId"] or one["groupId"]) for one in links} == {
        ("candidate", "carl"), ("candidate", "handler@pinghu"), ("candidate", "handler@bantian"),
        ("adviser", "eve"), ("owner", "olga"),
    }  # fmt: skip
    assert len(api.get(f"/task/{pick}/identity-links", type="adviser")) == 1
    assert api.get("/task/count", involvedUser="eve") == {"count": 1}
    assert api.get("/task/count", owner="olga") == {"count": 1}
    api.post(f"/task/{pick}/identity-links/delete", group, status=204)
    api.post(f"/task/{pick}/identity-links/delete", {"userId": "eve", "type": "adviser"},
             status=204)  # fmt: skip
    assert api.get("/task/count", candidateGroup="handler@bantian") == {"count": 0}
    assert api.get("/task/count", involvedUser="eve") == {"count": 0}
    for wrong in (
        {"userId": "a", "groupId": "b", "type": "candidate"},
        {"type": "candidate"},
        {"userId": "a"},
        {"groupId": "b", "type": "assignee"},
    ):
        api.post(f"/task/{pick}/identity-links", wrong, status=400)


def test_a_person_acts_on_their_own_tasks_alone(api: System, bearer: Knock, pick: str) -> None:
    handler = bearer("task", login="pinghu_handler1")
    handler.post(f"/task/{pick}/identity-links", {"userId": "eve", "type": "candidate"}, status=403)
    handler.do("PUT", f"/task/{pick}", {"name": "mine"}, status=403)
    handler.post("/task/create", {"name": "mine"}, status=403)
    handler.post(f"/task/{pick}/claim", {"userId": "somebody_else"}, status=403)
    handler.post(f"/task/{pick}/claim", {"userId": "pinghu_handler1"}, status=204)
    handler.post(f"/task/{pick}/delegate", {"userId": "bantian_handler1"}, status=403)
    handler.post(f"/task/{pick}/delegate", {"userId": "carl"}, status=204)
    handler.post(f"/task/{pick}/unclaim", status=403)  # it is with the delegate now
    with db.reading() as session:
        kinds = session.scalars(
            select(HistoryEvent.data).where(HistoryEvent.kind == "operated")
        ).all()
    assert [(one["op"], one["property"]) for one in kinds if one] == [
        ("Claim", "assignee"),
        ("Delegate", "assignee"),
        ("Delegate", "owner"),
        ("Delegate", "delegation"),
    ]
