"""Messages sent by somebody else; errors and escalations: who catches what."""

from __future__ import annotations

import pytest

from engine.errors import BpmnError, DeploymentRefused
from tests.engine.bpmn_builder import (
    ROOTS,
    boundary,
    camunda,
    catch,
    compensate,
    diagram,
    element,
    end,
    error,
    escalation,
    event_gateway,
    event_sub,
    extension,
    loop,
    message,
    multi,
    service,
    signal,
    start,
    sub,
    throw,
    undoing,
    user,
)
from tests.engine.walker import NoteHost, Walk, prepare


def sent_by(**how: str) -> str:
    given = "".join(f' camunda:{name}="{value}"' for name, value in how.items())
    return f"<bpmn:messageEventDefinition{given}/>"


# messages


def test_a_worker_sends_the_message_of_a_throwing_event():
    event = throw("t", sent_by(type="external", topic="mail"))
    walk = Walk(diagram(start(), event, user("z"), end(), "s-t-z-e"))
    wait = walk.wait("t")
    assert (wait.kind, wait.attributes["topic"]) == ("external", "mail")
    walk.complete("t", sent=True).at("z")
    assert walk.run.variables == {"sent": True}
    assert walk.host.thrown == []


def test_a_worker_sends_the_message_of_an_end_event():
    event = end("t", sent_by(type="external", topic="mail"))
    walk = Walk(diagram(start(), event, "s-t")).at("t")
    assert walk.run.outcome == []
    walk.complete("t").ended("t")


@pytest.mark.parametrize("make", [throw, end], ids=["throw", "end"])
def test_a_handler_or_an_expression_sends_it(make):
    host = NoteHost(mail=lambda *_: {"sent": 1})
    xml = diagram(start(), make("t", sent_by(delegateExpression="${out.mail}")), "s-t",
                  *(() if make is end else (end(), "t-e")))  # fmt: skip
    walk = Walk(xml, host).ended()
    assert (walk.run.variables, host.called) == ({"sent": 1}, [("out.mail", {})])
    computed = sent_by(expression="${1 + 1}", resultVariable="n")
    xml = xml.replace(sent_by(delegateExpression="${out.mail}").encode(), computed.encode())
    walk = Walk(xml).ended()
    assert (walk.run.variables, walk.host.thrown) == ({"n": 2}, [])


def test_a_send_task_with_a_topic_is_done_by_its_worker():
    task = element("sendTask", "t", messageRef="m1", camunda__type="external", camunda__topic="x")
    walk = Walk(diagram(start(), task, end(), "s-t-e")).at("t")
    walk.complete("t").ended("e")
    assert walk.host.thrown == []


def named(name: str) -> str:
    return f'<bpmn:message id="mx" name="{name}"/><bpmn:signal id="sx" name="{name}"/>' + ROOTS


def test_names_may_be_computed_when_the_wait_begins():
    xml = diagram(
        start(), catch("m", message("mx")), throw("t", signal("sx")), event_gateway("g"),
        catch("c", signal("sx")), catch("k", message()), end(), "s-m-t-g-c-e", "g-k-e",
        event_sub("es", message("mx"), end("eh"), "es_s-eh", interrupting=False),
        roots=named("case-${no}"),
    )  # fmt: skip
    walk = Walk(xml, no=7)
    assert (walk.wait("m").event, walk.wait("es_s").event) == ("case-7", "case-7")
    walk.run.set("", {"no": 8})
    assert walk.wait("m").event == "case-7"
    walk.deliver("m")
    assert walk.host.thrown[0][:2] == ("signal", "case-8")
    assert walk.wait("c").event == "case-8"
    walk.deliver("c").ended("e")


# errors


def test_what_names_the_code_comes_before_what_catches_all():
    def failing(first: str, second: str) -> bytes:
        return diagram(
            start(), service("a", "x.fail"), boundary("all", "a", error(first)),
            boundary("one", "a", error(second)), user("h1"), user("h2"), end(),
            "s-a-e", "all-h1-e", "one-h2-e",
        )  # fmt: skip

    def fail(*_: object) -> None:
        raise BpmnError("E1", "坏了")

    Walk(failing("", "err1"), NoteHost(fail=fail)).at("h2")
    Walk(failing("err1", ""), NoteHost(fail=fail)).at("h1")
    Walk(failing("", "err2"), NoteHost(fail=fail)).at("h1")


@pytest.mark.parametrize("reference", ["err1", ""], ids=["code", "all"])
def test_code_and_message_become_variables(reference):
    def fail(*_: object) -> None:
        raise BpmnError("E1", "坏了")

    caught = error(reference, errorCodeVariable="code", errorMessageVariable="why")
    xml = diagram(
        start(), sub("sp", start("s1"), service("a", "x.fail"), end("e1"), "s1-a-e1"), end(),
        event_sub("es", caught, user("h"), end("eh"), "es_s-h-eh"), "s-sp-e",
    )  # fmt: skip
    walk = Walk(xml, NoteHost(fail=fail)).at("h")
    assert walk.run.variables == {"code": "E1", "why": "坏了"}


def test_an_error_event_sub_process_inside_comes_before_the_boundary_outside():
    inner = sub(
        "sp", start("s1"), user("a"), end("bad", error()),
        event_sub("es", error(), user("h"), end("eh"), "es_s-h-eh"), "s1-a-bad",
    )  # fmt: skip
    xml = diagram(start(), inner, boundary("b", "sp", error()), user("k"), user("z"), end(),
                  "s-sp-z-e", "b-k-e")  # fmt: skip
    Walk(xml).complete("a").at("h").complete("h").at("z")


def test_an_error_with_another_code_goes_on_outwards():
    inner = sub(
        "sp", start("s1"), user("a"), end("bad", error("err2")),
        event_sub("es", error("err1"), user("h"), end("eh"), "es_s-h-eh"), "s1-a-bad",
    )  # fmt: skip
    xml = diagram(start(), inner, boundary("b", "sp", error("")), user("k"), end(), "s-sp-e",
                  "b-k-e")  # fmt: skip
    Walk(xml).complete("a").at("k")


# escalations


@pytest.mark.parametrize("interrupting", [True, False], ids=["instead", "beside"])
def test_an_escalation_event_sub_process_and_its_code_variable(interrupting):
    caught = '<bpmn:escalationEventDefinition camunda:escalationCodeVariable="code"/>'
    xml = diagram(
        start(), user("a"), throw("up", escalation()), user("z"), end(),
        event_sub("es", caught, user("h"), end("eh"), "es_s-h-eh", interrupting=interrupting),
        "s-a-up-z-e",
    )  # fmt: skip
    walk = Walk(xml).complete("a")
    walk.at("h") if interrupting else walk.at("h", "z")
    assert walk.run.variables == {"code": "ESC1"}


def test_an_escalation_end_in_a_sub_process_lets_it_complete():
    inner = sub("sp", start("s1"), user("a"), end("up", escalation()), "s1-a-up")
    xml = diagram(start(), inner, boundary("b", "sp", escalation(), interrupting=False), user("h"),
                  user("z"), end(), end("eb"), "s-sp-z-e", "b-h-eb")  # fmt: skip
    Walk(xml).complete("a").at("h", "z")


def test_several_event_sub_processes_and_nested_ones():
    inner = sub(
        "sp", start("s1"), user("a"), end("e1"), "s1-a-e1",
        event_sub("x", message(), user("hx"), end("ex"), "x_s-hx-ex", interrupting=False),
        event_sub("y", message("m2"), user("hy"), end("ey"), "y_s-hy-ey"),
    )  # fmt: skip
    walk = Walk(diagram(start(), inner, user("z"), end(), "s-sp-z-e"))
    assert walk.events() == ["x_s", "y_s"]
    walk.deliver("x_s").at("a", "hx").deliver("x_s").at("a", "hx", "hx")
    walk.deliver("y_s").at("hy").complete("hy").at("z")
    assert walk.events() == []


# what listeners throw when something else has ended


def listening(event: str) -> str:
    return extension(camunda("executionListener", event=event, delegateExpression="${x.fail}"))


def leading(source: str) -> str:
    """A flow to the end with a listener."""
    return element("sequenceFlow", "last", listening("take"), sourceRef=source, targetRef="e")


def inner(*more: str) -> str:
    return sub("a", *more, start("s1"), user("u"), end("e1"), "s1-u-e1")


@pytest.mark.parametrize(
    ("activity", "way"),
    [
        (inner(listening("end")), "a-e"),
        (inner(), leading("a")),
        (sub("a", start("s1"), user("u"), throw("x1"), end("e1"), "s1-u-x1-e1"), leading("a")),
        (user("u", multi("xs")), leading("u")),
        (user("u", multi("xs", sequential=True)), leading("u")),
        (user("u", loop(maximum=2)), leading("u")),
    ],
    ids=["end", "flow", "later", "items", "sequential", "loop"],
)
def test_an_error_of_a_listener_behind_what_ended_inside_is_caught(activity, way):
    def fail(*_: object) -> None:
        raise BpmnError("E1", "坏了")

    host = "u" if activity.startswith("<bpmn:userTask") else "a"
    xml = diagram(start(), activity, boundary("b", host, error()), user("h"), end(), end("e2"),
                  way, f"s-{host}", "b-h-e2")  # fmt: skip
    walk = Walk(xml, NoteHost(fail=fail), xs=[1, 2])
    while walk.events() == [] and "h" not in [w.element for w in walk.run.waits().values()]:
        walk.complete("u")
    walk.at("h").complete("h").ended("e2")


def test_an_error_of_a_listener_behind_what_was_undone_is_caught():
    def fail(*_: object) -> None:
        raise BpmnError("E1", "坏了")

    back = element("sequenceFlow", "back", listening("take"), sourceRef="t", targetRef="k")
    body = sub("a", start("s1"), user("u"), undoing("u", "uu"), throw("t", compensate()),
               user("k"), end("e1"), "s1-u-t", "k-e1", back)  # fmt: skip
    xml = diagram(start(), body, boundary("b", "a", error()), user("h"), end(), end("e2"),
                  "s-a-e", "b-h-e2")  # fmt: skip
    Walk(xml, NoteHost(fail=fail)).complete("u").complete("uu").at("h")


def test_an_error_that_leaves_the_process_ends_it_for_its_listeners_too():
    host = NoteHost()
    host.caught_above = {"E1"}
    bye = extension(camunda("executionListener", event="end", delegateExpression="${x.bye}"))
    walk = Walk(diagram(bye, start(), user("a"), end("bad", error()), "s-a-bad"), host)
    walk.complete("a").ended("bad")
    assert host.called == [("x.bye", {})]


@pytest.mark.parametrize("thrown", ["event", "handler"])
def test_an_error_without_a_message_has_none(thrown):
    def fail(*_: object) -> None:
        raise BpmnError("E1")

    bad = end("e1", error()) if thrown == "event" else service("e1", "x.fail")
    caught = error("", errorCodeVariable="code", errorMessageVariable="why")
    xml = diagram(start(), sub("a", start("s1"), bad, "s1-e1"), boundary("b", "a", caught),
                  user("h"), end(), end("e2"), "s-a-e", "b-h-e2")  # fmt: skip
    walk = Walk(xml, NoteHost(fail=fail)).at("h")
    assert walk.run.variables == {"code": "E1", "why": None}


def test_the_message_of_an_error_may_be_computed():
    roots = '<bpmn:error id="err1" errorCode="E1" camunda:errorMessage="缺 ${n} 份"/>'
    caught = error("", errorMessageVariable="why")
    xml = diagram(start(), sub("a", start("s1"), end("e1", error()), "s1-e1"),
                  boundary("b", "a", caught), user("h"), end(), end("e2"), "s-a-e", "b-h-e2",
                  roots=roots)  # fmt: skip
    assert Walk(xml, n=3).at("h").run.variables["why"] == "缺 3 份"
    with pytest.raises(DeploymentRefused, match="errorMessage"):
        prepare(xml.replace(b"${n}", b"${n"))
