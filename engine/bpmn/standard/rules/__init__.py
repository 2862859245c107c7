"""Every rule of the standard; importing this package enters them all into the register."""

from engine.bpmn.standard.rules import (
    activities,
    choreographies,
    collaboration,
    data,
    data_reach,
    drawing,
    drawing_form,
    events,
    form,
    gateways,
    identity,
    items,
    positions,
    references,
    roles,
    sequence,
)

__all__ = [
    "activities",
    "choreographies",
    "collaboration",
    "data",
    "data_reach",
    "drawing",
    "drawing_form",
    "events",
    "form",
    "gateways",
    "identity",
    "items",
    "positions",
    "references",
    "roles",
    "sequence",
]
