"""Conversations and choreographies → SVG: what participants say to each other."""

from collections.abc import Callable, Mapping

from engine.bpmn.figures import Box, Shape
from engine.bpmn.lettering import NAME_LINE, NAME_SIZE, Text, wrap
from engine.bpmn.strokes import envelope, foot, path, rect, text

#: Bands are about this tall: the name of an open activity stands beneath the upper one.
BAND = 20.0


def band(shape: Shape) -> str:
    """One participant of a choreography activity; who does not begin is shaded."""
    box, many = shape.box, "parallel" in shape.markers
    parts = [rect(box, "bd-band" if _answers(shape) else "bd-shape", 5)]
    if shape.name:
        lines = wrap(shape.name, box.w - (40 if many else 8), NAME_SIZE, 1)
        place = Box(box.x, box.cy - NAME_LINE / 2, box.w, NAME_LINE)
        parts.append(text(Text(lines, place), "bd-name", NAME_LINE))
    if many:  # at the right: the name is in the middle
        parts.append(foot(Box(box.right - 20, box.y, 18, box.h / 2 + 10), ["parallel"]))
    return "".join(parts)


def _answers(shape: Shape) -> bool:
    return shape.band.endswith("non_initiating")


def act(shape: Shape) -> str:
    """A choreography activity; its bands are shapes of their own."""
    box, calls = shape.box, shape.kind == "callChoreography"
    opened = shape.kind == "subChoreography" and shape.expanded
    lines = wrap(shape.name, box.w - 12, NAME_SIZE, 1 if opened else 2) if shape.name else ()
    marks = [*shape.markers]
    if shape.kind == "subChoreography" and not opened:
        marks.append("subprocess")
    top = box.y + BAND + 8 if opened else box.cy - len(lines) * NAME_LINE / 2
    top -= 7 if marks and not opened else 0
    above = Box(box.x, box.y, box.w, box.h - BAND + 1)  # the lower band hides the foot itself
    return (
        rect(box, "bd-shape" + (" bd-thick" if calls else "") + (" bd-sub" if opened else ""), 7)
        + (text(Text(lines, Box(box.x, top, box.w, 0)), "bd-name", NAME_LINE) if lines else "")
        + foot(above, marks)
    )


def talk(shape: Shape) -> str:
    """A conversation: a hexagon, its name below."""
    box, cut = shape.box, shape.box.w / 4
    outline = path(
        f"M{box.x + cut:g} {box.y:g}H{box.right - cut:g}L{box.right:g} {box.cy:g}"
        f"L{box.right - cut:g} {box.bottom:g}H{box.x + cut:g}L{box.x:g} {box.cy:g}Z",
        "bd-shape" + (" bd-thick" if shape.kind == "callConversation" else ""),
    )
    return outline + (foot(box, ["subprocess"]) if shape.kind == "subConversation" else "")


def message(shape: Shape) -> str:
    """The envelope of a message, beside a band or on a message flow."""
    return envelope(shape.box, shaded=_answers(shape))


PAINTERS: Mapping[str, Callable[[Shape], str]] = {
    "callChoreography": act,
    "callConversation": talk,
    "choreographyTask": act,
    "conversation": talk,
    "message": message,
    "subChoreography": act,
    "subConversation": talk,
}
