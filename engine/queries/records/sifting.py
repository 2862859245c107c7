"""Filters, order and window over records that were put together in memory."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeVar

from engine.queries import matching
from engine.queries.asked import MOST, Asked, beyond

T = TypeVar("T")
Test = Callable[[Any], bool]
Tests = Mapping[str, Callable[[Any], Test]]
Order = Mapping[str, Callable[[Any], Any]]


def sift(records: Iterable[T], asked: Asked, tests: Tests) -> list[T]:
    """Return the records that pass every test that was asked for.

    Stops early when no order is wanted and the window is full.
    """
    wanted = [tests[name](value) for name, value in asked.values.items() if name in tests]
    enough = None
    if not asked.sorting and asked.limit is not None:
        enough = asked.first + min(asked.limit, MOST)
    found: list[T] = []
    for record in records:
        if enough is not None and len(found) >= enough:
            break
        if all(test(record) for test in wanted):
            found.append(record)
    return found


def window(records: Sequence[T], asked: Asked, order: Order) -> list[T]:
    """Return the window that was asked for, in the order that was asked for."""
    ordered = list(records)
    for sorting in reversed(asked.sorting):
        key = order[sorting.key]
        ordered.sort(
            key=lambda record, key=key: _sortable(key(record)),  # type: ignore[misc]
            reverse=sorting.descending,
        )
    limit = MOST if asked.limit is None else min(asked.limit, MOST)
    return ordered[asked.first : asked.first + limit]


def _sortable(value: Any) -> tuple[bool, Any]:
    """Put what is missing first, as the database does."""
    return (value is not None, value if value is not None else 0)


def same(get: Callable[[Any], Any]) -> Callable[[Any], Test]:
    """Return a test: exactly this value."""
    return lambda value: lambda record: bool(get(record) == value)


def one_of(get: Callable[[Any], Any]) -> Callable[[Any], Test]:
    """Return a test: one of these values."""
    return lambda values: lambda record: get(record) in values


def alike(get: Callable[[Any], Any]) -> Callable[[Any], Test]:
    """Return a test: matches a pattern with `%` and `_`."""
    return lambda pattern: lambda record: matches(str(get(record) or ""), pattern)


def matches(text: str, pattern: str) -> bool:
    """Say whether a text matches a pattern, see `matching.pieces`."""
    return _pattern(pattern).fullmatch(text) is not None


@lru_cache(maxsize=256)
def _pattern(pattern: str) -> re.Pattern[str]:
    # Runs of % would make the pattern slow without meaning more.
    meant = {"%": ".*", "_": "."}
    parts = [meant[one] if wild else re.escape(one) for one, wild in matching.pieces(pattern[:500])]
    kept = [
        one for place, one in enumerate(parts) if one != ".*" or parts[place - 1 : place] != [".*"]
    ]
    return re.compile("".join(kept), re.S)


def from_(get: Callable[[Any], Any]) -> Callable[[Any], Test]:
    """Return a test: at or after this moment."""

    def make(bound: Any) -> Test:
        return lambda record: get(record) is not None and get(record) >= bound

    return make


def until(get: Callable[[Any], Any]) -> Callable[[Any], Test]:
    """Return a test: at or before this moment, as it is told."""

    def make(bound: Any) -> Test:
        end = beyond(bound)
        return lambda record: get(record) is not None and get(record) < end

    return make


def flag(holds: Callable[[Any], bool]) -> Callable[[Any], Test]:
    """Return a test for a flag: true asks for it, false for nothing."""
    return lambda wanted: holds if wanted else (lambda _: True)


def nothing(_: Any) -> Test:
    """Test for what this office does not have: nothing passes."""
    return lambda _: False
