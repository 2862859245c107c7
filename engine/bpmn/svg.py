"""A BPMN file and the state of a walk through it → one accessible inline SVG. No browser needed.

Every look is a CSS class and nothing an inline style: the picture works under `style-src 'self'`,
follows dark mode and prints. Classes:

* `bd-el bd-<kind>` on each element's group, with `data-element-id`, and for its state `is-done
  is-active is-overdue is-error is-passed`;
* `bd-shape bd-thick bd-ring bd-dash bd-dotted bd-pool bd-band bd-paper` for outlines;
* `bd-flow bd-arrow bd-cap` for lines, `bd-icon bd-solid bd-glyph` for pictures;
* `bd-name bd-label bd-note` for texts; `bd-pin bd-pin-t bd-tick bd-count` for what is added.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from html import escape

from lxml import etree

from engine.bpmn import drawing, importing
from engine.bpmn.figures import CONTAINERS, Box, Drawing, Edge, Shape
from engine.bpmn.importing import names, pages, placing
from engine.bpmn.lettering import LABEL_LINE, Text, label_text
from engine.bpmn.painters import flow, paint
from engine.bpmn.strokes import text
from engine.bpmn.xml import ACTIVITIES, SUBPROCESSES
from engine.errors import DeploymentRefused

#: What a state is called on screen. `pin` states get a flag above the element.
STATE_NAMES = {
    "done": "已完成",
    "active": "当前环节",
    "overdue": "当前环节，已超期",
    "error": "异常，等待处理",
}
PINS = {"active": "当前", "overdue": "超期", "error": "异常"}
#: When several things stand in one collapsed subprocess, it shows the most urgent.
URGENCY = ("error", "overdue", "active", "done")
PAD, PIN_ROOM = 16, 30


@dataclass(frozen=True)
class _Walk:
    """What is known about the walk, on this plane."""

    states: Mapping[str, str]
    counts: Mapping[str, int]
    flows: frozenset[str]
    uid: str
    #: Activities with an event on their upper edge: their flag hangs below.
    topped: frozenset[str]


def render(
    xml: bytes,
    *,
    states: Mapping[str, str] | None = None,
    counts: Mapping[str, int] | None = None,
    flows: Collection[str] = (),
    title: str,
    uid: str,
    whole: bool = False,
    process: str = "",
) -> str:
    """Draw the main plane of a BPMN file; what the file does not draw gets a place of its own.

    Args:
        xml: the file as the analyst drew it (the original, never the normalised one).
        states: element id → "done", "active", "overdue" or "error".
        counts: element id → how many tokens wait there; shown from 1 on.
        flows: ids of sequence flows that were walked.
        title: read by screen readers first.
        uid: unique on the page; prefixes the ids inside the picture.
        whole: draw every plane, one beneath the other, and what is hidden; not only the main one.
            Elements bear the ids of the file then, not those that are executed.
        process: the plane that shows this process is the main one, with those beneath it that
            show more of it; "" for the first of the file.

    Returns the SVG element as text; an empty string if there is nothing to draw.

    Raises:
        ValueError: the bytes are no well-formed XML.
    """
    try:
        root = importing.read(xml).root
    except DeploymentRefused as refused:
        raise ValueError(refused.problems[0].message) from refused
    tree = placing.place(root, whole=whole, process=process)
    picture = drawing.of(tree, whole=whole, beneath=_further(tree, process))
    if not picture.shapes:
        return ""
    walk = _Walk(
        states=_lifted_states(picture, states or {}),
        counts=_lifted_counts(picture, counts or {}),
        flows=frozenset(flows),
        uid=re.sub(r"[^A-Za-z0-9_-]", "-", uid) or "d",
        topped=_topped(picture),
    )
    frame = _frame(picture)
    parts = [
        f'<svg class="bpmn-diagram" xmlns="http://www.w3.org/2000/svg" role="img" '
        f'viewBox="{frame.x:g} {frame.y:g} {frame.w:g} {frame.h:g}" '
        f'width="{frame.w:g}" height="{frame.h:g}" '
        f'aria-labelledby="{walk.uid}-t {walk.uid}-s">'
        f'<title id="{walk.uid}-t">{escape(title)}</title>'
        f'<desc id="{walk.uid}-s">{escape(describe(picture, walk.states))}</desc>',
        _markers(walk.uid),
    ]
    spelt = names.spelt(root) if whole else {}
    parts += [
        _element(item, walk, spelt.get(item.id, item.id))
        for item in sorted(picture.items, key=_depth)
    ]
    return "".join([*parts, "</svg>"])


def _further(tree: etree._Element, process: str) -> list[etree._Element]:
    main = drawing.main_plane(tree)
    return [] if main is None else pages.beneath(tree, process, main)


def describe(picture: Drawing, states: Mapping[str, str]) -> str:
    """Say in one sentence where the walk stands: what a blind reader gets instead of colours."""
    names: dict[str, list[str]] = {}
    for shape in picture.shapes:
        if shape.name and shape.kind not in CONTAINERS and shape.id in states:
            names.setdefault(states[shape.id], []).append(shape.name)
    said = [
        f"{STATE_NAMES[state]}：{'、'.join(names[state])}。"
        for state in URGENCY
        if state != "done" and state in names
    ]
    steps = sum(shape.kind in ACTIVITIES for shape in picture.shapes)
    done = sum(
        shape.kind in ACTIVITIES and states.get(shape.id) == "done" for shape in picture.shapes
    )
    return "".join(said) + f"流程共 {steps} 个环节，已完成 {done} 个。"


def _lifted_states(picture: Drawing, states: Mapping[str, str]) -> dict[str, str]:
    """States of the drawn elements; a collapsed subprocess speaks for what it hides."""
    lifted = {key: state for key, state in states.items() if key not in picture.hidden}
    for key, state in states.items():
        shown = picture.hidden.get(key)
        if shown is None or state not in PINS:
            continue
        known = lifted.get(shown, "done")
        order = {name: rank for rank, name in enumerate(URGENCY)}
        lifted[shown] = min(known, state, key=lambda name: order.get(name, len(order)))
    return lifted


def _lifted_counts(picture: Drawing, counts: Mapping[str, int]) -> dict[str, int]:
    lifted = {key: count for key, count in counts.items() if key not in picture.hidden}
    for key, count in counts.items():
        shown = picture.hidden.get(key)
        if shown is not None and shown not in counts:
            lifted[shown] = lifted.get(shown, 0) + count
    return lifted


def _depth(item: Shape | Edge) -> tuple[int, float]:
    """Paint order: containers from the outside in, lines, nodes, what sits on borders."""
    if isinstance(item, Edge):
        return 3, 0
    if item.band:  # on the activity it belongs to
        return 5, 0
    if item.kind in CONTAINERS:
        return (0 if item.kind == "participant" else 1), -item.box.w * item.box.h
    if item.kind in SUBPROCESSES | {"subChoreography"} and item.expanded:
        return 2, -item.box.w * item.box.h
    return (5 if item.kind == "boundaryEvent" else 4), 0


def _frame(picture: Drawing) -> Box:
    boxes = [shape.box for shape in picture.shapes]
    boxes += [label.box for item in picture.items if (label := label_text(item)) is not None]
    boxes += [Box(x, y, 0, 0) for edge in picture.edges for x, y in edge.points]
    left, top = min(box.x for box in boxes), min(box.y for box in boxes)
    right, bottom = max(box.right for box in boxes), max(box.bottom for box in boxes)
    return Box(
        left - PAD, top - PIN_ROOM - 2, right - left + 2 * PAD, bottom - top + PIN_ROOM + PAD
    )


def _markers(uid: str) -> str:
    def arrow(name: str, extra: str) -> str:
        return (
            f'<marker id="{uid}-{name}" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="11" '
            f'markerHeight="11" markerUnits="userSpaceOnUse" orient="auto-start-reverse">'
            f'<path class="bd-arrow{extra}" d="M0 1L10 5L0 9Z"/></marker>'
        )

    return (
        f"<defs>{arrow('a', '')}{arrow('b', ' is-passed')}"
        f'<marker id="{uid}-o" viewBox="0 0 10 10" refX="5" refY="5" markerWidth="8" '
        f'markerHeight="8"><circle class="bd-cap" cx="5" cy="5" r="3.5"/></marker>'
        f'<marker id="{uid}-v" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="9" '
        f'markerHeight="9" orient="auto-start-reverse">'
        '<path class="bd-cap" d="M1 1L9 5L1 9"/></marker></defs>'
    )


def _element(item: Shape | Edge, walk: _Walk, name: str) -> str:
    state = walk.states.get(item.id, "")
    passed = isinstance(item, Edge) and item.id in walk.flows
    classes = f"bd-el bd-{item.kind}"
    classes += f" is-{state}" if state in STATE_NAMES else ""
    classes += " is-passed" if passed else ""
    tip = item.name or name
    tip += f"（{STATE_NAMES[state]}）" if state in STATE_NAMES else ""
    body = flow(item, walk.uid, passed) if isinstance(item, Edge) else paint(item)
    label = label_text(item)
    return (
        f'<g class="{classes}" data-element-id="{escape(name)}"{_chosen(item)}>'
        f"<title>{escape(tip)}</title>"
        f"{body}{text(label, 'bd-label', LABEL_LINE) if label else ''}"
        f"{_added(item, state, walk) if isinstance(item, Shape) else ''}</g>"
    )


def _chosen(item: Shape | Edge) -> str:
    """Write down the author's colours; a page shows the state of a walk instead of them."""
    if not any(item.colours):
        return ""
    return f' data-colours="{" ".join(colour or "-" for colour in item.colours)}"'


# -- what the walk adds --------------------------------------------------------------------------


def _topped(picture: Drawing) -> frozenset[str]:
    hosts = ((item, picture.by_id.get(item.attached_to)) for item in picture.shapes)
    return frozenset(
        host.id for item, host in hosts if host and abs(item.box.cy - host.box.y) < item.box.h
    )


def _added(shape: Shape, state: str, walk: _Walk) -> str:
    return "".join(_additions(shape, state, walk))


def _pin(box: Box, words: str, *, below: bool) -> str:
    if below:  # beside the left edge, where flows rarely come from below
        place, tip, top = f"{box.x + 30:g} {box.bottom + 1:g}", "M0 0L-6 8H6Z", 7.0
    else:
        place, tip, top = f"{box.cx:g} {box.y - 1:g}", "M0 0L-6 -8H6Z", -26.0
    return (
        f'<g class="bd-pin" transform="translate({place})"><path d="{tip}"/>'
        f'<rect x="-22" y="{top:g}" width="44" height="19" rx="9.5"/>'
        f"{text(Text((words,), Box(-22, top + 2.5, 44, 14)), 'bd-pin-t', 14)}</g>"
    )


def _additions(shape: Shape, state: str, walk: _Walk) -> Iterator[str]:
    box, count = shape.box, walk.counts.get(shape.id, 0)
    # The steps inside an open subprocess carry their own flags.
    if state in PINS and not (shape.expanded and state == "active"):
        yield _pin(box, PINS[state], below=shape.id in walk.topped)
    elif state == "done" and shape.kind in ACTIVITIES:
        yield (
            f'<g class="bd-tick" transform="translate({box.right - 3:g} {box.y + 3:g})">'
            f'<circle r="8"/><path d="M-4 0L-1 3L4 -3"/></g>'
        )
    if count > 0:
        number = str(count) if count < 10_000 else "9999+"
        wide = 12 + 8 * len(number)
        yield (
            f'<g class="bd-count" '
            f'transform="translate({box.right - wide / 2:g} {box.bottom - 10:g})">'
            f'<rect width="{wide}" height="20" rx="10"/>'
            f"{text(Text((number,), Box(0, 3, wide, 14)), 'bd-pin-t', 14)}</g>"
        )
