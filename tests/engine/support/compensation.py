"""Compensation and transactions."""

from __future__ import annotations

from tests.engine.bpmn_builder import (
    boundary,
    cancel,
    compensate,
    diagram,
    element,
    end,
    event_sub,
    multi,
    start,
    sub,
    throw,
    undoing,
    user,
)
from tests.engine.support.table import refused, works
from tests.engine.walker import Walk

SECTION = "Compensation and transactions"


@works(SECTION, "handlers in reverse order of completion, one after the other",
       "boundary `compensateEventDefinition`, `association`, `isForCompensation`",
       diagram(start(), user("a"), undoing("a", "ua"), user("b"), undoing("b", "ub"),
               throw("t", compensate()), end(), "s-a-b-t-e"))  # fmt: skip
def reverse_order(walk: Walk) -> None:
    walk.complete("a").complete("b").at("ub").complete("ub").at("ua").complete("ua").ended("e")


@works(SECTION, "of one activity", "`activityRef`",
       diagram(start(), user("a"), undoing("a", "ua"), user("b"), undoing("b", "ub"),
               throw("t", compensate("a")), end(), "s-a-b-t-e"))  # fmt: skip
def one_activity(walk: Walk) -> None:
    walk.complete("a").complete("b").at("ua").complete("ua").ended("e")


@works(SECTION, "without waiting for the handlers", '`waitForCompletion="false"`',
       diagram(start(), user("a"), undoing("a", "ua"), throw("t", compensate(wait=False)),
               user("z"), end(), "s-a-t-z-e"))  # fmt: skip
def no_waiting(walk: Walk) -> None:
    walk.complete("a").at("ua", "z").complete("z").complete("ua").ended("e")


@works(
    SECTION,
    "by an end event",
    "`endEvent` with `compensateEventDefinition`",
    diagram(start(), user("a"), undoing("a", "ua"), end("t", compensate()), "s-a-t"),
)
def by_an_end(walk: Walk) -> None:
    walk.complete("a").at("ua").complete("ua").ended("t")


@works(SECTION, "of every item of a multi-instance activity", "boundary on the marker",
       diagram(start(), user("a", multi(cardinality="2")), undoing("a", "ua"),
               throw("t", compensate()), end(), "s-a-t-e"))  # fmt: skip
def items(walk: Walk) -> None:
    walk.complete("a").complete("a").at("ua").complete("ua").at("ua").complete("ua").ended("e")


@works(SECTION, "of a completed sub process, from inside, with its variables as they were",
       "`subProcess`",
       diagram(start(), sub("sp", start("s1"), user("a"), undoing("a", "ua"), end("e1"), "s1-a-e1"),
               throw("t", compensate()), end(), "s-sp-t-e"))  # fmt: skip
def from_inside(walk: Walk) -> None:
    walk.complete("a").at("ua").complete("ua").ended("e")


@works(SECTION, "by an event sub process of the sub process",
       "`triggeredByEvent` with `compensateEventDefinition`",
       diagram(start(), sub("sp", start("s1"), user("a"), undoing("a", "ua"), end("e1"),
                            event_sub("es", compensate(), user("h"), throw("t2", compensate("a")),
                                      end("eh"), "es_s-h-t2-eh"), "s1-a-e1"),
               throw("t", compensate()), end(), "s-sp-t-e"))  # fmt: skip
def by_event_sub_process(walk: Walk) -> None:
    walk.complete("a").at("h").complete("h").at("ua").complete("ua").ended("e")


@works(SECTION, "cancelling a transaction: undo what completed, leave by the boundary",
       "`transaction`, `cancelEventDefinition`",
       diagram(start(), element("transaction", "t", start("s1"), user("a"), undoing("a", "ua"),
                                end("no", cancel()), "s1-a-no"),
               boundary("c", "t", cancel()), user("z"), end(), "s-t-e", "c-z-e"))  # fmt: skip
def cancelling(walk: Walk) -> None:
    walk.complete("a").at("ua").complete("ua").at("z").complete("z").ended("e")


refused(SECTION, "compensation event sub process of the process itself", "as in Camunda",
        diagram(start(), user("a"), end(), "s-a-e",
                event_sub("es", compensate(), end("ee"), "es_s-ee")),
        "compensation-start")  # fmt: skip
refused(SECTION, "a boundary event without its handler", "no `association`",
        diagram(start(), user("a"), boundary("b", "a", compensate()), end(), "s-a-e"),
        "compensation-handler")  # fmt: skip
