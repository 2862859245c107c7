"""Variables that activities write: where they go, what can be kept, what scripts give."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from engine.errors import DeploymentRefused, EngineError
from engine.state.values import storable
from tests.engine.bpmn_builder import (
    camunda,
    diagram,
    end,
    extension,
    parallel,
    parameters,
    script,
    start,
    sub,
    user,
)
from tests.engine.test_state_activities import one
from tests.engine.walker import Walk


def test_writes_go_to_the_nearest_scope_that_holds_the_name():
    given = extension(parameters({"mine": "${1}"}))
    inner = sub("a", given, start("s1"), user("i"), end("e1"), "s1-i-e1")
    walk = Walk(one(inner), shared=0).at("i")
    walk.complete("i", mine=2, shared=3, fresh=4).at("z")
    assert walk.run.variables == {"shared": 3, "fresh": 4}


def test_branches_do_not_overwrite_each_other_with_stale_values():
    xml = diagram(
        start(), parallel("g"), user("a"), user("b"), parallel("j"), user("z"), end(),
        "s-g-a-j-z-e", "g-b-j",
    )  # fmt: skip
    walk = Walk(xml, v=0, xs=[]).complete("a", v=1, xs=["a"]).complete("b", w=2).at("z")
    assert walk.run.variables == {"v": 1, "w": 2, "xs": ["a"]}


def test_set_local_stays_at_the_token():
    walk = Walk(one(user("a")))
    token = walk.wait("a").token
    walk.run.set(token, {"x": 1}, local=True)
    assert walk.run.variables == {}
    assert walk.go().run.scope(walk.wait("a").token)["x"] == 1


@pytest.mark.parametrize("value", [object(), float("nan"), "长" * 70_000, {"a": {1, object()}}])
def test_values_that_cannot_be_kept_are_refused(value):
    walk = Walk(one(user("a")))
    with pytest.raises(EngineError, match="变量“x”"):
        walk.run.set("", {"x": value})


def test_a_deep_value_is_refused():
    deep: list = []
    for _ in range(30):
        deep = [deep]
    with pytest.raises(EngineError, match="嵌套太深"):
        Walk(one(user("a"))).run.set("", {"x": deep})


def test_what_is_stored_is_a_copy():
    given = {"list": [1]}
    walk = Walk(one(user("a")), restore=False, x=given)
    given["list"].append(2)
    assert walk.run.variables["x"] == {"list": [1]}


def test_money_stays_exact_through_expressions():
    walk = Walk(one(script("a", "total = price * 3")), price=Decimal("0.10"))
    assert walk.run.variables["total"] == Decimal("0.30")


def test_names_and_groups_are_texts_with_expressions():
    walk = Walk(one(user("a", camunda__candidateGroups="handler@${org}")), org="pinghu")
    wait = walk.wait("a")
    assert walk.run.template(wait.token, wait.attributes["candidateGroups"]) == "handler@pinghu"
    assert walk.run.evaluate(wait.token, "${org == 'pinghu'}") is True
    assert walk.run.evaluate("", "${org}") == "pinghu"


def test_a_script_of_one_expression_is_kept_as_its_result_variable() -> None:
    kept = {"camunda__resultVariable": "n"}
    walk = Walk(one(script("a", "${k * 2}", scriptFormat="juel", **kept)), k=3).at("z")
    assert walk.run.variables == {"k": 3, "n": 6}
    walk = Walk(one(script("a", "k = 3", scriptFormat="feel", **kept)), k=3).at("z")
    assert walk.run.variables == {"k": 3, "n": True}
    with pytest.raises(DeploymentRefused, match="bad-expression"):
        Walk(one(script("a", "k = 3", **kept)), k=3)


def test_a_parameter_s_script_may_be_feel_without_its_mark() -> None:
    given = camunda("inputParameter", camunda("script", "sum([1, 2])", scriptFormat="feel"),
                    name="x")  # fmt: skip
    walk = Walk(one(user("a", extension(camunda("inputOutput", given)))))
    assert walk.run.scope(walk.wait("a").token)["x"] == 3


@pytest.mark.parametrize(
    "value",
    [
        date(1, 1, 1),  # its midnight in China is the year before elsewhere
        datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14))),
        datetime(9999, 12, 31, 23, tzinfo=timezone(timedelta(hours=-14))),
        [{"day": date(1, 1, 1)}],
    ],
)
def test_a_day_that_not_every_zone_has_is_refused(value):
    with pytest.raises(EngineError, match="公元 1 年至 9999 年"):
        storable(value, "day")


def test_a_script_that_computes_such_a_day_is_told_so():
    first = script("c", '=date("0001-01-01")', camunda__resultVariable="x", scriptFormat="feel")
    with pytest.raises(EngineError, match="公元 1 年至 9999 年"):
        Walk(one(first.replace('id="c"', 'id="a"')))
