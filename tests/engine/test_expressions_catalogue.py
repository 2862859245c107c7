"""Every built-in has a sentence in Chinese and an example that can be computed."""

from __future__ import annotations

import pytest

from engine import expressions
from engine.expressions.builtins import REGISTRY
from engine.expressions.catalogue import functions


def test_every_function_is_told_once():
    assert sorted(one.name for one in functions()) == sorted(REGISTRY)


@pytest.mark.parametrize("one", functions(), ids=lambda one: one.name)
def test_the_example_calls_the_function_and_has_a_result(one):
    assert f"{one.name}(" in one.example
    assert expressions.feel(one.example, {}) is not None
    assert any("\u4e00" <= char <= "\u9fff" for char in one.text)
    assert one.signatures
