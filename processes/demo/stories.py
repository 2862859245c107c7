"""The stories of the demonstration: what was said where, and what was then done.

A story begins some working days before today and goes on until its moves end or today comes;
what is left then is what waits in the office.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from processes.demo.moves import Move

Form = Literal["register", "intake", "imported"]


@dataclass(frozen=True)
class Story:
    """One appeal: its beginning, and the moves that follow."""

    title: str
    street: str
    category: str
    #: Working days before today on which it is handed in.
    ago: int
    steps: tuple[Move, ...] = ()
    form: Form = "register"
    channel: str = "window"
    kind: str = "help"
    identity: str = "real"
    #: Own words; else a sample of the category.
    content: str = ""
    employer: str | None = None
    persons: int = 1
    #: The same number is the same person; 0: somebody of this story only.
    worker: int = 0
    #: Login of who registers; else the window of the street.
    clerk: str = ""
    files: tuple[str, ...] = ()
    #: Further fields of the start form.
    extra: Mapping[str, Any] = field(default_factory=dict)


def first(count: int) -> list[Story]:
    """Return so many stories; the first ones show the most."""
    from processes.demo import stories_closed, stories_open, stories_ways

    told = [*stories_open.STORIES, *stories_ways.STORIES, *stories_closed.STORIES]
    return told[:count]
