"""Which elements BPMN has, and what may stand in each: `grammar.txt`, read once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

TABLE = Path(__file__).parent / "grammar.txt"
ATTRIBUTE = re.compile(r"^(\w+)(!?)(?:=(.+))?$")


@dataclass(frozen=True)
class Kind:
    """One element: its attributes, and the children it may have by their place in the order."""

    #: Attribute → "" for any text, "bool", "int", or the words it may be, by commas.
    attributes: Mapping[str, str]
    required: frozenset[str]
    #: Child → place in the order; members of a group share one.
    order: Mapping[str, int] = field(default_factory=dict)
    #: Place → how often: "" exactly once, "?", "*" or "+"; and what it is called.
    often: Mapping[int, tuple[str, str]] = field(default_factory=dict)


@cache
def kinds() -> Mapping[str, Kind]:
    """Return every element of the standard by its name."""
    lines = [line for line in TABLE.read_text("utf-8").splitlines() if line and line[0] != "#"]
    groups = {
        name.strip(): members.split()
        for name, equals, members in (line.partition(" = ") for line in lines)
        if equals and name.isupper()
    }
    made: dict[str, Kind] = {}
    parts: dict[str, tuple[list[str], list[str]]] = {}
    for line in lines:
        head, *rest = line.split("|")
        if not rest:
            continue
        name, _, base = (word.strip() for word in head.partition("<"))
        attributes, children = parts.get(base, ([], []))
        own = rest[1].split() if len(rest) > 1 else []
        parts[name] = [*attributes, *rest[0].split()], [*children, *own]
        if not name.startswith("@"):
            made[name] = _kind(*parts[name], groups)
    return made


def _kind(attributes: list[str], children: list[str], groups: Mapping[str, list[str]]) -> Kind:
    found = [match for match in map(ATTRIBUTE.match, attributes) if match]
    order: dict[str, int] = {}
    often: dict[int, tuple[str, str]] = {}
    for place, word in enumerate(children):
        name = word.rstrip("?*+")
        often[place] = word[len(name) :], name
        order.update(dict.fromkeys(groups.get(name, [name]), place))
    return Kind(
        attributes={match[1]: match[3] or "" for match in found},
        required=frozenset(match[1] for match in found if match[2]),
        order=order,
        often=often,
    )


@cache
def pointers() -> frozenset[str]:
    """Return the children that hold no more than a pointer: they are elements of their own."""
    known = kinds()
    return frozenset(child for kind in known.values() for child in kind.order if child not in known)
