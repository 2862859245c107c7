"""Migration: plans, what is wrong with them, and instances that follow one."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from engine import db
from engine.models import HistoryEvent, HumanTask, Job, Subscription
from tests.engine.office import diagram, drain, flows, later, prepare, user, waiting
from tests.web.api.conftest import System
from tests.web.api.diagrams import complete, deploy, start, typed
from tests.web.api.test_process_instances import shape, tree

END = '<bpmn:endEvent id="e"/>'
START = '<bpmn:startEvent id="s"/>'
TIMER = (
    '<bpmn:boundaryEvent id="{id}" attachedToRef="{at}" cancelActivity="false">'
    "<bpmn:timerEventDefinition><bpmn:timeDuration>{period}</bpmn:timeDuration>"
    "</bpmn:timerEventDefinition></bpmn:boundaryEvent>"
)
OLD = diagram(START + user("a") + user("b") + END + flows("s>a", "a>b", "b>e"))
#: Renamed, with a step between and a reminder on it.
NEW = diagram(
    START
    + user("a2")
    + TIMER.format(id="late", at="a2", period="PT1H")
    + user("told")
    + user("between")
    + user("b")
    + END
    + flows("s>a2", "a2>between", "between>b", "b>e", "late>told", "told>e")
)


def plan(source: str, target: str, *pairs: tuple[str, str], **more: Any) -> dict[str, Any]:
    return {
        "sourceProcessDefinitionId": source,
        "targetProcessDefinitionId": target,
        "instructions": [
            {"sourceActivityIds": [old], "targetActivityIds": [new], **more} for old, new in pairs
        ],
    }


def versions(api: System, old: bytes, new: bytes) -> tuple[str, str]:
    """Deploy two versions; return their ids."""
    ids = [next(iter(deploy(api, one)["deployedProcessDefinitions"])) for one in (old, new)]
    return ids[0], ids[1]


def begin(api: System, source: str, **variables: Any) -> str:
    path = f"/process-definition/{source}/start"
    return str(api.post(path, {"variables": typed(**variables)})["id"])


def execute(api: System, told: dict[str, Any], *ids: str, status: int = 204, **more: Any) -> Any:
    body = {"migrationPlan": told, "processInstanceIds": list(ids), **more}
    return api.post("/migration/execute", body, status=status)


def test_a_plan_is_proposed(api: System) -> None:
    source, target = versions(api, OLD, NEW)
    asked = {"sourceProcessDefinitionId": source, "targetProcessDefinitionId": target}
    told = api.post("/migration/generate", asked)
    assert told["instructions"] == [
        {"sourceActivityIds": ["b"], "targetActivityIds": ["b"], "updateEventTrigger": False}
    ]
    assert api.post("/migration/validate", {**told, "variables": {}}) == {
        "instructionReports": [],
        "variableReports": {},
    }
    api.post("/migration/generate", {"sourceProcessDefinitionId": source}, status=400)
    api.post("/migration/generate", {**asked, "targetProcessDefinitionId": "x"}, status=400)


def test_a_renamed_task_keeps_its_id_and_what_was_entered(api: System) -> None:
    prepare()
    source, target = versions(api, OLD, NEW)
    one = begin(api, source, amount=5)
    with db.reading() as session:
        (before,) = session.scalars(select(HumanTask.id).where(HumanTask.instance_id == one))
    execute(api, plan(source, target, ("a", "a2")), one)
    assert api.get(f"/process-instance/{one}")["definitionId"] == target
    assert shape(tree(api, one)) == ("p", [("a2", [])])
    with db.reading() as session:
        (task,) = session.scalars(select(HumanTask).where(HumanTask.instance_id == one))
        # “The task is not reinitialized: attributes like assignee or name do not change.”
        assert (task.id, task.element_id, task.name) == (before, "a2", "a")
        note = session.scalars(select(HistoryEvent).where(HistoryEvent.kind == "migrated")).one()
        assert note.data is not None
        assert note.data["elements"] == {"a": "a2"}
    assert api.get(f"/process-instance/{one}/variables/amount")["value"] == 5
    # the reminder of the new diagram waits beside it, and the new step comes
    later(hours=2)
    drain()
    assert waiting(one) == ["a2", "told"]
    complete(one, "a2")
    assert waiting(one) == ["between", "told"]
    # the history goes on under the new name
    visits = api.get("/history/activity-instance", activityType="userTask", finished=True)
    assert [(one["activityId"], one["activityName"]) for one in visits] == [("a2", "a2")]
    assert api.get("/history/activity-instance/count", activityId="a2") == {"count": 1}
    assert api.get("/history/process-instance/count", executedActivityIdIn="a2") == {"count": 1}
    told = api.get("/history/user-operation", operationType="Migrate")
    assert [one["processInstanceId"] for one in told] == [visits[0]["processInstanceId"]]


def test_a_timer_keeps_its_due_time_unless_told_otherwise(api: System) -> None:
    prepare()
    old = diagram(
        START
        + user("a")
        + TIMER.format(id="t", at="a", period="PT5H")
        + user("x")
        + END
        + flows("s>a", "a>e", "t>x", "x>e")
    )
    new = diagram(
        START
        + user("a")
        + TIMER.format(id="t2", at="a", period="PT1H")
        + user("x")
        + END
        + flows("s>a", "a>e", "t2>x", "x>e")
    )
    source, target = versions(api, old, new)
    kept, anew, dropped = (begin(api, source) for _ in range(3))
    due = due_times()
    pairs = ("a", "a"), ("t", "t2")
    execute(api, plan(source, target, *pairs), kept)
    again = plan(source, target, *pairs)
    again["instructions"][1]["updateEventTrigger"] = True
    execute(api, again, anew)
    execute(api, plan(source, target, ("a", "a")), dropped)
    found = due_times()
    assert {element for element, _ in found.values()} == {"t2"}
    assert found[kept][1] == due[kept][1]
    for other in (anew, dropped):  # begun again, or never had before
        assert found[other][1] < due[other][1]
    later(hours=2)
    drain()
    assert [waiting(one) for one in (kept, anew, dropped)] == [["a"], ["a", "x"], ["a", "x"]]


def due_times() -> dict[str, tuple[str, Any]]:
    with db.reading() as session:
        rows = session.scalars(select(Job).where(Job.kind == "timer", Job.status == "open"))
        return {row.instance_id or "": (row.element_id or "", row.due_at) for row in rows}


def test_messages_that_are_waited_for(api: System) -> None:
    extra = '<bpmn:message id="m" name="paid"/>'
    receive = '<bpmn:receiveTask id="{id}" name="r" messageRef="m"/>'
    body = START + receive + user("a") + END
    old = diagram(body.format(id="r") + flows("s>r", "r>a", "a>e"), extra=extra)
    new = diagram(body.format(id="r2") + flows("s>r2", "r2>a", "a>e"), extra=extra)
    source, target = versions(api, old, new)
    one = begin(api, source)
    execute(api, plan(source, target, ("r", "r2")), one)
    with db.reading() as session:
        (row,) = session.scalars(select(Subscription).where(Subscription.instance_id == one))
        assert (row.element_id, row.slot) == ("r2", "r2")
    api.post("/message", {"messageName": "paid", "processInstanceId": one}, status=204)
    assert waiting(one) == ["a"]


FORK = (
    START
    + '<bpmn:parallelGateway id="g"/>'
    + user("a")
    + user("b")
    + '<bpmn:parallelGateway id="j"/>'
    + user("c")
    + END
)
FORKED = flows("s>g", "g>a", "g>b", "a>j", "b>j", "j>c", "c>e")


def test_into_and_out_of_parallel_branches_is_refused(api: System) -> None:
    source, target = versions(api, OLD, diagram(FORK + FORKED))
    one = begin(api, source)
    for told in (plan(source, target, ("a", "a")), plan(source, target, ("a", "b"))):
        report = api.post("/migration/validate", told)
        assert "并行分支" in report["instructionReports"][0]["failures"][0]
        answer = execute(api, told, one, status=400)
        assert answer["type"] == "MigrationPlanValidationException"
        assert answer["validationReport"] == report
    execute(api, plan(source, target, ("a", "c")), one)
    assert waiting(one) == ["c"]
    back = plan(target, source, ("a", "a"), ("b", "b"))
    assert len(api.post("/migration/validate", back)["instructionReports"]) == 2


def test_a_third_branch_would_be_waited_for_for_ever(api: System) -> None:
    wider = FORK + user("third") + FORKED + flows("g>third", "third>j")
    source, target = versions(api, diagram(FORK + FORKED), diagram(wider))
    report = api.post("/migration/validate", plan(source, target, ("a", "a"), ("b", "b")))
    assert len(report["instructionReports"]) == 2


def test_a_token_at_a_join_goes_along(api: System) -> None:
    """“They can be migrated to a gateway of the same type by supplying an instruction.”"""
    renamed = FORK.replace('id="a"', 'id="a2"').replace('name="a"', 'name="a2"')
    flows_ = flows("s>g", "g>a2", "g>b", "a2>j", "b>j", "j>c", "c>e")
    source, target = versions(api, diagram(FORK + FORKED), diagram(renamed + flows_))
    one, other = begin(api, source), begin(api, source)
    complete(one, "b")  # waits at the join by a flow both diagrams have
    complete(other, "a")  # came from what is `a2` now
    told = plan(source, target, ("a", "a2"), ("b", "b"), ("j", "j"))
    execute(api, told, one, other)
    complete(one, "a2")
    complete(other, "b")
    assert waiting(one) == waiting(other) == ["c"]


def test_a_token_at_a_join_needs_a_way_by_which_it_came(api: System) -> None:
    def named(*names: str) -> bytes:
        ways = [f"{name}>j" for name in names]
        ins = [f"g>{name}" for name in names]
        tasks = "".join(user(name) for name in names)
        gates = '<bpmn:parallelGateway id="g"/><bpmn:parallelGateway id="j"/>'
        return diagram(
            START + gates + tasks + user("c") + END + flows("s>g", *ins, *ways, "j>c", "c>e")
        )

    source, target = versions(api, named("a", "b"), named("x", "y"))
    one = begin(api, source)
    complete(one, "a")
    refused = execute(api, plan(source, target, ("b", "x"), ("j", "j")), one, status=400)
    assert refused["type"] == "MigratingProcessInstanceValidationException"
    execute(api, plan(source, target, ("a", "y"), ("b", "x"), ("j", "j")), one)
    complete(one, "x")
    assert waiting(one) == ["c"]


def test_several_at_once(api: System) -> None:
    def many(sequential: str, name: str) -> bytes:
        loop = (
            f'<bpmn:multiInstanceLoopCharacteristics isSequential="{sequential}">'
            "<bpmn:loopCardinality>3</bpmn:loopCardinality></bpmn:multiInstanceLoopCharacteristics>"
        )
        body = START + user(name, inner=loop) + user("z") + END
        return diagram(body + flows(f"s>{name}", f"{name}>z", "z>e"))

    source, target = versions(api, many("false", "m"), many("false", "m2"))
    one = begin(api, source)
    complete(one, "m")
    execute(api, plan(source, target, ("m", "m2")), one)
    assert waiting(one) == ["m2", "m2"]
    complete(one, "m2")
    complete(one, "m2")
    assert waiting(one) == ["z"]
    (third,) = deploy(api, many("true", "m2"))["deployedProcessDefinitions"]
    report = api.post("/migration/validate", plan(target, third, ("m2", "m2")))
    assert "多实例" in report["instructionReports"][0]["failures"][0]
    asked = {"sourceProcessDefinitionId": source, "targetProcessDefinitionId": target}
    told = api.post("/migration/generate", asked)
    assert [step["sourceActivityIds"] for step in told["instructions"]] == [["z"]]
    same = api.post("/migration/generate", {**asked, "targetProcessDefinitionId": source})
    ids = [step["sourceActivityIds"][0] for step in same["instructions"]]
    assert ids == ["m", "m#multiInstanceBody", "z"]
    assert api.post("/migration/validate", same)["instructionReports"] == []


@pytest.mark.parametrize(
    "steps",
    [
        [{"sourceActivityIds": ["a"], "targetActivityIds": ["nowhere"]}],
        [{"sourceActivityIds": ["nowhere"], "targetActivityIds": ["b"]}],
        [{"sourceActivityIds": ["a"], "targetActivityIds": ["late"]}],
        [{"sourceActivityIds": ["a"], "targetActivityIds": ["a2"]}] * 2,
        [{"sourceActivityIds": ["a", "b"], "targetActivityIds": ["a2"]}],
        [{"sourceActivityIds": ["a"], "targetActivityIds": ["a2"], "colour": 1}],
        [],
    ],
)
def test_what_is_no_plan_moves_nobody(api: System, steps: list[Any]) -> None:
    source, target = versions(api, OLD, NEW)
    one = begin(api, source)
    told = {**plan(source, target), "instructions": steps}
    assert execute(api, told, one, status=400)["message"]
    assert api.get(f"/process-instance/{one}")["definitionId"] == source


def test_all_or_none(api: System) -> None:
    source, target = versions(api, OLD, NEW)
    one, other = begin(api, source), begin(api, source)
    complete(other, "a")
    told = plan(source, target, ("a", "a2"))
    execute(api, told, one, other, status=400)
    assert api.get(f"/process-instance/{one}")["definitionId"] == source
    foreign = start(api)["id"]  # of the newer version already
    execute(api, told, foreign, status=400)
    execute(api, told, status=400)
    query = {"processInstanceQuery": {"activityIdIn": ["a"], "processDefinitionId": source}}
    body = {"migrationPlan": {**told, "variables": typed(moved=True)}, **query}
    api.post("/migration/execute", body, status=204)
    assert api.get(f"/process-instance/{one}/variables/moved")["value"] is True
    assert api.get(f"/process-instance/{other}")["definitionId"] == source
