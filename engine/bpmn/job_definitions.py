"""What a diagram makes jobs for: its timers and asynchronous continuations, each with a name.

Camunda keeps them as rows; here they follow from the diagram. A name is stable: the
definition's number, the element, and what kind of job it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from engine.bpmn.definition import Description, Element

ASYNC = "async-continuation"
BEFORE, AFTER = "async-before", "async-after"
#: How the diagram says so, by the last letter of the wait.
SWITCHES = {"b": ("asyncBefore", BEFORE), "a": ("asyncAfter", AFTER)}


@dataclass(frozen=True)
class JobDefinition:
    """One kind of job of one element."""

    element: str
    #: Camunda's job type.
    type: str
    #: `DURATION: PT1H`, `async-before`, …
    configuration: str
    #: What stands in the name; unique for the element.
    slug: str


def of(description: Description) -> Iterator[JobDefinition]:
    """Yield the job definitions of a process in the order of the diagram."""
    for element in description.elements.values():
        if element.event == "timer":
            kind = _timer_type(element, description)
            yield JobDefinition(element.id, kind, _timer(element.event_name), kind)
        for attribute, word in SWITCHES.values():
            if element.attributes.get(attribute) == "true":
                yield JobDefinition(element.id, ASYNC, word, word)


def slug_of(kind: str, wait: str | None, element: Element | None, description: Description) -> str:
    """Return which definition of its element a job belongs to; "" for none."""
    if element is None:
        return ""
    if kind in ("timer", "start"):
        return _timer_type(element, description) if element.event == "timer" else ""
    if kind == "async" and wait:
        attribute, word = SWITCHES[wait[-1]]
        return word if element.attributes.get(attribute) == "true" else ""  # not drawn: owed
    return ""


def _timer_type(element: Element, description: Description) -> str:
    if element.kind == "boundaryEvent":
        return "timer-transition"
    if element.kind != "startEvent":
        return "timer-intermediate-transition"
    parent = description.elements.get(element.parent)
    inside = parent is not None and parent.event_subprocess
    return "timer-start-event-subprocess" if inside else "timer-start-event"


def _timer(text: str) -> str:
    """Say what kind of timer a text is: an expression may be any, most give a moment."""
    if text.startswith("P"):
        return f"DURATION: {text}"
    cycle = text.startswith("R") or len(text.split()) in (6, 7)
    return f"{'CYCLE' if cycle else 'DATE'}: {text}"
