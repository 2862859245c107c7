"""Imported diagrams are drawn: laid out where nothing is drawn, kept where it is."""

from __future__ import annotations

import re

import pytest
from lxml import etree

from engine.bpmn import importing, layout, svg
from engine.bpmn.importing.placing import place
from tests.engine.bpmn_builder import (
    boundary,
    diagram,
    end,
    files,
    flow,
    message,
    process,
    start,
    user,
)
from tests.engine.diagram_facts import facts, tree
from tests.engine.imported import FILES, file


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_everything_is_drawn(path):
    picture = etree.fromstring(svg.render(path.read_bytes(), title="图", uid="d", whole=True))
    shown = {node.get("data-element-id") for node in picture.iter("{*}g")} - {None}
    drawn = {
        shape.get("bpmnElement").rpartition(":")[2]
        for shape in tree(path.read_bytes()).iter("{*}BPMNShape")
    }
    assert drawn - {"gone"} <= shown
    nodes = {
        node.get("id")
        for node in tree(importing.read(path.read_bytes()).write()).iter()
        if re.search(r"(Task|task|Event|Gateway|ubProcess|oreography)$", str(node.tag))
        and not re.search(r"(}choreography|}global\w+)$", str(node.tag))
    }
    assert {name for name in nodes if not name.startswith("_n_i_")} <= shown


def test_a_file_without_any_drawing_is_laid_out_to_be_read():
    pattern = rb"<bpmndi:BPMNDiagram.*</bpmndi:BPMNDiagram>"
    xml = re.sub(pattern, b"", file("camunda_modeler.bpmn"), flags=re.S)
    placed = etree.tostring(place(importing.read(xml).root))
    codes = {problem.code for problem in layout.problems(placed)}
    assert not codes & {"layout-missing", "layout-overlap", "layout-dock", "layout-through"}


def test_flows_that_nobody_drew_go_around_what_stands_between():
    """Onwards over others, back over others, and from a border past what stands beneath it."""
    xml = diagram(
        start(),
        *map(user, "abcdxyz"),
        boundary("b1", "a", message()),
        boundary("b2", "c", message()),
        end(),
        "s-a-b-c-d-e",
        *("a-x", "a-y", "a-z", "a-d", "s-d", "b-d", "d-b", "d-a", "c-a", "b1-d", "b2-a", "z-e"),
    )
    placed = etree.tostring(place(importing.read(xml).root))
    codes = {problem.code for problem in layout.problems(placed)}
    assert not codes & {"layout-through", "layout-overlap", "layout-dock"}


def test_what_is_drawn_stays_where_it_is():
    root = importing.read(file("bpmn_io.bpmn")).root
    before, after = facts(root), facts(place(root))
    assert before["shapes"] - after["shapes"] == before["edges"] - after["edges"] == {}
    assert facts(root) == before


def test_a_large_file_without_a_drawing_is_laid_out_too():
    many = [user(f"t{number}") for number in range(2500)]
    links = [
        flow(f"t{number}", f"t{number * 7 % 2500}", name=f"f{number}") for number in range(2500)
    ]
    assert svg.render(diagram(*many, *links), title="大", uid="d").count("data-element-id") > 4900


def test_pages_stand_beneath_each_other_and_only_the_main_one_in_the_office():
    xml = file("trisotech.bpmn")
    picture = etree.fromstring(svg.render(xml, title="图", uid="d", whole=True))
    tops = {
        node.get("data-element-id"): float(shape.get("y") or shape.get("cy"))
        for node in picture.iter("{*}g")
        for shape in node.iter("{*}rect", "{*}circle")
        if node.get("data-element-id")
    }
    assert tops["st"] > tops["sub"] + 100
    assert 'data-element-id="st"' not in svg.render(xml, title="图", uid="d")


def two_pages() -> bytes:
    """Two processes, each on a page of its own; the lines of the second are not drawn."""
    pages = ""
    for key, names in (("p", "sae"), ("q", ("qs", "qa", "qe"))):
        shapes = "".join(
            f'<bpmndi:BPMNShape bpmnElement="{name}"><dc:Bounds x="{number * 200}" y="0" '
            f'width="36" height="36"/></bpmndi:BPMNShape>'
            for number, name in enumerate(names)
        )
        plane = f'<bpmndi:BPMNPlane bpmnElement="{key}">{shapes}</bpmndi:BPMNPlane>'
        pages += f"<bpmndi:BPMNDiagram>{plane}</bpmndi:BPMNDiagram>"
    one = process(start(), user("a"), end(), "s-a-e")
    other = process(start("qs"), user("qa"), end("qe"), "qs-qa-qe", key="q")
    spaces = (
        'xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" '
        'xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" '
    )
    return files(one, other, pages).replace(b"xmlns:camunda", f"{spaces}xmlns:camunda".encode())


def test_each_process_is_shown_on_its_own_page():
    first, second = {"s", "a", "e", "f_s_a", "f_a_e"}, {"qs", "qa", "qe", "f_qs_qa", "f_qa_qe"}
    assert drawn(two_pages()) == drawn(two_pages(), process="p") == first
    assert drawn(two_pages(), process="q") == second
    assert drawn(two_pages(), process="gone") == first
    assert drawn(two_pages(), whole=True) == first | second
    walk = svg.render(two_pages(), title="图", uid="d", process="q", states={"qa": "active"})
    assert 'is-active" data-element-id="qa"' in walk


def test_a_process_that_goes_on_over_the_page_is_shown_on_both():
    """A plane is not bound to one process, nor a process to one plane (BPMN 2.0.2, 12.2.3)."""
    xml = re.sub(rb"</bpmn:process>\s*<bpmn:process [^>]*>", b"", two_pages())
    assert xml.count(b"<bpmn:process ") == 1
    assert {"s", "a", "f_a_e", "qs", "qa", "f_qs_qa"} <= drawn(xml, process="p")
    walk = svg.render(xml, title="图", uid="d", process="p", states={"qa": "active"})
    assert 'is-active" data-element-id="qa"' in walk
    assert importing.read(xml).write().count(b"BPMNPlane bpmnElement") == 2


def drawn(xml: bytes, **extra) -> set[str]:
    picture = etree.fromstring(svg.render(xml, title="图", uid="d", **extra))
    return {node.get("data-element-id") for node in picture.iter("{*}g")} - {None}


def test_a_walk_is_shown_on_elements_whose_ids_are_spelt_soundly():
    picture = svg.render(file("bizagi.bpmn"), title="图", uid="d", states={"Id_7_copia": "active"})
    assert re.search(r'class="bd-el bd-task is-active" data-element-id="Id_7_copia"', picture)


def test_prefixes_in_a_drawing_do_not_hide_what_is_drawn():
    missing = {p.element for p in layout.problems(file("visual_paradigm.bpmn"))}
    assert "s" not in missing
    assert "g" in missing


def test_a_subprocess_that_is_not_drawn_gets_room_for_what_is_in_it():
    inner = (
        b'<task id="one"/><subProcess id="sub"><task id="two"/><subProcess id="deep">'
        b'<task id="three"/></subProcess></subProcess></process>'
    )
    xml = file("bizagi.bpmn").replace(b"</process>", inner)
    assert {"one", "sub", "two", "deep", "three"} <= drawn(xml)


def test_what_a_closed_subprocess_hides_is_drawn_on_request():
    inside = b'<semantic:task id="inner"/></semantic:subProcess>'
    xml = file("adonis.bpmn").replace(b"</semantic:subProcess>", inside)
    assert "inner" not in drawn(xml)
    assert "inner" in drawn(xml, whole=True)


def test_a_shared_definition_gives_its_sign():
    xml = file("visual_paradigm.bpmn")
    bare = xml.replace(b"tns:shared_timer</", b"tns:gone</")
    assert svg.render(xml, title="图", uid="d").count("<path") == 1 + svg.render(
        bare, title="图", uid="d"
    ).count("<path")


def test_a_group_is_called_as_its_category():
    assert "当天" in svg.render(GROUPED, title="图", uid="d")


@pytest.mark.parametrize("name", ["Talk", "About it"])
def test_choreographies_and_conversations_are_drawn_with_their_names(name):
    shapes = "".join(
        f'<bpmndi:BPMNShape bpmnElement="{key}"><dc:Bounds x="{x}" y="400" width="90" height="60"/>'
        "</bpmndi:BPMNShape>"
        for x, key in ((700, "ct1"), (900, "cv"))
    )
    xml = file("visual_paradigm.bpmn").replace(
        b"</bpmndi:BPMNPlane></bpmndi", f"{shapes}</bpmndi:BPMNPlane></bpmndi".encode()
    )
    assert name in svg.render(xml, title="图", uid="d")


GROUPED = file("bpmn_io.bpmn").replace(
    b"</bpmndi:BPMNPlane>",
    b'<bpmndi:BPMNShape bpmnElement="Group_1"><dc:Bounds x="300" y="200" width="200" height="100"/>'
    b"</bpmndi:BPMNShape></bpmndi:BPMNPlane>",
)


def test_who_begins_is_seen_however_its_id_is_written():
    """The band of who begins a choreography task is white (BPMN 2.0.2, 11.5.1)."""
    whole = file("choreography.bpmn").decode()
    xml = whole[: whole.index("<bpmndi:BPMNDiagram")] + "</definitions>"
    odd = xml.replace('initiatingParticipantRef="A"', 'initiatingParticipantRef="t:买 方"')
    odd = odd.replace('"A"', '"买 方"').replace(">A<", ">t:买 方<")
    plain, other = (
        re.sub('data-element-id="[^"]*"', "", svg.render(one.encode(), title="图", uid="d"))
        for one in (xml, odd)
    )
    assert plain == other


def test_an_envelope_is_drawn_though_its_shape_is_named_with_a_prefix():
    xml = file("choreography.bpmn")
    odd = xml.replace(b'choreographyActivityShape="', b'choreographyActivityShape="t:')
    plain, other = (svg.render(one, title="图", uid="d", whole=True) for one in (xml, odd))
    assert "bd-message" in plain
    assert plain == other
