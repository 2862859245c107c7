"""The fields of a bound form: a component, where it stands, its value and what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.forms.prose import Html
from engine.forms.reading import Option
from engine.forms.schema import INPUTS, Component


@dataclass
class Field:
    """One component on one page. Templates read it; `bind` and `validate` write it."""

    component: Component
    #: The HTML name: the path joined by dots, `people.0.name` in rows; "" if it holds no value.
    name: str
    value: Any = None
    errors: list[str] = field(default_factory=list)
    hidden: bool = False
    readonly: bool = False
    children: list[Field] = field(default_factory=list)
    options: list[Option] = field(default_factory=list)
    #: The rules with their expressions computed.
    rules: Mapping[str, Any] = field(default_factory=dict)
    #: Whether some other component's condition reads this one.
    live: bool = False
    #: The content of a text block.
    html: Html = field(default_factory=Html)
    #: Set if this is one row of a list: its number, from 0.
    row: int | None = None

    @property
    def type(self) -> str:
        return "row" if self.row is not None else self.component.type

    @property
    def key(self) -> str:
        return self.component.key

    @property
    def spec(self) -> Mapping[str, Any]:
        return self.component.spec

    @property
    def label(self) -> str:
        return f"第 {self.row + 1} 行" if self.row is not None else self.component.label

    @property
    def id(self) -> str:
        """The id of the HTML element."""
        return "f-" + re.sub(r"\W", "-", self.name or str(self.spec.get("id") or self.type))

    @property
    def conditional(self) -> bool:
        """Whether a condition decides if it is shown."""
        return self.component.expression("conditional.hide") is not None

    @property
    def is_input(self) -> bool:
        return self.row is None and self.component.type in INPUTS

    @property
    def is_empty(self) -> bool:
        """Whether nobody entered anything, in it or below."""
        if self.is_input:
            return is_blank(self.value)
        return all(child.is_empty for child in self.children if child.is_input or child.children)


def is_blank(value: Any) -> bool:
    """Whether nobody entered anything. Zero is something."""
    return value is None or value is False or value == "" or value == []


def flat(fields: Iterable[Field]) -> Iterator[Field]:
    """Every field, outer ones first."""
    for item in fields:
        yield item
        yield from flat(item.children)
