"""Migration over scopes: Camunda 7, “Process Instance Migration”, quoted where it is tested."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from engine import commands, db
from engine.commands.execution import Skips
from engine.models import HumanTask, Job
from tests.engine import office
from tests.engine.bpmn_builder import (
    boundary,
    call,
    conditional,
    diagram,
    end,
    event_sub,
    extension,
    message,
    multi,
    parameters,
    start,
    sub,
    timer,
)
from tests.engine.listeners import note
from tests.engine.moving import (
    FLAT,
    FORK,
    inside,
    jobs,
    subscriptions,
    task,
    tasks,
    versions,
    visits,
)


def noted(case: str) -> list[str]:
    return str(office.variables(case)["log"]).split()


# ---- scopes that begin ----------------------------------------------------------------------


def test_a_sub_process_that_does_not_run_is_entered(either_database: str) -> None:
    """“Should the target process definition contain new sub processes that no existing instance
    migrates to, then these are instantiated as needed during migration.”"""
    new = inside(
        extension(note("start", "in"), note("end", "out"), parameters({"n": "${amount * 2}"})),
        event_sub("es", message(), task("h"), end("he"), "es_s-h-he", interrupting=False),
        more=boundary("late", "o", timer("PT1H")) + task("y") + end("ye") + "".join(
            f'<bpmn:sequenceFlow id="{a}{b}" sourceRef="{a}" targetRef="{b}"/>'
            for a, b in (("late", "y"), ("y", "ye"))
        ),
    )  # fmt: skip
    moved = versions(FLAT, new, amount=3, log="")
    case, before = moved.case, tasks(moved.case)
    with db.transaction() as session:
        commands.claim(session, before["a"], actor=office.ANN)
    moved.migrate(["a"])
    # “The same task instance still exists”, with its assignee.
    assert tasks(case) == before
    with db.reading() as session:
        assert session.scalars(select(HumanTask.assignee)).one() == "ann"
    # “handler creation for newly introduced events”
    assert jobs() == ["late"]
    assert subscriptions(case) == [("es_s", "msg_1")]
    # “Creation invokes the activity's start execution listeners and input variable mappings.”
    assert noted(case) == ["in"]
    assert office.variables(case) == {"bk": "K", "amount": 3, "log": "in "}  # `n` is the scope's
    assert visits(case) == [("s", "", "done"), ("a", "o", "there"), ("o", "", "there")]
    with db.transaction() as session:
        commands.correlate(session, "msg_1", correlation="K")
    office.drain()
    assert office.waiting(case) == ["a", "h"]
    office.complete(case, "h")
    office.complete(case, "a")
    assert office.waiting(case) == ["z"]
    assert noted(case) == ["in", "out"]
    assert (jobs(), subscriptions(case)) == ([], [])
    office.complete(case, "z")
    assert office.status(case) == "completed"


def test_its_boundary_event_takes_everything_in_it_away(either_database: str) -> None:
    new = diagram(
        start(), sub("o", start("os"), task("a"), end("oe"), "os-a-oe"),
        boundary("late", "o", timer("PT1H")), task("z"), end(), "s-o-e", "late-z-e",
    )  # fmt: skip
    moved = versions(FLAT, new)
    moved.migrate(["a"])
    office.later(hours=2)
    office.drain()
    assert office.waiting(moved.case) == ["z"]
    assert visits(moved.case)[1:3] == [("a", "o", "cancelled"), ("o", "", "cancelled")]


def test_what_comes_out_of_one_scope_shares_the_new_one(either_database: str) -> None:
    """One new scope for each scope around; the join inside then sees both tokens."""
    new = diagram(
        start(), sub("o", start("os"), *FORK, end("oe"), "os-g", "j-oe"), task("z"), end(),
        "s-o-z-e",
    )  # fmt: skip
    old = diagram(start(), *FORK, task("z"), end(), "s-g", "j-z-e")
    moved = versions(old, new)
    office.complete(moved.case, "a")  # the token waits at the join
    plan = {"a": "a", "b": "b", "j": "j"}
    moved.migrate(plan)
    assert visits(moved.case)[-1] == ("o", "", "there")
    assert [one for one in visits(moved.case) if one[0] == "o"] == [("o", "", "there")]
    office.complete(moved.case, "b")
    assert office.waiting(moved.case) == ["z"]


def test_several_scopes_begin_from_outside_inwards(either_database: str) -> None:
    """“The activity instance tree is traversed in a top-down fashion.”"""
    new = diagram(
        start(),
        sub("o", extension(note("start", "o"), parameters({"n": "1"})), start("os"),
            sub("i", extension(note("start", "i${n}")), start("is"), task("a"), end("ie"),
                "is-a-ie"),
            end("oe"), "os-i-oe"),
        task("z"), end(), "s-o-z-e",
    )  # fmt: skip
    moved = versions(FLAT, new.replace(b"i${n}", b"i"), log="")
    moved.migrate(["a"])
    assert noted(moved.case) == ["o", "i"]
    assert visits(moved.case)[1:] == [("a", "i", "there"), ("o", "", "there"), ("i", "o", "there")]
    office.complete(moved.case, "a")
    assert office.waiting(moved.case) == ["z"]


def test_a_scope_between_two_that_stay(either_database: str) -> None:
    """“An activity must stay a descendant of its closest ancestor scope that migrates.”"""
    new = diagram(
        start(), sub("p2", start("ps"), sub("m", start("ms"), task("a"), end("me"), "ms-a-me"),
                     end("pe"), "ps-m-pe"),
        task("z"), end(), "s-p2-z-e",
    )  # fmt: skip
    moved = versions(inside(extension(parameters({"kept": "7"}))), new)
    moved.migrate({"o": "p2", "a": "a"})
    office.complete(moved.case, "a")
    assert office.waiting(moved.case) == ["z"]
    assert [one[:2] for one in visits(moved.case) if one[0] in ("a", "m", "p2")] == [
        ("p2", ""), ("a", "m"), ("m", "p2"),
    ]  # fmt: skip


def test_variables_of_the_plan_are_there_for_input_parameters(either_database: str) -> None:
    """“… when the new process model has a new input mapping which requires a variable.”"""
    new = inside(extension(parameters({"n": "${amount * 2}"}), note("start", "in")))
    moved = versions(FLAT, new, log="")
    moved.migrate(["a"], variables={"amount": 4})
    with db.reading() as session:
        scope = commands.read_variables(session, moved.case)
    assert scope["amount"] == 4


def test_listeners_and_mappings_are_left_out_if_wanted(either_database: str) -> None:
    """`skipCustomListeners`, `skipIoMappings`."""
    old = inside(extension(note("end", "out"), parameters(outputs={"left": "${missing}"})))
    new = diagram(
        start(), sub("n", extension(note("start", "in"), parameters({"x": "${missing}"})),
                     start("ns"), task("a"), end("ne"), "ns-a-ne"),
        task("z"), end(), "s-n-z-e",
    )  # fmt: skip
    moved = versions(old, new, log="")
    with pytest.raises(Exception, match="missing"):
        moved.migrate(["a"], skips=Skips(listeners=True))
    moved.migrate(["a"], skips=Skips(listeners=True, mappings=True))
    assert office.variables(moved.case)["log"] == ""
    office.complete(moved.case, "a")
    assert office.waiting(moved.case) == ["z"]


# ---- scopes that end ------------------------------------------------------------------------


def test_a_sub_process_that_the_plan_does_not_name_ends(either_database: str) -> None:
    """“Activity instance cancellation invokes the activity's end execution listeners and output
    variable mappings”, and its events wait no more."""
    old = inside(
        extension(
            note("end", "out"), parameters({"n": "${amount * 2}"}, {"result": "${n + 1}"})
        ),
        event_sub("es", message(), task("h"), end("he"), "es_s-h-he"),
        more=boundary("late", "o", timer("PT1H")) + '<bpmn:sequenceFlow id="x" '
        'sourceRef="late" targetRef="z"/>',
    )  # fmt: skip
    moved = versions(old, FLAT, amount=3, log="")
    case, before = moved.case, tasks(moved.case)
    assert (jobs(), len(subscriptions(case))) == (["late"], 1)
    moved.migrate(["a"])
    assert tasks(case) == before
    assert (jobs(), subscriptions(case)) == ([], [])
    assert jobs(status="cancelled") == ["late"]  # the job log keeps it
    assert noted(case) == ["out"]
    assert office.variables(case)["result"] == 7
    assert visits(case) == [
        ("s", "", "done"), ("o", "", "cancelled"), ("os", "o", "done"), ("a", "", "there"),
    ]  # fmt: skip
    office.complete(case, "a")
    assert office.waiting(case) == ["z"]


def test_nested_scopes_end_from_inside_outwards(either_database: str) -> None:
    """“The activity instance tree is traversed in a bottom-up fashion.”"""
    old = diagram(
        start(),
        sub("o", extension(note("end", "o")), start("os"),
            sub("i", extension(note("end", "i")), start("is"), task("a"), end("ie"), "is-a-ie"),
            end("oe"), "os-i-oe"),
        task("z"), end(), "s-o-z-e",
    )  # fmt: skip
    moved = versions(old, FLAT, log="")
    moved.migrate(["a"])
    assert noted(moved.case) == ["i", "o"]
    office.complete(moved.case, "a")
    assert office.waiting(moved.case) == ["z"]


def test_one_scope_ends_and_another_begins(either_database: str) -> None:
    """The old one ends first: “cancellation is performed before any instruction is applied”."""
    new = inside(extension(note("start", "in"))).replace(b'"o"', b'"n"')
    moved = versions(inside(extension(note("end", "out"))), new, log="")
    moved.migrate(["a"])
    assert noted(moved.case) == ["out", "in"]
    assert [one for one in visits(moved.case) if one[0] in ("a", "o", "n")] == [
        ("o", "", "cancelled"), ("a", "n", "there"), ("n", "", "there"),
    ]  # fmt: skip
    office.complete(moved.case, "a")
    assert office.waiting(moved.case) == ["z"]


def test_the_items_of_a_repeated_sub_process_become_single_ones(either_database: str) -> None:
    """“Removing a Multi-Instance Marker”: the number of inner instances is preserved."""
    old = diagram(
        start(), sub("o", multi("many", "it"), start("os"), task("a"), end("oe"), "os-a-oe"),
        task("z"), end(), "s-o-z-e",
    )  # fmt: skip
    moved = versions(old, inside(), many=["x", "y"])
    moved.migrate(["o", "a"])
    assert office.waiting(moved.case) == ["a", "a"]
    there = [one for one in visits(moved.case) if one[2] == "there"]
    assert there == [("o", "", "there"), ("o", "", "there"), ("a", "o", "there"),
                     ("a", "o", "there")]  # fmt: skip
    other = office.start(many=["x", "y"])  # on the new version: no items
    assert office.waiting(other) == ["a"]
    with db.transaction() as session:
        one = session.scalars(
            select(HumanTask.id).where(HumanTask.instance_id == moved.case)
        ).first()
        commands.complete(session, one or "", actor=office.ANN)
    assert office.waiting(moved.case) == ["a", "z"]


def test_a_token_goes_out_of_a_repeated_sub_process(either_database: str) -> None:
    old = diagram(
        start(), sub("o", multi("many", "it"), start("os"), task("a"), end("oe"), "os-a-oe"),
        task("z"), end(), "s-o-z-e",
    )  # fmt: skip
    moved = versions(old, FLAT, many=["x"])
    moved.migrate(["a"])
    assert visits(moved.case)[1:] == [
        ("o#multiInstanceBody", "", "cancelled"), ("o", "o", "cancelled"), ("os", "o", "done"),
        ("a", "", "there"),
    ]  # fmt: skip
    office.complete(moved.case, "a")
    assert office.waiting(moved.case) == ["z"]


# ---- what goes along ------------------------------------------------------------------------


def test_a_called_case_goes_on_inside_a_new_scope(either_database: str) -> None:
    """“The called instance is not changed. It can be migrated separately.”"""
    office.publish(diagram(start(), task("k"), end(), "s-k-e", key="child"), name="c")
    old = diagram(start(), call("a", "child"), task("z"), end(), "s-a-z-e")
    moved = versions(old, inside(body=call("a", "child")))
    moved.migrate(["a"])
    assert office.waiting(moved.case) == ["k"]
    office.complete(moved.case, "k")
    assert office.waiting(moved.case) == ["z"]


def test_what_a_worker_holds_goes_into_a_new_scope(either_database: str) -> None:
    """“All properties of the external task instance are preserved”: topic and lock."""
    work = '<bpmn:{} id="a" camunda:type="external" camunda:topic="{}"/>'
    old = diagram(start(), work.format("serviceTask", "t1"), task("z"), end(), "s-a-z-e")
    moved = versions(old, inside(body=work.format("sendTask", "t2")))
    with db.transaction() as session:
        job = session.scalars(select(Job).where(Job.kind == "external")).one()
        job.worker = "w1"
    moved.migrate(["a"])  # “an external send task can be mapped to an external service task”
    with db.reading() as session:
        (row,) = session.scalars(select(Job).where(Job.kind == "external", Job.status == "open"))
        assert (row.id, row.topic, row.worker) == (job.id, "t1", "w1")


def test_a_suspended_case_is_moved_and_goes_on_later(either_database: str) -> None:
    moved = versions(FLAT, inside(extension(note("start", "in"))), log="")
    with db.transaction() as session:
        commands.suspend(session, moved.case, actor=office.ANN, reason="r")
    moved.migrate(["a"])
    assert noted(moved.case) == ["in"]
    with db.transaction() as session:
        commands.resume(session, moved.case, actor=office.ANN, reason="r")
    office.complete(moved.case, "a")
    assert office.waiting(moved.case) == ["z"]


def test_a_condition_of_a_new_scope_happens_at_once_if_it_holds(either_database: str) -> None:
    new = inside(event_sub("es", conditional("${amount > 2}"), task("h"), end("he"), "es_s-h-he"))
    moved = versions(FLAT, new, amount=3)
    moved.migrate(["a"])
    assert office.waiting(moved.case) == ["h"]


def test_an_asynchronous_step_waits_inside_the_new_scope(either_database: str) -> None:
    """“For transition instances the mapping instructions apply just like for activities.”"""
    old = diagram(start(), task("a", camunda__asyncBefore="true"), task("z"), end(), "s-a-z-e")
    moved = versions(old, inside(body=task("a", camunda__asyncBefore="true")))
    moved.migrate(["a"])
    assert jobs("async") == ["a"]
    office.drain()
    assert office.waiting(moved.case) == ["a"]
    office.complete(moved.case, "a")
    assert office.waiting(moved.case) == ["z"]
