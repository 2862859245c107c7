"""Every rule of the standard; importing this package enters them all into the register."""

from engine.bpmn.standard.rules import (
    activities,
    collaboration,
    data,
    drawing,
    events,
    form,
    gateways,
    identity,
    positions,
    references,
    sequence,
)

__all__ = [
    "activities",
    "collaboration",
    "data",
    "drawing",
    "events",
    "form",
    "gateways",
    "identity",
    "positions",
    "references",
    "sequence",
]
