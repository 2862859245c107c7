"""What is doubtful in a decision model although it can be read."""

from __future__ import annotations

from collections.abc import Iterator

from engine.decisions import coverage
from engine.decisions.model import DecisionModel
from engine.decisions.table import Table
from engine.decisions.types import kind_of
from engine.errors import ExpressionError, Problem
from engine.expressions import nodes
from engine.expressions.values import KIND_LABELS, kind


def check(model: DecisionModel) -> list[Problem]:
    """Return what an author should look at.

    Errors, since evaluation would fail: two rules of a UNIQUE table that match the same
    input, and an output that is not of its column's type.
    Warnings: inputs that no rule matches, rules that are never reached, outputs that are
    not in the column's list, constants of another type than the column's, words that
    look like texts without quotation marks.
    """
    found: list[Problem] = list(model.doubts)
    known = _known_names(model)
    for decision in model.decisions.values():
        table = decision.table
        if table is not None:
            columns = [coverage.column_of(table, place) for place in range(len(table.inputs))]
            found += coverage.overlaps(table, columns)
            found += coverage.unreachable(table, columns)
            found += coverage.gaps(decision, table, columns)
            found += _unknown_outputs(table)
            found += _wrong_types(table)
            found += _wrong_outputs(table)
            found += _missing_quotes(table, known)
    return found


def _known_names(model: DecisionModel) -> set[str]:
    """Return the names that the file itself gives a meaning."""
    names = set(model.inputs) | {one.name for one in model.knowledge.values()}
    for decision in model.decisions.values():
        names |= {decision.name, decision.variable}
        if decision.table is not None:
            names |= {output.name for output in decision.table.outputs}
            names |= {name for column in decision.table.inputs for name in column.names}
    return names


def _unknown_outputs(table: Table) -> Iterator[Problem]:
    for rule in table.rules:
        for output, tree in zip(table.outputs, rule.output_trees, strict=True):
            text = tree.value if isinstance(tree, nodes.Literal) else None
            if output.allowed and isinstance(text, str) and text not in output.allowed:
                yield Problem(
                    rule.id,
                    "dmn-output-value",
                    f"第 {rule.number} 条规则的输出“{text}”不在“{output.label}”的取值里。",
                    "warning",
                )


def _wrong_types(table: Table) -> Iterator[Problem]:
    """Yield constants in cells that can never equal a value of the column's type."""
    for rule in table.rules:
        for column, tree in zip(table.inputs, rule.trees, strict=True):
            wanted = kind_of(column.type)
            for value in coverage.constants_of(tree) or []:
                if wanted is not None and value is not None and kind(value) != wanted:
                    yield Problem(
                        rule.id,
                        "dmn-type",
                        f"第 {rule.number} 条规则：“{column.label}”列是{KIND_LABELS[wanted]}，"
                        f"单元格里是{KIND_LABELS[kind(value)]}，永远不会相等。",
                        "warning",
                    )


def _wrong_outputs(table: Table) -> Iterator[Problem]:
    """Yield constant outputs that their column's type refuses: evaluation would fail."""
    for rule in table.rules:
        for output, tree in zip(table.outputs, rule.output_trees, strict=True):
            if output.typed is None or not isinstance(tree, nodes.Literal):
                continue
            try:
                output.typed(tree.value)
            except ExpressionError as why:
                yield Problem(rule.id, "dmn-type", f"第 {rule.number} 条规则：{why}")


def _missing_quotes(table: Table, known: set[str]) -> Iterator[Problem]:
    """Yield cells that are one bare word which nothing in the file explains."""
    for rule in table.rules:
        cells = [test for tree in rule.trees for test in tree.tests]
        for node in (*cells, *rule.output_trees):
            if isinstance(node, nodes.Name) and node.name not in known and node.name != "?":
                yield Problem(
                    rule.id,
                    "dmn-quotes",
                    f"第 {rule.number} 条规则的“{node.name}”没有引号，会被当作变量；"
                    f'如果是文字，请写成 "{node.name}"。',
                    "warning",
                )
