"""Decisions of the standard in a bundle: refused where they are wrong, imports found beside."""

from __future__ import annotations

import pytest

from engine import db
from engine.bundles import Bundle
from engine.commands import definitions
from engine.commands.deploy import check
from engine.errors import DeploymentRefused, ExpressionError
from tests.engine import dmn, office
from tests.engine.dmn import table
from tests.engine.dmn_standard import IMPORT, decision, input_data, literal, model

MAIN = model(IMPORT, decision("d", literal("lib.Rate"), needs=("http://test/lib#Rate",)))


def library(factor: int) -> bytes:
    rate = decision("Rate", literal(f"base * {factor}"), inputs=("base",))
    return model(input_data("base", "number"), rate, namespace="http://test/lib")


def decided() -> object:
    with db.reading() as session:
        found, _ = definitions.decision(session, "d")
        return found.decisions["d"].evaluate({"base": 3}).value


def test_an_imported_file_is_the_one_deployed_together(either_database):
    office.publish(main_dot_dmn=MAIN, lib_dot_dmn=library(2))
    assert decided() == 6
    office.publish(main_dot_dmn=MAIN, lib_dot_dmn=library(5))
    assert decided() == 15


def test_a_file_without_what_it_imports_is_refused(sqlite):
    with pytest.raises(DeploymentRefused) as refused:
        office.publish(main_dot_dmn=MAIN)
    assert "dmn-import" in [p.code for p in refused.value.problems]


OVERLAPPING = table(["n:number"], ["r"], [["> 1", "1"], ["> 2", "2"]])


@pytest.mark.parametrize(
    ("file", "element", "code"),
    [
        (model(decision("d", literal("abs(1, 2)"))), "d", "dmn-expression"),
        (model(decision("d", OVERLAPPING)), "t_r2", "dmn-overlap"),
        (dmn.definitions(dmn.decision("d", OVERLAPPING)), "t_r2", "dmn-overlap"),
        (model(decision("d", table(["n"], ["r:number"], [["1", '"a"']]))), "t_r1", "dmn-type"),
    ],
)
def test_what_is_doubtful_refuses_what_the_office_publishes_and_warns_over_rest(
    sqlite, file, element, code
):
    """`design/engine.md` §2: house rules "refuse bundles and studio publications, and only warn
    over REST". All of it has a meaning for Camunda or for the standard once it is evaluated."""
    files = {"t.dmn": file, "bundle.toml": b'[bundle]\ntitle = "t"\n'}
    with db.transaction() as session:
        with pytest.raises(DeploymentRefused) as refused:
            check(session, Bundle("t", files))
        assert [(p.element, p.code) for p in refused.value.problems] == [(element, code)]
        warned = check(session, Bundle("t", files), house=False).warnings
        assert (element, code, "warning") in [(p.element, p.code, p.severity) for p in warned]


def test_rules_that_overlap_fail_where_both_match_as_in_camunda(sqlite):
    """Camunda's hit policy UNIQUE: "if more than one rule is satisfied … the evaluation fails"."""
    office.publish(t_dot_dmn=dmn.definitions(dmn.decision("d", OVERLAPPING)))
    with db.reading() as session:
        found = definitions.decision(session, "d")[0].decisions["d"]
        assert found.evaluate({"n": 2}).value == 1
        with pytest.raises(ExpressionError, match="有 2 条规则同时命中"):
            found.evaluate({"n": 3})
