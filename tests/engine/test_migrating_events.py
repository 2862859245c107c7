"""Migration of what waits: events, timers of tasks, gateways, items, what can be undone.

Camunda 7, “Process Instance Migration”, BPMN-specific API and effects.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from engine import commands, db
from engine.models import HumanTask, Job, ProcessInstance
from tests.engine import office
from tests.engine.bpmn_builder import (
    boundary,
    catch,
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
    timer,
)
from tests.engine.listeners import timeout
from tests.engine.moving import jobs, subscriptions, task, tasks, versions, visits


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


def test_a_repetition_that_has_begun_begins_anew(either_database: str) -> None:
    """“The event trigger is reset according to the target event.”"""
    late = boundary("b", "a", timer("R3/PT1H", "Cycle"), interrupting=False)
    xml = diagram(start(), task("a"), late, task("k"), end(), "s-a-e", "b-k-e")
    moved = versions(xml, xml)
    office.later(hours=1, minutes=1)
    office.drain()
    moved.migrate(["a", "b", "k"], update=["b"])
    for _ in range(4):
        office.later(hours=1, minutes=1)
        office.drain()
    assert office.waiting(moved.case) == ["a", "k", "k", "k", "k"]
    assert jobs(status="done") == ["b"] * 4


def test_an_event_behind_a_gateway_takes_the_name_of_one_that_goes(either_database: str) -> None:
    old = diagram(
        start(), event_gateway("g"), catch("t", timer("PT5H")), catch("u", timer("PT6H")),
        task("y"), task("z"), end(), "s-g-t-y-e", "g-u-z-e",
    )  # fmt: skip
    new = diagram(start(), event_gateway("g"), catch("t", timer("PT9H")), task("y"), end(),
                  "s-g-t-y-e")  # fmt: skip
    moved = versions(old, new)
    (_, second) = dues()
    moved.migrate({"g": "g", "u": "t"})
    assert (jobs(), dues(), jobs(status="cancelled")) == (["t"], [second], ["t"])


def test_events_behind_a_gateway_may_change_places(either_database: str) -> None:
    xml = diagram(
        start(), event_gateway("g"), catch("t", timer("PT5H")), catch("u", timer("PT6H")),
        task("y"), task("z"), end(), "s-g-t-y-e", "g-u-z-e",
    )  # fmt: skip
    moved = versions(xml, xml)
    before = dues()
    moved.migrate({"g": "g", "t": "u", "u": "t"})
    assert dues() == before
    office.later(hours=5, minutes=1)
    office.drain()
    assert office.waiting(moved.case) == ["z"]


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


BESIDE = boundary("b", "a", timer("PT1H"), interrupting=False)


def test_what_has_happened_does_not_happen_again(either_database: str) -> None:
    """“If a boundary event is mapped, its event trigger is migrated”: one that fired has none."""
    heard = event_sub("es", timer("PT1H"), task("h"), end("he"), "es_s-h-he", interrupting=False)
    xml = diagram(start(), task("a"), BESIDE, task("k"), end(), "s-a-e", "b-k-e", heard)
    moved = versions(xml, xml)
    office.later(hours=2)
    office.drain()
    assert (office.waiting(moved.case), jobs()) == (["a", "h", "k"], [])
    plan = moved.proposed()
    moved.migrate(plan.pairs)
    assert jobs() == []
    again = versions(xml, xml)
    office.later(hours=2)
    office.drain()
    again.migrate({name: name for name in plan.pairs if name not in ("b", "es_s")})
    assert jobs() == ["b", "es_s"]  # “not the target of an instruction: a new trigger”


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
