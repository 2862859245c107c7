"""Continuations, retries and priorities: what becomes a job, and how it is tried again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import select

from engine import commands, db, services
from engine.bpmn import retry_cycle
from engine.commands import retries
from engine.errors import DeploymentRefused, EngineError
from engine.models import Incident, Job
from engine.services import ServiceCall
from tests.engine import office
from tests.engine.bpmn_builder import (
    boundary,
    camunda,
    catch,
    diagram,
    element,
    end,
    event_sub,
    extension,
    inclusive,
    message,
    parallel,
    script,
    start,
    sub,
    throw,
    timer,
    user,
    xor,
)
from tests.engine.office import ANN
from tests.engine.walker import Walk


def one(made: str, *more: str, **attributes: str) -> bytes:
    return diagram(start(), made, user("z"), end(), "s-a-z-e", *more, **attributes)


def published(made: str, *more: str, **attributes: str) -> None:
    office.publish(one(made, *more, **attributes))


def refused(xml: bytes) -> set[tuple[str, str]]:
    with pytest.raises(DeploymentRefused) as caught:
        Walk(xml)
    return {(p.element, p.code) for p in caught.value.problems}


# ---- continuations -------------------------------------------------------------------------


def everywhere(element_: str, which: str) -> bytes:
    """A diagram in which one element has a continuation."""
    given = f' camunda:{which}="true"'
    made = diagram(
        start("s"), user("first"), xor("x"), sub("sp", start("s1"), script("sc", "n = 1"),
        end("e1"), "s1-sc-e1"), throw("t"), catch("c", message()), parallel("g"), user("u"),
        boundary("b", "u", timer("PT1H")), end("e"), end("e2"), "s-first-x-sp-t-c-g-u-e", "b-e2",
    ).decode()  # fmt: skip
    before, found, after = made.partition(f'id="{element_}"')
    assert found
    return (before + found + given + after).encode()


@pytest.mark.parametrize("which", ["asyncBefore", "asyncAfter"])
@pytest.mark.parametrize("at", ["s", "first", "x", "sp", "sc", "t", "c", "g", "u", "b", "e"])
def test_every_element_can_be_continued_in_a_transaction_of_its_own(at: str, which: str) -> None:
    def through(walk: Walk, element_: str) -> bool:
        """Take the continuation where the walk stands, if it is there now."""
        waits = [w for w in walk.run.waits().values() if w.kind == "async"]
        if not waits:
            return False
        assert [w.element for w in waits] == [element_]
        walk.run.complete(waits[0].token)
        walk.go()
        return True

    walk = Walk(everywhere(at, which))
    seen = 0
    for step in range(30):
        if walk.run.ended:
            break
        if through(walk, at):
            seen += 1
            continue
        human = [w for w in walk.run.waits().values() if w.kind == "human"]
        if any(w.element == "u" for w in human) and at == "b":
            walk.fire("b")
        elif human:
            walk.complete(human[0].element)
        else:
            walk.deliver("c")
        assert step < 29
    assert walk.run.ended
    assert seen == 1


def test_an_event_sub_process_can_begin_in_a_transaction_of_its_own() -> None:
    handler = event_sub("h", message(), user("u"), end("e1"), "h_s-u-e1", interrupting=False)
    handler = handler.replace('id="h_s"', 'id="h_s" camunda:asyncBefore="true"')
    walk = Walk(diagram(start(), user("a"), end(), handler, "s-a-e")).deliver("h_s")
    (later,) = [w for w in walk.run.waits().values() if w.kind == "async"]
    assert later.element == "h_s"
    walk.run.complete(later.token)
    walk.go().at("a", "u").complete("u").complete("a").ended("e")


def test_a_boundary_event_that_continues_later_has_interrupted_already() -> None:
    walk = Walk(everywhere("b", "asyncBefore"))
    walk.complete("first").deliver("c").fire("b")
    walk.at("b")
    assert walk.wait("b").kind == "async"
    walk.complete("b").ended("e2")


def test_an_inclusive_join_waits_for_what_stands_before_its_continuation(
    either_database: str,
) -> None:
    join = element("inclusiveGateway", "j", camunda__asyncBefore="true")
    office.publish(
        diagram(start(), inclusive("g"), script("a", "n = n + 1", camunda__asyncBefore="true"),
                script("b", "n = n + 1"), join, script("c", "done = done + 1"), user("z"), end(),
                "s-g-a-j", "g-b-j", "j-c-z-e")
    )  # fmt: skip
    case = office.start(n=0, done=0)
    office.drain()
    assert (office.variables(case), office.waiting(case)) == ({"n": 2, "done": 1}, ["z"])


def test_a_continuation_is_not_taken_for_the_event_of_the_same_letter(
    either_database: str,
) -> None:
    event = element(
        "boundaryEvent", "b", timer("PT1H"), attachedToRef="a", camunda__asyncBefore="true",
        camunda__asyncAfter="true",
    )  # fmt: skip
    office.publish(
        diagram(start(), user("a"), event, user("z"), end(), "s-a-e", "b-z-e")
    )  # fmt: skip
    case = office.start()
    office.later(hours=2)
    office.drain()
    assert office.waiting(case) == ["z"]


def test_a_continuation_owed_under_its_older_name_goes_on(database: str) -> None:
    published(user("a", camunda__asyncBefore="true", camunda__assignee="ann"))
    case = office.start()
    with db.transaction() as session:
        job = session.scalars(select(Job)).one()
        assert str(job.wait).endswith("!b")
        job.wait = str(job.wait).replace("!", ":")
    office.drain()
    assert office.waiting(case) == ["a"]


def test_the_older_word_for_a_continuation_works_and_exclusive_is_accepted() -> None:
    made = user("a", camunda__async="true", camunda__exclusive="false")
    walk = Walk(one(made))
    assert walk.wait("a").kind == "async"
    assert refused(one(user("a", camunda__asyncBefore="yes"))) == {("a", "bad-switch")}
    assert refused(one(user("a", camunda__exclusive="1"))) == {("a", "bad-switch")}


# ---- retries -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "tries", "pauses"),
    [
        ("R3/PT10M", 3, [600] * 3),
        ("R5/PT1M", 5, [60] * 5),
        ("R1/PT5S", 1, [5]),
        ("PT10M,PT17M,PT20M", 4, [600, 1020, 1200]),
        ("PT30S", 2, [30]),
        ("P1DT2H", 2, [93_600]),
        ("P1M", 2, [31 * 86_400]),
    ],
)
def test_a_retry_cycle_counts_as_camunda_does(text: str, tries: int, pauses: list[int]) -> None:
    assert retry_cycle.parse(text) == (tries, pauses)


@pytest.mark.parametrize("text", ["R3", "3", "PT", "R3/10M", "PT1M;PT2M", "often"])
def test_no_retry_cycle(text: str) -> None:
    with pytest.raises(EngineError):
        retry_cycle.parse(text)
    assert retries.plan({"failedJobRetryTimeCycle": text}) == (3, [10, 60, 600])
    cycle = extension(camunda("failedJobRetryTimeCycle", text))
    assert refused(one(user("a", cycle, camunda__asyncBefore="true"))) == {("a", "retry-cycle")}


def test_a_retry_cycle_and_a_job_priority_can_be_computed(either_database: str) -> None:
    cycle = extension(camunda("failedJobRetryTimeCycle", "${cycle}"))
    published(
        user("a", cycle, camunda__asyncBefore="true", camunda__jobPriority="${level}"),
        camunda__jobPriority="2",
    )
    office.start(cycle="R7/PT2M", level=8)
    (job,) = office.open_jobs("async")
    assert (job.max_attempts, job.backoff[:2], job.priority) == (7, [120, 120], 8)


def test_a_timer_has_the_process_priority_and_its_own_cycle(database: str) -> None:
    cycle = extension(camunda("failedJobRetryTimeCycle", "R2/PT3M"))
    published(user("a"), boundary("b", "a", timer("PT1H"), more=cycle), "b-e",
              camunda__jobPriority="4")  # fmt: skip
    office.start()
    (job,) = office.open_jobs()
    assert (job.priority, job.max_attempts, job.backoff) == (4, 2, [180, 180])


failures: list[str] = []


@services.service("working.fail")
def fail(call: ServiceCall) -> Mapping[str, Any]:
    """Fail as often as it is told to."""
    if failures:
        raise RuntimeError(failures.pop(0))
    return {"done": True}


def test_what_fails_is_tried_again_then_an_incident_with_the_last_reason(
    either_database: str,
) -> None:
    failures[:] = ["first", "second"]
    cycle = extension(camunda("failedJobRetryTimeCycle", "R2/PT5M"))
    published(
        element("serviceTask", "a", cycle, camunda__asyncBefore="true",
                camunda__delegateExpression="${working.fail}")
    )  # fmt: skip
    case = office.start()
    office.drain()
    (job,) = office.open_jobs("async")
    assert (job.attempts, "first" in str(job.error)) == (1, True)
    with db.transaction() as session:
        session.get_one(Job, job.id).not_before = None
    office.drain()
    with db.reading() as session:
        incident = session.scalars(select(Incident)).one()
        assert incident.element_id == "a"
        assert "second" in incident.message
        assert session.get_one(Job, job.id).status == "failed"
    with db.transaction() as session:
        commands.retry(session, incident.id, actor=ANN)
    office.drain()
    assert office.waiting(case) == ["z"]
    assert office.variables(case) == {"done": True}
