"""Gateways: how they split and how they join."""

from __future__ import annotations

from tests.engine.bpmn_builder import (
    catch,
    complex_gateway,
    diagram,
    element,
    end,
    event_gateway,
    flow,
    inclusive,
    message,
    parallel,
    start,
    timer,
    user,
    xor,
)
from tests.engine.support.table import refused, works
from tests.engine.walker import Walk

SECTION = "Gateways"


@works(SECTION, "exclusive, conditions in the order of the file, default flow",
       "`exclusiveGateway`, `default`",
       diagram(start(), xor("g", default="f_g_b"), user("a"), user("b"), end(), "s-g",
               flow("g", "a", "${false}"), flow("g", "b"), "a-e", "b-e"))  # fmt: skip
def exclusive_gateway(walk: Walk) -> None:
    walk.at("b")


@works(SECTION, "parallel split and join", "`parallelGateway`",
       diagram(start(), parallel("g"), user("a"), user("k"), parallel("j"), user("z"), end(),
               "s-g-a-j-z-e", "g-k-j"))  # fmt: skip
def parallel_gateway(walk: Walk) -> None:
    walk.at("a", "k").complete("a").at("k").complete("k").at("z").complete("z").ended("e")


@works(SECTION, "inclusive split, and a join that waits for what can still come",
       "`inclusiveGateway`",
       diagram(start(), inclusive("g"), user("a"), user("b"), user("c"), inclusive("j"),
               user("z"), end(), "s-g", flow("g", "a", "${true}"), flow("g", "b", "${true}"),
               flow("g", "c", "${false}"), "a-j-z-e", "b-j", "c-j"))  # fmt: skip
def inclusive_gateway(walk: Walk) -> None:
    walk.at("a", "b").complete("b").at("a").complete("a").at("z")


@works(SECTION, "inclusive, with a branch that is always taken",
       "`inclusiveGateway`, no `conditionExpression`",
       diagram(start(), inclusive("g"), user("a"), user("b"), end(), "s-g-a-e",
               flow("g", "b", "${false}"), "b-e"))  # fmt: skip
def always_taken(walk: Walk) -> None:
    walk.at("a").complete("a").ended("e")


@works(SECTION, "event-based, with catching events and receive tasks", "`eventBasedGateway`",
       diagram(start(), event_gateway("g"), element("receiveTask", "r", messageRef="m2"),
               catch("m", message()), catch("t", timer("PT1H")), user("a"), user("b"), user("c"),
               end(), "s-g-r-a-e", "g-m-b-e", "g-t-c-e"))  # fmt: skip
def event_based_gateway(walk: Walk) -> None:
    assert walk.events() == ["m", "r", "t"]
    walk.deliver("r").at("a")
    assert walk.events() == []


@works(SECTION, "event-based, continued asynchronously before an event behind it, once it came",
       '`camunda:asyncBefore="true"` on a catching event or receive task',
       diagram(start(), event_gateway("g"), catch("m", message(), camunda__asyncBefore="true"),
               catch("t", timer("PT1H")), user("a"), user("b"), end(), "s-g-m-a-e",
               "g-t-b-e"))  # fmt: skip
def continued_behind(walk: Walk) -> None:
    assert walk.events() == ["m", "t"]
    walk.deliver("m", paid=True).at("m")
    assert (walk.wait("m").kind, walk.events()) == ("async", [])
    assert walk.run.variables == {"paid": True}
    walk.complete("m").at("a").complete("a").ended("e")


@works(SECTION, "complex: goes on when its condition holds, absorbs the rest",
       "`complexGateway`, `activationCondition` over `activationCount`, `waitingForStart`",
       diagram(start(), parallel("g"), user("a"), user("b"), user("c"),
               complex_gateway("j", "${activationCount >= 2}"), user("z"), end(), "s-g-a-j-z-e",
               "g-b-j", "g-c-j"))  # fmt: skip
def complex_gate(walk: Walk) -> None:
    walk.complete("a").complete("b").at("c", "z").complete("z").complete("c").ended("e")


@works(SECTION, "several flows out of and into an activity, conditional flows",
       "implicit split and merge",
       diagram(start(), user("a"), user("b"), user("c"), user("z"), end(), "s-a",
               flow("a", "b", "${true}"), flow("a", "c", "${true}"), "b-z-e", "c-z"))  # fmt: skip
def implicit(walk: Walk) -> None:
    walk.complete("a").at("b", "c").complete("b").complete("c").at("z", "z")


refused(SECTION, "event-based, starting a process", '`instantiate="true"`',
        diagram(start(), element("eventBasedGateway", "g", instantiate="true"),
                catch("c", message()), end(), "s-g-c-e"), "instantiates")  # fmt: skip
refused(SECTION, "event-based, waiting for all events", '`eventGatewayType="Parallel"`',
        diagram(start(), element("eventBasedGateway", "g", eventGatewayType="Parallel"),
                catch("c", message()), end(), "s-g-c-e"), "parallel-events")  # fmt: skip
refused(SECTION, "event-based, continued asynchronously behind it", '`camunda:asyncAfter="true"`',
        diagram(start(), element("eventBasedGateway", "g", camunda__asyncAfter="true"),
                catch("c", message()), end(), "s-g-c-e"), "async-after")  # fmt: skip
refused(SECTION, "complex, joining without a condition", "no `activationCondition`",
        diagram(start(), user("a"), complex_gateway("g"), end(), "s-a-g-e", "s-g"),
        "no-activation")  # fmt: skip
