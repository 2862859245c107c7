"""One plane of a file: where everything stands, and how a shape or an edge is added."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from lxml import etree

from engine.bpmn.drawing import box_of, main_plane, points_of
from engine.bpmn.figures import CONTAINERS, Box, Point
from engine.bpmn.xml import DC, DD, DI, B, identifier

#: Where the first thing stands on an empty page.
ORIGIN = (160.0, 80.0)
#: How often a free place is searched for; what a tool drew in part lacks few things.
SEARCHES = 200
#: Room between what is drawn and what is laid out beneath it.
BENEATH = 60.0


class Drawn:
    """What the pages of one file share."""

    def __init__(self, root: etree._Element) -> None:
        planes = list(root.iter(DI + "BPMNPlane"))
        #: What any plane shows.
        self.shown = {
            item.get("bpmnElement") or "" for plane in planes for item in plane if _has_place(item)
        }
        #: What holds others without being in their way.
        self.containers = {
            identifier(element) for element in root.iter(*(B + kind for kind in CONTAINERS))
        }
        #: What has a page of its own.
        self.paged = {plane.get("bpmnElement") for plane in planes}
        self.searches = SEARCHES


class Page:
    """One plane, with the places of everything on it; what is on other planes is not its own."""

    def __init__(self, drawn: Drawn, plane: etree._Element, *, whole: bool) -> None:
        #: Whether what is hidden is to be drawn as well.
        self.whole = whole
        self.plane = plane
        self.drawn = drawn
        self.upright: set[str] = set()
        self.boxes: dict[str, Box] = {}
        self.lines: dict[str, tuple[Point, ...]] = {}
        self.closed: set[str] = set()
        self._left, self._low = ORIGIN[0], ORIGIN[1] - BENEATH
        for item in self.plane:
            self._read(item)

    @property
    def shown(self) -> set[str]:
        """What this page or any other shows."""
        return self.drawn.shown

    def _read(self, item: etree._Element) -> None:
        name = item.get("bpmnElement") if isinstance(item.tag, str) else None
        if name is None:
            return
        if item.tag == DI + "BPMNEdge":
            points = points_of(item)
            if len(points) > 1:
                self.lines.setdefault(name, points)
        elif (box := box_of(item)) is not None:
            if not item.get("participantBandKind"):
                self._keep(name, box)
            if item.get("isExpanded") == "false":
                self.closed.add(name)
            if item.get("isHorizontal") == "false":
                self.upright.add(name)

    def _keep(self, name: str, box: Box) -> None:
        if name in self.boxes:
            return
        self._left = min(self._left, box.x) if self.boxes else box.x
        self._low = max(self._low, box.bottom) if self.boxes else box.bottom
        self.boxes[name] = box

    @property
    def next_place(self) -> tuple[float, float]:
        """Where the next block may stand: beneath everything."""
        return self._left, self._low + BENEATH

    def add_shape(self, name: str, box: Box, **attributes: str) -> None:
        """Draw one element."""
        self._shape(name, box, **attributes)
        self._keep(name, box)
        self.shown.add(name)

    def _shape(self, name: str, box: Box, **attributes: str) -> None:
        shape = etree.SubElement(self.plane, DI + "BPMNShape", bpmnElement=name)
        for key, value in attributes.items():
            shape.set(key, value)
        sides = {"x": box.x, "y": box.y, "width": box.w, "height": box.h}
        etree.SubElement(shape, DC + "Bounds", {key: f"{value:g}" for key, value in sides.items()})

    def add_edge(self, name: str, points: Sequence[Point]) -> None:
        """Draw one line."""
        edge = etree.SubElement(self.plane, DI + "BPMNEdge", bpmnElement=name)
        for x, y in points:
            etree.SubElement(edge, DD + "waypoint", x=f"{x:g}", y=f"{y:g}")
        self.lines[name] = tuple(points)
        self.shown.add(name)

    def add_band(self, participant: str, box: Box, kind: str) -> None:
        """Draw one participant of a choreography activity."""
        self._shape(participant, box, participantBandKind=kind)

    def end(self, name: str) -> Box | None:
        """Return where a line may end: at a shape, or in the middle of another line."""
        if name in self.boxes:
            return self.boxes[name]
        points = self.lines.get(name)
        if not points:
            return None
        first, second = points[(len(points) - 1) // 2 :][:2]
        return Box((first[0] + second[0]) / 2, (first[1] + second[1]) / 2, 0, 0)


def first(root: etree._Element) -> etree._Element:
    """Return the main plane, a new one if a file has none."""
    found = main_plane(root)
    if found is not None:
        return found
    return etree.SubElement(etree.SubElement(root, DI + "BPMNDiagram"), DI + "BPMNPlane")


def _has_place(item: etree._Element) -> bool:
    """Tell whether a shape says where it is and a line where it runs."""
    if item.tag == DI + "BPMNEdge":
        return len(points_of(item)) > 1
    return isinstance(item.tag, str) and box_of(item) is not None


def around(boxes: Iterable[Box], pad: float, header: float = 0) -> Box:
    """Return the rectangle around some others."""
    found = list(boxes)
    left = min(box.x for box in found) - pad - header
    top = min(box.y for box in found) - pad
    right = max(box.right for box in found) + pad
    bottom = max(box.bottom for box in found) + pad
    return Box(left, top, right - left, bottom - top)


def shifted(box: Box, x: float, y: float) -> Box:
    """Return a rectangle moved by so much."""
    return Box(box.x + x, box.y + y, box.w, box.h)
