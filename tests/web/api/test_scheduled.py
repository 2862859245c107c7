"""Suspension at a later moment: `executionDate` makes a timer job of its own that does it then.

Camunda 7 REST reference: “Activate/Suspend Process Definition (By Key)”, “… Job Definition”.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from engine import clock, db
from engine.jobs import claim
from engine.models import HistoryEvent, Job
from tests.engine import office
from tests.engine.office import diagram, drain, flows, user
from tests.web.api.conftest import Knock, System
from tests.web.api.diagrams import deploy, start
from web.api.answer import moment

FLOW = diagram(
    '<bpmn:startEvent id="s"/>' + user("a") + '<bpmn:endEvent id="e"/>' + flows("s>a", "a>e")
)
TIMED = diagram(
    '<bpmn:startEvent id="s"/><bpmn:intermediateCatchEvent id="t"><bpmn:timerEventDefinition>'
    "<bpmn:timeDuration>PT5H</bpmn:timeDuration></bpmn:timerEventDefinition>"
    "</bpmn:intermediateCatchEvent>"
    + user("a")
    + '<bpmn:endEvent id="e"/>'
    + flows("s>t", "t>a", "a>e"),
    key="timed",
)
BY_KEY, EVERY = "/process-definition/key/p/suspended", "/process-definition/suspended"


@pytest.fixture
def database(either_database: str) -> str:
    return either_database


def at(**period: float) -> Any:
    return moment(clock.now() + timedelta(**period))


def held(api: System) -> list[bool]:
    """Return which versions of the process are suspended, the oldest first."""
    found = api.get("/process-definition", key="p", sortBy="version", sortOrder="asc")
    return [one["suspended"] for one in found]


def the_timer(api: System) -> Any:
    (one,) = api.get("/job", timers=True, dueDates=f"lt_{at(hours=4)}")
    return one


@pytest.mark.parametrize("included", [True, False])
def test_a_process_is_suspended_at_its_moment(api: System, included: bool) -> None:
    deploy(api, FLOW)
    case = start(api)["id"]
    when = at(hours=2)
    body = {"suspended": True, "includeProcessInstances": included, "executionDate": when}
    api.do("PUT", BY_KEY, body, status=204)
    assert held(api) == [False]
    job = the_timer(api)
    assert (job["dueDate"], job["retries"], job["suspended"]) == (when, 3, False)
    assert {job[name] for name in (
        "processInstanceId", "processDefinitionId", "processDefinitionKey", "executionId",
        "jobDefinitionId", "batchId",
    )} == {None}  # fmt: skip
    assert api.get("/job/count", messages=True) == {"count": 0}
    assert drain() == 0
    office.later(hours=2)
    later = start(api)["id"]
    assert drain() == 1
    assert held(api) == [True]
    for one in (case, later):
        assert api.get(f"/process-instance/{one}")["suspended"] is included
    assert api.get("/job") == []
    log = api.get("/history/job-log", jobId=job["id"], sortBy="occurrence", sortOrder="asc")
    assert [(one["creationLog"], one["successLog"]) for one in log] == [
        (True, False), (False, True),
    ]  # fmt: skip
    assert {one["jobDefinitionType"] for one in log} == {"suspend-processdefinition"}
    assert len(api.get("/history/job-log", jobDefinitionType="suspend-processdefinition")) == 2


def test_what_is_suspended_is_activated_at_its_moment(api: System) -> None:
    """The job of an activation is not held by what it is to release."""
    deploy(api, FLOW)
    case = start(api)["id"]
    api.do("PUT", BY_KEY, {"suspended": True, "includeProcessInstances": True}, status=204)
    body = {"suspended": False, "includeProcessInstances": True, "executionDate": at(hours=1)}
    api.do("PUT", BY_KEY, body, status=204)
    office.later(hours=1)
    assert drain() == 1
    assert held(api) == [False]
    assert api.get(f"/process-instance/{case}")["suspended"] is False


def test_a_key_means_the_newest_version_and_the_collection_means_all(api: System) -> None:
    """“…by latest version of process definition key” against “all … with the given key”."""
    deploy(api, FLOW)
    deploy(api, FLOW.replace(b'"a"', b'"b"'))
    api.do("PUT", BY_KEY, {"suspended": True}, status=204)
    assert held(api) == [False, True]
    api.do("PUT", BY_KEY, {"suspended": False}, status=204)
    body = {"processDefinitionKey": "p", "suspended": True, "executionDate": at(hours=1)}
    api.do("PUT", EVERY, body, status=204)
    deploy(api, FLOW.replace(b'"a"', b'"c"'))
    office.later(hours=1)
    drain()
    assert held(api) == [True, True, True]
    tenant = "/process-definition/key/p/tenant-id/t"
    api.do("PUT", f"{tenant}/suspended", {"suspended": False}, status=404)
    api.do("DELETE", tenant, status=404)
    assert held(api) == [True, True, True]


@pytest.mark.parametrize("way", ["element", "definition", "key"])
@pytest.mark.parametrize("included", [True, False])
def test_a_job_definition_is_suspended_at_its_moment(api: System, way: str, included: bool) -> None:
    deploy(api, TIMED)
    start(api, "timed")
    (made,) = api.get("/job-definition", processDefinitionKey="timed")
    path, more = {
        "element": (f"/job-definition/{made['id']}/suspended", {}),
        "definition": (
            "/job-definition/suspended", {"processDefinitionId": made["processDefinitionId"]},
        ),
        "key": ("/job-definition/suspended", {"processDefinitionKey": "timed"}),
    }[way]  # fmt: skip
    body = {"suspended": True, "includeJobs": included, "executionDate": at(hours=2), **more}
    api.do("PUT", path, body, status=204)
    assert api.get(f"/job-definition/{made['id']}")["suspended"] is False
    office.later(hours=2)
    assert drain() == 1
    assert api.get(f"/job-definition/{made['id']}")["suspended"] is True
    assert api.get("/job/count", suspended=True) == {"count": int(included)}
    start(api, "timed")
    assert api.get("/job/count", suspended=True) == {"count": 1 + included}
    if way == "element":
        release = {**body, "suspended": False, "includeJobs": True, "executionDate": at(hours=1)}
        api.do("PUT", path, release, status=204)
        office.later(hours=1)
        assert drain() == 1
        assert api.get("/job/count", suspended=True) == {"count": 0}


def test_such_a_job_is_one_like_others(api: System) -> None:
    deploy(api, FLOW)
    body = {"suspended": True, "executionDate": at(hours=2)}
    for _ in range(2):
        api.do("PUT", BY_KEY, body, status=204)
    first, second = (one["id"] for one in api.get("/job", sortBy="jobId", sortOrder="asc"))
    api.do("PUT", f"/job/{first}/suspended", {"suspended": True}, status=204)
    api.do("DELETE", f"/job/{second}", status=204)
    office.later(hours=3)
    assert drain() == 0
    assert held(api) == [False]
    api.do("PUT", f"/job/{first}/suspended", {"suspended": False}, status=204)
    api.do("PUT", f"/job/{first}/duedate", {"duedate": at(hours=1)}, status=204)
    assert drain() == 0
    api.do("POST", f"/job/{first}/execute", status=204)
    assert held(api) == [True]
    for gone in (first, second):
        assert api.ask("GET", f"/job/{gone}").status_code == 404


def test_what_is_gone_at_the_moment_is_left_alone(api: System) -> None:
    deploy(api, FLOW)
    name = api.get("/process-definition/key/p")["id"].replace(":", "%3A")
    for path, body in (
        (BY_KEY, {"suspended": True}),
        (EVERY, {"suspended": True, "processDefinitionKey": "p"}),
    ):
        api.do("PUT", path, {**body, "executionDate": at(hours=1)}, status=204)
    api.do("DELETE", f"/process-definition/{name}", status=204)
    assert len(api.get("/job")) == 1  # another process may get the number of the one that went
    office.later(hours=1)
    assert drain() == 1
    assert api.get("/incident") == []


def test_one_whose_worker_died_is_done_once_its_lease_ends(api: System) -> None:
    deploy(api, FLOW)
    api.do("PUT", BY_KEY, {"suspended": True, "executionDate": at(hours=1)}, status=204)
    office.later(hours=1)
    with db.transaction() as session:
        _, [job] = claim.claim(session, 10)
    assert drain() == 0  # somebody has it
    with db.transaction() as session:
        session.get_one(Job, job.id).not_before = clock.real() - timedelta(seconds=1)
    assert drain() == 1
    assert held(api) == [True]


def test_who_made_it_is_told_in_the_history_of_the_cases(api: System) -> None:
    deploy(api, FLOW)
    start(api)
    body = {"suspended": True, "includeProcessInstances": True, "executionDate": at(hours=1)}
    api.do("PUT", BY_KEY, body, status=204)
    office.later(hours=1)
    drain()
    with db.reading() as session:
        lines = session.scalars(select(HistoryEvent).where(HistoryEvent.kind == "suspended"))
        assert [line.actor for line in lines] == ["engine_api"]


@pytest.mark.parametrize("path", [
    BY_KEY, EVERY, "/job-definition/suspended", "/job-definition/{made}/suspended",
])  # fmt: skip
def test_only_who_oversees_everything_may(api: System, bearer: Knock, path: str) -> None:
    deploy(api, FLOW, TIMED)
    (made,) = api.get("/job-definition", processDefinitionKey="timed")
    body = {"suspended": True, "executionDate": at(hours=1)}
    if path in (EVERY, "/job-definition/suspended"):
        body["processDefinitionKey"] = "p"
    path = path.format(made=made["id"])
    for wrong in (bearer("read"), bearer("read", "operate", login="pinghu_handler1")):
        assert wrong.ask("PUT", path, body).status_code == 403
    assert api.get("/job") == []
    api.do("PUT", path, body, status=204)
    job = the_timer(api)["id"]
    person = bearer("read", "operate", login="pinghu_handler1")
    assert person.get("/job") == []
    more = {"suspended": True}
    for method, below in (("DELETE", ""), ("POST", "/execute"), ("PUT", "/suspended")):
        assert person.ask(method, f"/job/{job}{below}", more).status_code == 404
    api.do("PUT", path, {**body, "executionDate": "soon"}, status=400)
    api.do("PUT", path, {**body, "suspended": None}, status=400)
