"""A posted form as names and texts, whether it came from a browser or from a program.

A field's name is its path joined by dots, a row of a list counts by its number: `contact.phone`,
`people.0.name`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from typing import Any, Protocol


class Posted(Protocol):
    """What `bind` reads; werkzeug's MultiDict is one."""

    def get(self, name: str, /) -> str | None: ...
    def getlist(self, name: str, /) -> list[str]: ...
    def __iter__(self) -> Iterator[str]: ...


class Entries:
    """Values of a program (`commands.complete`, REST) in the shape of a posted form."""

    def __init__(self, entries: Mapping[str, list[str]]) -> None:
        self._entries = entries

    def get(self, name: str, /) -> str | None:
        found = self._entries.get(name)
        return found[0] if found else None

    def getlist(self, name: str, /) -> list[str]:
        return list(self._entries.get(name, ()))

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)


def posted(values: Mapping[str, Any]) -> Entries:
    """Return submitted values as a posted form; what `BoundForm.values()` gave comes back equal."""
    entries: dict[str, list[str]] = {}
    _flatten("", values, entries)
    return Entries(entries)


def _flatten(name: str, value: Any, entries: dict[str, list[str]]) -> None:
    if isinstance(value, Mapping):
        for key, item in value.items():
            _flatten(f"{name}.{key}" if name else str(key), item, entries)
    elif isinstance(value, list | tuple):
        if any(isinstance(item, Mapping) for item in value):
            for row, item in enumerate(value):
                _flatten(f"{name}.{row}", item, entries)
        elif value:
            entries[name] = [_text(item) for item in value]
    elif value is True:
        entries[name] = ["true"]
    elif value is not None and value is not False:
        entries[name] = [_text(value)]


def _text(value: Any) -> str:
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return str(value)
