"""The layout check sees what a reader would stumble over, and nothing in a clean page."""

import pytest

from engine.bpmn import layout

PAGE = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
 xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI"
 xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" xmlns:di="http://www.omg.org/spec/DD/20100524/DI">
<bpmn:process id="p">{nodes}{flows}</bpmn:process>
<bpmndi:BPMNDiagram><bpmndi:BPMNPlane bpmnElement="p">{shapes}{edges}</bpmndi:BPMNPlane>
</bpmndi:BPMNDiagram>
</bpmn:definitions>"""


class Page:
    """A page drawn by hand: `box`, `line`, then `found`."""

    def __init__(self):
        self.nodes, self.flows, self.shapes, self.edges = [], [], [], []

    def box(
        self, id, x, y, w=100, h=80, kind="userTask", name="", inner="", di="", label="", more=""
    ):
        self.nodes.append(f'<bpmn:{kind} id="{id}" name="{name}" {more}>{inner}</bpmn:{kind}>')
        self.shape(id, x, y, w, h, di, label)
        return self

    def shape(self, id, x, y, w, h, di="", label=""):
        place = f"<bpmndi:BPMNLabel>{self._bounds(*label)}</bpmndi:BPMNLabel>" if label else ""
        self.shapes.append(
            f'<bpmndi:BPMNShape bpmnElement="{id}" {di}>'
            f"{self._bounds(x, y, w, h)}{place}</bpmndi:BPMNShape>"
        )
        return self

    def line(self, id, source, target, *points, name="", label=None):
        self.flows.append(
            f'<bpmn:sequenceFlow id="{id}" name="{name}" '
            f'sourceRef="{source}" targetRef="{target}"/>'
        )
        dots = "".join(f'<di:waypoint x="{x}" y="{y}"/>' for x, y in points)
        place = f"<bpmndi:BPMNLabel>{self._bounds(*label)}</bpmndi:BPMNLabel>" if label else ""
        self.edges.append(f'<bpmndi:BPMNEdge bpmnElement="{id}">{dots}{place}</bpmndi:BPMNEdge>')
        return self

    @staticmethod
    def _bounds(x, y, w, h):
        return f'<dc:Bounds x="{x}" y="{y}" width="{w}" height="{h}"/>'

    def xml(self):
        parts = (self.nodes, self.flows, self.shapes, self.edges)
        keys = ("nodes", "flows", "shapes", "edges")
        return PAGE.format(**{k: "".join(v) for k, v in zip(keys, parts, strict=True)}).encode()

    def found(self):
        return {(problem.code, problem.element) for problem in layout.problems(self.xml())}


def clean():
    return (
        Page()
        .box("a", 100, 100, name="登记")
        .box("g", 260, 115, 50, 50, "exclusiveGateway", "受理吗？", label=(250, 95, 70, 13))
        .box("b", 400, 100, name="办理")
        .box("c", 400, 240, name="告知")
        .line("f1", "a", "g", (200, 140), (260, 140))
        .line("f2", "g", "b", (310, 140), (400, 140), name="是")
        .line("f3", "g", "c", (285, 165), (285, 280), (400, 280), name="否")
    )


def test_a_clean_page_has_no_findings():
    assert clean().found() == set()


def test_a_loop_back_is_not_a_right_to_left_flow():
    page = clean().line("f4", "b", "a", (450, 100), (450, 60), (150, 60), (150, 100))
    assert page.found() == set()


def test_a_step_to_the_left_is():
    page = (
        clean()
        .box("d", 100, 400, name="归档")
        .line("f4", "c", "d", (450, 320), (450, 440), (200, 440))
    )
    assert page.found() == {("layout-backward", "f4")}


def test_overlapping_shapes():
    assert clean().box("d", 440, 150, name="归档").found() >= {("layout-overlap", "b")}


def test_a_boundary_event_lies_on_its_host():
    page = clean().box("t", 430, 302, 36, 36, "boundaryEvent", more='attachedToRef="c"')
    assert page.found() == set()


def test_a_label_on_a_label():
    page = clean().box("e", 262, 60, 36, 36, "endEvent", "已经结束了", label=(240, 92, 80, 13))
    assert ("layout-label", "g") in page.found()


def test_a_label_on_a_shape():
    page = clean().box("e", 280, 300, 36, 36, "endEvent", "结束", label=(410, 250, 40, 13))
    assert ("layout-label", "e") in page.found()


def test_a_flow_through_its_own_gateway_label():
    page = clean()
    page.shapes[1] = page.shapes[1].replace('y="95"', 'y="170"')
    assert ("layout-label", "g") in page.found()


def test_a_flow_through_a_shape():
    page = clean().box("z", 600, 100, name="归档").line("f4", "a", "z", (200, 120), (600, 120))
    assert ("layout-through", "f4") in page.found()


def test_crossing_flows():
    page = clean().box("x", 220, 220, 30, 30, "task").box("y", 330, 320, 30, 30, "task")
    page.line("f4", "x", "y", (250, 235), (345, 235), (345, 320))
    assert {code for code, _ in page.found()} == {"layout-crossing"}


def test_a_flow_that_ends_in_the_air():
    page = clean().box("z", 600, 100, name="归档").line("f4", "b", "z", (500, 140), (560, 140))
    assert page.found() == {("layout-dock", "f4")}


def test_a_name_that_does_not_fit():
    page = clean().box(
        "z", 600, 100, name="把所有的诉求逐件登记、分类、核定、告知并且送达之后再归档备查"
    )
    assert page.found() == {("layout-text", "z")}


def test_what_is_not_drawn():
    page = clean()
    page.nodes.append('<bpmn:userTask id="ghost" name="影子"/>')
    assert page.found() == {("layout-missing", "ghost")}


def test_a_file_without_any_drawing_is_one_finding():
    page = clean()
    page.shapes, page.edges = [], []
    assert page.found() == {("layout-missing", "")}


@pytest.mark.parametrize(("x", "expected"), [(620, set()), (900, {("layout-outside", "in")})])
def test_what_stands_in_a_subprocess_is_drawn_inside_it(x, expected):
    page = clean().box(
        "sub",
        560,
        80,
        280,
        160,
        "subProcess",
        "并行",
        '<bpmn:userTask id="in" name="里"/>',
        'isExpanded="true"',
    )
    assert page.shape("in", x, 120, 100, 80).found() == expected


def test_every_finding_is_a_warning_with_an_instruction():
    page = clean().box("d", 440, 150, name="归档")
    assert all(p.severity == "warning" and "请" in p.message for p in layout.problems(page.xml()))


def test_a_page_that_nobody_can_read_is_one_finding_whatever_it_shows():
    page = clean()
    page.line("long", "a", "b", *((x % 70, x % 90) for x in range(5_000)))
    assert page.found() == {("layout-crowded", "")}


def test_a_heap_of_shapes_is_not_told_pair_by_pair():
    page = Page()
    for number in range(60):
        page.box(f"t{number}", number, 0)
    found = [problem.code for problem in layout.problems(page.xml())]
    assert found.count("layout-overlap") == layout.SHOWN


def test_a_long_line_through_a_box_is_still_seen_among_many():
    page = clean()
    for number in range(600):
        page.box(f"t{number}", number * 150, 900)
    found = page.line("cut", "t0", "t3", (100, 940), (450, 940)).found()
    assert {("layout-through", "cut")} <= found
    assert not any(code == "layout-crossing" for code, _ in found)
