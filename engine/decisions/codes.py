"""The texts that a DMN file's tables name: what they test for, and what they answer."""

from __future__ import annotations

from collections.abc import Iterator

from engine.decisions.model import DecisionModel
from engine.decisions.table import Table
from engine.expressions import nodes


def codes_of(model: DecisionModel) -> frozenset[str]:
    """Return every text that stands in a cell, or in a column's list of values."""
    tables = (one.table for one in model.decisions.values())
    return frozenset(text for table in tables if table for text in _texts(table))


def _texts(table: Table) -> Iterator[str]:
    for allowed in (
        *(one.allowed for one in table.inputs),
        *(one.allowed for one in table.outputs),
    ):
        yield from allowed or ()
    trees: list[nodes.Node] = [one.default_tree for one in table.outputs if one.default_tree]
    for rule in table.rules:
        trees += [*rule.trees, *rule.output_trees]
    for tree in trees:
        for node, _ in nodes.walk(tree):
            if isinstance(node, nodes.Literal) and isinstance(node.value, str):
                yield node.value
