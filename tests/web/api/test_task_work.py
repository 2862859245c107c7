"""Making, changing and finishing tasks over HTTP: the wrong person first."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select

from engine import clock, db, queries
from engine.errors import NotFound
from engine.models import CaseAccess, HumanTask, Submission
from engine.queries import Viewer
from processes.people import demo
from tests.engine import office as engine_office
from tests.web.api.conftest import Knock, System
from tests.web.api.task_office import deploy, line, note_form, only, start, task

ROUTES: list[tuple[str, str, Any]] = [
    ("PUT", "", {}),
    ("DELETE", "", {}),
    ("POST", "/complete", {}),
    ("POST", "/submit-form", {}),
    ("POST", "/bpmnError", {"errorCode": "x"}),
    ("POST", "/bpmnEscalation", {"escalationCode": "x"}),
]
TWO = line(task("a"), task("b"))


@pytest.fixture
def first(api: System) -> str:
    deploy(api, TWO)
    start(api, amount=5)
    return str(only(api)["id"])


def test_without_credentials_scope_or_sight_nothing_happens(
    api: System, nobody: System, bearer: Knock, first: str
) -> None:
    no_scope, stranger = bearer("external"), bearer("task", login="bantian_handler1")
    case = api.get(f"/task/{first}")["processInstanceId"]
    with db.transaction() as session:
        barred = CaseAccess(
            instance_id=case,
            organisation=demo.SERVICE_LOGIN,
            relation="barred",
            since=clock.now(),
        )
        session.add(barred)
    for method, verb, body in ROUTES:
        path = f"/task/{first}{verb}"
        assert nobody.ask(method, path, body).status_code == 401, path
        assert no_scope.ask(method, path, body).status_code == 403, path
        assert stranger.is_kept_from(method, path, body), path
        assert api.is_kept_from(method, path, body), path
    assert engine_office.waiting(case) == ["a"]
    assert nobody.ask("POST", "/task/create", {}).status_code == 401
    assert no_scope.ask("POST", "/task/create", {}).status_code == 403


def test_completing_goes_on_with_the_variables(api: System, first: str) -> None:
    body = {"variables": {"good": {"value": True}, "note": {"value": "ok", "type": "String"}}}
    api.post(f"/task/{first}/complete", body, status=204)
    second = only(api)
    assert second["taskDefinitionKey"] == "b"
    told = api.post(f"/task/{second['id']}/complete", {"withVariablesInReturn": True})
    assert {name: one["value"] for name, one in told.items()} == {
        "amount": 5, "good": True, "note": "ok",
    }  # fmt: skip
    assert api.get("/task") == []


def test_a_completed_task_answers_409_and_is_no_longer_there(api: System, first: str) -> None:
    api.post(f"/task/{first}/complete", {}, status=204)
    told = api.post(f"/task/{first}/complete", {}, status=409)
    assert told["type"] == "OptimisticLockingException"
    assert api.ask("GET", f"/task/{first}").status_code == 404
    api.post(f"/task/{first}/claim", {"userId": "x"}, status=409)
    api.post("/task/nonsense/complete", {}, status=500)


def test_a_task_of_its_own_needs_a_parent_that_is_there(api: System) -> None:
    told = api.post("/task/create", {"id": "sub", "parentTaskId": "zz"}, status=400)
    assert told["message"] == "Could not save task: parent task zz does not exist"
    assert api.ask("GET", "/task/sub").status_code == 404


def test_the_same_key_gets_the_same_answer(api: System, bearer: Knock, first: str) -> None:
    body = {"variables": {"good": {"value": True}}}
    api.headers["Idempotency-Key"] = "order-17"
    api.post(f"/task/{first}/complete", body, status=204)
    api.post(f"/task/{first}/complete", body, status=204)
    api.post(f"/task/{first}/complete", {"variables": {"good": {"value": False}}}, status=409)
    other = only(api)["id"]
    api.post(f"/task/{other}/complete", body, status=409)
    another = bearer("task")  # the key is its caller's own; the account is the same here
    another.headers["Idempotency-Key"] = "order-18"
    another.post(f"/task/{other}/complete", body, status=204)
    with db.reading() as session:
        assert session.scalar(select(func.count(Submission.id))) == 2


def test_update_replaces_what_stands_on_a_task(api: System, first: str) -> None:
    body = {
        "name": "Renamed", "description": "why", "priority": 77, "assignee": "ann",
        "owner": "olga", "due": "2026-03-01T08:00:00.000+0800",
        "followUp": "2026-02-01T08:00:00.000+0800", "delegationState": "RESOLVED",
        "parentTaskId": None,
    }  # fmt: skip
    api.do("PUT", f"/task/{first}", body, status=204)
    found = api.get(f"/task/{first}")
    assert {key: found[key] for key in body} == body
    assert found["taskState"] == "Updated"
    assert found["lastUpdated"] is not None
    assert api.get("/task/count", assignee="ann") == {"count": 1}
    api.do("PUT", f"/task/{first}", {"name": "Bare"}, status=204)
    found = api.get(f"/task/{first}")
    assert (found["assignee"], found["due"], found["priority"]) == (None, None, 50)
    api.do("PUT", f"/task/{first}", {**found, "name": "Sent back whole"}, status=204)
    assert api.get(f"/task/{first}")["name"] == "Sent back whole"
    api.do("PUT", f"/task/{first}", {"tenantId": "t"}, status=400)
    api.do("PUT", f"/task/{first}", {"nonsense": 1}, status=400)


def test_a_task_of_its_own_lives_beside_the_cases(api: System, bearer: Knock, first: str) -> None:
    body = {"id": "own1", "name": "Call back", "assignee": "pinghu_handler1", "priority": 60}
    api.post("/task/create", body, status=204)
    api.post("/task/create", body, status=400)
    api.post("/task/create", {"id": "sub1", "name": "Sub", "parentTaskId": "own1"}, status=204)
    assert [one["id"] for one in api.get("/task", parentTaskId="own1")] == ["sub1"]
    found = api.get("/task/own1")
    assert (found["processInstanceId"], found["executionId"]) == (None, None)
    api.do("PUT", "/task/own1/variables/step", {"value": 2}, status=204)
    assert api.get("/task/own1/localVariables/step")["value"] == 2
    holder, other = (bearer("task", login=f"{place}_handler1") for place in ("pinghu", "bantian"))
    assert [one["id"] for one in holder.get("/task")] == ["own1"]
    assert other.get("/task") == []
    assert other.ask("GET", "/task/own1").status_code == 404
    assert other.is_kept_from("POST", "/task/own1/complete", {})
    with db.reading() as session:  # the office's own pages never meet it
        viewer = Viewer("pinghu_handler1", scope="all")
        assert queries.inbox(session, viewer).total == 0
        assert queries.counts(session, viewer).mine == 0
        with pytest.raises(NotFound):
            queries.task(session, viewer, "own1")
    holder.post("/task/own1/complete", {}, status=204)
    holder.post("/task/own1/complete", {}, status=409)
    api.do("DELETE", "/task/sub1", {}, status=204)
    told = api.do("DELETE", f"/task/{first}", {}, status=500)
    assert "part of a running process" in told["message"]
    with db.reading() as session:
        assert session.get_one(HumanTask, "own1").completed_by == "pinghu_handler1"


CAUGHT = line(
    task("a"),
    extra='<bpmn:boundaryEvent id="wrong" attachedToRef="a"><bpmn:errorEventDefinition '
    'errorRef="err" camunda:errorMessageVariable="why"/></bpmn:boundaryEvent>'
    '<bpmn:boundaryEvent id="louder" attachedToRef="a" cancelActivity="false">'
    '<bpmn:escalationEventDefinition escalationRef="esc"/></bpmn:boundaryEvent>'
    + task("mend")
    + task("hear")
    + '<bpmn:endEvent id="e2"/><bpmn:endEvent id="e3"/>'
    '<bpmn:sequenceFlow id="g1" sourceRef="wrong" targetRef="mend"/>'
    '<bpmn:sequenceFlow id="g2" sourceRef="mend" targetRef="e2"/>'
    '<bpmn:sequenceFlow id="g3" sourceRef="louder" targetRef="hear"/>'
    '<bpmn:sequenceFlow id="g4" sourceRef="hear" targetRef="e3"/>',
    outside='<bpmn:error id="err" name="err" errorCode="no_stock"/>'
    '<bpmn:escalation id="esc" name="esc" escalationCode="louder"/>',
)


def test_errors_and_escalations_go_to_the_diagram(api: System) -> None:
    deploy(api, CAUGHT)
    case = start(api)
    found = only(api)["id"]
    api.post(f"/task/{found}/bpmnEscalation", {}, status=400)
    body = {"escalationCode": "louder", "variables": {"loud": {"value": 1}}}
    api.post(f"/task/{found}/bpmnEscalation", body, status=204)
    assert engine_office.waiting(case) == ["a", "hear"]
    api.post(f"/task/{found}/bpmnEscalation", {"escalationCode": "unheard"}, status=204)
    assert engine_office.waiting(case) == ["a", "hear"]
    api.post(f"/task/{found}/bpmnError", {}, status=400)
    told = {"errorCode": "no_stock", "errorMessage": "sold out"}
    api.post(f"/task/{found}/bpmnError", told, status=204)
    assert engine_office.waiting(case) == ["hear", "mend"]
    seen = api.get(f"/task/{only(api, taskDefinitionKey='mend')['id']}/variables")
    assert {name: one["value"] for name, one in seen.items()} == {"loud": 1, "why": "sold out"}
    api.post(f"/task/{found}/bpmnError", told, status=409)


def test_an_error_nobody_catches_ends_its_path(api: System) -> None:
    deploy(api, TWO)
    case = start(api)
    api.post(f"/task/{only(api)['id']}/bpmnError", {"errorCode": "odd"}, status=204)
    assert engine_office.status(case) == "completed"


def test_a_suspended_case_waits(api: System, first: str) -> None:
    case = api.get(f"/task/{first}")["processInstanceId"]
    api.do("PUT", f"/process-instance/{case}/suspended", {"suspended": True}, status=204)
    assert api.get(f"/task/{first}")["suspended"] is True
    refused = api.post(f"/task/{first}/claim", {"userId": "ann"}, status=500)
    assert refused["type"] == "SuspendedEntityInteractionException"
    refused = api.post(f"/task/{first}/complete", {}, status=500)
    assert (refused["type"], refused["code"]) == ("RestException", 0)
    assert refused["message"].startswith(f"Cannot complete task {first}: ")
    api.do("PUT", f"/process-instance/{case}/suspended", {"suspended": False}, status=204)
    api.post(f"/task/{first}/complete", {}, status=204)


def _house(form: bool = True) -> None:
    """Publish the office's own process, whose form is held against programs, too."""
    extra = 'camunda:formRef="note" ' if form else ""
    extra += 'camunda:candidateGroups="handler@pinghu"'
    engine_office.publish(line(task("a", extra), key="house"), note_dot_form=note_form())


def test_the_offices_own_form_cannot_be_passed_by(api: System, bearer: Knock) -> None:
    _house()
    start(api, "house")
    found = only(api)["id"]
    told = api.post(f"/task/{found}/complete", {}, status=400)
    assert "需要修改" in told["message"]
    person = bearer("task", login="pinghu_handler1")
    for body in (
        {"variables": {"good": {"value": "maybe"}}},
        {"variables": {"good": {"value": "yes"}, "accepted": {"value": True}}},
    ):
        assert person.ask("POST", f"/task/{found}/complete", body).status_code == 400
    assert person.ask("PUT", f"/task/{found}/variables/x", {"value": 1}).status_code == 403
    assert person.ask("POST", f"/task/{found}/bpmnError", {"errorCode": "x"}).status_code == 403
    body = {"variables": {"good": {"value": "yes"}, "words": {"value": "secret"}},
            "withVariablesInReturn": True}  # fmt: skip
    left = person.post(f"/task/{found}/complete", body)
    assert {name: one["value"] for name, one in left.items()} == {"good": "yes"}


def test_a_deployed_form_is_checked_when_it_is_submitted(api: System) -> None:
    drawn = line(task("a", 'camunda:formRef="note"'), task("b", 'camunda:formRef="note"'))
    deploy(api, drawn, note_dot_form=note_form())
    start(api)
    found = only(api)["id"]
    api.post(f"/task/{found}/submit-form", {"variables": {"good": {"value": "maybe"}}}, status=400)
    body = {"variables": {"good": {"value": "yes"}, "words": {"value": "w"}}}
    api.post(f"/task/{found}/submit-form", body, status=204)
    second = only(api)["id"]
    assert api.get(f"/task/{second}/variables")["words"]["value"] == "w"
    api.post(f"/task/{second}/complete", {}, status=204)  # past the form, as in Camunda
