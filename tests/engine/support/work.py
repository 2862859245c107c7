"""Camunda 7 attributes of services, external tasks, jobs, calls, decisions and parameters."""

from __future__ import annotations

from engine.commands import external
from engine.commands.external import Failure
from engine.hooks import Actor
from tests.engine import office
from tests.engine.bpmn_builder import (
    boundary,
    call,
    camunda,
    diagram,
    element,
    end,
    error,
    extension,
    message,
    multi,
    parameters,
    script,
    start,
    throw,
    user,
)
from tests.engine.support.table import refused, works, works_in_office
from tests.engine.walker import NoteHost, Walk

SECTION = "Camunda attributes: work, jobs, calls, decisions"
CLERK = Actor("clerk", kind="service")


def task(kind: str, *inner: str, **attributes: str) -> bytes:
    made = element(kind, "a", *inner, **attributes)
    return diagram(start(), made, user("z"), end(), "s-a-z-e")


@works(SECTION, "expression with result", "`camunda:expression`, `resultVariable`",
       task("serviceTask", camunda__expression="${2 * 3}",
            camunda__resultVariable="n"))  # fmt: skip
def expression(walk: Walk) -> None:
    assert walk.run.variables == {"n": 6}


HANDLED = task("serviceTask", extension(camunda("field", name="f", stringValue="x")),
               camunda__delegateExpression="${x.work}")  # fmt: skip


@works(SECTION, "registered handler; fields are its inputs",
       "`camunda:delegateExpression`, `camunda:field`", HANDLED)  # fmt: skip
def handler(walk: Walk) -> None:
    host = NoteHost(work=lambda run, token, inputs: {"got": inputs["f"]})
    assert Walk(HANDLED, host).run.variables == {"got": "x"}


SENT = diagram(start(), throw("t", message().replace("/>", ' camunda:expression="${1}" '
               'camunda:resultVariable="n"/>')), user("z"), end(), "s-t-z-e")  # fmt: skip


@works(SECTION, "message event performed by an expression, handler or worker",
       "the same on `messageEventDefinition` and `sendTask`", SENT)  # fmt: skip
def message_event(walk: Walk) -> None:
    assert walk.run.variables == {"n": 1}
    assert walk.host.thrown == []


for what, xml, code in (
    ("Java class", task("serviceTask", camunda__class="a.B"), "java-class"),
    ("connector", task("serviceTask", extension(camunda("connector")),
                       camunda__expression="${1}"), "connector"),
    ("mail and shell tasks", task("serviceTask", camunda__type="mail"), "performer-type"),
    ("two ways at once", task("serviceTask", camunda__expression="${1}",
                              camunda__delegateExpression="${a.b}"), "performer-twice"),
    ("a field without a handler", task("serviceTask", extension(camunda(
        "field", name="f", stringValue="x")), camunda__expression="${1}"), "field-alone"),
):  # fmt: skip
    refused(SECTION, what, "service-like elements", xml, code)


OUTSIDE = diagram(
    start(),
    element("serviceTask", "a", extension(camunda(
        "errorEventDefinition", errorRef="err1",
        expression="${externalTask.errorMessage == 'lost'}")),
        camunda__type="external", camunda__topic="to-${where}", camunda__taskPriority="${p}"),
    boundary("b", "a", error()), user("h"), end(), "s-a-e", "b-h-e",
)  # fmt: skip


@works_in_office(SECTION, "external task: topic, priority, errors that a worker's answer means",
                 '`camunda:type="external"`, `topic`, `taskPriority`, `errorEventDefinition`',
                 OUTSIDE)  # fmt: skip
def outside() -> None:
    case = office.start(where="post", p=3)
    (job,) = office.open_jobs("external")
    assert (job.topic, job.priority) == ("to-post", 3)
    with office.db.transaction() as session:
        external.lock(session, job.id, worker="w", duration_ms=9_000, actor=CLERK)
    with office.db.transaction() as session:
        external.failed(session, job.id, Failure("lost", None, 1, 0), worker="w", actor=CLERK)
    assert office.waiting(case) == ["h"]


@works_in_office(SECTION, "retry time cycle and job priority, also computed",
                 "`camunda:failedJobRetryTimeCycle`, `jobPriority`",
                 diagram(start(), user("a", extension(camunda("failedJobRetryTimeCycle", "${c}")),
                         camunda__asyncBefore="true", camunda__jobPriority="${p}"), end(),
                         "s-a-e"))  # fmt: skip
def retry_cycle() -> None:
    office.start(c="PT1M,PT2M", p=5)
    (job,) = office.open_jobs("async")
    assert (job.max_attempts, job.backoff, job.priority) == (3, [60, 120], 5)


refused(SECTION, "a retry time cycle that is none", "`camunda:failedJobRetryTimeCycle`",
        diagram(start(), user("a", extension(camunda("failedJobRetryTimeCycle", "often"))), end(),
                "s-a-e"), "retry-cycle")  # fmt: skip


NESTED = camunda("inputParameter", camunda("list", camunda("value", "${1}") + camunda(
    "map", camunda("entry", camunda("script", "2 + 2"), key="k"))), name="x")  # fmt: skip


@works(SECTION, "input and output parameters: text, expression, script, nested lists and maps",
       "`camunda:inputOutput`",
       diagram(start(), user("a", extension(camunda("inputOutput", NESTED + camunda(
           "outputParameter", "${x}", name="y")))), user("z"), end(), "s-a-z-e"))  # fmt: skip
def parameters_(walk: Walk) -> None:
    assert walk.run.local(walk.wait("a").token) == {"x": [1, {"k": 4}]}
    walk.complete("a").at("z")
    assert walk.run.variables == {"y": [1, {"k": 4}]}


refused(SECTION, "output parameters of a multi-instance activity", "`camunda:outputParameter`",
        diagram(start(), user("a", extension(parameters({}, {"x": "1"})), multi(cardinality="2")),
                end(), "s-a-e"), "parameters-repeated")  # fmt: skip


def _child(mark: str) -> bytes:
    return diagram(start(), script("m", f"mark = {mark}"), end(), "s-m-e", key="child",
                   camunda__versionTag=f"v{mark}")  # fmt: skip


CALLER = diagram(
    start(), call("c", "${which}", extension(
        camunda("in", businessKey="${nr}"), camunda("in", source="nr", target="n"),
        camunda("out", sourceExpression="${mark + 1}", target="got")),
        camunda__calledElementBinding="versionTag", camunda__calledElementVersionTag="v1"),
    user("z"), end(), "s-c-z-e",
)  # fmt: skip


@works_in_office(SECTION, "called process, its version or tag, and what goes in and comes out",
                 "`calledElement`, `camunda:calledElementBinding`, `in`, `out`",
                 CALLER)  # fmt: skip
def called() -> None:
    office.publish(CALLER, _child("1"))
    office.publish(CALLER, _child("2"))
    assert office.variables(office.start(which="child", nr="7"))["got"] == 2


for name in ("caseRef", "variableMappingClass", "calledElementTenantId"):
    refused(SECTION, f"`camunda:{name}`", "call activity",
            diagram(start(), call("c", "x", **{f"camunda__{name}": "a"}), end(), "s-c-e"),
            "foreign-attribute")  # fmt: skip


RULE = task("businessRuleTask", extension(parameters({}, {
    "all": "${decisionResult.getResultList()}", "first": "${decisionResult.firstResult.a}"})),
    camunda__decisionRef="d", camunda__resultVariable="got",
    camunda__mapDecisionResult="collectEntries")  # fmt: skip


@works(SECTION, "decision: bindings, every result mapping, `decisionResult` for outputs",
       "`camunda:decisionRef`, `mapDecisionResult`, `decisionRefBinding`", RULE)  # fmt: skip
def decision(walk: Walk) -> None:
    host = NoteHost()
    host.rows["d"] = [{"a": 1}, {"a": 2}]
    found = Walk(RULE, host).run.variables
    assert found == {"got": [1, 2], "all": [{"a": 1}, {"a": 2}], "first": 1}


COLLECTED = multi("=[1, 2]").replace("</bpmn:multi", "<bpmn:loopDataOutputRef>all"
    '</bpmn:loopDataOutputRef><bpmn:outputDataItem id="o" name="one"/></bpmn:multi')  # fmt: skip


@works(SECTION, "multi-instance: collection, element variable, counters, collected answers",
       "`camunda:collection`, `elementVariable`; `loopDataOutputRef`, `outputDataItem`",
       diagram(start(), user("a", COLLECTED), end(), "s-a-e"))  # fmt: skip
def collected(walk: Walk) -> None:
    walk.complete("a", 1, one="y").complete("a", one="x").ended("e")
    assert walk.run.variables["all"] == ["x", "y"]
