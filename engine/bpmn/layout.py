"""Whether a diagram can be read: house-rule warnings about its drawing, never about its meaning.

Judged on the same shapes, lines and texts that `svg` draws. A page that passes has nothing on top
of anything else, no flow through a box, no crossing, and its main flow runs from left to right.
"""

from collections.abc import Callable, Iterator, Mapping
from itertools import combinations, islice

from engine.bpmn import drawing
from engine.bpmn.figures import CONTAINERS, Box, Drawing, Edge, Point, Shape
from engine.bpmn.lettering import Text, inner_text, label_text
from engine.bpmn.xml import ACTIVITIES, SUBPROCESSES
from engine.errors import Problem

#: Pixels that may touch before it counts: rounding, borders, the tips of letters.
SLACK = 2.0
#: How far a flow's end may be from its element (some tools dock just short of the border).
DOCK = 4.0
#: A step back of less than this is a matter of taste, not a flow from right to left.
BACKWARD = 60.0
#: Each shape and piece of a line is held against each other; what has more nobody can read either.
MOST = 3_000
#: Nobody mends more than this at once; each check ends with as many findings.
SHOWN = 200


def problems(xml: bytes) -> list[Problem]:
    """Check the drawing of a BPMN file; every finding is a warning with an instruction.

    Raises:
        ValueError: the bytes are no well-formed XML.
    """
    picture = drawing.read(xml)
    if not picture.shapes and picture.missing:
        return [_warn("", "layout-missing", "文件没有图形信息，请在设计器里画出流程图。")]
    pieces = sum(len(edge.points) - 1 for edge in picture.edges)
    if max(len(picture.shapes), pieces) > MOST:
        words = f"一页上的图形或折线超过 {MOST} 个，看不清也没有检查排版，请拆成子流程。"
        return [_warn("", "layout-crowded", words)]
    return [problem for check in CHECKS for problem in islice(check(picture), SHOWN)]


def _warn(element: str, code: str, message: str) -> Problem:
    return Problem(element, code, message, "warning")


def _said(item: Shape | Edge) -> str:
    return f"“{item.name}”" if item.name else item.id


def missing(picture: Drawing) -> Iterator[Problem]:
    """Everything that runs is drawn."""
    for element, name in picture.missing.items():
        yield _warn(element, "layout-missing", f"“{name or element}”没有画在图上，请补上图形。")


def overlaps(picture: Drawing) -> Iterator[Problem]:
    """No shape lies on another, unless it stands in it or on its border."""
    solid = [shape for shape in picture.shapes if shape.kind not in CONTAINERS]
    for one, other in combinations(solid, 2):
        if not one.box.overlaps(other.box, SLACK) or _belong_together(picture, one, other):
            continue
        yield _warn(one.id, "layout-overlap", f"{_said(one)}与{_said(other)}重叠，请移开其中一个。")


def outside(picture: Drawing) -> Iterator[Problem]:
    """What stands in an open subprocess is drawn inside it."""
    for shape in picture.shapes:
        home = picture.by_id.get(picture.parents.get(shape.id, ""))
        if home is None or home.kind not in SUBPROCESSES or shape.attached_to:
            continue
        if home.expanded and not home.box.holds(shape.box, SLACK):
            yield _warn(
                shape.id, "layout-outside", f"{_said(shape)}画到了{_said(home)}外面，请移进框内。"
            )


def labels(picture: Drawing) -> Iterator[Problem]:
    """No text lies on another text, on a shape or on a foreign flow; all of it can be read."""
    texts = [(item, text) for item in picture.items if (text := label_text(item)) is not None]
    for (one, text), (other, other_text) in combinations(texts, 2):
        if text.box.overlaps(other_text.box, SLACK):
            yield _warn(one.id, "layout-label", f"{_said(one)}与{_said(other)}的文字重叠，请移开。")
    for item, text in texts:
        yield from _label_on_shapes(picture, item, text)
        yield from _label_on_flows(picture, item, text)
    for shape in picture.shapes:
        if shape.kind in ACTIVITIES and not inner_text(shape)[1]:
            yield _warn(
                shape.id, "layout-text", f"{_said(shape)}名称太长，框里放不下，请缩短或把框放大。"
            )


def _label_on_shapes(picture: Drawing, item: Shape | Edge, text: Text) -> Iterator[Problem]:
    for shape in picture.shapes:
        if shape.id == item.id or not text.box.overlaps(shape.box, SLACK):
            continue
        if not _is_frame(shape) or _crosses_border(shape.box, text.box):
            yield _warn(
                item.id, "layout-label", f"{_said(item)}的文字压在{_said(shape)}上，请移开。"
            )


def _label_on_flows(picture: Drawing, item: Shape | Edge, text: Text) -> Iterator[Problem]:
    inner = _shrunk(text.box, SLACK)
    for edge in picture.edges:
        if _runs_through(edge, inner):
            whose = "自己的连线" if edge.id == item.id else f"连线{_said(edge)}"
            yield _warn(
                item.id, "layout-label", f"{_said(item)}的文字被{whose}穿过，请把文字移开。"
            )


def through(picture: Drawing) -> Iterator[Problem]:
    """A flow touches only the two elements it joins."""
    for edge in picture.edges:
        for shape in picture.shapes:
            if shape.id in (edge.source, edge.target) or _is_frame(shape):
                continue
            if _attached(picture, shape, edge):
                continue
            if _runs_through(edge, _shrunk(shape.box, SLACK)):
                yield _warn(
                    edge.id, "layout-through", f"连线{_said(edge)}穿过了{_said(shape)}，请绕开。"
                )


def crossings(picture: Drawing) -> Iterator[Problem]:
    """Two flows do not cross; they may meet at an element or run into each other at their ends."""
    flows = [edge for edge in picture.edges if edge.kind == "sequenceFlow"]
    frames = {edge.id: _frame(edge) for edge in flows}
    for one, other in combinations(flows, 2):
        if not _meet(frames[one.id], frames[other.id]):
            continue
        if any(_cross(*a, *b) for a in one.segments() for b in other.segments()):
            yield _warn(
                one.id, "layout-crossing", f"连线{_said(one)}与{_said(other)}交叉，请调整走线。"
            )


def docks(picture: Drawing) -> Iterator[Problem]:
    """A flow begins and ends at the elements it joins."""
    for edge in picture.edges:
        for shape_id, point, which in (
            (edge.source, edge.points[0], "起点"),
            (edge.target, edge.points[-1], "终点"),
        ):
            shape = picture.by_id.get(shape_id)
            if shape is not None and not _near(shape.box, point):
                yield _warn(
                    edge.id, "layout-dock", f"连线{_said(edge)}的{which}没有接到{_said(shape)}上。"
                )


def backward(picture: Drawing) -> Iterator[Problem]:
    """The main flow runs from left to right; only a loop may go back."""
    follow: dict[str, set[str]] = {}
    flows = [edge for edge in picture.edges if edge.kind == "sequenceFlow"]
    for edge in flows:
        follow.setdefault(edge.source, set()).add(edge.target)
    for shape in picture.shapes:  # a boundary event belongs to the walk of its host
        if shape.attached_to:
            follow.setdefault(shape.attached_to, set()).add(shape.id)
    for edge in flows:
        source, target = picture.by_id.get(edge.source), picture.by_id.get(edge.target)
        if source is None or target is None or target.box.cx > source.box.cx:
            continue
        # A wide frame may have its middle at the left and still be entered downwards.
        step_back = edge.points[0][0] - edge.points[-1][0]
        if step_back > BACKWARD and not _reaches(follow, edge.target, edge.source):
            yield _warn(
                edge.id,
                "layout-backward",
                f"连线{_said(edge)}从右往左走，请把{_said(target)}放到{_said(source)}右边。",
            )


CHECKS: tuple[Callable[[Drawing], Iterator[Problem]], ...] = (
    missing,
    overlaps,
    outside,
    labels,
    through,
    crossings,
    docks,
    backward,
)


# -- geometry ------------------------------------------------------------------------------------


def _is_frame(shape: Shape) -> bool:
    """Whether other things stand inside: pools, lanes, groups, open subprocesses."""
    return shape.kind in CONTAINERS or (shape.kind in SUBPROCESSES and shape.expanded)


def _belong_together(picture: Drawing, one: Shape, other: Shape) -> bool:
    if one.id == other.attached_to or other.id == one.attached_to:
        return True
    return _inside(picture, one, other) or _inside(picture, other, one)


def _inside(picture: Drawing, inner: Shape, outer: Shape) -> bool:
    above = picture.parents.get(inner.id, "")
    while above:
        if above == outer.id:
            return True
        above = picture.parents.get(above, "")
    # Notes and data of the process may be placed inside an open subprocess.
    return _is_frame(outer) and inner.kind.startswith(("data", "textAnnotation"))


def _attached(picture: Drawing, shape: Shape, edge: Edge) -> bool:
    """A boundary flow leaves over its host's border, a host's flow may graze its event."""
    source = picture.by_id.get(edge.source)
    return source is not None and source.attached_to == shape.id


def _shrunk(box: Box, by: float) -> Box:
    return Box(box.x + by, box.y + by, max(0, box.w - 2 * by), max(0, box.h - 2 * by))


def _crosses_border(frame: Box, box: Box) -> bool:
    return frame.overlaps(box, SLACK) and not frame.holds(box, SLACK)


def _frame(edge: Edge) -> Box:
    """Return the rectangle around a line, which may have no width or no height."""
    across, down = zip(*edge.points, strict=True)
    left, top = min(across), min(down)
    return Box(left, top, max(across) - left, max(down) - top)


def _meet(one: Box, other: Box) -> bool:
    """Whether two rectangles touch, however thin they are."""
    return (
        one.x <= other.right
        and other.x <= one.right
        and one.y <= other.bottom
        and other.y <= one.bottom
    )


def _runs_through(edge: Edge, box: Box) -> bool:
    """Whether any piece of a line passes through a box."""
    return any(
        _cuts(start, end, box)
        for start, end in edge.segments()
        # Nearly all pieces lie wholly to one side.
        if (start[0] < box.right or end[0] < box.right)
        and (start[0] > box.x or end[0] > box.x)
        and (start[1] < box.bottom or end[1] < box.bottom)
        and (start[1] > box.y or end[1] > box.y)
    )


def _near(box: Box, point: Point) -> bool:
    x, y = point
    return box.x - DOCK <= x <= box.right + DOCK and box.y - DOCK <= y <= box.bottom + DOCK


def _cuts(start: Point, end: Point, box: Box) -> bool:
    """Whether a straight line passes through a box (Liang–Barsky clipping)."""
    enter, leave = 0.0, 1.0
    for origin, delta, low, high in (
        (start[0], end[0] - start[0], box.x, box.right),
        (start[1], end[1] - start[1], box.y, box.bottom),
    ):
        if delta == 0:
            if not low < origin < high:
                return False
            continue
        near, far = sorted(((low - origin) / delta, (high - origin) / delta))
        enter, leave = max(enter, near), min(leave, far)
    return enter < leave


def _cross(a: Point, b: Point, c: Point, d: Point) -> bool:
    """Whether two segments cross inside both; touching ends and shared runs do not count."""

    def side(p: Point, q: Point, r: Point) -> float:
        return (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0])

    return side(a, b, c) * side(a, b, d) < 0 and side(c, d, a) * side(c, d, b) < 0


def _reaches(follow: Mapping[str, set[str]], start: str, goal: str) -> bool:
    seen, waiting = {start}, [start]
    while waiting:
        for following in follow.get(waiting.pop(), ()):
            if following == goal:
                return True
            if following not in seen:
                seen.add(following)
                waiting.append(following)
    return start == goal
