"""Pictures of imported files: each kind looks like itself, and what nobody drew gets a place."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from lxml import etree

from engine.bpmn import drawing, glyphs, importing, svg
from engine.bpmn.importing.placing import place
from engine.bpmn.standalone import standalone
from engine.cli import main

FOLDER = Path(__file__).parent / "imports"
NO_DRAWING = re.compile(rb"<bpmndi:BPMNDiagram.*</bpmndi:BPMNDiagram>", re.S)


def file(name: str) -> bytes:
    return (FOLDER / name).read_bytes()


def groups(xml: bytes) -> dict[str, list[str]]:
    """Return what is drawn of each element, by the ids of the file."""
    picture = etree.fromstring(svg.render(xml, title="图", uid="d", whole=True))
    found: dict[str, list[str]] = {}
    for group in picture.iter("{*}g"):
        if group.get("data-element-id"):
            found.setdefault(group.get("data-element-id"), []).append(
                etree.tostring(group, encoding="unicode")
            )
    return found


def test_a_participant_has_a_band_on_each_activity_it_takes_part_in():
    shown = groups(file("choreography.bpmn"))
    assert len(shown["B"]) == 4  # one plane, four activities
    assert all("卖方" in band for band in shown["B"])
    assert sum("bd-band" in band for band in shown["B"]) == 1  # shaded where another begins
    assert all(glyphs.MARKS["parallel"] in band for band in shown["C"])


def test_an_activity_shows_its_message_its_loop_and_that_it_calls():
    shown = groups(file("choreography.bpmn"))
    assert "订单" in shown["msg1"][0]
    assert glyphs.MARKS["loop"] in shown["ct2"][0]
    assert "bd-thick" in shown["cc"][0]
    assert "发货" in shown["sc"][0]


def test_what_stands_in_an_open_subchoreography_is_not_covered():
    order = [key for key in groups(file("choreography.bpmn")) if key in ("sc", "d1", "ct2")]
    assert order[0] == "sc"


@pytest.mark.parametrize("name", ["choreography.bpmn", "conversation.bpmn", "every_shape.bpmn"])
def test_files_without_a_drawing_are_laid_out_whatever_they_show(name):
    xml = NO_DRAWING.sub(b"", file(name))
    whole, bare = groups(file(name)), groups(xml)
    assert set(bare) >= set(whole) - {"msg1", "msg2"}  # envelopes are a matter of the drawing
    picture = drawing.of(place(importing.read(xml).root, whole=True), whole=True)
    solid = [s for s in picture.shapes if s.kind not in ("participant", "group")]
    for one in solid:
        for other in solid:
            inside = {picture.parents.get(one.id), picture.parents.get(other.id)}
            if one is not other and not inside & {one.id, other.id}:
                assert not one.box.overlaps(other.box), (one.id, other.id)


def test_bands_are_laid_out_with_who_begins_in_white():
    shown = groups(NO_DRAWING.sub(b"", file("choreography.bpmn")))
    assert ["bd-band" in band for band in shown["A"]] == [False, True]


def test_conversations_call_and_hold_others():
    shown = groups(file("conversation.bpmn"))
    assert "bd-thick" in shown["cv3"][0]
    assert glyphs.MARKS["subprocess"] in shown["cv2"][0]
    assert "marker-end" not in shown["k1"][0]
    assert shown["k1"][0].count("M") == 2  # a double line
    assert "m1" not in shown  # the conversation stands for it


def test_what_a_subconversation_holds_is_drawn_on_request():
    assert groups(file("conversation.bpmn"))["cv21"]
    bare = NO_DRAWING.sub(b"", file("conversation.bpmn"))
    assert groups(bare)["cv21"]
    assert "cv21" not in svg.render(bare, title="图", uid="d")


@pytest.mark.parametrize(
    ("element", "sign"),
    [
        ("gw0", ""),
        ("gw1", glyphs.GATEWAYS["exclusiveGateway"]),
        ("gw5", glyphs.GATEWAYS["eventBasedGateway"]),
        ("gw6", glyphs.GATEWAYS["start"]),
        ("gw7", glyphs.GATEWAYS["parallelStart"]),
        ("dor1", glyphs.MARKS["parallel"]),
        ("dor1", "[已批]"),
        ("din", glyphs.DATA),
        ("dout", "bd-solid"),
        ("a0", "marker-start"),
    ],
)
def test_small_signs_are_drawn(element, sign):
    shown = groups(file("every_shape.bpmn"))[element][0]
    assert sign in shown if sign else shown.count("<path") == 2


def test_lines_and_shapes_without_a_place_get_one():
    xml = file("camunda_modeler.bpmn")
    broken = re.sub(rb"<(\w+:)waypoint[^>]*/>", b"", xml)
    broken = re.sub(rb"<(\w+:)Bounds[^>]*/>", b"", broken, count=1)
    assert set(groups(broken)) >= set(groups(xml))


def test_a_name_whose_place_has_no_size_stands_where_names_usually_stand():
    """Bizagi and Flowable write such places for names that nobody has moved."""
    label = b"<bpmndi:BPMNLabel><dc:Bounds x='0' y='0' width='0' height='0'/></bpmndi:BPMNLabel>"
    xml = file("camunda_modeler.bpmn")
    bare = re.sub(
        rb"<bpmndi:BPMNLabel\s*/>|<bpmndi:BPMNLabel>.*?</bpmndi:BPMNLabel>", b"", xml, flags=re.S
    )
    ends = rb"</bpmndi:BPMNShape>|</bpmndi:BPMNEdge>"
    placed = re.sub(ends, lambda end: label + end[0], bare)
    assert placed.count(label) > 5
    assert svg.render(placed, title="图", uid="d") == svg.render(bare, title="图", uid="d")


def test_places_with_decimal_commas_are_read():
    xml = file("camunda_modeler.bpmn")
    commas = re.sub(rb'( (?:x|y|width|height)="-?[0-9]+)"', rb'\1,00"', xml)
    assert commas.count(b',00"') > 20
    assert svg.render(commas, title="图", uid="d") == svg.render(xml, title="图", uid="d")


def test_an_envelope_on_a_message_flow():
    xml = file("signavio.bpmn")
    flows = [key for key in groups(xml) if "bd-messageFlow" in groups(xml)[key][0]]
    shown = re.findall(r'<rect class="(bd-\w+)"', "".join(groups(xml)[flows[0]]))
    assert shown == ["bd-shape"]
    answered = groups(xml.replace(b'Kind="initiating"', b'Kind="non_initiating"'))[flows[0]][0]
    assert '<rect class="bd-band"' in answered


def test_a_picture_that_is_a_file_brings_its_look(tmp_path):
    target = tmp_path / "a.svg"
    source = str(FOLDER / "signavio.bpmn")
    assert CliRunner().invoke(main, ["import", source, "--svg", str(target)]).exit_code == 0
    picture = etree.fromstring(target.read_bytes())
    style = picture.findtext("{*}style")
    used = {
        name
        for node in picture.iter("{*}rect", "{*}path", "{*}circle", "{*}text")
        for name in (node.get("class") or "").split()
    }
    assert used - {"bd-if", "bd-mark", "is-passed"} <= set(re.findall(r"\.(bd-\w+)", style))
    with pytest.raises(ValueError, match="no picture"):
        standalone("")


def test_a_file_with_nothing_to_draw_leaves_no_picture(tmp_path):
    source, target = tmp_path / "g.bpmn", tmp_path / "g.svg"
    source.write_bytes(
        b'<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="a">'
        b'<globalTask id="g"/></definitions>'
    )
    ended = CliRunner().invoke(main, ["import", str(source), "--svg", str(target)])
    assert ended.exit_code == 0
    assert "没有可画的内容" in ended.output
    assert not target.exists()


def test_a_picture_names_elements_as_their_file_does():
    assert "Id 7 (copia)" in groups(file("bizagi.bpmn"))


def without(xml: bytes, *names: str) -> bytes:
    """Return a file that no longer draws some elements."""
    root = importing.read(xml).root
    for item in list(root.iter("{*}BPMNShape", "{*}BPMNEdge")):
        if item.get("bpmnElement") in names:
            item.getparent().remove(item)
    return etree.tostring(root)


def boxes(xml: bytes) -> dict[str, drawing.Box]:
    picture = drawing.of(place(importing.read(xml).root, whole=True), whole=True)
    return {shape.id: shape.box for shape in picture.shapes if not shape.band}


@pytest.mark.parametrize(
    ("name", "gone", "frame"),
    [
        ("every_shape.bpmn", ("int0",), "ex0"),
        ("choreography.bpmn", ("scs", "ct2", "sce"), "sc"),
        ("signavio.bpmn", ("sid-e1",), "sid-p1"),
    ],
)
def test_what_is_left_out_finds_room_inside_its_frame(name, gone, frame):
    drawn = {
        shape.get("bpmnElement") for shape in etree.fromstring(file(name)).iter("{*}BPMNShape")
    }
    assert {*gone, frame} <= drawn
    found = boxes(without(file(name), *gone))
    for one in gone:
        assert found[frame].holds(found[one])
        others = [key for key in found if key not in (one, frame) and found[key].w < 250]
        assert not any(found[one].overlaps(found[other]) for other in others)


def test_what_the_page_of_a_closed_subprocess_leaves_out_is_drawn_there():
    pages = file("closed_subprocess.bpmn")
    for gone in (("g2", "e2"), ("s2", "u2", "e2", "g1", "g2")):
        assert set(groups(without(pages, *gone))) >= set(groups(pages))


def test_what_is_left_out_is_placed_along_the_flows():
    xml = b"""<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
      xmlns:b="http://www.omg.org/spec/BPMN/20100524/DI" targetNamespace="t"
      xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"><process id="p">
      <boundaryEvent id="late" attachedToRef="c"><timerEventDefinition/></boundaryEvent>
      <task id="c"/><task id="b"/><task id="a"/>
      <sequenceFlow id="ab" sourceRef="a" targetRef="b"/>
      <sequenceFlow id="bc" sourceRef="b" targetRef="c"/></process><b:BPMNDiagram>
      <b:BPMNPlane bpmnElement="p"><b:BPMNShape bpmnElement="a">
      <dc:Bounds x="0" y="0" width="100" height="80"/></b:BPMNShape></b:BPMNPlane>
      </b:BPMNDiagram></definitions>"""
    found = boxes(xml)
    assert found["a"].right < found["b"].x < found["b"].right < found["c"].x
    assert found["late"].cy == found["c"].bottom


MODEL = b'<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="t">%s'


def test_boundary_events_stand_beside_each_other():
    hung = b"".join(
        b'<boundaryEvent id="b%d" attachedToRef="a"><timerEventDefinition/></boundaryEvent>' % n
        for n in range(7)
    )
    found = boxes(MODEL % b'<process id="p"><task id="a"/>%s</process></definitions>' % hung)
    events = [found[f"b{number}"] for number in range(7)]
    assert not any(a.overlaps(b) for a in events for b in events if a is not b)
    assert all(found["a"].x < event.x and event.right < found["a"].right for event in events)


def test_empty_lanes_are_drawn_in_their_pool():
    found = boxes(
        MODEL
        % b"""<collaboration id="c"><participant id="pool" processRef="p"/></collaboration>
        <process id="p"><laneSet><lane id="one"/><lane id="two"/></laneSet></process>
        </definitions>"""
    )
    assert found["pool"].holds(found["one"])
    assert found["pool"].holds(found["two"])
    assert not found["one"].overlaps(found["two"])


def test_a_global_conversation_shows_who_takes_part():
    xml = (
        MODEL
        % b"""<globalConversation id="g"><participant id="a"/><participant id="b"/>
        <conversation id="v"><participantRef>a</participantRef><participantRef>b</participantRef>
        </conversation><conversationLink id="l" sourceRef="a" targetRef="v"/></globalConversation>
        </definitions>"""
    )
    assert {"a", "b", "v", "l"} <= set(groups(xml))


def test_colours_are_shown_in_a_file_and_only_there():
    xml = file("closed_subprocess.bpmn")
    page = svg.render(xml, title="图", uid="d", whole=True)
    assert "style=" not in page
    assert 'style="--inside:#bbdefb;--outline:#0d4372"' in standalone(page)
    hostile = xml.replace(b'"#bbdefb"', b'"url(http://x)"').replace(b'"#0d4372"', b'"red;x:y"')
    assert (
        "--inside" not in standalone(svg.render(hostile, title="图", uid="d")).split("</style>")[1]
    )
