"""Every row of the support table is run; the table in the README says nothing else."""

from __future__ import annotations

import re

import pytest

from engine.errors import EngineError
from tests.engine import office
from tests.engine.support import table
from tests.engine.support.table import Example
from tests.engine.walker import Walk

EXAMPLES = table.examples()
SUPPORTED = [example for example in EXAMPLES if example.act]
IN_OFFICE = [example for example in EXAMPLES if example.office]
REFUSED = [example for example in EXAMPLES if example.code]


def _name(example: Example) -> str:
    return example.name


@pytest.mark.parametrize("example", SUPPORTED, ids=_name)
def test_what_is_called_supported_happens(example: Example) -> None:
    assert table.problems(example.xml) == []
    assert example.act is not None
    try:
        walk = Walk(example.xml)
    except EngineError as error:
        pytest.fail(f"{example.name} does not start: {error}")
    example.act(walk)


@pytest.mark.parametrize("example", IN_OFFICE, ids=_name)
def test_what_needs_an_office_happens_in_one(example: Example, sqlite: str) -> None:
    assert example.office is not None
    office.prepare()
    office.publish(example.xml)
    example.office()


@pytest.mark.parametrize("example", REFUSED, ids=_name)
def test_what_is_called_refused_is_refused_with_element_and_sentence(example: Example) -> None:
    found = table.problems(example.xml)
    assert [problem.code for problem in found] == [example.code]
    assert found[0].element, "the refusal names the element"
    assert re.search("[\u4e00-\u9fff]", found[0].message), "the refusal is a sentence for people"


def test_names_are_unique() -> None:
    names = [example.name for example in EXAMPLES]
    assert sorted(set(names)) == sorted(names)


def test_the_readme_holds_the_table() -> None:
    assert table.written() == table.table().lstrip("\n"), "run: python -m tests.engine.support"
