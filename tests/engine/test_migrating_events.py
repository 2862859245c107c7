"""Migration of what waits: events, timers of tasks, gateways, items, what can be undone.

Camunda 7, “Process Instance Migration”, BPMN-specific API and effects.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from engine import commands, db
from engine.commands.migration import Unmigratable
from engine.models import HumanTask, Incident, Job, ProcessInstance
from tests.engine import office
from tests.engine.bpmn_builder import (
    boundary,
    camunda,
    catch,
    compensate,
    conditional,
    diagram,
    element,
    end,
    event_gateway,
    event_sub,
    extension,
    message,
    multi,
    parallel,
    start,
    sub,
    throw,
    timer,
    undoing,
    user,
)
from tests.engine.listeners import timeout
from tests.engine.moving import jobs, subscriptions, tasks, versions, visits


def task(name: str, *inner: str, **more: str) -> str:
    return user(name, *inner, camunda__candidateUsers="ann", **more)


def dues() -> list[datetime]:
    with db.reading() as session:
        return list(
            session.scalars(select(Job.due_at).where(Job.status == "open").order_by(Job.id))
        )


def hours(period: timedelta) -> int:
    """Return a period without the moments that the test itself takes."""
    return round(period / timedelta(hours=1))


# ---- triggers -------------------------------------------------------------------------------


def listening(text: str, ident: str = "t1") -> bytes:
    heard = extension(timeout(text, "x", ident, does="${task.setPriority(99)}"))
    return diagram(start(), task("a", heard), task("z"), end(), "s-a-z-e")


def test_the_timer_of_a_timeout_listener_goes_along_by_its_id(either_database: str) -> None:
    """“If a timeout task listener is found in the source and target process definition based on
    its id, its persistent event trigger is migrated.”"""
    moved = versions(listening("PT5H"), listening("PT9H"))
    office.later(hours=1)
    before = dues()
    moved.migrate(["a"])
    assert dues() == before
    moved = versions(listening("PT5H"), listening("PT9H", "other"))
    office.later(hours=1)
    moved.migrate(["a"])  # “… not found: its trigger is deleted”, and a new one is made
    assert jobs() == ["a", "a"]
    assert dues()[1] > before[0]


def test_the_timer_of_a_timeout_listener_begins_anew_if_wanted(either_database: str) -> None:
    """`updateEventTrigger` on the user task."""
    moved = versions(listening("PT5H"), listening("PT9H"))
    (before,) = dues()
    office.later(hours=1)
    moved.migrate(["a"], update=["a"])
    (after,) = dues()
    assert hours(after - before) == 5
    office.later(hours=11)
    office.drain()
    assert jobs(status="done") == ["a"]


def test_the_name_of_a_message_stays_unless_it_is_updated(either_database: str) -> None:
    """“The event trigger remains the same even if the target event defines a different one.”"""
    old = diagram(start(), catch("m", message("m1")), task("z"), end(), "s-m-z-e")
    new = diagram(start(), catch("m", message("m2")), task("z"), end(), "s-m-z-e")
    moved = versions(old, new)
    moved.migrate(["m"])
    assert subscriptions(moved.case) == [("m", "msg_1")]
    again = versions(old, new)
    again.migrate(["m"], update=["m"])
    assert subscriptions(again.case) == [("m", "msg_2")]
    for name in ("msg_1", "msg_2"):
        with db.transaction() as session:
            commands.correlate(session, name, correlation="K")
        office.drain()
    assert (office.waiting(moved.case), office.waiting(again.case)) == (["z"], ["z"])


def test_conditions_are_the_new_diagram_s(database: str) -> None:
    """“The usage of updateEventTrigger is mandatory for migrating conditional events.”"""
    old = diagram(start(), catch("c", conditional("${x > 5}")), task("z"), end(), "s-c-z-e")
    new = diagram(start(), catch("c", conditional("${x > 1}")), task("z"), end(), "s-c-z-e")
    moved = versions(old, new, x=2)
    assert "updateEventTrigger" in moved.failures(["c"])["c"][0]
    assert moved.proposed().update == {"c"}
    moved.migrate(["c"], update=["c"])
    assert office.waiting(moved.case) == ["z"]


def test_only_what_has_a_trigger_can_be_updated(database: str) -> None:
    plain = diagram(start(), task("a"), boundary("b", "a", '<bpmn:errorEventDefinition/>'), end(),
                    "s-a-e", "b-e")  # fmt: skip
    moved = versions(plain, plain)
    for name in ("a", "b"):
        assert "触发器" in moved.failures(["a", "b"], update=[name])[name][0]


def test_events_behind_a_gateway_keep_their_triggers_one_by_one(either_database: str) -> None:
    """“The events following to the gateway can be mapped as well.” One that is not begins anew."""

    def waits(first: str, second: str) -> bytes:
        return diagram(
            start(), event_gateway("g"), catch("t", timer(first)), catch("u", timer(second)),
            task("y"), task("z"), end(), "s-g-t-y-e", "g-u-z-e",
        )  # fmt: skip

    moved = versions(waits("PT5H", "PT6H"), waits("PT7H", "PT7H"))
    office.later(hours=1)
    before = dues()
    moved.migrate(["g", "t"])
    assert jobs() == ["t", "u"]
    after = dues()
    assert after[0] == before[0]
    assert hours(after[1] - before[1]) == 2
    office.later(hours=5)
    office.drain()
    assert office.waiting(moved.case) == ["y"]


def test_a_new_event_sub_process_listens_beside_one_that_interrupts_nothing(
    either_database: str,
) -> None:
    """“If a start event of the target definition is not the target of a migration instruction,
    then a new event trigger is initialized during migration.”"""
    first = event_sub("es", message("m1"), task("h"), end("he"), "es_s-h-he", interrupting=False)
    second = event_sub("fs", message("m2"), task("k"), end("ke"), "fs_s-k-ke")
    old = diagram(start(), task("a"), end(), "s-a-e", first)
    moved = versions(old, diagram(start(), task("a"), end(), "s-a-e", first, second))
    with db.transaction() as session:
        commands.correlate(session, "msg_1", correlation="K")
    office.drain()
    assert office.waiting(moved.case) == ["a", "h"]
    moved.migrate(["a", "es", "es_s", "h"])
    assert subscriptions(moved.case) == [("es_s", "msg_1"), ("fs_s", "msg_2")]


def test_the_wait_of_an_event_sub_process_stays_in_its_scope(database: str) -> None:
    """What waits in a scope must wait in the scope that one becomes (as boundary events do)."""
    heard = event_sub("es", message(), task("h"), end("he"), "es_s-h-he")
    old = diagram(start(), task("a"), end(), "s-a-e", heard)
    new = diagram(start(), sub("o", start("os"), task("a"), end("oe"), "os-a-oe", heard), end(),
                  "s-o-e")  # fmt: skip
    moved = versions(old, new)
    assert "等待" in moved.failures(["a", "es_s"])["es_s"][0]
    moved.migrate(["a"])
    assert subscriptions(moved.case) == [("es_s", "msg_1")]


def test_sub_processes_are_alike_whatever_begins_them(either_database: str) -> None:
    """“Embedded/Event/Transaction sub processes can be mapped interchangeably.”"""
    old = diagram(
        start(), task("a"), end(), "s-a-e",
        event_sub("es", message(), task("h"), end("he"), "es_s-h-he"),
    )  # fmt: skip
    inner = (start("os"), task("h"), end("oe"), "os-h-oe")
    new = diagram(start(), element("transaction", "o", *inner), task("z"), end(), "s-o-z-e")
    moved = versions(old, new)
    with db.transaction() as session:
        commands.correlate(session, "msg_1", correlation="K")
    office.drain()
    moved.migrate({"es": "o", "h": "h"})
    office.complete(moved.case, "h")
    assert office.waiting(moved.case) == ["z"]


# ---- gateways -------------------------------------------------------------------------------


def forked(*branches: str, joins: str = "j") -> bytes:
    ways = [f"g-{name}-{joins}" for name in branches]
    return diagram(
        start(), parallel("g"), *map(task, branches), parallel(joins), task("z"), end(),
        "s-g", *ways, f"{joins}-z-e",
    )  # fmt: skip


def test_a_join_needs_a_place_for_every_token_that_waits(database: str) -> None:
    """“The target gateway must have at least the same number of incoming sequence flows”, and “at
    most one gateway of the source can be mapped to every gateway in the target”."""
    fewer = versions(forked("a", "b", "c"), forked("a", "b"))
    assert any("进线" in said for said in fewer.failures(["j"])["j"])
    two = diagram(
        start(), parallel("g"), task("a"), task("b"), parallel("j"), parallel("h"), task("c"),
        task("d"), parallel("k"), task("z"), end(), "s-g-a-j-h-c-k-z-e", "g-b-j", "h-d-k",
    )  # fmt: skip
    merged = versions(two, two)
    assert "几个网关" in merged.failures({"j": "j", "k": "j"})["k"][0]


# ---- items ----------------------------------------------------------------------------------


def test_a_marker_goes_and_its_items_stay(either_database: str) -> None:
    """“nrOfInstances, nrOfActiveInstances and nrOfCompletedInstances are removed. … loopCounter
    and collection element variables are kept.”"""
    heard = extension(timeout("PT5H", "x", does="${task.setPriority(99)}"))
    old = diagram(start(), task("a", heard, multi("many", "it")), task("z"), end(), "s-a-z-e")
    new = diagram(
        start(), task("a", heard), boundary("b", "a", timer("PT9H")), task("z"),
        task("k"), end(), "s-a-z-e", "b-k-e",
    )  # fmt: skip
    moved = versions(old, new, many=["x", "y", "w"])
    with db.transaction() as session:
        first = session.scalars(select(HumanTask.id).where(HumanTask.item == 0)).one()
        commands.complete(session, first, actor=office.ANN)
    office.later(hours=1)
    before = dues()
    assert len(before) == 2
    moved.migrate(["a"])
    assert dues()[:2] == before  # the timers of their listeners
    assert jobs() == ["a", "a", "b", "b"]
    assert visits(moved.case)[1:] == [
        ("a#multiInstanceBody", "", "cancelled"), ("a", "a", "done"), ("a", "", "there"),
        ("a", "", "there"),
    ]  # fmt: skip
    with db.reading() as session:
        row = session.get_one(HumanTask, tasks(moved.case)["a"])
        scope = session.get_one(ProcessInstance, moved.case).state.decode()
    assert ("nrOf" in scope, scope.count('"it":'), row.item in (1, 2)) == (False, 2, True)
    with db.transaction() as session:
        commands.complete(session, tasks(moved.case)["a"], actor=office.ANN)
    assert office.waiting(moved.case) == ["a", "z"]


def test_a_marker_does_not_come(database: str) -> None:
    moved = versions(
        diagram(start(), task("a"), end(), "s-a-e"),
        diagram(start(), task("a", multi("many")), end(), "s-a-e"),
    )
    assert "循环标记" in moved.failures(["a"])["a"][0]
    assert moved.proposed().pairs == {}


# ---- what can be undone ---------------------------------------------------------------------

BOOKED = (task("book"), undoing("book", "undo", task("undo", isForCompensation="true")))


def undone(*parts: str) -> bytes:
    """`book` is done, `a` waits, then everything is undone."""
    return diagram(start(), *parts, throw("c", compensate()), task("z"), end())


FLAT = undone(*BOOKED, task("a"), "s-book-a-c-z-e")


def test_what_was_done_can_still_be_undone(either_database: str) -> None:
    """“After migration compensation can be triggered from the same scope as before.”"""
    new = FLAT.replace(b'"book"', b'"book2"').replace(b'"undo"', b'"undo2"')
    new = new.replace(b'"cb_book"', b'"cb2"')
    moved = versions(FLAT, new)
    office.complete(moved.case, "book")
    moved.migrate({"a": "a", "book": "book2"})
    office.complete(moved.case, "a")
    assert office.waiting(moved.case) == ["undo2"]
    office.complete(moved.case, "undo2")
    assert office.waiting(moved.case) == ["z"]


def test_what_can_be_undone_must_have_a_place(either_database: str) -> None:
    """“The corresponding compensation catch events must be mapped.”"""
    moved = versions(FLAT, undone(task("book"), task("a"), "s-book-a-c-z-e"))
    office.complete(moved.case, "book")
    with pytest.raises(Unmigratable, match="补偿"):
        moved.migrate(["a"])
    with pytest.raises(Unmigratable, match="补偿"):
        moved.migrate(["a", "book"])
    assert office.waiting(moved.case) == ["a"]


def test_what_a_scope_had_done_is_undone_from_around_it(either_database: str) -> None:
    """“… or in case that scope is removed, the closest ancestor scope that migrates.”"""
    old = undone(sub("o", start("os"), *BOOKED, task("a"), end("oe"), "os-book-a-oe"), "s-o-c-z-e")
    moved = versions(old, FLAT)
    office.complete(moved.case, "book")
    moved.migrate(["a", "book"])
    office.complete(moved.case, "a")
    assert office.waiting(moved.case) == ["undo"]
    office.complete(moved.case, "undo")
    assert office.waiting(moved.case) == ["z"]


def test_what_now_lies_in_a_new_scope_is_undone_from_outside_alone(either_database: str) -> None:
    """“The inner compensation event is not going to trigger compensation … but only the outer.”"""
    new = undone(
        sub("o", start("os"), *BOOKED, task("a"), throw("ic", compensate()), end("oe"),
            "os-book-a-ic-oe"),
        task("y"), "s-o-y-c-z-e",
    )  # fmt: skip
    moved = versions(FLAT, new)
    office.complete(moved.case, "book")
    moved.migrate(["a", "book"])
    office.complete(moved.case, "a")
    assert office.waiting(moved.case) == ["y"]
    office.complete(moved.case, "y")
    assert office.waiting(moved.case) == ["undo"]
    office.complete(moved.case, "undo")
    assert office.waiting(moved.case) == ["z"]


def test_nothing_goes_between_scopes_while_it_is_undone(either_database: str) -> None:
    """“Migrating process instances with active compensation handlers is not supported.”"""
    new = undone(sub("o", start("os"), *BOOKED, task("a"), end("oe"), "os-book-a-oe"), "s-o-c-z-e")
    moved = versions(FLAT, new)
    office.complete(moved.case, "book")
    office.complete(moved.case, "a")
    with pytest.raises(Unmigratable, match="正在补偿"):
        moved.migrate(["undo", "c", "book"])
    same = versions(FLAT, FLAT)
    office.complete(same.case, "book")
    office.complete(same.case, "a")
    same.migrate(["undo", "c", "book"])
    office.complete(same.case, "undo")
    assert office.waiting(same.case) == ["z"]


# ---- what an operator sees ------------------------------------------------------------------


def test_an_incident_names_the_new_element(either_database: str) -> None:
    once = extension(camunda("failedJobRetryTimeCycle", "R1/PT1S"))
    broken = element("scriptTask", "k", once, "<bpmn:script>x = missing.y</bpmn:script>",
                     camunda__asyncBefore="true")  # fmt: skip
    old = diagram(start(), broken, task("z"), end(), "s-k-z-e")
    moved = versions(old, old.replace(b'"k"', b'"k2"'))
    office.drain()
    moved.migrate({"k": "k2"})
    with db.reading() as session:
        assert session.scalars(select(Incident.element_id)).all() == ["k2"]
        assert session.scalars(select(Job.element_id).where(Job.status == "failed")).all() == ["k2"]
