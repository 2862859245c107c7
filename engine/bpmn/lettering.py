"""Where the words of a diagram stand, and where their lines break (Chinese has no spaces)."""

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from engine.bpmn.figures import Box, Edge, Point, Shape
from engine.bpmn.xml import SUBPROCESSES

#: Sizes of type in pixels, as bpmn-js draws them, so that a diagram looks the same in the modeler.
NAME_SIZE, NAME_LINE = 12.0, 15.0
LABEL_SIZE, LABEL_LINE = 11.0, 13.0
LABEL_WIDTH = 90.0


@dataclass(frozen=True, slots=True)
class Text:
    """Lines of type and the rectangle they fill."""

    lines: tuple[str, ...]
    box: Box


def width(text: str, size: float) -> float:
    """Estimate the width of a line: a Chinese character is a square, others about half."""
    return sum(
        size if unicodedata.east_asian_width(char) in "WF" or char in "“”‘’…—" else size * 0.56
        for char in text
    )


#: 行首不能有的标点 / 行末不能有的标点: they stay with their neighbour when a line is broken.
_NOT_FIRST = frozenset("，。、；：？！）》」』”’％…·,.;:?!)%")
_NOT_LAST = frozenset("（《「『“‘(")


_PAUSES = frozenset("、，；：。 ）”")


def _pieces(text: str) -> Iterator[str]:
    """Cut a line where it may be broken: between Chinese characters, around words."""
    piece = ""
    for char in text:
        joins = bool(piece) and (
            char in _NOT_FIRST
            or piece[-1] in _NOT_LAST
            or (char.isascii() and not char.isspace() and piece[-1].isascii() and piece[-1] != " ")
        )
        if piece and not joins:
            yield piece
            piece = ""
        piece += char
    if piece:
        yield piece


@lru_cache(maxsize=4_096)
def wrap(text: str, room: float, size: float, most: int) -> tuple[str, ...]:
    """Break a text into at most `most` lines of `room` pixels; what does not fit ends in “…”.

    Lines are about equally long: no line holds a single character that the others could take.
    """
    lines = [line for part in text.splitlines() or [""] for line in _balanced(part, room, size)]
    if len(lines) > most:
        lines = [*lines[: most - 1], lines[most - 1][: max(1, int(room / size) - 1)] + "…"]
    return tuple(lines)


def _balanced(paragraph: str, room: float, size: float) -> list[str]:
    lines = _filled(paragraph, room, size)
    if len(lines) == 2 and (halves := _at_a_pause(paragraph.strip(), room, size)):
        return halves
    # No narrower than a word, or the word itself would be cut.
    words = (width(piece.strip(), size) for piece in _pieces(paragraph))
    least = max((word for word in words if word <= room), default=size)
    while len(lines) > 1 and room - size / 2 >= least:
        room -= size / 2
        narrower = _filled(paragraph, room, size)
        if len(narrower) > len(lines):
            break
        lines = narrower
    return lines


def _at_a_pause(text: str, room: float, size: float) -> list[str]:
    """Break a text of two lines where a reader pauses anyway, as near to its middle as can be."""
    splits = [
        (text[:at].rstrip(), text[at:].lstrip())
        for at in range(1, len(text))
        if text[at - 1] in _PAUSES and text[at] not in _NOT_FIRST
    ]
    fitting = [pair for pair in splits if max(width(half, size) for half in pair) <= room]
    best = min(
        fitting, key=lambda pair: abs(width(pair[0], size) - width(pair[1], size)), default=()
    )
    return list(best)


def _filled(paragraph: str, room: float, size: float) -> list[str]:
    lines, line = [], ""
    for piece in _split_long(_pieces(paragraph.strip()), room, size):
        if line and width(line + piece.rstrip(), size) > room:
            lines.append(line.rstrip())
            line = piece.lstrip()
        else:
            line += piece
    return [*lines, line.rstrip()]


def _split_long(pieces: Iterable[str], room: float, size: float) -> Iterator[str]:
    for piece in pieces:
        if width(piece, size) <= room:
            yield piece
        else:
            yield from piece


def _block(lines: tuple[str, ...], size: float, line: float) -> tuple[float, float]:
    return max(width(text, size) for text in lines), line * len(lines)


def inner_text(shape: Shape) -> tuple[Text | None, bool]:
    """The name inside an activity, and whether all of it fits."""
    if not shape.name:
        return None, True
    box = shape.box
    if shape.kind in SUBPROCESSES and shape.expanded:
        lines, top = wrap(shape.name, box.w - 24, NAME_SIZE, 1), box.y + 8
        whole = width(shape.name, NAME_SIZE) <= box.w - 24
    else:
        foot = 16 if shape.markers or shape.kind in SUBPROCESSES | {"callActivity"} else 4
        head = 4 if shape.kind in {"task", "callActivity"} | SUBPROCESSES else 14
        most = max(1, int((box.h - head - foot) / NAME_LINE))
        lines = wrap(shape.name, box.w - 12, NAME_SIZE, most)
        whole = "".join(lines).replace(" ", "") == "".join(shape.name.split())
        middle = box.y + head + (box.h - head - foot) / 2
        free = (box.h - len(lines) * NAME_LINE) / 2
        # The optical middle of the whole shape if icon and marks leave it free.
        middle = box.cy if free >= max(head, foot) else middle
        top = middle - len(lines) * NAME_LINE / 2
    wide, high = _block(lines, NAME_SIZE, NAME_LINE)
    # The title of an open subprocess stands left, where no flag of an inner step covers it.
    left = box.x + 14 if shape.expanded and shape.kind in SUBPROCESSES else box.cx - wide / 2
    return Text(lines, Box(left, top, wide, high)), whole


def label_text(item: Shape | Edge) -> Text | None:
    """The name beside an event, gateway, data object or flow; None if it has none."""
    if not item.name or (isinstance(item, Shape) and not _labelled_outside(item)):
        return None
    given = item.label
    lines = wrap(item.name, max(given.w if given else 0, LABEL_WIDTH), LABEL_SIZE, 5)
    wide, high = _block(lines, LABEL_SIZE, LABEL_LINE)
    if given is None:
        middle_x, top = _default_place(item, wide, high)
    else:
        middle_x, top = given.cx, given.cy - high / 2
        if high > given.h and isinstance(item, Shape):
            # The author left less room than the text needs: grow away from the shape.
            top = given.y if given.cy > item.box.cy else given.bottom - high
    return Text(lines, Box(middle_x - wide / 2, top, wide, high))


def _labelled_outside(shape: Shape) -> bool:
    if shape.kind == "message":
        return True
    outside = ("Event", "Gateway", "onversation")
    return shape.kind.endswith(outside) or shape.kind.startswith("data")


def _default_place(item: Shape | Edge, wide: float, high: float) -> Point:
    if isinstance(item, Shape):
        if item.band.startswith("top"):  # an envelope above its band
            return item.box.cx, item.box.y - high - 2
        return item.box.cx, item.box.bottom + 5
    (x0, y0), (x1, y1) = item.points[0], item.points[1]
    if abs(y1 - y0) > abs(x1 - x0):  # beside a line that goes up or down, above one that does not
        return (x0 + x1) / 2 + wide / 2 + 5, (y0 + y1) / 2 - high / 2
    return (x0 + x1) / 2, (y0 + y1) / 2 - high - 3
