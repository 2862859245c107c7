"""Batches: many instances, one by one, with failures that hurt nobody else."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import update

from engine import db
from engine.models import Job
from tests.engine.office import diagram, drain, flows, waiting
from tests.web.api.conftest import Knock, System
from tests.web.api.diagrams import deploy, start, typed
from tests.web.api.test_migration import NEW, OLD, begin, execute, plan, versions


@pytest.fixture
def three(api: System) -> list[str]:
    deploy(api, OLD)
    return [start(api, variables=typed(n=number))["id"] for number in range(3)]


def progress(api: System, batch: dict[str, Any]) -> dict[str, Any]:
    (found,) = api.get("/batch/statistics", batchId=batch["id"])
    return dict(found)


def test_a_batch_is_done_piece_by_piece(api: System, three: list[str]) -> None:
    body = {"processInstanceIds": three, "variables": typed(seen=True)}
    batch = api.post("/process-instance/variables-async", body)
    assert (batch["type"], batch["totalJobs"], batch["jobsCreated"]) == ("set-variables", 3, 3)
    assert (batch["createUserId"], batch["suspended"]) == ("engine_api", False)
    assert api.get(f"/batch/{batch['id']}") == batch
    assert api.get("/batch", type="set-variables") == [batch]
    pieces = api.get("/job", jobDefinitionId=batch["batchJobDefinitionId"])
    assert {(one["batchId"], one["jobDefinitionId"]) for one in pieces} == {
        (batch["id"], batch["batchJobDefinitionId"])
    }
    assert api.get("/job/count", jobDefinitionId=batch["seedJobDefinitionId"]) == {"count": 0}
    told = progress(api, batch)
    assert (told["remainingJobs"], told["completedJobs"], told["failedJobs"]) == (3, 0, 0)
    assert api.get("/process-instance/count", variables="seen_eq_true") == {"count": 0}
    drain()
    assert api.get("/process-instance/count", variables="seen_eq_true") == {"count": 3}
    assert api.get("/batch") == []
    assert api.ask("GET", f"/batch/{batch['id']}").status_code == 404


def test_a_held_batch_waits(api: System, three: list[str]) -> None:
    batch = api.post("/process-instance/delete", {"processInstanceIds": three})
    path = f"/batch/{batch['id']}"
    api.do("PUT", f"{path}/suspended", {"suspended": True}, status=204)
    assert drain() == 0
    assert api.get("/batch/count", suspended="true") == {"count": 1}
    assert api.get("/batch/count", suspended="false") == {"count": 0}
    api.do("PUT", f"{path}/suspended", {"suspended": False}, status=204)
    drain()
    assert api.get("/process-instance/count", processDefinitionKey="p") == {"count": 0}
    api.do("PUT", f"{path}/suspended", {"suspended": False}, status=404)


def test_a_deleted_batch_does_no_more(api: System, three: list[str]) -> None:
    batch = api.post("/process-instance/delete", {"processInstanceIds": three})
    api.do("DELETE", f"/batch/{batch['id']}", status=204, cascade="true")
    assert drain() == 0
    assert api.get("/process-instance/count", processDefinitionKey="p") == {"count": 3}
    api.do("DELETE", f"/batch/{batch['id']}", status=404)


def test_what_fails_hurts_nobody_else(api: System, three: list[str]) -> None:
    body = {"processInstanceIds": three, "messageName": "nobody waits for this"}
    batch = api.post("/process-instance/message-async", body)
    api.post("/process-instance/variables-async", {
        "processInstanceIds": three, "variables": typed(seen=True),
    })  # fmt: skip
    drain()
    assert api.get("/process-instance/count", variables="seen_eq_true") == {"count": 3}
    assert progress(api, batch)["remainingJobs"] == 3


def test_batches_are_told_apart_by_their_failures(api: System, three: list[str]) -> None:
    body = {"processInstanceIds": three, "messageName": "nobody waits for this"}
    failing = api.post("/process-instance/message-async", body)["id"]
    fine = api.post("/process-instance/delete", {"processInstanceIds": three})["id"]
    with db.transaction() as session:
        session.execute(update(Job).where(Job.topic == failing).values(status="failed"))
    for query, found in (
        ({"withFailures": "true"}, {failing}),
        ({"withoutFailures": "true"}, {fine}),
        ({"hasFailure": "true"}, {failing}),
        ({"hasFailure": "false"}, {fine}),
        ({"createUserId": "engine_api"}, {failing, fine}),
        ({"createUserId": "nobody"}, set()),
    ):
        told = api.get("/batch/statistics", **query)
        assert {one["id"] for one in told} == found, query
        assert api.get("/batch/statistics/count", **query) == {"count": len(found)}


@pytest.mark.parametrize("held", [True, False])
def test_holding_many(api: System, three: list[str], held: bool) -> None:
    body = {"processInstanceQuery": {"processDefinitionKey": "p"}, "suspended": True}
    api.post("/process-instance/suspended-async", body)
    drain()
    assert api.get("/process-instance/count", suspended="true") == {"count": 3}
    api.post("/process-instance/suspended-async", {**body, "suspended": held})
    drain()
    assert api.get("/process-instance/count", suspended="true") == {"count": 3 if held else 0}


def test_moving_many(api: System, three: list[str]) -> None:
    definition = api.get(f"/process-instance/{three[0]}")["definitionId"]
    steps = [
        {"type": "startBeforeActivity", "activityId": "b", "variables": typed(x=1)},
        {"type": "cancel", "activityId": "a"},
    ]
    body = {"processDefinitionId": definition, "instructions": steps}
    api.post("/modification/execute", {**body, "processInstanceIds": three[:1]}, status=204)
    assert [waiting(one) for one in three] == [["b"], ["a"], ["a"]]
    batch = api.post("/modification/executeAsync", {**body, "processInstanceIds": three[1:]})
    assert batch["totalJobs"] == 2
    drain()
    assert [waiting(one) for one in three] == [["b"], ["b"], ["b"]]
    one = {"instructions": [{"type": "startBeforeActivity", "activityId": "a"}]}
    api.post(f"/process-instance/{three[0]}/modification-async", one)
    drain()
    assert waiting(three[0]) == ["a", "b"]
    foreign = {**body, "processDefinitionId": "p:9:99999", "processInstanceIds": three}
    api.post("/modification/execute", foreign, status=404)
    gone = {**body, "instructions": [{"type": "cancel", "activityInstanceId": "nobody"}]}
    refused = api.post(
        "/modification/execute", {**gone, "processInstanceIds": three[:1]}, status=400
    )
    assert "Cannot perform instruction" in refused["message"]


def test_migrating_many(api: System) -> None:
    source, target = versions(api, OLD, NEW)
    ids = [begin(api, source) for _ in range(3)]
    execute(api, plan(source, target, ("a", "a2")), ids[0])
    body = {"migrationPlan": plan(source, target, ("a", "a2")), "processInstanceIds": ids}
    batch = api.post("/migration/executeAsync", body)
    drain()
    assert [waiting(one) for one in ids] == [["a2"]] * 3
    assert progress(api, batch)["remainingJobs"] == 1  # the first is of the new version already


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/process-instance/delete", {}),
        ("/process-instance/suspended-async", {"processInstanceIds": ["x"]}),
        ("/process-instance/variables-async", {"processInstanceIds": ["x"]}),
        ("/process-instance/message-async", {"processInstanceIds": ["x"]}),
        ("/modification/executeAsync", {"processInstanceIds": ["x"]}),
        ("/process-instance/delete", {"processInstanceQuery": {"colour": 1}}),
    ],
)
def test_what_is_no_batch(api: System, path: str, body: dict[str, Any]) -> None:
    api.post(path, body, status=400)
    assert api.get("/batch/count") == {"count": 0}


def test_a_token_for_reading_makes_no_batch(bearer: Knock, three: list[str]) -> None:
    body = {"processInstanceIds": three}
    bearer("read").post("/process-instance/delete", body, status=403)
    bearer("operate").post("/process-instance/delete", {"processInstanceIds": ["x"]}, status=404)


def test_new_tries_for_the_jobs_of_many(api: System) -> None:
    body = (
        '<bpmn:startEvent id="s"/><bpmn:scriptTask id="x" name="x" scriptFormat="juel"'
        ' camunda:asyncBefore="true"><bpmn:script>y = 1 / n</bpmn:script></bpmn:scriptTask>'
        '<bpmn:endEvent id="e"/>'
    )
    deploy(api, diagram(body + flows("s>x", "x>e")))
    ids = [start(api, variables=typed(n=0))["id"] for _ in range(2)]
    with db.transaction() as session:  # as after three tries
        session.execute(update(Job).values(status="failed", attempts=3))
    for one in ids:
        api.do("PUT", f"/process-instance/{one}/variables/n", {"value": 2}, status=204)
    api.post("/process-instance/job-retries", {"processInstances": ids, "retries": 2})
    drain()
    assert api.get("/process-instance/count", processDefinitionKey="p") == {"count": 0}
    for wrong in ({"processInstances": ids}, {"retries": 1}, {"retries": -1}):
        api.post("/process-instance/job-retries", wrong, status=400)


def test_many_are_found_by_a_query_of_the_history(api: System, three: list[str]) -> None:
    one = start(api, businessKey="K-7")["id"]
    wanted = {"processInstanceBusinessKey": "K-7", "startedAfter": "2020-01-01T00:00:00.000+0800"}
    body = {"historicProcessInstanceQuery": wanted, "deleteReason": "over"}
    strange = {"historicProcessInstanceQuery": {"businessKey": "K-7"}}
    told = api.post("/process-instance/delete", strange, status=400)
    assert "businessKey" in told["message"]
    api.do("PUT", "/process-instance/suspended", {
        "historicProcessInstanceQuery": wanted, "suspended": True,
    }, status=204)  # fmt: skip
    assert [each["id"] for each in api.get("/process-instance", suspended=True)] == [one]
    for path, more in (
        ("/process-instance/delete-historic-query-based", body),
        ("/process-instance/delete", body),
        ("/process-instance/job-retries-historic-query-based", {**body, "retries": 3}),
    ):
        more = {name: value for name, value in more.items() if name != "deleteReason"}
        assert api.post(path, more)["totalJobs"] == ("retries" not in more)
    drain()
    assert api.ask("GET", f"/process-instance/{one}").status_code == 404
    assert api.get("/process-instance/count") == {"count": 3}
    # what has ended is not ended again
    assert api.post("/process-instance/delete", body)["totalJobs"] == 0
