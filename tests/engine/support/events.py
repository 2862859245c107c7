"""Events: where each kind may stand and what it does."""

from __future__ import annotations

from tests.engine import office
from tests.engine.bpmn_builder import (
    boundary,
    diagram,
    end,
    error,
    signal,
    start,
    sub,
    terminate,
    throw,
    timer,
    user,
)
from tests.engine.support.table import refused, works, works_in_office
from tests.engine.walker import Walk

SECTION = "Events"


def beside(definition: str, *, interrupting: bool = True) -> bytes:
    """A task with one boundary event that leads to a second task."""
    return diagram(
        start(), user("a"), boundary("b", "a", definition, interrupting=interrupting), user("h"),
        end("e1"), end("e2"), "s-a-e1", "b-h-e2",
    )  # fmt: skip


@works(SECTION, "none start, milestone, none end", "`intermediateThrowEvent` without definition",
       diagram(start(), throw("t"), user("a"), end(), "s-t-a-e"))  # fmt: skip
def none_events(walk: Walk) -> None:
    walk.at("a").complete("a").ended("e")


@works(SECTION, "timer boundary event, interrupting", "`timerEventDefinition`",
       beside(timer("PT1H")))  # fmt: skip
def timer_instead(walk: Walk) -> None:
    walk.at("a").fire("b").at("h").complete("h").ended("e2")


@works(SECTION, "error end event, caught at the boundary", "`errorEventDefinition`",
       diagram(start(), sub("sp", start("s1"), user("a"), end("bad", error()), "s1-a-bad"),
               boundary("b", "sp", error()), user("h"), end(), "s-sp-e", "b-h-e"))  # fmt: skip
def error_end(walk: Walk) -> None:
    walk.complete("a").at("h").complete("h").ended("e")


@works(SECTION, "terminate end event, of its scope only", "`terminateEventDefinition`",
       diagram(start(), sub("sp", start("s1"), user("a"), user("k"), end("stop", terminate()),
                            "s1-a-stop", "s1-k"), user("z"), end(), "s-sp-z-e"))  # fmt: skip
def terminate_end(walk: Walk) -> None:
    walk.at("a", "k").complete("a").at("z").complete("z").ended("e")


refused(SECTION, "several definitions in one event", "multiple, parallel multiple",
        beside(timer("PT1H") + error()), "multiple-events")  # fmt: skip


@works_in_office(SECTION, "signal, to everybody who waits and every start",
                 "`signalEventDefinition`",
                 diagram(start(), start("s2", signal()), user("a", camunda__assignee="ann"),
                         user("z"), throw("t", signal()), end(), "s-a-t-e", "s2-z-e"))  # fmt: skip
def signals() -> None:
    case = office.start()
    office.complete(case, "a")
    office.drain()
    assert office.everywhere() == ["z"]
