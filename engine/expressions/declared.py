"""Values that keep the type their sender declared for them, where ours says less.

A program that wrote a `Long` or an object of some class reads it again under that type. To
expressions they are what they look like: whole numbers, contexts and lists; what is computed
from them is an ordinary value.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


class Long(int):
    """A whole number of 64 bits, however small it is."""


class Short(int):
    """A whole number of 16 bits."""


class ObjectMap(dict[str, Any]):
    """What an object of a class held."""

    def __init__(self, content: Mapping[str, Any], class_name: str) -> None:
        super().__init__(content)
        self.class_name = class_name


class ObjectList(list[Any]):
    """What a collection of a class held."""

    def __init__(self, content: Iterable[Any], class_name: str) -> None:
        super().__init__(content)
        self.class_name = class_name


def named(content: Any, class_name: str) -> Any:
    """Return a mapping or list under the name of its class; anything else has no such name."""
    if isinstance(content, Mapping):
        return ObjectMap(content, class_name)
    return ObjectList(content, class_name) if isinstance(content, list) else content
