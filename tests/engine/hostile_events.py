"""Events, gateways and activities that would not run as they are drawn, each with its refusal."""

from __future__ import annotations

from tests.engine.bpmn_builder import (
    association,
    boundary,
    cancel,
    catch,
    compensate,
    conditional,
    diagram,
    element,
    end,
    error,
    escalation,
    event_gateway,
    event_sub,
    message,
    multi,
    signal,
    start,
    sub,
    throw,
    undoing,
    user,
)

PLAIN = (start(), user("a"), end(), "s-a-e")
#: Name → file, code, element.
MISPLACED: dict[str, tuple[bytes, str, str]] = {
    "complex join without a condition": (
        diagram(start(), user("a"), element("complexGateway", "x"), end(), "s-x-e", "s-a-x"),
        "no-activation", "x",
    ),
    "an event in an ad-hoc sub process": (
        diagram(start(), element("adHocSubProcess", "x", start("i"), user("a")), end(), "s-x-e"),
        "ad-hoc-event", "i",
    ),
    "an empty ad-hoc sub process": (
        diagram(start(), element("adHocSubProcess", "x"), end(), "s-x-e"), "ad-hoc-empty", "x"
    ),
    "a handler with a marker": (
        diagram(*PLAIN, event_sub("es", message(), end("ee"), multi(cardinality="2"), "es_s-ee")),
        "event-marker", "es",
    ),
    "an error beside": (
        diagram(*PLAIN, boundary("x", "a", error(), interrupting=False), "x-e"),
        "always-interrupts", "x",
    ),
    "an error handler beside": (
        diagram(*PLAIN, event_sub("es", error(), end("ee"), "es_s-ee", interrupting=False)),
        "always-interrupts", "es_s",
    ),
    "an unknown change": (
        diagram(*PLAIN, boundary("x", "a", conditional("${y}", events="create, change")), "x-e"),
        "variable-events", "x",
    ),
    "one message for two boundaries": (
        diagram(*PLAIN, boundary("b", "a", message()), boundary("x", "a", message()), "b-e", "x-e"),
        "message-twice", "x",
    ),
    "one message for two handlers": (
        diagram(*PLAIN, event_sub("es", message(), end("ee"), "es_s-ee"),
                event_sub("x", message(), end("xe"), "x_s-xe")),
        "message-twice", "x_s",
    ),
    "one message behind a gateway": (
        diagram(start(), event_gateway("g"), catch("c", message()),
                element("receiveTask", "x", messageRef="m1"), end(), "s-g-c-e", "g-x-e"),
        "message-twice", "x",
    ),
    "one signal for two boundaries": (
        diagram(*PLAIN, boundary("b", "a", signal()), boundary("x", "a", signal()), "b-e", "x-e"),
        "signal-twice", "x",
    ),
    "one signal for two handlers": (
        diagram(*PLAIN, event_sub("es", signal(), end("ee"), "es_s-ee"),
                event_sub("x", signal(), end("xe"), "x_s-xe", interrupting=False)),
        "signal-twice", "x_s",
    ),
    "one signal behind a gateway": (
        diagram(start(), event_gateway("g"), catch("c", signal()), catch("x", signal()), end(),
                "s-g-c-e", "g-x-e"),
        "signal-twice", "x",
    ),
    "another way to what a gateway waits for": (
        diagram(start(), event_gateway("g"), catch("c", message()), catch("x", signal()), end(),
                "s-g-c-x-e", "g-x"),
        "event-gateway", "f_c_x",
    ),
    "an element of no collection": (
        diagram(start(), user("x", element("multiInstanceLoopCharacteristics", "m",
                "<bpmn:loopCardinality>2</bpmn:loopCardinality>", camunda__elementVariable="one")),
                end(), "s-x-e"),
        "multi-instance", "x",
    ),
    "two starts by one signal": (
        diagram(start("s", signal()), start("x", signal()), end(), "s-e", "x-e"),
        "signal-twice", "x",
    ),
    "two boundaries for every error": (
        diagram(*PLAIN, boundary("b", "a", error("")), boundary("x", "a", error("")), "b-e", "x-e"),
        "error-twice", "x",
    ),
    "a start with a computed name": (
        diagram(start("x", signal("sx")), end(), "x-e",
                roots='<bpmn:signal id="sx" name="case-${no}"/>'),
        "start-name", "x",
    ),
    "an escalation without a code": (
        diagram(start(), throw("x", escalation("")), end(), "s-x-e"), "no-escalation", "x"
    ),
    "a gateway that starts": (
        diagram(start(), element("eventBasedGateway", "x", instantiate="true"),
                catch("c", message()), end(), "s-x-c-e"),
        "instantiates", "x",
    ),
    "a gateway for all events": (
        diagram(start(), element("eventBasedGateway", "x", eventGatewayType="Parallel"),
                catch("c", message()), end(), "s-x-c-e"),
        "parallel-events", "x",
    ),
    "a receive task that starts": (
        diagram(start(), element("receiveTask", "x", messageRef="m1", instantiate="true"), end(),
                "s-x-e"),
        "instantiates", "x",
    ),
    "a handler in the flow": (
        diagram(start(), user("a", isForCompensation="true"), end(), "s-a-e"),
        "compensation-flow", "a",
    ),
    "a handler of nothing": (
        diagram(*PLAIN, user("x", isForCompensation="true")), "compensation-unused", "x"
    ),
    "compensation without a handler": (
        diagram(*PLAIN, boundary("x", "a", compensate())), "compensation-handler", "x"
    ),
    "compensation by a step": (
        diagram(*PLAIN, boundary("x", "a", compensate()), user("h"), association("x", "h")),
        "compensation-handler", "x",
    ),
    "compensation with a flow": (
        diagram(*PLAIN, undoing("a", "ua"), "cb_a-e"), "compensation-flow", "cb_a"
    ),
    "two ways to undo": (
        diagram(*PLAIN, undoing("a", "ua"), boundary("x", "a", compensate()),
                user("h", isForCompensation="true"), association("x", "h")),
        "compensation-twice", "x",
    ),
    "compensation of what cannot be undone": (
        diagram(start(), user("a"), end("x", compensate("a")), "s-a-x"), "compensation-target", "x"
    ),
    "compensation of another level": (
        diagram(start(), sub("sp", start("s1"), user("a"), undoing("a", "ua"), "s1-a"),
                end("x", compensate("a")), "s-sp-x"),
        "compensation-target", "x",
    ),
    "compensation of the process": (
        diagram(*PLAIN, event_sub("es", compensate(), end("ee"), "es_s-ee")),
        "compensation-start", "es_s",
    ),
    "two compensation event sub processes": (
        diagram(start(), sub("sp", start("s1"),
                             *(event_sub(x, compensate(), end(f"{x}e"), f"{x}_s-{x}e")
                               for x in ("x", "y"))), end(), "s-sp-e"),
        "compensation-twice", "y_s",
    ),
    "cancelling without a boundary": (
        diagram(start(), element("transaction", "t", start("s1"), end("x", cancel()), "s1-x"),
                end(), "s-t-e"),
        "cancel-boundary", "x",
    ),
    "two cancel boundaries": (
        diagram(start(), element("transaction", "t", start("s1"), end("no", cancel()), "s1-no"),
                boundary("b", "t", cancel()), boundary("x", "t", cancel()), end(),
                "s-t-e", "b-e", "x-e"),
        "cancel-boundary", "x",
    ),
}  # fmt: skip
