"""Plans of migration over scopes that are wrong, and cases that cannot follow one."""

from __future__ import annotations

import pytest

from engine import services
from engine.commands.migration import Unmigratable
from engine.errors import BpmnError
from engine.services import ServiceCall
from tests.engine import office
from tests.engine.bpmn_builder import (
    camunda,
    diagram,
    end,
    extension,
    loop,
    message,
    multi,
    parallel,
    start,
    sub,
)
from tests.engine.moving import FLAT, FORK, inside, task, versions, visits


@services.service("moving.fail")
def fail(call: ServiceCall) -> None:
    """Throw a business error."""
    raise BpmnError("E1", "no")


def refusal(old: bytes, new: bytes, pairs: dict[str, str], element: str = "a") -> str:
    (said,) = versions(old, new).failures(pairs)[element]
    return said


def test_a_token_may_not_leave_the_scope_that_goes_along(database: str) -> None:
    """The guide's own example of a violated hierarchy."""
    new = diagram(
        start(), sub("o", start("os"), task("y"), end("oe"), "os-y-oe"), task("a"), end(),
        "s-o-a-e",
    )  # fmt: skip
    assert "不在" in refusal(inside(), new, {"o": "o", "a": "a"})


@pytest.mark.parametrize("marker", [multi("many"), loop("${false}")])
def test_no_scope_with_a_marker_is_entered(database: str, marker: str) -> None:
    assert "循环标记" in refusal(FLAT, inside(marker), {"a": "a"})
    assert "循环标记" in refusal(inside(), inside(marker), {"o": "o", "a": "a"}, "o")


def test_a_token_does_not_come_between_split_and_join(database: str) -> None:
    new = diagram(
        start(), sub("o", start("os"), *FORK, end("oe"), "os-g", "j-oe"), task("z"), end(),
        "s-o-z-e",
    )  # fmt: skip
    assert "并行分支" in refusal(FLAT, new, {"a": "a"})
    beside = diagram(
        start(), parallel("g"), sub("o", start("os"), task("a"), end("oe"), "os-a-oe"),
        task("b"), parallel("j"), task("z"), end(), "s-g-o-j-z-e", "g-b-j",
    )  # fmt: skip
    assert "并行分支" in refusal(FLAT, beside, {"a": "a"})
    both = diagram(start(), *FORK, task("z"), end(), "s-g", "j-z-e")
    assert versions(both, beside).failures(["a", "b", "j"]) == {}


def test_an_error_of_a_start_listener_leaves_the_case_where_it_was(either_database: str) -> None:
    handler = camunda("executionListener", event="start", delegateExpression="${moving.fail}")
    moved = versions(FLAT, inside(extension(handler)))
    with pytest.raises(BpmnError):
        moved.migrate(["a"])
    assert office.waiting(moved.case) == ["a"]
    assert visits(moved.case)[-1] == ("a", "", "there")


def test_what_waits_is_named_when_the_plan_forgot_it(database: str) -> None:
    """“Completeness: there must be an instruction for every instance of leaf activities.”"""
    moved = versions(inside(), inside())
    with pytest.raises(Unmigratable) as refused:
        moved.migrate(["o"])
    assert [element for element, _ in refused.value.lost] == ["a"]


def test_what_starts_the_process_is_not_proposed(database: str) -> None:
    """“Start events of event sub processes can be mapped”: nothing waits at the others."""
    xml = diagram(start(), start("m", message()), task("a"), end(), "s-a-e", "m-a")
    assert set(versions(xml, xml).proposed().pairs) == {"a"}


def test_only_what_is_of_the_same_kind_is_proposed(database: str) -> None:
    """“They are of the same activity type”, although sub processes of all kinds are alike."""
    old = inside()
    moved = versions(old, old.replace(b"subProcess", b"transaction"))
    assert moved.failures(["o", "a"]) == {}
    assert set(moved.proposed().pairs) == {"z"}
