"""Places for conversations, and for the participants of choreography activities, nobody drew."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from engine.bpmn.figures import Box
from engine.bpmn.importing.blocks import BAND
from engine.bpmn.importing.page import Page
from engine.bpmn.xml import CHOREOGRAPHY, CONVERSATIONS, DI, B, children, identifier, local

HEXAGON = (60.0, 52.0)
#: Room for the name of a conversation beneath it and to its side.
BESIDE, BENEATH = 120.0, 40.0
ROW = 6


def conversations(page: Page, holder: etree._Element) -> None:
    """Place conversations in rows beneath the pools, and what a closed one holds on request."""
    talks = [node for node in holder if local(node) in CONVERSATIONS]
    missing = [node for node in talks if identifier(node) not in page.shown]
    for start in range(0, len(missing), ROW):
        left, top = page.next_place
        wide, high = HEXAGON
        for number, node in enumerate(missing[start : start + ROW]):
            page.add_shape(
                identifier(node), Box(left + 60 + number * (wide + BESIDE), top, wide, high)
            )
    for node in talks if page.whole else ():
        conversations(page, node)


def bands(page: Page, tree: etree._Element) -> None:
    """Add the bands of activities that are drawn without any."""
    drawn = {
        item.get("id"): item.get("bpmnElement")
        for item in tree.iter(DI + "BPMNShape")
        if not item.get("participantBandKind")
    }
    banded = {
        drawn.get(item.get("choreographyActivityShape"))
        for item in tree.iter(DI + "BPMNShape")
        if item.get("participantBandKind")
    }
    for act in tree.iter(*(B + kind for kind in sorted(CHOREOGRAPHY))):
        box = page.boxes.get(identifier(act))
        if box is not None and identifier(act) not in banded:
            for participant, place, kind in _bands(act, box):
                page.add_band(participant, place, kind)


def _bands(act: etree._Element, box: Box) -> Iterator[tuple[str, Box, str]]:
    named = [(ref.text or "").strip() for ref in children(act, "participantRef")]
    first = (act.get("initiatingParticipantRef") or "").strip()
    below = 0
    for number, participant in enumerate(named):
        begins = "initiating" if participant == first else "non_initiating"
        if number == 0:
            yield participant, Box(box.x, box.y, box.w, BAND), f"top_{begins}"
            continue
        place = Box(box.x, box.bottom - BAND * (len(named) - 1 - below), box.w, BAND)
        below += 1
        last = "bottom" if number == len(named) - 1 else "middle"
        yield participant, place, f"{last}_{begins}"
