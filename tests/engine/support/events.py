"""Events: where each kind may stand and what it does."""

from __future__ import annotations

from collections.abc import Callable

from engine import commands, db, hooks
from tests.engine import office
from tests.engine.bpmn_builder import (
    beside,
    boundary,
    call,
    catch,
    conditional,
    diagram,
    end,
    error,
    escalation,
    event_gateway,
    event_sub,
    files,
    link,
    message,
    parallel,
    process,
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
PLAIN = (start(), user("a"), end(), "s-a-e")


def handled(definition: str, *, interrupting: bool = True) -> bytes:
    """A task, and an event sub process."""
    return diagram(
        *PLAIN,
        event_sub("es", definition, user("h"), end("eh"), "es_s-h-eh", interrupting=interrupting),
    )


def begun(definition: str, key: str = "p") -> bytes:
    """A process that an event starts."""
    return diagram(start("s", definition), user("a"), end(), "s-a-e", key=key)


Act = Callable[[Walk, str], object]


def happen(walk: Walk, element: str) -> Walk:
    """Let the event of an element happen, whatever its kind is."""
    kind = walk.wait(element).kind
    if kind == "conditional":
        walk.run.set("", {"go": True})
        return walk.go()
    return walk.fire(element) if kind == "timer" else walk.deliver(element)


@works(SECTION, "none start, milestone, none end", "`intermediateThrowEvent` without definition",
       diagram(start(), throw("t"), user("a"), end(), "s-t-a-e"))  # fmt: skip
def none_events(walk: Walk) -> None:
    walk.at("a").complete("a").ended("e")


def everywhere(name: str, written: str, definition: str) -> None:
    """Register a kind of event that is waited for, in every place where it may stand."""

    @works(SECTION, f"{name}: intermediate catching event", written,
           diagram(start(), catch("c", definition), user("a"), end(), "s-c-a-e"))  # fmt: skip
    def in_the_flow(walk: Walk) -> None:
        happen(walk, "c").at("a")

    for interrupting in (True, False):
        how = "interrupting" if interrupting else "non-interrupting"

        @works(SECTION, f"{name}: boundary event, {how}", written,
               beside(definition, interrupting=interrupting))  # fmt: skip
        def at_the_boundary(walk: Walk, interrupting: bool = interrupting) -> None:
            happen(walk.at("a"), "b").at(*(["h"] if interrupting else ["a", "h"]))

        @works(SECTION, f"{name}: event sub process, {how}", written,
               handled(definition, interrupting=interrupting))  # fmt: skip
        def event_sub_process(walk: Walk, interrupting: bool = interrupting) -> None:
            happen(walk.at("a"), "es_s").at(*(["h"] if interrupting else ["a", "h"]))

    @works(SECTION, f"{name}: behind an event-based gateway", written,
           diagram(start(), event_gateway("g"), catch("c", definition), catch("k", message("m2")),
                   user("a"), user("z"), end(), "s-g-c-a-e", "g-k-z-e"))  # fmt: skip
    def behind_a_gateway(walk: Walk) -> None:
        happen(walk, "c").at("a")


everywhere("message", "`messageEventDefinition`", message())
everywhere("signal", "`signalEventDefinition`", signal())
everywhere("timer", "`timerEventDefinition`", timer("PT1H"))
everywhere("conditional", "`conditionalEventDefinition`", conditional("${go}"))


# ---- messages and signals --------------------------------------------------------------


@works_in_office(SECTION, "message: start event", "`messageEventDefinition`", begun(message()))
def message_start() -> None:
    with db.transaction() as session:
        commands.correlate(session, "msg_1", correlation="A7")
    office.drain()
    assert office.everywhere() == ["a"]


@works(SECTION, "message: throwing and end event", "`messageEventDefinition`",
       diagram(start(), throw("t", message()), end("e", message("m2")), "s-t-e"))  # fmt: skip
def message_throw(walk: Walk) -> None:
    walk.ended("e")
    assert [name for _, name, _, _ in walk.host.thrown] == ["msg_1", "msg_2"]


@works(SECTION, "message: sent by a worker, a handler, an expression",
       "`camunda:type`, `camunda:topic`, `camunda:delegateExpression`, `camunda:expression`",
       diagram(start(),
               throw("t", '<bpmn:messageEventDefinition camunda:type="external" '
                          'camunda:topic="x"/>'),
               end("e", '<bpmn:messageEventDefinition camunda:expression="${1}" '
                        'camunda:resultVariable="n"/>'), "s-t-e"))  # fmt: skip
def message_performed(walk: Walk) -> None:
    walk.complete("t").ended("e")
    assert walk.run.variables == {"n": 1}


@works_in_office(SECTION, "signal: to everybody who waits and every start",
                 "`signalEventDefinition`",
                 diagram(start(), start("s2", signal()), user("a", camunda__assignee="ann"),
                         user("z"), throw("t", signal()), end(), "s-a-t-e", "s2-z-e"))  # fmt: skip
def signals() -> None:
    case = office.start()
    office.complete(case, "a")
    office.drain()
    assert office.everywhere() == ["z"]


@works(SECTION, "signal: throwing and end event, with `camunda:in`", "`signalEventDefinition`",
       diagram(start(), throw("t", '<bpmn:signalEventDefinition signalRef="sig1"><bpmn:'
                                   'extensionElements><camunda:in sourceExpression="${1 + 1}" '
                                   'target="n"/></bpmn:extensionElements>'
                                   "</bpmn:signalEventDefinition>"),
               end("e", signal()), "s-t-e"))  # fmt: skip
def signal_throw(walk: Walk) -> None:
    assert [(name, payload) for _, name, payload, _ in walk.host.thrown] == [
        ("signal_1", {"n": 2}),
        ("signal_1", {}),
    ]


@works(SECTION, "message and signal: computed names", "`name` with `${…}`",
       diagram(start(), catch("c", message("mx")), end("e", signal("sx")), "s-c-e",
               roots='<bpmn:message id="mx" name="case-${1 + 1}"/>'
                     '<bpmn:signal id="sx" name="done-${1 + 2}"/>'))  # fmt: skip
def computed_names(walk: Walk) -> None:
    assert walk.wait("c").event == "case-2"
    walk.deliver("c").ended("e")
    assert walk.host.thrown[0][1] == "done-3"


# ---- timers ----------------------------------------------------------------------------


def timed(kind: str, text: str) -> Callable[[], None]:
    """Register a start timer of one kind."""

    @works_in_office(SECTION, f"timer: start event, {kind.lower()} `{text}`", f"`time{kind}`",
                     begun(timer(text, kind)))  # fmt: skip
    def fires() -> None:
        office.later(days=1, minutes=1)
        office.drain()
        assert office.everywhere()[:1] == ["a"]

    return fires


timed("Date", "2026-01-01T08:00:00+08:00")
timed("Duration", "PT1H")
timed("Cycle", "R3/PT1H")
timed("Cycle", "0 0 9 * * ?")
timed("Cycle", "0 9 * * *")


@works(SECTION, "timer: repetition, each missed time once with its own moment", "`R3/PT1H`",
       beside(timer("R3/PT1H", "Cycle"), interrupting=False))  # fmt: skip
def repetition(walk: Walk) -> None:
    dues = []
    walk.later(hours=9)
    while walk.events():
        dues.append(walk.wait("b").due)
        walk.fire("b")
    assert len(set(dues)) == 3
    walk.at("a", "h", "h", "h")


# ---- conditions ------------------------------------------------------------------------


@works_in_office(SECTION, "conditional: start event", "`POST /condition`",
                 begun(conditional("${amount > 5}")))  # fmt: skip
def condition_start() -> None:
    with db.transaction() as session:
        found = commands.evaluate_conditions(session, {"amount": 6}, actor=hooks.SYSTEM)
        assert len(found) == 1
        assert not commands.evaluate_conditions(session, {"amount": 5}, actor=hooks.SYSTEM)


@works(
    SECTION,
    "conditional: only certain changes",
    "`camunda:variableName`, `camunda:variableEvents`",
    beside(conditional("${n > 1}", variable="n", events="update"), interrupting=False),
)
def certain_changes(walk: Walk) -> None:
    for values in ({"n": 2}, {"other": 1}, {"n": 3}):
        walk.run.set("", values)
        walk.go()
    walk.at("a", "h")


# ---- errors and escalations ------------------------------------------------------------

FAILING = sub("a", start("s1"), user("u"), end("bad", error()), "s1-u-bad")


@works(SECTION, "error: end event, caught at the boundary", "`errorEventDefinition`",
       beside(error(), host=FAILING))  # fmt: skip
def error_end(walk: Walk) -> None:
    walk.complete("u").at("h").complete("h").ended("e2")


@works(
    SECTION,
    "error: catching all, code and message as variables",
    "`camunda:errorCodeVariable`, `camunda:errorMessageVariable`",
    beside(error("", errorCodeVariable="code", errorMessageVariable="why"), host=FAILING),
)
def error_all(walk: Walk) -> None:
    walk.complete("u").at("h")
    assert walk.run.variables["code"] == "E1"


@works(SECTION, "error: end event that nobody catches, an end like any other",
       "`errorEventDefinition`",
       diagram(start(), parallel("g"), end("bad", error()), user("z"), end(), "s-g-bad",
               "g-z-e"))  # fmt: skip
def error_uncaught(walk: Walk) -> None:
    walk.at("z").complete("z").ended("bad", "e")


@works(SECTION, "error: event sub process", "`errorEventDefinition`",
       diagram(start(), user("a"), end("bad", error()), "s-a-bad",
               event_sub("es", error(), user("h"), end("eh"), "es_s-h-eh")))  # fmt: skip
def error_handler(walk: Walk) -> None:
    walk.complete("a").at("h").complete("h").ended("bad", "eh")


@works(SECTION, "error: out of one event sub process, caught by another", "`errorEventDefinition`",
       diagram(start(), user("a"), end(), "s-a-e",
               event_sub("late", timer("PT1H"), end("bad", error()), "late_s-bad",
                         interrupting=False),
               event_sub("es", error(), user("h"), end("eh"), "es_s-h-eh")))  # fmt: skip
def handler_s_error(walk: Walk) -> None:
    walk.at("a").fire("late_s").at("h").complete("h").ended("eh")


@works_in_office(SECTION, "error and escalation: out of a called process", "`callActivity`",
                 files(process(start(), call("c", "child"), boundary("b", "c", error()),
                               boundary("x", "c", escalation(), interrupting=False), user("h"),
                               user("k"), end(), end("e2"), "s-c-e", "b-h-e2", "x-k-e2"),
                       process(start("s1"), throw("up", escalation()), end("bad", error()),
                               "s1-up-bad", key="child")))  # fmt: skip
def out_of_a_call() -> None:
    office.start()
    assert office.everywhere() == ["h", "k"]


for _interrupting in (True, False):
    _how = "interrupting" if _interrupting else "non-interrupting"

    @works(SECTION, f"escalation: boundary event, {_how}", "`escalationEventDefinition`",
           beside(escalation(), interrupting=_interrupting,
                  host=sub("a", start("s1"), throw("up", escalation()), user("u"), end("e3"),
                           "s1-up-u-e3")))  # fmt: skip
    def escalation_boundary(walk: Walk, interrupting: bool = _interrupting) -> None:
        walk.at(*(["h"] if interrupting else ["h", "u"]))

    @works(SECTION, f"escalation: event sub process, {_how}",
           "`escalationEventDefinition`, `camunda:escalationCodeVariable`",
           diagram(start(), throw("up", escalation()), user("a"), end(), "s-up-a-e",
                   event_sub("es", '<bpmn:escalationEventDefinition '
                                   'camunda:escalationCodeVariable="code"/>',
                             user("h"), end("eh"), "es_s-h-eh",
                             interrupting=_interrupting)))  # fmt: skip
    def escalation_handler(walk: Walk, interrupting: bool = _interrupting) -> None:
        walk.at(*(["h"] if interrupting else ["a", "h"]))
        assert walk.run.variables["code"] == "ESC1"


@works(SECTION, "escalation: end event", "`escalationEventDefinition`",
       beside(escalation(), interrupting=False,
              host=sub("a", start("s1"), end("up", escalation()), "s1-up")))  # fmt: skip
def escalation_end(walk: Walk) -> None:
    walk.at("h").complete("h").ended()


# ---- the rest --------------------------------------------------------------------------


@works(SECTION, "link", "`linkEventDefinition`",
       diagram(start(), throw("t", link("x")), catch("c", link("x")), user("a"), end(), "s-t",
               "c-a-e"))  # fmt: skip
def links(walk: Walk) -> None:
    walk.at("a")


@works(SECTION, "terminate end event, of its scope only", "`terminateEventDefinition`",
       diagram(start(), sub("sp", start("s1"), parallel("g"), user("a"), user("k"),
                            end("stop", terminate()), "s1-g-a-stop", "g-k"), user("z"), end(),
               "s-sp-z-e"))  # fmt: skip
def terminate_end(walk: Walk) -> None:
    walk.at("a", "k").complete("a").at("z").complete("z").ended("e")


@works(SECTION, "event sub processes in sub processes, several, nested", "`triggeredByEvent`",
       diagram(start(), sub("sp", start("s1"), user("a"), end("e1"), "s1-a-e1",
                            event_sub("x", message(), user("hx"), end("ex"), "x_s-hx-ex",
                                      event_sub("y", message("m2"), user("hy"), end("ey"),
                                                "y_s-hy-ey", interrupting=False),
                                      interrupting=False),
                            event_sub("w", signal(), end("ew"), "w_s-ew")),
               user("z"), end(), "s-sp-z-e"))  # fmt: skip
def nested_handlers(walk: Walk) -> None:
    walk.deliver("x_s").at("a", "hx").deliver("y_s").at("a", "hx", "hy").deliver("w_s").at("z")


refused(SECTION, "several definitions in one event", "multiple, parallel multiple",
        beside(timer("PT1H") + error()), "multiple-events")  # fmt: skip
refused(SECTION, "a start event by error, escalation or compensation of the process",
        "`startEvent`", begun(error()), "event-kind")  # fmt: skip
refused(SECTION, "cancel outside a transaction", "`cancelEventDefinition`",
        diagram(start(), end("e", "<bpmn:cancelEventDefinition/>"), "s-e"),
        "cancel-outside")  # fmt: skip
