"""The strokes every picture is made of: texts, paths and rectangles, in classes only."""

from collections.abc import Iterable
from html import escape

from engine.bpmn import glyphs
from engine.bpmn.figures import Box
from engine.bpmn.lettering import Text


def text(words: Text, kind: str, line: float) -> str:
    """Write some lines, each in the middle of its row."""
    spans = "".join(
        f'<tspan x="{words.box.cx:g}" y="{words.box.y + (row + 0.5) * line:g}">{escape(part)}'
        "</tspan>"
        for row, part in enumerate(words.lines)
    )
    return f'<text class="{kind}" text-anchor="middle" dominant-baseline="central">{spans}</text>'


def path(d: str, kind: str, place: str = "") -> str:
    """Draw a path, moved if `place` says where."""
    transform = f' transform="{place}"' if place else ""
    return f'<path class="{kind}" d="{d}"{transform}/>'


def rect(box: Box, kind: str, radius: float = 0, inset: float = 0) -> str:
    """Draw a rectangle, smaller by `inset` pixels on every side."""
    rounded = f' rx="{radius:g}"' if radius else ""
    return (
        f'<rect class="{kind}" x="{box.x + inset:g}" y="{box.y + inset:g}" '
        f'width="{max(0, box.w - 2 * inset):g}" height="{max(0, box.h - 2 * inset):g}"{rounded}/>'
    )


def foot(box: Box, marks: Iterable[str]) -> str:
    """Draw a row of marks in the middle of the lower border."""
    known = [mark for mark in marks if mark in glyphs.MARKS]
    left = box.cx - len(known) * 9
    return "".join(
        path(
            glyphs.MARKS[mark],
            "bd-icon bd-mark",
            f"translate({left + 18 * place + 2:g} {box.bottom - 17:g}) scale(.875)",
        )
        for place, mark in enumerate(known)
    )


def envelope(box: Box, *, shaded: bool) -> str:
    """Draw the envelope of a message; one that answers is shaded."""
    return rect(box, "bd-band" if shaded else "bd-shape") + path(
        f"M{box.x:g} {box.y:g}L{box.cx:g} {box.cy + 1:g}L{box.right:g} {box.y:g}", "bd-ring"
    )
