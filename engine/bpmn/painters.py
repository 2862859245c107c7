"""One BPMN element → SVG, in classes only. `svg` puts the elements together."""

import math
from collections.abc import Callable, Mapping
from html import escape

from engine.bpmn import glyphs, talks
from engine.bpmn.figures import Box, Edge, Point, Shape
from engine.bpmn.lettering import (
    LABEL_LINE,
    LABEL_SIZE,
    NAME_LINE,
    NAME_SIZE,
    Text,
    inner_text,
    wrap,
)
from engine.bpmn.strokes import envelope, foot, path, rect, text
from engine.bpmn.xml import ACTIVITIES, SUBPROCESSES

# -- lines ---------------------------------------------------------------------------------------


def flow(edge: Edge, uid: str, passed: bool) -> str:
    if edge.kind == "conversationLink":
        return _double(edge)
    dash = {"messageFlow": " bd-dash", "sequenceFlow": ""}.get(edge.kind, " bd-dotted")
    head = {"sequenceFlow": "b" if passed else "a", "messageFlow": "a"}.get(edge.kind, "v")
    ends = f' marker-end="url(#{uid}-{head})"' if edge.directed else ""
    ends += f' marker-start="url(#{uid}-o)"' if edge.kind == "messageFlow" else ""
    ends += f' marker-start="url(#{uid}-v)"' if edge.both else ""
    line = f'<path class="bd-flow{dash}" d="{_rounded(edge.points)}"{ends}/>'
    if edge.message:
        (x0, y0), (x1, y1) = edge.middle
        place = Box((x0 + x1) / 2 - 15, (y0 + y1) / 2 - 10, 30, 20)
        return line + envelope(place, shaded=edge.message == "non_initiating")
    if edge.kind != "sequenceFlow" or not (edge.default or edge.conditional):
        return line
    (x, y), angle = edge.points[0], _angle(*edge.points[:2])
    if edge.default:
        return line + path("M8 5L14 -5", "bd-flow", f"translate({x:g} {y:g}) rotate({angle:.1f})")
    return line + path(
        "M0 0L7 -4L14 0L7 4Z", "bd-cap bd-if", f"translate({x:g} {y:g}) rotate({angle:.1f})"
    )


def _double(edge: Edge) -> str:
    """Two lines side by side: the link between a conversation and who takes part."""
    parts = []
    for (x0, y0), (x1, y1) in edge.segments():
        length = math.hypot(x1 - x0, y1 - y0) or 1
        dx, dy = 2 * (y1 - y0) / length, 2 * (x0 - x1) / length
        for side in (1, -1):
            a, b = (x0 + side * dx, y0 + side * dy), (x1 + side * dx, y1 + side * dy)
            parts.append(f"M{a[0]:g} {a[1]:g}L{b[0]:g} {b[1]:g}")
    return path("".join(parts), "bd-flow")


def _angle(start: Point, end: Point) -> float:
    return math.degrees(math.atan2(end[1] - start[1], end[0] - start[0]))


def _rounded(points: tuple[Point, ...], radius: float = 6) -> str:
    d = f"M{points[0][0]:g} {points[0][1]:g}"
    for (x0, y0), (x1, y1), (x2, y2) in zip(points, points[1:], points[2:], strict=False):
        before, after = math.hypot(x1 - x0, y1 - y0), math.hypot(x2 - x1, y2 - y1)
        if not before or not after:
            continue
        bend = min(radius, before / 2, after / 2)
        d += (
            f"L{x1 - (x1 - x0) / before * bend:g} {y1 - (y1 - y0) / before * bend:g}"
            f"Q{x1:g} {y1:g} {x1 + (x2 - x1) / after * bend:g} {y1 + (y2 - y1) / after * bend:g}"
        )
    return d + f"L{points[-1][0]:g} {points[-1][1]:g}"


# -- shapes --------------------------------------------------------------------------------------


def paint(shape: Shape) -> str:
    return _PAINTERS.get(_family(shape.kind), _other)(shape)


def _family(kind: str) -> str:
    if kind in ACTIVITIES:
        return "activity"
    return next((end for end in ("Event", "Gateway") if kind.endswith(end)), kind)


def _activity(shape: Shape) -> str:
    box, nested = shape.box, shape.kind in SUBPROCESSES
    outline = "bd-shape" + (" bd-thick" if shape.kind == "callActivity" else "")
    outline += " bd-dotted" if shape.by_event else ""
    parts = [rect(box, outline + (" bd-sub" if nested and shape.expanded else ""), 9)]
    if shape.kind == "transaction":
        parts.append(rect(box, "bd-ring", 7, 3))
    if shape.kind in glyphs.TASKS:
        solid = " bd-solid" if shape.kind == "sendTask" else ""
        parts.append(
            path(
                glyphs.TASKS[shape.kind],
                "bd-icon" + solid,
                f"translate({box.x + 5:g} {box.y + 5:g})",
            )
        )
    name, _ = inner_text(shape)
    parts += [text(name, "bd-name", NAME_LINE)] if name else []
    closed = (nested and not shape.expanded) or shape.kind == "callActivity"
    marks = (*shape.markers, "subprocess") if closed else shape.markers
    return "".join([*parts, foot(box, marks)])


def _event(shape: Shape) -> str:
    box, radius = shape.box, shape.box.w / 2
    dash = "" if shape.interrupting else " bd-dash"
    thick = " bd-thick" if shape.kind == "endEvent" else ""
    circle = f'cx="{box.cx:g}" cy="{box.cy:g}"'
    parts = [f'<circle class="bd-shape{thick}{dash}" {circle} r="{radius:g}"/>']
    if shape.kind not in {"startEvent", "endEvent"}:
        parts.append(f'<circle class="bd-ring{dash}" {circle} r="{max(1, radius - 3.5):g}"/>')
    if shape.event in glyphs.EVENTS:
        solid = " bd-solid" if shape.throws or shape.event in glyphs.SOLID_EVENTS else ""
        parts.append(
            path(
                glyphs.EVENTS[shape.event],
                "bd-icon" + solid,
                f"translate({box.cx - 8:g} {box.cy - 8:g})",
            )
        )
    return "".join(parts)


def _gateway(shape: Shape) -> str:
    box = shape.box
    glyph = "" if shape.bare else glyphs.GATEWAYS.get(shape.event or shape.kind, "")
    return path(
        f"M{box.cx:g} {box.y:g}L{box.right:g} {box.cy:g}L{box.cx:g} {box.bottom:g}"
        f"L{box.x:g} {box.cy:g}Z",
        "bd-shape",
    ) + path(glyph, "bd-glyph", f"translate({box.cx:g} {box.cy:g})")


def _band(shape: Shape) -> str:
    """A pool or a lane, its name in the band at its left (or above, if it stands upright)."""
    if shape.band:
        return talks.band(shape)
    box, parts = shape.box, [rect(shape.box, "bd-pool")]
    band = Box(box.x, box.y, 30, box.h) if shape.horizontal else Box(box.x, box.y, box.w, 30)
    parts.append(rect(band, "bd-band"))
    parts.append(foot(box, shape.markers))
    return "".join(parts) + (_upright(shape.name, band) if shape.name else "")


def _upright(name: str, band: Box) -> str:
    """Chinese stands upright in a narrow band; other scripts and long names are turned."""
    if band.w > band.h:
        lines = wrap(name, band.w - 8, NAME_SIZE, 1)
        return text(Text(lines, Box(band.x, band.cy - 7.5, band.w, 15)), "bd-name", 15)
    step = NAME_SIZE + 2
    if all(ord(char) > 0x2E7F for char in name) and len(name) * step <= band.h - 8:
        top = band.cy - len(name) * step / 2
        return text(Text(tuple(name), Box(band.x, top, band.w, 0)), "bd-name", step)
    lines = wrap(name, band.h - 8, NAME_SIZE, 2)
    turned = text(Text(lines, Box(0, -6.5 * len(lines), 0, 0)), "bd-name", 13)
    return f'<g transform="translate({band.cx:g} {band.cy:g}) rotate(-90)">{turned}</g>'


def _note(shape: Shape) -> str:
    box = shape.box
    lines = wrap(shape.name, box.w - 12, LABEL_SIZE, max(1, int(box.h / 13)))
    spans = "".join(
        f'<tspan x="{box.x + 7:g}" y="{box.y + 8 + row * 13:g}">{escape(line)}</tspan>'
        for row, line in enumerate(lines)
    )
    return (
        path(f"M{box.x + 8:g} {box.y:g}h-8v{box.h:g}h8", "bd-flow")
        + f'<text class="bd-note" dominant-baseline="central">{spans}</text>'
    )


def _data(shape: Shape) -> str:
    box, fold = shape.box, min(10.0, shape.box.w / 3)
    parts = [
        path(
            f"M{box.x:g} {box.y:g}h{box.w - fold:g}l{fold:g} {fold:g}v{box.h - fold:g}"
            f"h{-box.w:g}ZM{box.right - fold:g} {box.y:g}v{fold:g}h{fold:g}",
            "bd-shape bd-paper",
        )
    ]
    if shape.kind in ("dataInput", "dataOutput"):
        solid = " bd-solid" if shape.kind == "dataOutput" else ""
        arrow = f"translate({box.x + 3:g} {box.y + 3:g}) scale(.8)"
        parts.append(path(glyphs.DATA, "bd-icon" + solid, arrow))
    if "collection" in shape.markers:
        place = f"translate({box.cx - 6:g} {box.bottom - 15:g}) scale(.75)"
        parts.append(path(glyphs.MARKS["parallel"], "bd-icon bd-mark", place))
    return "".join(parts)


def _store(shape: Shape) -> str:
    box = shape.box
    arc = f"a{box.w / 2:g} {min(8.0, box.h / 4):g} 0 0"
    rim = min(8.0, box.h / 4)
    return path(
        f"M{box.x:g} {box.y + rim:g}{arc} 1 {box.w:g} 0v{box.h - 2 * rim:g}{arc} 1 {-box.w:g} 0Z"
        f"M{box.x:g} {box.y + rim:g}{arc} 0 {box.w:g} 0",
        "bd-shape bd-paper",
    )


def _group(shape: Shape) -> str:
    name = Text((shape.name,), Box(shape.box.x, shape.box.y + 4, shape.box.w, 15))
    return rect(shape.box, "bd-ring bd-dotted", 9) + (
        text(name, "bd-label", LABEL_LINE) if shape.name else ""
    )


def _other(shape: Shape) -> str:
    name, _ = inner_text(shape)
    return rect(shape.box, "bd-shape", 3) + (text(name, "bd-name", NAME_LINE) if name else "")


_PAINTERS: Mapping[str, Callable[[Shape], str]] = {
    "activity": _activity,
    "Event": _event,
    "Gateway": _gateway,
    "participant": _band,
    "lane": _band,
    "textAnnotation": _note,
    "dataObjectReference": _data,
    "dataInput": _data,
    "dataOutput": _data,
    "dataStoreReference": _store,
    "group": _group,
    **talks.PAINTERS,
}
