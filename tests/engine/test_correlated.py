"""What a message or signal brings, seen from where it is waited for."""

from __future__ import annotations

import pytest

from engine import commands, db
from engine.commands import correlation
from engine.commands.correlation import Wanted
from engine.models import HumanTask
from engine.queries.access import Viewer
from tests.engine import office
from tests.engine.bpmn_builder import (
    boundary,
    catch,
    diagram,
    end,
    event_sub,
    extension,
    message,
    parameters,
    signal,
    start,
    sub,
    user,
)

ALL = Viewer("auditor", scope="all")
INPUT = extension(parameters({"state": "old"}))


def task(name: str, *inner: str) -> str:
    return user(name, *inner, camunda__assignee="ann")


def send(name: str, how: str, **variables: object) -> None:
    with db.transaction() as session:
        if how == "signal":
            correlation.broadcast(session, ALL, name, variables, actor=office.ANN)
        else:
            correlation.correlate_now(
                session, ALL, Wanted(name), actor=office.ANN, variables=variables, local={}
            )


@pytest.mark.parametrize(("how", "event"), [("message", message()), ("signal", signal())])
def test_what_it_brings_goes_to_the_nearest_that_has_the_name(
    either_database: str, how: str, event: str
) -> None:
    inner = sub("o", INPUT, start("s1"), catch("c", event), task("a"), end("e1"), "s1-c-a-e1")
    office.publish(diagram(start(), inner, end(), "s-o-e"))
    case = office.start()
    send("msg_1" if how == "message" else "signal_1", how, state="new", other=1)
    assert office.waiting(case) == ["a"]
    assert office.variables(case) == {"other": 1}
    with db.reading() as session:
        token = commands.read_variables(session, case, _token(case, "a"))
    assert token["state"] == "new"


def test_what_interrupts_an_activity_brings_nothing_into_it(database: str) -> None:
    office.publish(
        diagram(start(), task("a", INPUT), boundary("b", "a", message()), task("h"), end(),
                end("e2"), "s-a-e", "b-h-e2"),
    )  # fmt: skip
    case = office.start()
    send("msg_1", "message", state="new")
    assert office.waiting(case) == ["h"]
    assert office.variables(case) == {"state": "new"}


def test_an_event_sub_process_sees_it_from_its_first_step(database: str) -> None:
    inner = sub("o", INPUT, start("s1"), task("a"), end("e1"), "s1-a-e1",
                event_sub("es", message(), task("h"), end("eh"), "es_s-h-eh"))  # fmt: skip
    office.publish(diagram(start(), inner, end(), "s-o-e"))
    case = office.start()
    send("msg_1", "message", state="new")
    assert office.waiting(case) == ["h"]
    with db.reading() as session:
        assert commands.read_variables(session, case, _token(case, "h"))["state"] == "new"


def _token(case: str, element: str) -> str:
    with db.reading() as session:
        return session.get_one(HumanTask, office.task_id(case, element)).token
