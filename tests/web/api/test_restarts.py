"""Ended instances: started anew elsewhere, and forgotten; by one request, or by a batch."""

from __future__ import annotations

from typing import Any

import pytest

from engine import db
from processes.people import access, demo
from tests.engine.office import drain, waiting
from tests.web.api.conftest import Knock, System
from tests.web.api.task_office import deploy, line, start, task

STEPS = [{"type": "startBeforeActivity", "activityId": "b"}]


@pytest.fixture
def database(either_database: str) -> str:
    return either_database


@pytest.fixture
def path(api: System) -> str:
    deploy(api, line(task("a"), task("b")))
    return f"/process-definition/{api.get('/process-definition/key/p')['id']}"


def ended(api: System, key: str = "K", **variables: Any) -> str:
    """Start an instance, change its variables, end it at its first task."""
    one = start(api, business_key=key, **variables)
    api.do("PUT", f"/process-instance/{one}/variables/step", {"value": 2}, status=204)
    api.do("DELETE", f"/process-instance/{one}", status=204)
    return one


def running(api: System) -> list[dict[str, Any]]:
    return list(api.get("/process-instance", processDefinitionKey="p"))


def values(api: System, instance: str) -> dict[str, Any]:
    told = api.get(f"/process-instance/{instance}/variables")
    return {name: one["value"] for name, one in told.items()}


def test_an_ended_instance_begins_anew(api: System, path: str) -> None:
    old = ended(api, step=1, who={"a": [1]})
    body = {"processInstanceIds": [old], "instructions": STEPS}
    api.post(f"{path}/restart", body, status=204)
    (made,) = running(api)
    assert made["id"] != old
    assert made["businessKey"] == "K"
    assert waiting(made["id"]) == ["b"]
    assert values(api, made["id"]) == {"step": 2, "who": '{"a":[1]}'}
    assert api.get(f"/history/process-instance/{old}")["state"] == "EXTERNALLY_TERMINATED"


def test_with_what_it_was_started_with(api: System, path: str) -> None:
    old = ended(api, step=1)
    query = {"processInstanceBusinessKey": "K"}
    api.post(
        f"{path}/restart",
        {
            "historicProcessInstanceQuery": query, "instructions": STEPS,
            "initialVariables": True, "withoutBusinessKey": True, "skipCustomListeners": True,
        },
        status=204,
    )  # fmt: skip
    (made,) = running(api)
    assert (made["businessKey"], values(api, made["id"])) == (None, {"step": 1})
    assert made["id"] != old


def test_a_batch_starts_many(api: System, path: str) -> None:
    olds = [ended(api, step=number) for number in range(3)]
    steps = [{**STEPS[0], "variables": {"x": {"value": 7}}}]
    body = {"processInstanceIds": olds, "instructions": steps}
    batch = api.post(f"{path}/restart-async", body)
    assert (batch["type"], batch["totalJobs"]) == ("instance-restart", 3)
    assert running(api) == []
    drain()
    assert [waiting(one["id"]) for one in running(api)] == [["b"]] * 3
    assert {values(api, one["id"])["x"] for one in running(api)} == {7}


def test_what_cannot_be_restarted(api: System, path: str) -> None:
    old, lives = ended(api), start(api)
    for wrong in (
        {"processInstanceIds": [old]},
        {"processInstanceIds": [old], "instructions": [{"type": "cancel"}]},
        {"instructions": STEPS},
        {"processInstanceIds": ["zz"], "instructions": STEPS},
    ):
        for way in ("restart", "restart-async"):
            api.post(f"{path}/{way}", wrong, status=400)
    unfinished = {"processInstanceIds": [lives], "instructions": STEPS}
    api.post(f"{path}/restart", unfinished, status=400)
    deploy(api, line(task("c"), task("b")))
    newer = f"/process-definition/{api.get('/process-definition/key/p')['id']}"
    body = {"processInstanceIds": [old], "instructions": STEPS}
    assert newer != path
    api.post(f"{newer}/restart", body, status=400)
    api.post("/process-definition/zz/restart", body, status=404)
    assert [one["id"] for one in running(api)] == [lives]


def test_finished_instances_are_forgotten_by_a_batch(api: System, path: str) -> None:
    olds, lives = [ended(api), ended(api, "L")], start(api, business_key="L")
    where = "/history/process-instance"
    body = {"historicProcessInstanceIds": olds[:1], "deleteReason": "old"}
    batch = api.post(f"{where}/delete", body)
    assert batch["type"] == "historic-instance-deletion"
    query = {"processInstanceBusinessKey": "L"}
    assert api.post(f"{where}/delete", {"historicProcessInstanceQuery": query})["totalJobs"] == 1
    drain()
    assert [one["id"] for one in api.get(where)] == [lives]
    assert api.get("/incident") == []
    gone = {"historicProcessInstanceIds": olds}
    api.post(f"{where}/delete", gone, status=400)
    assert api.post(f"{where}/delete", {**gone, "failIfNotExists": False})["totalJobs"] == 0
    api.post(f"{where}/delete", {}, status=400)


def test_whose_it_is_not(api: System, bearer: Knock, nobody: System, path: str) -> None:
    old = ended(api)
    body = {"processInstanceIds": [old], "instructions": STEPS}
    erase = {"historicProcessInstanceIds": [old]}
    for scopes in (("start",), ("operate",), ("read", "history")):
        assert bearer(*scopes).ask("POST", f"{path}/restart", body).status_code == 403
        assert bearer(*scopes).ask("POST", f"{path}/restart-async", body).status_code == 403
    assert bearer("start").ask("POST", "/history/process-instance/delete", erase).status_code == 403
    assert nobody.ask("POST", f"{path}/restart", body).status_code == 401
    with db.transaction() as session:
        access.bar(session, old, demo.SERVICE_LOGIN)
    for where, asked in (
        (f"{path}/restart", body),
        (f"{path}/restart-async", body),
        ("/history/process-instance/delete", erase),
    ):
        told = api.post(where, asked, status=400)
        assert told["message"] == f"Historic process instance with id {old} does not exist"
    query = {"historicProcessInstanceQuery": {"processInstanceBusinessKey": "K"}}
    assert api.post("/history/process-instance/delete", query)["totalJobs"] == 0
    assert running(api) == []
