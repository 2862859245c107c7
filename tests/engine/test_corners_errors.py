"""Where errors come from and who catches them, as Camunda 7 has it, walked by commands."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from engine import commands, db, hooks, jobs, services
from engine.commands import task_events
from engine.errors import BpmnError
from engine.models import HistoryEvent
from engine.services import ServiceCall
from tests.engine import office
from tests.engine.bpmn_builder import (
    boundary,
    call,
    camunda,
    catch,
    conditional,
    diagram,
    element,
    end,
    error,
    escalation,
    event_gateway,
    event_sub,
    extension,
    message,
    multi,
    parallel,
    parameters,
    start,
    sub,
    terminate,
    timer,
    user,
)

heard: list[tuple[str, dict[str, object]]] = []


@services.service("corners.fail")
def fail(call: ServiceCall) -> None:
    """Raise the business error E1."""
    raise BpmnError("E1", "坏了")


@services.service("corners.hear")
def hear(call: ServiceCall) -> None:
    """Note which event called, and with what."""
    heard.append((call.event, dict(call.inputs)))


def on(event: str, handler: str = "fail", kind: str = "execution") -> str:
    given = {"delegateExpression": f"${{corners.{handler}}}", "event": event}
    return camunda(f"{kind}Listener", **given)


def task(name: str, *inner: str) -> str:
    return user(name, *inner, camunda__candidateUsers="ann")


def inside(*parts: str) -> bytes:
    """A sub process whose boundary event catches E1."""
    return diagram(
        start(), sub("o", start("s1"), *parts), boundary("be", "o", error()), task("h"), end(),
        "s-o-e", "be-h-e",
    )  # fmt: skip


def send(name: str) -> None:
    with db.transaction() as session:
        commands.correlate(session, name, correlation="K")
    office.drain()


# ---- event sub processes side by side -------------------------------------------------------


def test_an_error_out_of_an_event_sub_process_is_caught_by_another_one(database: str) -> None:
    late = event_sub(
        "late", timer("PT1H"), end("bad", error()), "late_s-bad", interrupting=False
    )  # fmt: skip
    mend = event_sub("mend", error(), task("u"), end("ee"), "mend_s-u-ee")
    office.publish(diagram(start(), task("a"), end(), "s-a-e", late, mend))
    case = office.start()
    office.later(hours=2)
    office.drain()
    assert office.waiting(case) == ["u"]
    office.complete(case, "u")
    assert office.status(case) == "completed"


def test_a_handler_of_one_error_may_throw_another_to_its_neighbour(database: str) -> None:
    first = event_sub("one", error("err1"), end("worse", error("err2")), "one_s-worse")
    second = event_sub("two", error("err2"), task("u"), end("ee"), "two_s-u-ee")
    office.publish(diagram(start(), end("bad", error("err1")), "s-bad", first, second))
    assert office.waiting(office.start()) == ["u"]


def test_an_escalation_beside_the_flow_is_caught_beside_it(database: str) -> None:
    late = event_sub(
        "late", timer("PT1H"), end("up", escalation()), "late_s-up", interrupting=False
    )  # fmt: skip
    heard_of = event_sub("esc", escalation(), task("u"), end("ee"), "esc_s-u-ee",
                         interrupting=False)  # fmt: skip
    office.publish(diagram(start(), task("a"), end(), "s-a-e", late, heard_of))
    case = office.start()
    office.later(hours=2)
    office.drain()
    assert office.waiting(case) == ["a", "u"]


# ---- errors of listeners --------------------------------------------------------------------

BROKEN = extension(on("start"))
AT_EVENTS = {
    "boundary timer": (
        task("a"), boundary("b", "a", timer("PT1H"), more=BROKEN), end("e1"), "s1-a-e1", "b-e1",
    ),
    "boundary message beside": (
        task("a"), boundary("b", "a", message(), more=BROKEN, interrupting=False), end("e1"),
        "s1-a-e1", "b-e1",
    ),
    "boundary error": (
        task("a"), boundary("b", "a", error("err2"), more=BROKEN), end("e1"), "s1-a-e1", "b-e1",
    ),
    "boundary condition": (
        task("a"), boundary("b", "a", conditional("${x == 1}"), more=BROKEN), end("e1"),
        "s1-a-e1", "b-e1",
    ),
    "event behind a gateway": (
        event_gateway("g"), catch("m", BROKEN + message()), catch("t", timer("PT5H")), end("e1"),
        "s1-g-m-e1", "g-t-e1",
    ),
    "end of an event gateway": (
        element("eventBasedGateway", "g", extension(on("end"))), catch("m", message()),
        catch("t", timer("PT5H")), end("e1"), "s1-g-m-e1", "g-t-e1",
    ),
    "event sub process": (
        task("a"), end("e1"), "s1-a-e1",
        sub("es", BROKEN, start("es_s", message()), end("ee"), "es_s-ee",
            triggeredByEvent="true"),
    ),
    "task's timeout": (
        task("a", extension(camunda("taskListener", timer("PT1H"), id="tl", event="timeout",
                                    delegateExpression="${corners.fail}"))),
        end("e1"), "s1-a-e1",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", AT_EVENTS)
def test_an_error_of_a_listener_is_caught_at_whatever_event_it_happens(
    database: str, name: str
) -> None:
    office.publish(inside(*AT_EVENTS[name]))
    case = office.start(bk="K", x=0)
    if "error" in name:
        with db.transaction() as session:
            task_events.bpmn_error(session, office.task_id(case, "a"), "E2", actor=hooks.SYSTEM)
    elif "condition" in name:
        with db.transaction() as session:
            commands.set_variables(session, case, {"x": 1}, actor=office.ANN)
    else:
        send("msg_1")
        office.later(hours=2)
        office.drain()
    assert office.waiting(case) == ["h"]


def test_an_error_of_the_first_listener_inside_is_caught_inside(database: str) -> None:
    mend = event_sub("mend", error(), task("u"), end("ee"), "mend_s-u-ee")
    office.publish(
        diagram(
            start(), sub("o", start("s1", BROKEN), end("e1"), "s1-e1", mend),
            boundary("be", "o", error()), task("h"), end(), "s-o-e", "be-h-e",
        )
    )  # fmt: skip
    assert office.waiting(office.start()) == ["u"]


def test_an_error_of_a_called_process_s_first_listener_reaches_the_caller(database: str) -> None:
    office.publish(
        diagram(start(), call("k", "q"), boundary("be", "k", error()), task("h"), end(),
                "s-k-e", "be-h-e"),
        diagram(start("s", BROKEN), end(), "s-e", key="q"),
    )  # fmt: skip
    assert office.waiting(office.start()) == ["h"]


# ---- listeners of what is taken away --------------------------------------------------------


def test_a_handler_hears_of_what_is_taken_away_with_its_variables(either_database: str) -> None:
    heard.clear()
    listening = extension(
        on("end", "hear"), on("delete", "hear", "task"), parameters({"who": "7"})
    )  # fmt: skip
    inner = sub("o", extension(on("end", "hear")), start("s1"), task("a", listening, multi("xs")),
                end("e1"), "s1-a-e1")  # fmt: skip
    office.publish(
        diagram(start(), inner, boundary("b", "o", timer("PT1H")), task("z"), end(),
                "s-o-e", "b-z-e")
    )  # fmt: skip
    case = office.start(xs=[1, 2])
    office.later(hours=2)
    office.drain()
    assert office.waiting(case) == ["z"]
    each = [("end", {"who": "7"}), ("delete", {"who": "7"})]
    assert heard == [*each, *each, ("end", {})]


def test_a_handler_hears_that_a_case_is_cancelled(database: str) -> None:
    heard.clear()
    office.publish(diagram(start(), task("a", extension(on("end", "hear"))), end(), "s-a-e"))
    case = office.start()
    with db.transaction() as session:
        commands.cancel(session, case, actor=office.ANN, reason="撤回")
    assert heard == [("end", {})]


def test_an_event_gateway_s_listeners_hear_that_it_is_left(database: str) -> None:
    heard.clear()
    gateway = element("eventBasedGateway", "g", extension(on("end", "hear")))
    office.publish(
        diagram(start(), gateway, catch("m", message()), catch("t", timer("PT5H")), task("z"),
                end(), "s-g-m-z-e", "g-t-e")
    )  # fmt: skip
    case = office.start(bk="K")
    send("msg_1")
    assert (heard, office.waiting(case)) == ([("end", {})], ["z"])


def test_an_error_of_a_listener_of_what_is_taken_away_is_caught_by_nobody(database: str) -> None:
    office.publish(
        diagram(
            start(),
            sub("o", start("s1"), parallel("g"), task("a"), end("stop", terminate()),
                task("b", extension(on("end"))), end("e1"), "s1-g-a-stop", "g-b-e1"),
            boundary("be", "o", error()), task("h"), end(), "s-o-e", "be-h-e",
        )
    )  # fmt: skip
    case = office.start()
    assert office.complete(case, "a").postponed
    assert office.waiting(case) == ["b"]
    with db.reading() as session:
        told = session.scalars(
            select(HistoryEvent.data).where(HistoryEvent.kind == "postponed")
        ).one()
    assert "正在被取消" in (told or {})["reason"]


def test_an_event_behind_a_gateway_goes_on_in_a_job_of_its_own(database: str) -> None:
    """Camunda: `asyncBefore` is a transaction boundary in front of the element.

    The gateway has waited for the event, so the boundary lies behind its coming: the message
    is taken at once, the start listener of the event is called by the job.
    """
    office.publish(
        diagram(
            start(), event_gateway("g"),
            catch("m", extension(on("start", "hear")) + message(), camunda__asyncBefore="true"),
            catch("t", timer("PT5H")), task("a"), end(), "s-g-m-a-e", "g-t-e",
        )
    )  # fmt: skip
    heard.clear()
    case = office.start(bk="K")
    with db.transaction() as session:
        commands.correlate(session, "msg_1", correlation="K")
    assert jobs.drain() == 1  # the message itself
    assert (heard, office.waiting(case), office.open_jobs()) == ([], [], [])
    (job,) = office.open_jobs("async")
    assert job.element_id == "m"
    office.drain()
    assert [event for event, _ in heard] == ["start"]
    assert office.waiting(case) == ["a"]
