"""Who does a task and how: handlers, expressions, outside workers, retries, priorities."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from engine import db
from engine.commands import external
from engine.commands.external import Failure
from engine.errors import BpmnError, DeploymentRefused, ExpressionError
from engine.hooks import SYSTEM, Actor
from engine.models import Incident, Job, ProcessDefinition
from tests.engine import office
from tests.engine.bpmn_builder import (
    ROOTS,
    boundary,
    camunda,
    diagram,
    element,
    end,
    error,
    extension,
    message,
    start,
    throw,
    user,
    xor,
)
from tests.engine.walker import NoteHost, Walk

WORKER = Actor("clerk", kind="service")


def task(kind: str = "serviceTask", *inner: str, **attributes: str) -> str:
    return element(kind, "a", *inner, **attributes)


def one(made: str, *more: str, **attributes: str) -> bytes:
    return diagram(start(), made, user("z"), end(), "s-a-z-e", *more, **attributes)


def refused(xml: bytes) -> set[tuple[str, str]]:
    with pytest.raises(DeploymentRefused) as caught:
        Walk(xml)
    return {(p.element, p.code) for p in caught.value.problems}


# ---- in the engine's own transaction -------------------------------------------------------


@pytest.mark.parametrize("kind", ["serviceTask", "sendTask", "businessRuleTask"])
def test_an_expression_does_the_work_and_its_result_is_kept(kind: str) -> None:
    made = task(kind, camunda__expression="${n * 2}", camunda__resultVariable="twice")
    assert Walk(one(made), n=4).run.variables == {"n": 4, "twice": 8}
    acting = task(kind, camunda__expression="${execution.setVariable('m', n + 1)}")
    assert Walk(one(acting), n=4).run.variables == {"n": 4, "m": 5}


@pytest.mark.parametrize("kind", ["serviceTask", "sendTask", "businessRuleTask"])
def test_a_handler_gets_inputs_and_fields_and_gives_variables(kind: str) -> None:
    host = NoteHost(work=lambda run, token, inputs: {"seen": sorted(inputs)})
    inner = extension(
        camunda("inputOutput", camunda("inputParameter", "1", name="x")),
        camunda("field", name="f", stringValue="text"),
    )
    made = task(kind, inner, camunda__delegateExpression="${x.work}")
    assert Walk(one(made), host).run.variables == {"seen": ["f", "x"]}
    assert host.called == [("x.work", {"x": "1", "f": "text"})]


def test_message_events_are_performed_like_tasks() -> None:
    host = NoteHost(work=lambda *_: {"done": True})
    by_handler = message().replace("/>", ' camunda:delegateExpression="${x.work}"/>')
    by_formula = message().replace(
        "/>", ' camunda:expression="${1 + 1}" camunda:resultVariable="two"/>'
    )
    xml = diagram(start(), throw("t", by_handler), user("z"), end("e", by_formula), "s-t-z-e")
    walk = Walk(xml, host).complete("z").ended("e")
    assert walk.run.variables == {"done": True, "two": 2}
    assert host.thrown == []


def test_an_error_of_a_handler_brings_its_variables_to_whoever_catches() -> None:
    def fail(*_: Any) -> None:
        raise BpmnError("E1", "no money", {"missing": 5})

    caught = error("err1", errorCodeVariable="code", errorMessageVariable="why")
    made = task(camunda__delegateExpression="${x.fail}")
    xml = one(made, boundary("b", "a", caught), user("h"), "b-h-e")
    walk = Walk(xml, NoteHost(fail=fail)).at("h")
    assert walk.run.variables == {"missing": 5, "code": "E1", "why": "no money"}


# ---- outside workers -----------------------------------------------------------------------


def published(made: str, *more: str, **attributes: str) -> None:
    office.publish(one(made, *more, **attributes))


def fetched(case: str) -> Job:
    """Return the one external task of a case, held by the worker `w`."""
    (job,) = office.open_jobs("external")
    with db.transaction() as session:
        external.lock(session, job.id, worker="w", duration_ms=60_000, actor=WORKER)
    assert job.instance_id == case
    return job


def done(job: Job, **variables_: Any) -> None:
    with db.transaction() as session:
        external.complete(session, job.id, worker="w", actor=WORKER, variables=variables_)


def failed(job: Job, message_: str, details: str | None = None, tries: int = 2) -> None:
    with db.transaction() as session:
        external.failed(
            session, job.id, Failure(message_, details, tries, 0), worker="w", actor=WORKER
        )


def test_topic_and_priority_are_computed_when_the_work_is_owed(either_database: str) -> None:
    published(
        task(camunda__type="external", camunda__topic="send-${where}",
             camunda__taskPriority="${level * 10}")
    )  # fmt: skip
    case = office.start(where="post", level=3)
    job = fetched(case)
    assert (job.topic, job.priority) == ("send-post", 30)
    done(job, sent=True)
    assert office.waiting(case) == ["z"]
    assert office.variables(case)["sent"] is True


def test_the_process_says_how_urgent_its_work_is(database: str) -> None:
    published(
        task(camunda__type="external", camunda__topic="t", camunda__jobPriority="1"),
        camunda__taskPriority="7",
        camunda__jobPriority="9",
    )
    assert fetched(office.start()).priority == 7


def test_a_priority_that_is_no_number_stops_the_start(database: str) -> None:
    published(task(camunda__type="external", camunda__topic="t", camunda__taskPriority="${p}"))
    with pytest.raises(ExpressionError, match="优先级"):
        office.start(p="high")


@pytest.mark.parametrize("kind", ["sendTask", "businessRuleTask"])
def test_other_tasks_are_done_outside_too(database: str, kind: str) -> None:
    published(task(kind, camunda__type="external", camunda__topic="t"))
    case = office.start()
    done(fetched(case))
    assert office.waiting(case) == ["z"]


def with_error_events(*expressions: str) -> str:
    return task(
        "serviceTask",
        extension(
            *(
                camunda("errorEventDefinition", errorRef=f"err{number}", expression=text)
                for number, text in enumerate(expressions, start=1)
            )
        ),
        camunda__type="external",
        camunda__topic="t",
    )


def catching(made: str) -> bytes:
    second = boundary("b2", "a", error("err2"))
    return one(
        made, boundary("b1", "a", error("err1")), second, user("h1"), user("h2"), "b1-h1-e",
        "b2-h2-e",
    )  # fmt: skip


def test_a_failure_that_means_an_error_is_thrown_instead(either_database: str) -> None:
    office.publish(
        catching(
            with_error_events(
                "${externalTask.errorDetails != null && externalTask.errorDetails.contains('X')}",
                "${externalTask.getErrorMessage() == 'gone'}",
            )
        )
    )
    case = office.start()
    job = fetched(case)
    failed(job, "slow", "Y")
    assert office.waiting(case) == []
    failed(job, "gone", "Y", tries=0)
    assert office.waiting(case) == ["h2"]
    with db.reading() as session:
        assert session.scalars(select(Incident)).all() == []
        assert session.scalars(select(Job.status)).all() == ["done"]
    other = office.start()
    failed(fetched(other), "bad", "contains X")
    assert office.waiting(other) == ["h1"]


def test_a_completion_that_means_an_error_is_thrown_instead(either_database: str) -> None:
    office.publish(catching(with_error_events("${refused && externalTask.topicName == 't'}")))
    first, second = office.start(), office.start()
    by_case = {job.instance_id: job for job in office.open_jobs("external")}
    for case, refused_ in ((first, True), (second, False)):
        job = by_case[case]
        with db.transaction() as session:
            external.lock(session, job.id, worker="w", duration_ms=60_000, actor=WORKER)
        done(job, refused=refused_)
    assert office.waiting(first) == ["h1"]
    assert office.variables(first) == {"refused": True}
    assert office.waiting(second) == ["z"]


def test_what_cannot_be_computed_stops_a_completion_but_not_a_failure(database: str) -> None:
    office.publish(catching(with_error_events("${externalTask.errorDetails.contains('X')}")))
    case = office.start()
    job = fetched(case)
    with pytest.raises(ExpressionError):
        done(job)
    failed(job, "slow")
    with db.reading() as session:
        kept = session.get_one(Job, job.id)
        assert (kept.status, kept.error, kept.retries) == ("open", "slow", 2)
    failed(job, "slow", "X")
    assert office.waiting(case) == ["h1"]


@pytest.mark.parametrize(
    ("made", "code"),
    [
        (task(camunda__type="mail"), "performer-type"),
        (task(camunda__topic="t", camunda__expression="${1}"), "topic-alone"),
        (task(camunda__expression="${1}", camunda__delegateExpression="${a.b}"),
         "performer-twice"),
        (task("businessRuleTask", camunda__decisionRef="d", camunda__type="external",
              camunda__topic="t"), "performer-twice"),
        (task(camunda__type="external", camunda__topic="t", camunda__taskPriority="high"),
         "bad-priority"),
        (task("serviceTask", extension(camunda("errorEventDefinition", errorRef="err1",
              expression="${true}")), camunda__expression="${1}"), "error-event-place"),
        (task("serviceTask", extension(camunda("errorEventDefinition", errorRef="nobody",
              expression="${true}")), camunda__type="external", camunda__topic="t"),
         "error-event-code"),
        (task("serviceTask", extension(camunda("errorEventDefinition", errorRef="err1")),
              camunda__type="external", camunda__topic="t"), "error-event-when"),
        (with_error_events("${"), "bad-expression"),
        (task(camunda__class="a.B"), "java-class"),
        (task("serviceTask", extension(camunda("connector", "")),
              camunda__expression="${1}"), "connector"),
        (task("serviceTask", extension(camunda("field", name="f", stringValue="x")),
              camunda__expression="${1}"), "field-alone"),
    ],
)  # fmt: skip
def test_work_that_nobody_could_do_is_refused(made: str, code: str) -> None:
    assert refused(one(made)) == {("a", code)}


# ---- the process itself --------------------------------------------------------------------


def test_who_begins_is_known_under_the_name_the_diagram_gives(either_database: str) -> None:
    office.publish(
        diagram(
            start("s", camunda__initiator="starter"),
            user("a", camunda__assignee="${starter}"),
            end(),
            "s-a-e",
        )
    )
    assert office.variables(office.start()) == {"starter": "ann"}
    assert office.variables(office.start(actor=SYSTEM)) == {"starter": None}
    assert office.variables(office.start(starter="cal")) == {"starter": "cal"}


def test_the_current_user_is_whoever_acts(database: str) -> None:
    office.publish(
        diagram(start(), user("a", camunda__assignee="${currentUser()}",
                              camunda__candidateGroups="${currentUserGroups()}"), end(), "s-a-e")
    )  # fmt: skip
    case = office.start()
    office.complete(case, "a")
    assert office.status(case) == "completed"


@pytest.mark.parametrize("text", ["30", "P30D", "P10Y", ""])
def test_how_long_history_is_kept_is_days_or_a_period(text: str) -> None:
    Walk(one(user("a"), camunda__historyTimeToLive=text))


@pytest.mark.parametrize("text", ["a while", "PT5M", "R3/P1D", "-1"])
def test_history_kept_for_no_time_is_refused(text: str) -> None:
    assert refused(one(user("a"), camunda__historyTimeToLive=text)) == {("p", "history-ttl")}


def test_version_tag_and_properties_stay_with_the_definition(database: str) -> None:
    kept = extension(camunda("properties", camunda("property", name="k", value="v")))
    flow_with = element("sequenceFlow", "f", kept, sourceRef="s", targetRef="a")
    gateway = xor("x").replace("></", f">{kept}</")
    office.publish(
        diagram(kept, start(), flow_with, user("a", kept), gateway, end("e", kept), "a-x-e",
                camunda__versionTag="1.2")
    )  # fmt: skip
    with db.reading() as session:
        said = session.scalars(select(ProcessDefinition.description)).one()
    assert said["version_tag"] == "1.2"
    assert said["properties"] == {"k": "v"}
    assert {n: e["properties"] for n, e in said["elements"].items() if e["properties"]} == {
        name: {"k": "v"} for name in ("f", "a", "x", "e")
    }


def test_roots_of_errors_used_here_have_codes() -> None:
    assert 'errorCode="E1"' in ROOTS
