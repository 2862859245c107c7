"""Migration over REST that lets sub processes begin and end, and what may be left out."""

from __future__ import annotations

from tests.engine.office import diagram, drain, flows, later, prepare, user, waiting
from tests.web.api.conftest import System
from tests.web.api.diagrams import complete, deploy
from tests.web.api.test_migration import END, START, TIMER, begin, execute, plan, versions
from tests.web.api.test_process_instances import shape, tree

INSIDE = (
    '<bpmn:subProcess id="sub" name="sub"><bpmn:startEvent id="is"/>'
    + user("x")
    + '<bpmn:endEvent id="ie"/>'
    + flows("is>x", "x>ie")
    + "</bpmn:subProcess>"
)


def test_sub_processes(api: System) -> None:
    nested = diagram(START + INSIDE + END + flows("s>sub", "sub>e"))
    flat = diagram(START + user("x") + END + flows("s>x", "x>e"))
    listens = (
        '<bpmn:subProcess id="ev" triggeredByEvent="true" name="ev"><bpmn:startEvent id="es" '
        'isInterrupting="false"><bpmn:timerEventDefinition><bpmn:timeDuration>PT1H'
        "</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:startEvent>"
        + user("alarm")
        + '<bpmn:endEvent id="ee"/>'
        + flows("es>alarm", "alarm>ee")
        + "</bpmn:subProcess>"
    )
    prepare()
    source, target = versions(api, nested, flat)
    told = plan(source, target, ("x", "x"))
    assert api.post("/migration/validate", told)["instructionReports"] == []
    asked = {"sourceProcessDefinitionId": source, "targetProcessDefinitionId": target}
    # “They belong to the same scope”: what is proposed keeps to that.
    assert api.post("/migration/generate", asked)["instructions"] == []
    (third,) = deploy(
        api,
        nested.replace(b'<bpmn:endEvent id="e"/>', listens.encode() + b'<bpmn:endEvent id="e"/>'),
    )["deployedProcessDefinitions"]
    one = begin(api, source)
    refused = execute(api, plan(source, third, ("sub", "sub")), one, status=400)
    (report,) = refused["validationReport"]["activityInstanceValidationReports"]
    assert (report["sourceScopeId"], report["failures"]) == ("x", ["“x”没有对应关系。"])
    (inner,) = tree(api, one)["childActivityInstances"][0]["childActivityInstances"]
    assert report["activityInstanceId"] == inner["id"]
    execute(api, plan(source, third, ("sub", "sub"), ("x", "x")), one)
    assert shape(tree(api, one)) == ("p", [("sub", [("x", [])])])
    later(hours=2)
    drain()
    assert waiting(one) == ["alarm", "x"]  # the new event sub process listens


def test_a_sub_process_comes_and_goes(api: System) -> None:
    """“New sub processes … are instantiated as needed”; one without an instruction is cancelled."""
    prepare()
    flat = diagram(START + user("x") + END + flows("s>x", "x>e"))
    late = TIMER.format(id="late", at="sub", period="PT1H")
    nested = diagram(
        START + INSIDE + late + user("told") + END + flows("s>sub", "sub>e", "late>told", "told>e")
    )
    source, target = versions(api, flat, nested)
    one = begin(api, source)
    (before,) = api.get("/task", processInstanceId=one)
    execute(api, plan(source, target, ("x", "x")), one)
    assert shape(tree(api, one)) == ("p", [("sub", [("x", [])])])
    (after,) = api.get("/task", processInstanceId=one)
    assert {**before, **after, "processDefinitionId": 0, "executionId": 0} == {
        **before, "processDefinitionId": 0, "executionId": 0,
    }  # fmt: skip
    assert api.get("/job/count", processInstanceId=one) == {"count": 1}
    (inner,) = api.get("/history/activity-instance", processInstanceId=one, activityId="x")
    (around,) = api.get("/history/activity-instance", processInstanceId=one, activityId="sub")
    assert inner["parentActivityInstanceId"] == around["id"]
    assert around["parentActivityInstanceId"] == one
    execute(api, plan(target, source, ("x", "x")), one)
    assert shape(tree(api, one)) == ("p", [("x", [])])
    assert api.get("/job/count", processInstanceId=one) == {"count": 0}
    (around,) = api.get("/history/activity-instance", processInstanceId=one, activityId="sub")
    assert around["canceled"] is True
    complete(one, "x")
    assert api.get(f"/history/process-instance/{one}")["state"] == "COMPLETED"


def test_listeners_and_mappings_of_what_is_entered_are_left_out_on_request(api: System) -> None:
    """`skipCustomListeners` and `skipIoMappings`, for one case and in a batch."""
    flat = diagram(START + user("x") + END + flows("s>x", "x>e"))
    fails = (
        '<bpmn:extensionElements><camunda:executionListener event="start" '
        'expression="${missing.name}"/><camunda:inputOutput><camunda:inputParameter name="n">'
        "${missing.name}</camunda:inputParameter></camunda:inputOutput></bpmn:extensionElements>"
    )
    inside = INSIDE.replace('name="sub">', f'name="sub">{fails}')
    source, target = versions(api, flat, diagram(START + inside + END + flows("s>sub", "sub>e")))
    one, two = begin(api, source), begin(api, source)
    told = plan(source, target, ("x", "x"))
    skipped = {"skipCustomListeners": True, "skipIoMappings": True}
    for given in ({}, {"skipCustomListeners": True}, {"skipIoMappings": True}):
        assert "missing" in execute(api, told, one, status=500, **given)["message"]
    assert api.get(f"/process-instance/{one}")["definitionId"] == source
    execute(api, told, one, **skipped)
    api.post(
        "/migration/executeAsync", {"migrationPlan": told, "processInstanceIds": [two], **skipped}
    )
    drain()
    for case in (one, two):
        assert shape(tree(api, case)) == ("p", [("sub", [("x", [])])])


def test_conditional_events_are_proposed_with_their_new_condition(api: System) -> None:
    """“For conditional events the updateEventTrigger is mandatory.”"""
    condition = (
        '<bpmn:intermediateCatchEvent id="c"><bpmn:conditionalEventDefinition><bpmn:condition>'
        "${ok}</bpmn:condition></bpmn:conditionalEventDefinition></bpmn:intermediateCatchEvent>"
    )
    waits = diagram(START + condition + user("a") + END + flows("s>c", "c>a", "a>e"))
    source, target = versions(api, waits, waits)
    asked = {"sourceProcessDefinitionId": source, "targetProcessDefinitionId": target}
    told = api.post("/migration/generate", asked)
    again = {s["sourceActivityIds"][0]: s["updateEventTrigger"] for s in told["instructions"]}
    assert again == {"c": True, "a": False}
    assert api.post("/migration/validate", told)["instructionReports"] == []
    (report,) = api.post("/migration/validate", plan(source, target, ("c", "c")))[
        "instructionReports"
    ]
    assert "updateEventTrigger" in report["failures"][0]
