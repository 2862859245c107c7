"""The history of called processes and of the items of a multi-instance."""

from __future__ import annotations

from engine import commands, db
from tests.engine import office
from tests.engine.office import diagram, flows, user
from tests.web.api.conftest import System
from tests.web.api.test_history_records import ids


def test_a_called_process_is_found_from_its_caller(api: System) -> None:
    called = diagram(
        f'<bpmn:startEvent id="s"/>{user("a")}<bpmn:endEvent id="e"/>' + flows("s>a", "a>e"),
        key="inner",
    )
    calling = diagram(
        '<bpmn:startEvent id="s"/><bpmn:callActivity id="call" calledElement="inner"/>'
        '<bpmn:endEvent id="e"/>' + flows("s>call", "call>e"),
        key="outer",
    )
    office.publish(called, calling)
    outer = office.start("outer")
    (inner,) = api.get("/history/process-instance", superProcessInstanceId=outer)
    assert (inner["processDefinitionKey"], inner["rootProcessInstanceId"]) == ("inner", outer)
    (visit,) = api.get("/history/activity-instance", activityType="callActivity")
    assert (visit["calledProcessInstanceId"], visit["endTime"]) == (inner["id"], None)
    roots = api.get("/history/process-instance", rootProcessInstances=True)
    assert ids(roots, "id") == [outer]


def test_several_items_hang_on_their_body(api: System) -> None:
    loop = (
        '<bpmn:multiInstanceLoopCharacteristics camunda:collection="${all}" '
        'camunda:elementVariable="one"/>'
    )
    office.publish(
        diagram(
            f'<bpmn:startEvent id="s"/>{user("a", inner=loop)}<bpmn:endEvent id="e"/>'
            + flows("s>a", "a>e")
        )
    )
    case = office.start(all=["x", "y"])
    found = api.get("/history/activity-instance", processInstanceId=case, unfinished=True)
    body, *items = found
    assert (body["activityId"], body["activityType"]) == (
        "a#multiInstanceBody",
        "multiInstanceBody",
    )
    assert [one["parentActivityInstanceId"] for one in items] == [body["id"]] * 2
    assert len({one["taskId"] for one in items}) == 2
    # Each has its own element, kept at its own activity instance.
    mine = {"processInstanceId": case, "variableName": "one"}
    kept = api.get("/history/variable-instance", **mine)
    assert [(one["value"], one["activityInstanceId"]) for one in kept] == [
        ("x", items[0]["id"]),
        ("y", items[1]["id"]),
    ]
    assert api.get("/history/variable-instance", taskIdIn=items[0]["taskId"])[-1]["value"] == "x"


def test_who_ended_a_called_process_tells_its_state(api: System) -> None:
    called = diagram(
        f'<bpmn:startEvent id="s"/>{user("a")}<bpmn:endEvent id="e"><bpmn:errorEventDefinition '
        'errorRef="bad"/></bpmn:endEvent>' + flows("s>a", "a>e"),
        key="inner",
        extra='<bpmn:error id="bad" errorCode="B"/>',
    )
    calling = diagram(
        '<bpmn:startEvent id="s"/><bpmn:callActivity id="call" calledElement="inner"/>'
        '<bpmn:boundaryEvent id="t" attachedToRef="call"><bpmn:timerEventDefinition>'
        "<bpmn:timeDuration>PT1H</bpmn:timeDuration></bpmn:timerEventDefinition>"
        '</bpmn:boundaryEvent><bpmn:boundaryEvent id="b" attachedToRef="call">'
        '<bpmn:errorEventDefinition/></bpmn:boundaryEvent><bpmn:endEvent id="e"/>'
        + flows("s>call", "call>e", "t>e", "b>e"),
        key="outer",
    )
    office.publish(called, calling)
    caught, taken, dropped = (office.start("outer") for _ in range(3))
    task = office.task_id(caught, "a")
    with db.transaction() as session:
        commands.complete(session, task, actor=office.ANN)
    (inner,) = api.get("/history/process-instance", superProcessInstanceId=dropped)
    api.ask("DELETE", f"/process-instance/{inner['id']}")
    office.later(hours=2)
    office.drain()
    seen = {
        case: [
            (one["processDefinitionKey"], one["state"])
            for one in api.get("/history/process-instance", rootProcessInstanceId=case)
        ]
        for case in (caught, taken, dropped)
    }
    for case in (caught, taken):
        assert sorted(seen[case]) == [("inner", "INTERNALLY_TERMINATED"), ("outer", "COMPLETED")]
    assert {state for _, state in seen[dropped]} == {"EXTERNALLY_TERMINATED"}
    inside = api.get("/history/process-instance", internallyTerminated=True)
    assert len(inside) == 2
    outside = api.get("/history/process-instance", externallyTerminated=True)
    assert {one["rootProcessInstanceId"] for one in outside} == {dropped}
    assert len(outside) == 2
