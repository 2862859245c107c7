"""What a filled form holds: the values of its visible fields, row by row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from engine.forms.fields import Field


def values_of(fields: Sequence[Field], *, readonly: bool = False) -> dict[str, Any]:
    """Return visible values, nested by paths; rows that were left empty are left out.

    Args:
        fields: one level of the form.
        readonly: whether fields that only the server writes are included.
    """
    found: dict[str, Any] = {}
    for item in fields:
        if item.hidden:
            continue
        if item.type == "dynamiclist":
            found[item.key] = [
                values_of(row.children, readonly=readonly)
                for row in item.children
                if not (row.is_empty and _may_lose_rows(item))
            ]
        elif item.type == "group":
            inner = values_of(item.children, readonly=readonly)
            found.update({item.key: inner} if item.key else inner)
        elif item.is_input and item.type != "filepicker" and (readonly or not item.readonly):
            found[item.key] = item.value
    return found


def spare_rows(fields: Sequence[Field]) -> Iterator[Field]:
    """Yield the rows nobody needs to fill: empty ones, except one if all are empty."""
    for item in fields:
        if item.type == "dynamiclist" and _may_lose_rows(item):
            empty = [row for row in item.children if row.is_empty]
            yield from empty[1:] if len(empty) == len(item.children) else empty
        yield from spare_rows(item.children)


def _may_lose_rows(item: Field) -> bool:
    return item.spec.get("allowAddRemove") is not False


def outside_rows(fields: Sequence[Field]) -> Iterator[Field]:
    """Yield the visible inputs that stand in no list."""
    for item in fields:
        if item.hidden:
            continue
        if item.is_input:
            yield item
        elif item.type == "group":
            yield from outside_rows(item.children)
