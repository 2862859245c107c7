"""A function that nobody gives is refused where the diagram is published."""

from __future__ import annotations

import pytest

from engine import db, expressions
from engine.bpmn.admit import admit
from engine.bpmn.checks import formulas
from engine.commands import definitions
from engine.commands.execution import Execution
from engine.commands.host import InstanceHost
from engine.errors import DeploymentRefused
from engine.models import ProcessInstance
from tests.engine import office
from tests.engine.bpmn_builder import diagram, end, flow, script, start, user, xor
from tests.engine.office import ANN


def admitted(*parts: str) -> list[tuple[str, str]]:
    """Return what admission says of a diagram; nothing when it lets it in."""
    try:
        admit(diagram(*parts))
    except DeploymentRefused as refused:
        return [(problem.element, problem.code) for problem in refused.problems]
    return []


def choosing(condition: str) -> list[tuple[str, str]]:
    return admitted(
        start("s"), xor("gw", default="f_gw_e2"), end("e"), end("e2"),
        "s-gw", flow("gw", "e", condition), flow("gw", "e2"),
    )  # fmt: skip


@pytest.mark.parametrize(
    "condition",
    [
        "${foo(3)}",
        "foo(3) == 1",
        "=foo(3)",
        "=if a then bar(1) else true",
        "=count(for x in [1] return foo(x)) = 1",
        '${getDataObject("x") > 3}',
        "=every x in [1] satisfies twice(x) = 2",
        "=(function(a) b(a))(1) = 1",
    ],
)
def test_a_condition_that_calls_nobody_is_refused(condition):
    assert choosing(condition) == [("f_gw_e", "unknown-function")]


@pytest.mark.parametrize(
    "condition",
    [
        "${count(names) > 2}",
        "=count(names) > 2",
        "=day of week(today()) = x",
        '=deadline("handle", level) > now()',
        "${currentUser() == who}",
        "${dateTime().plusDays(3).toDate() > due}",
        "={f: function(x) x + 1, y: f(2)}.y = 3",
        "=(function(a) abs(a))(1) = 1",
        "=sort(names, function(a, b) a < b) = names",
        "=[{f: function(x) x}][f(1) = 1] = []",
        "${execution.getVariable('a') == 1}",
    ],
)
def test_what_is_built_in_given_or_of_its_own_is_let_in(condition):
    assert choosing(condition) == []


def test_attributes_and_scripts_are_read_too():
    wrong = admitted(
        start("s"), user("a", camunda__assignee="${boss(unit)}"),
        script("b", "x = 1\ny = nobody(x)"), end("e"), "s-a-b-e",
    )  # fmt: skip
    assert wrong == [("a", "unknown-function"), ("b", "unknown-function")]


def test_the_names_that_rules_know_are_those_that_instances_give(sqlite):
    office.publish(
        office.diagram('<bpmn:startEvent id="s"/>' + office.user("a") + office.flows("s>a"))
    )
    case = office.start()
    with db.transaction() as session, Execution(session, ANN) as work:
        row = session.get_one(ProcessInstance, case)
        host = InstanceHost(work, row, definitions.by_id(session, row.definition_id))
    assert host.functions.keys() == formulas.FUNCTIONS


def test_what_cannot_be_read_is_said_as_such():
    with pytest.raises(Exception, match="表达式"):
        expressions.calls("${1 +")
