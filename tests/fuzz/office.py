"""A running office with a process of every kind in it: what strangers' requests can meet."""

from __future__ import annotations

import contextlib

from engine.errors import EngineError
from engine.hooks import Actor
from tests.engine import office
from tests.engine.bpmn_builder import (
    ROOTS,
    ad_hoc,
    boundary,
    call,
    cancel,
    catch,
    compensate,
    complex_gateway,
    conditional,
    diagram,
    element,
    end,
    error,
    escalation,
    event_gateway,
    event_sub,
    extension,
    flow,
    inclusive,
    loop,
    message,
    multi,
    parallel,
    parameters,
    script,
    signal,
    start,
    sub,
    throw,
    timer,
    undoing,
    user,
)
from tests.web.api.conftest import System
from tests.web.api.diagrams import post_files
from tests.web.api.story import LEVEL

WHO = Actor("ann", frozenset({"handler@pinghu"}))
EXTERNAL = {"camunda__type": "external", "camunda__topic": "pay"}
FORM = extension(
    '<camunda:formData><camunda:formField id="amount" type="long" label="Amount"/>'
    '<camunda:formField id="word" type="string" label="Word" defaultValue="x"/>'
    '<camunda:formField id="day" type="date" label="Day"/></camunda:formData>'
)
GROUP = {"camunda__candidateGroups": "handler@pinghu"}


def _tasks() -> bytes:
    return diagram(
        start("s", FORM), parallel("g"), user("a", FORM, **GROUP), user("b", **GROUP),
        boundary("late", "a", timer("PT1H"), interrupting=False),
        boundary("stop", "b", message("m1")), boundary("code", "b", error()),
        boundary("up", "b", escalation(), interrupting=False),
        parallel("j"), user("z", camunda__assignee="ann"), end(), end("e2"), end("e3"), end("e4"),
        end("e5"), "s-g-a-j-z-e", "g-b-j", "late-e2", "stop-e3", "code-e4", "up-e5", key="tasks",
    )  # fmt: skip


def _work() -> bytes:
    return diagram(
        start(camunda__asyncBefore="true"), parallel("g"),
        element("serviceTask", "x", extension(parameters({"in": "${amount}"})), **EXTERNAL),
        boundary("code", "x", error()), element("serviceTask", "x2", multi(cardinality="2"),
                                                **EXTERNAL),
        script("bad", "n = ${nobody.knows}", camunda__asyncBefore="true"),
        user("a", camunda__asyncAfter="true"), end(), end("e2"), end("e3"), end("e4"), end("e5"),
        "s-g-x-e", "g-x2-e4", "g-bad-e3", "g-a-e5", "code-e2", key="work",
    )  # fmt: skip


def _events() -> bytes:
    return diagram(
        start(), parallel("g"), catch("c1", message("m1")), catch("c2", signal()),
        catch("c3", conditional("${amount > 5}")), catch("c4", timer("PT2H")),
        element("receiveTask", "c5", messageRef="m2"), event_gateway("g2"),
        catch("k1", message("m2")), catch("k2", timer("P1D")), user("a"), end(), end("e2"),
        event_sub("es", message("m1"), user("h"), end("eh"), "es_s-h-eh", interrupting=False),
        event_sub("et", timer("R3/PT1H", "Cycle"), user("h2"), end("eh2"), "et_s-h2-eh2",
                  interrupting=False),
        event_sub("ek", signal(), user("h3"), end("eh3"), "ek_s-h3-eh3"),
        "s-g-c1-e", "g-c2-e", "g-c3-e", "g-c4-a-e", "g-c5-e", "g-g2-k1-e2", "g2-k2-e2",
        key="events",
    )  # fmt: skip


def _many() -> bytes:
    inside = sub("sp", start("s1"), user("i"), end("e1"), "s1-i-e1", multi(cardinality="2"))
    return diagram(
        start(), parallel("g"), user("a", multi("${list}")), user("q", multi(cardinality="3",
                                                                       sequential=True)),
        inside, user("l", loop("${amount > 1}", maximum=3)), parallel("j"), end(),
        boundary("out", "sp", timer("PT5H")), end("e2"),
        "s-g-a-j-e", "g-q-j", "g-sp-j", "g-l-j", "out-e2", key="many",
    )  # fmt: skip


def _caller() -> bytes:
    return diagram(
        start(), parallel("g"), call("c", "tasks", extension('<camunda:in variables="all"/>')),
        call("d", "undone", multi(cardinality="2")), boundary("stop", "c", signal()), end(),
        end("e2"), end("e3"), "s-g-c-e", "g-d-e2", "stop-e3", key="caller",
    )  # fmt: skip


def _undone() -> bytes:
    inside = element(
        "transaction", "t", start("s1"), user("a"), undoing("a", "ua"), user("b"),
        end("no", cancel()), "s1-a-b-no",
    )  # fmt: skip
    return diagram(
        start(), user("k"), undoing("k", "uk"), inside, boundary("c", "t", cancel()),
        throw("th", compensate()), user("z"), end(), end("e2"), "s-k-t-e", "c-th-z-e2",
        key="undone",
    )  # fmt: skip


def _rare() -> bytes:
    return diagram(
        start(), parallel("g"), ad_hoc("ah", user("x1"), user("x2"), condition="${amount > 3}"),
        inclusive("o"), user("i1"), user("i2"), inclusive("oj"),
        complex_gateway("cj", "${activationCount >= 2}"), user("p1"), user("p2"), user("z"), end(),
        element("businessRuleTask", "rate", camunda__decisionRef="level",
                camunda__mapDecisionResult="singleEntry", camunda__resultVariable="level"),
        "s-rate-g-ah-e", "g-o", flow("o", "i1", "${amount > 1}"), flow("o", "i2", "${true}"),
        "i1-oj-e", "i2-oj", "g-p1-cj-z-e", "g-p2-cj", key="rare",
    )  # fmt: skip


def _begun() -> bytes:
    return diagram(
        start("s0"), start("s1", message("m1")), start("s2", signal()),
        start("s3", timer("R3/PT1H", "Cycle")), start("s4", conditional("${amount > 5}")),
        user("a"), end(), "s0-a-e", "s1-a", "s2-a", "s3-a", "s4-a", key="begun",
        roots=ROOTS,
    )  # fmt: skip


MODELS = (_tasks, _work, _events, _many, _caller, _undone, _rare, _begun)
KEYS = ("tasks", "work", "events", "many", "caller", "undone", "rare", "begun")


def publish(api: System) -> None:
    """Deploy every model by REST, and once more so that there are two versions of each."""
    for name in ("first", "second"):
        files = {f"{key}.bpmn": one() for key, one in zip(KEYS, MODELS, strict=True)}
        post_files(api, {**files, "level.dmn": LEVEL}, name=name)


def begin(number: int = 1) -> None:
    """Start cases of every model and run what is due."""
    for _ in range(number):
        for key in KEYS:
            # refused: a request before held or withdrew it
            with contextlib.suppress(EngineError):
                office.start(key, WHO, amount=4, word="x", list=["a", "b"], bk=f"BK-{key}")
    office.drain()
