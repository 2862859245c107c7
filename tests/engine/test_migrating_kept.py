"""Migration and what a case has behind it: what can be undone, incidents, its history."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from engine import db
from engine.commands import migration
from engine.commands.migration import Unmigratable
from engine.models import HumanTask, Incident, Job
from engine.queries.asked import Asked
from engine.queries.records import variables
from tests.engine import office
from tests.engine.bpmn_builder import (
    boundary,
    camunda,
    compensate,
    diagram,
    element,
    end,
    extension,
    parameters,
    start,
    sub,
    throw,
    timer,
    undoing,
)
from tests.engine.moving import ALL, Versions, jobs, task, tasks, versions

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


def test_what_a_scope_had_done_may_not_leave_it(either_database: str) -> None:
    """Hierarchy preservation holds for what can be undone as for what is active."""
    old = undone(sub("o", start("os"), *BOOKED, task("a"), end("oe"), "os-book-a-oe"), "s-o-c-z-e")
    new = undone(*BOOKED, sub("o", start("os"), task("a"), end("oe"), "os-a-oe"), "s-book-o-c-z-e")
    moved = versions(old, new)
    office.complete(moved.case, "book")
    with pytest.raises(Unmigratable, match="里面"):
        migrating(moved, ["o", "a", "book"])


def migrating(moved: Versions, names: list[str]) -> None:
    """Follow a plan without asking whether it is right for every case."""
    with db.transaction() as session:
        migration.migrate(session, moved.case, moved.plan(names), actor=office.ANN)


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


def test_a_timer_that_failed_begins_anew_with_its_incident_gone(either_database: str) -> None:
    """The incident is of the trigger that is no more."""
    once = extension(camunda("failedJobRetryTimeCycle", "R1/PT1S"))
    late = boundary("b", "a", timer("PT1H"), interrupting=False, more=once)
    broken = element("scriptTask", "k", "<bpmn:script>x = missing.y</bpmn:script>")
    xml = diagram(start(), task("a"), late, broken, end(), "s-a-e", "b-k-e")
    moved = versions(xml, xml)
    office.later(hours=2)
    office.drain()
    assert jobs(status="failed") == ["b"]
    moved.migrate(["a", "b"], update=["b"])
    assert (jobs(), jobs(status="cancelled")) == (["b"], ["b"])
    with db.reading() as session:
        (incident,) = session.scalars(select(Incident))
        assert (incident.resolved_at is not None, incident.is_deleted) == (True, True)


def test_variables_of_an_activity_go_along_in_the_history(either_database: str) -> None:
    """“Variable instances are preserved.” They name the activity instance as it is called now."""
    moved = versions(
        diagram(start(), task("a", extension(parameters({"n": "${1}"}))), end(), "s-a-e"),
        diagram(start(), task("a2"), end(), "s-a2-e"),
    )
    moved.migrate({"a": "a2"})
    asked = Asked({"processInstanceId": moved.case, "variableName": "n"})
    with db.reading() as session:
        ((kept,),) = variables.variable_instances(session, ALL, asked)
        ((written,),) = variables.details(session, ALL, asked)
        token = session.get_one(HumanTask, tasks(moved.case)["a2"]).token
    assert kept.activity_id == written.activity_id == f"a2:{moved.case}.{token}"
