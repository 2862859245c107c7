"""Decisions of the standard in a bundle: refused where they are wrong, imports found beside."""

from __future__ import annotations

import pytest

from engine import db
from engine.commands import definitions
from engine.errors import DeploymentRefused
from tests.engine import office
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


def test_what_can_never_have_a_result_is_refused_with_its_element(sqlite):
    with pytest.raises(DeploymentRefused) as refused:
        office.publish(main_dot_dmn=model(decision("d", literal("abs(1, 2)"))))
    assert [(p.element, p.code) for p in refused.value.problems] == [("d", "dmn-expression")]
