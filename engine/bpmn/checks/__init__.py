"""What admission looks at, once the file is a sound tree. One module per question.

`structure` must hold before anything else can be asked; `content` asks all the rest, so
that an author sees every problem at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from lxml import etree

from engine.bpmn.checks import (
    catching,
    code,
    compensation,
    events,
    formulas,
    graph,
    listeners,
    livelock,
    loops,
    mappings,
    people,
    work,
)
from engine.errors import Problem


def structure(root: etree._Element) -> Iterator[Problem]:
    """Flows that lead nowhere, nodes that cannot be where they are."""
    return graph.check(root)


def content(root: etree._Element) -> Iterator[Problem]:
    """Everything that reads single elements or walks the flows."""
    return chain(
        code.check(root),
        events.check(root),
        compensation.check(root),
        catching.check(root),
        formulas.check(root),
        people.check(root),
        listeners.check(root),
        mappings.check(root),
        work.check(root),
        loops.check(root),
        livelock.check(root),
    )
