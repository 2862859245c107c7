"""Users, groups and tenants: read only, nobody listed without being named, no number or address.

Camunda 7 REST reference: “Get Users”, “Get Groups (Query)”, “Get Tenants”.
"""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from engine import db
from processes.people.models import Account, Person
from tests.web.api.conftest import Knock, System
from web.api.catalogue import routes

HANDLER, ITS_GROUP = "pinghu_handler1", "handler@pinghu"


@pytest.fixture
def database(either_database: str) -> str:
    return either_database


def test_the_wrong_caller_learns_nothing(nobody: System, bearer: Knock, office: str) -> None:
    for path in ("/user?id=x", "/user/count?id=x", "/group", "/group/count"):
        assert nobody.ask("GET", path).status_code == 401
        assert bearer("read", "history").ask("GET", path).status_code == 403
    assert bearer("task").ask("GET", "/tenant").status_code == 403
    stranger = bearer("task", login="bantian_handler1")
    assert stranger.get("/user", memberOfGroup=ITS_GROUP) == []
    assert stranger.get("/user/count", memberOfGroup=ITS_GROUP) == {"count": 0}
    assert stranger.get("/user", memberOfGroup="handler@bantian") != []


@pytest.mark.parametrize("asked", [
    {}, {"firstName": "张"}, {"firstNameLike": "%"}, {"lastNameLike": "%"}, {"email": "x"},
    {"emailLike": "%"}, {"maxResults": 5}, {"sortBy": "userId", "sortOrder": "asc"},
    {"sortBy": "firstName", "sortOrder": "asc", "id": "x"},
])  # fmt: skip
def test_there_is_no_list_of_all_people(api: System, office: str, asked: dict[str, Any]) -> None:
    for path in ("/user", "/user/count"):
        assert api.do("GET", path, status=400, **asked)["type"] == "InvalidRequestException"


def test_users_are_told_by_id_and_by_group(api: System, bearer: Knock, office: str) -> None:
    for system in (api, bearer("task", login=HANDLER)):
        members = system.get("/user", memberOfGroup=ITS_GROUP, sortBy="userId", sortOrder="desc")
        assert HANDLER in {one["id"] for one in members}
        assert [one["id"] for one in members] == sorted((o["id"] for o in members), reverse=True)
        count = system.get("/user/count", memberOfGroup=ITS_GROUP)
        assert count == {"count": len(members)}
        (one,) = system.get("/user", id=HANDLER)
        assert one in members
        assert one == system.get(f"/user/{HANDLER}/profile")
        assert set(one) == {"id", "firstName", "lastName", "displayName", "email"}
        assert one["email"] is None
    both = api.get("/user", idIn=f"{HANDLER},bantian_handler1,nobody")
    assert [one["id"] for one in both] == ["bantian_handler1", HANDLER]
    assert api.get("/user", idIn=f"{HANDLER},nobody", memberOfGroup="handler@bantian") == []
    assert api.get("/user", id="nobody") == []
    assert api.get("/user", id=HANDLER, memberOfTenant="t") == []
    assert api.get("/user", memberOfGroup="nonsense") == []
    window = {"idIn": f"{HANDLER},bantian_handler1", "firstResult": 1, "maxResults": 5}
    assert [one["id"] for one in api.get("/user", **window)] == [HANDLER]


def test_a_closed_account_is_nobody(api: System, office: str) -> None:
    with db.transaction() as session:
        session.execute(update(Account).where(Account.login == HANDLER).values(active=False))
    assert api.get("/user", id=HANDLER) == []
    assert HANDLER not in {one["id"] for one in api.get("/user", memberOfGroup=ITS_GROUP)}


def test_no_phone_is_told(api: System, office: str) -> None:
    with db.reading() as session:
        phones = {one for one in session.scalars(select(Person.phone)) if one}
    assert phones
    logins = ",".join(f"pinghu_handler{number}" for number in range(1, 9))
    for path in (f"/user?idIn={logins}", "/group", f"/user?memberOfGroup={ITS_GROUP}"):
        text = api.ask("GET", path).get_data(as_text=True)
        assert [one for one in phones if str(one) in text] == []


def test_groups_are_those_that_tasks_are_offered_to(api: System, office: str) -> None:
    found = api.get("/group")
    assert api.get("/group/count") == {"count": len(found)}
    (one,) = api.get("/group", id=ITS_GROUP)
    assert one == {"id": ITS_GROUP, "name": "承办人", "type": "WORKFLOW"}
    assert one in found
    assert {"承办人"} == {one["name"] for one in api.get("/group", name="承办人")}
    assert api.get("/group", nameLike="承%", idIn=ITS_GROUP) == [one]
    theirs = api.get("/group", member=HANDLER)
    assert [one["id"] for one in theirs] == [
        group["id"] for group in api.get("/identity/groups", userId=HANDLER)["groups"]
    ]
    assert api.get("/group", member="nobody") == api.get("/group", type="SYSTEM") == []
    order = api.get("/group", sortBy="id", sortOrder="desc", maxResults=3)
    assert [one["id"] for one in order] == sorted((o["id"] for o in found), reverse=True)[:3]


def test_there_are_no_tenants(api: System) -> None:
    assert api.get("/tenant") == []
    assert api.get("/tenant/count", userMember="x") == {"count": 0}


def test_what_is_not_offered_is_named(app: Flask, api: System) -> None:
    told = api.get("/openapi.json")["info"]["description"]
    paths = {route.path.split("/")[1] for route in routes(app)}
    for area in ("filter", "authorization", "telemetry", "case-instance", "metrics"):
        assert f"/{area}" in told
    assert not {"filter", "telemetry", "schema", "case-instance"} & paths
    for method, path in (("GET", "/filter"), ("POST", "/user/create"), ("DELETE", "/user/x")):
        assert api.ask(method, path).status_code in (404, 405)
