"""Plain figures of a diagram: rectangles, shapes and edges, and the page they stand on."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

#: What holds other shapes without being their home.
CONTAINERS = frozenset({"participant", "lane", "group"})

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in diagram pixels."""

    x: float
    y: float
    w: float
    h: float

    @property
    def right(self) -> float:
        return self.x + self.w

    @property
    def bottom(self) -> float:
        return self.y + self.h

    @property
    def cx(self) -> float:
        return self.x + self.w / 2

    @property
    def cy(self) -> float:
        return self.y + self.h / 2

    def overlaps(self, other: "Box", slack: float = 0) -> bool:
        """Whether the two share more than `slack` pixels in both directions."""
        return (
            min(self.right, other.right) - max(self.x, other.x) > slack
            and min(self.bottom, other.bottom) - max(self.y, other.y) > slack
        )

    def holds(self, other: "Box", slack: float = 0) -> bool:
        """Whether the other lies inside, give or take `slack` pixels."""
        return (
            self.x <= other.x + slack
            and self.y <= other.y + slack
            and self.right >= other.right - slack
            and self.bottom >= other.bottom - slack
        )


@dataclass(frozen=True, slots=True)
class Shape:
    """A node, container, data object or annotation with its place on the plane."""

    id: str
    kind: str
    name: str
    box: Box
    label: Box | None = None
    event: str = ""
    throws: bool = False
    interrupting: bool = True
    expanded: bool = False
    horizontal: bool = True
    by_event: bool = False
    attached_to: str = ""
    markers: tuple[str, ...] = ()
    #: Which participant of a choreography activity a band names: `top_initiating` and so on.
    band: str = ""
    #: An exclusive gateway may be drawn without its sign.
    bare: bool = False
    #: What its author chose for the inside and the outline, `#rrggbb`; "" for nothing.
    colours: tuple[str, str] = ("", "")


@dataclass(frozen=True, slots=True)
class Edge:
    """A sequence flow, message flow or association with its waypoints."""

    id: str
    kind: str
    name: str
    points: tuple[Point, ...]
    source: str
    target: str
    label: Box | None = None
    default: bool = False
    conditional: bool = False
    directed: bool = True
    #: An association with an arrow at either end.
    both: bool = False
    #: The envelope on a message flow, `initiating` (white) or `non_initiating`; "" for none.
    message: str = ""
    colours: tuple[str, str] = ("", "")

    @property
    def middle(self) -> tuple[Point, Point]:
        """The segment in the middle of the line."""
        first, second = self.points[(len(self.points) - 1) // 2 :][:2]
        return first, second

    def segments(self) -> Iterator[tuple[Point, Point]]:
        return zip(self.points, self.points[1:], strict=False)


@dataclass(frozen=True)
class Drawing:
    """One plane of a diagram."""

    shapes: tuple[Shape, ...]
    edges: tuple[Edge, ...]
    #: Flow nodes and sequence flows that no plane of the file shows: id → name.
    missing: Mapping[str, str]
    #: What this plane does not show → the drawn element that stands for it (a closed subprocess).
    hidden: Mapping[str, str]
    #: Every element → the element it stands in, drawn or not.
    parents: Mapping[str, str]
    by_id: Mapping[str, Shape] = field(default_factory=dict)

    @property
    def items(self) -> tuple["Shape | Edge", ...]:
        return (*self.shapes, *self.edges)
