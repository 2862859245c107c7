"""The trail: what one command did inside one instance, packed into one line of history.

Camunda's history knows every activity instance and every write of a variable. A row for
each would cost more than the work itself; packed they are a few bytes. The whole history
of an instance is the trails of its commands in order: `read` turns one back into steps,
`engine.queries.records` puts them together.

    {"t": ["=1 start", "+2 ut_register", "-7", "x8"], "f": ["f1"], "v": [["level", 2, "2"]],
     "o": {"2": {"g": ["handler@pinghu"]}}}

A step is a sign, the token, and when it came the element and the token around it:
`+` came and stays, `=` came and went on, `-` went on, `x` was taken away. A `#` behind the
token marks the body of a multi-instance activity. `v` holds name, value, the token that
wrote and the token whose scope holds it; `g` the same of what was taken away. `o` says for
whom a human task was opened, by its token: assignee, users, groups.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple

from engine.state import values
from engine.state.host import Trace, Write

#: The kind of these lines in `history_event`.
KIND = "trail"
#: What a trace becomes; everything else is no step.
SIGNS = {"entered": "+", "left": "-", "cancelled": "x"}


class Step(NamedTuple):
    """A token came to an element, or left it."""

    kind: Literal["came", "passed", "left", "cancelled"]
    token: str
    element: str = ""
    parent: str = ""
    is_body: bool = False


class Trail:
    """Collects the steps and flows of one instance during one command."""

    def __init__(self) -> None:
        self._steps: list[str] = []
        self._came: dict[str, int] = {}
        self._flows: dict[str, None] = {}
        self._opened: dict[str, dict[str, Any]] = {}

    def add(self, event: Trace) -> None:
        """Take in one trace; kinds that are no step are left to others."""
        if event.kind == "taken":
            self._flows[str(event.detail["flow"])] = None
            return
        sign = SIGNS.get(event.kind)
        if sign is None:
            return
        if sign == "+":
            self._came[event.token] = len(self._steps)
            body = "#" if event.detail.get("body") else ""
            self._steps.append(f"+{event.token}{body} {event.element} {event.parent}".rstrip())
            return
        came = self._came.pop(event.token, None)
        if came is not None and sign == "-":
            self._steps[came] = "=" + self._steps[came][1:]
        else:
            self._steps.append(sign + event.token)

    def opened(
        self, token: str, assignee: str | None, users: Sequence[str], groups: Sequence[str]
    ) -> None:
        """Say for whom the human task of a token was opened."""
        told = {"a": assignee, "u": list(users), "g": list(groups)}
        self._opened[token] = {key: value for key, value in told.items() if value}

    def packed(self, writes: Sequence[Write]) -> dict[str, Any]:
        """Return the line's data; empty when nothing happened."""
        data: dict[str, Any] = {}
        if self._steps:
            data["t"] = self._steps
        if self._flows:
            data["f"] = list(self._flows)
        if self._opened:
            data["o"] = self._opened
        kept = [_entry(write) for write in writes if not write.removed]
        gone = [[write.name, write.token, write.scope] for write in writes if write.removed]
        if kept:
            data["v"] = kept
        if gone:
            data["g"] = gone
        return data


def _entry(write: Write) -> list[Any]:
    entry: list[Any] = [write.name, values.encode(write.value)]
    if write.token or write.scope:
        entry.append(write.token)
    if write.scope:
        entry.append(write.scope)
    return entry


_KINDS: dict[str, Literal["came", "passed", "left", "cancelled"]] = {
    "+": "came",
    "=": "passed",
    "-": "left",
    "x": "cancelled",
}


def steps(data: Mapping[str, Any]) -> Iterator[Step]:
    """Yield the steps of a line in the order they began."""
    for text in data.get("t", ()):
        token, _, rest = text[1:].partition(" ")
        element, _, parent = rest.partition(" ")
        yield Step(_KINDS[text[0]], token.rstrip("#"), element, parent, token.endswith("#"))


def writes(data: Mapping[str, Any]) -> Iterator[Write]:
    """Yield the variables that a line set, then those it took away."""
    for name, value, *where in data.get("v", ()):
        token, scope = [*where, "", ""][:2]
        yield Write(name, values.decode(value), token, scope)
    for name, token, scope in data.get("g", ()):
        yield Write(name, None, token, scope, removed=True)


class Opened(NamedTuple):
    """For whom a human task was opened."""

    token: str
    assignee: str | None
    users: Sequence[str]
    groups: Sequence[str]


def openings(data: Mapping[str, Any]) -> Iterator[Opened]:
    """Yield the human tasks that were opened."""
    for token, told in data.get("o", {}).items():
        yield Opened(token, told.get("a"), told.get("u", ()), told.get("g", ()))


def flows(data: Mapping[str, Any]) -> list[str]:
    """Return the sequence flows that were walked."""
    return list(data.get("f", ()))
