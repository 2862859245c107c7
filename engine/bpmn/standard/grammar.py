"""Which elements BPMN has, and what may stand in each: two tables, each read once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent
ATTRIBUTE = re.compile(r"^(\w+)(!?)(?:=(.+))?$")


@dataclass(frozen=True)
class Kind:
    """One element: its attributes, and the children it may have by their place in the order."""

    #: Attribute → "" for any text, "bool", "int", "num", or the words it may be, by commas.
    attributes: Mapping[str, str]
    required: frozenset[str]
    #: Child → place in the order; members of a group share one.
    order: Mapping[str, int] = field(default_factory=dict)
    #: Place → how often: "" exactly once, "?", "*" or "+"; and what it is called.
    often: Mapping[int, tuple[str, str]] = field(default_factory=dict)
    #: What it is a special case of, the nearest first.
    bases: tuple[str, ...] = ()


@cache
def kinds() -> Mapping[str, Kind]:
    """Return every element of the standard by its name."""
    return _read("grammar.txt")


@cache
def drawn() -> Mapping[str, Kind]:
    """Return every part of a drawing by its name."""
    return _read("drawing.txt")


def _read(table: str) -> Mapping[str, Kind]:
    text = (FOLDER / table).read_text("utf-8")
    lines = [line for line in text.splitlines() if line and line[0] != "#"]
    groups = {
        name.strip(): members.split()
        for name, equals, members in (line.partition(" = ") for line in lines)
        if equals and name.isupper()
    }
    made: dict[str, Kind] = {}
    parts: dict[str, tuple[list[str], list[str], tuple[str, ...]]] = {}
    for line in lines:
        head, *rest = line.split("|")
        if not rest:
            continue
        name, _, base = (word.strip() for word in head.partition("<"))
        attributes, children, above = parts.get(base, ([], [], ()))
        own = rest[1].split() if len(rest) > 1 else []
        bases = (base, *above) if base else ()
        parts[name] = [*attributes, *rest[0].split()], [*children, *own], bases
        if not name.startswith("@"):
            made[name] = _kind(*parts[name], groups)
    return made


def _kind(
    attributes: list[str],
    children: list[str],
    bases: tuple[str, ...],
    groups: Mapping[str, list[str]],
) -> Kind:
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
        bases=bases,
    )


@cache
def pointers() -> frozenset[str]:
    """Return the children that hold no more than a pointer: they are elements of their own."""
    known = kinds()
    named = {child for kind in known.values() for child in kind.order if child not in known}
    return frozenset(named - drawn().keys())
