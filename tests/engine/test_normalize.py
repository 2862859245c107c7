"""The executable form: little is changed, nothing depends on counters, nothing is lost."""

from __future__ import annotations

from engine.bpmn.admit import admit
from engine.bpmn.normalize import VERSION, normalize, to_bytes
from tests.engine.bpmn_builder import (
    catch,
    diagram,
    end,
    flow,
    link,
    start,
    sub,
    throw,
    user,
)

DRAWN = diagram(
    start(), throw("out", link("L")), catch("in", link("L")), user("a", "<bpmn:documentation>说明"
    "</bpmn:documentation><bpmn:incoming>x</bpmn:incoming>"), end(), "s-out", "in-a-e",
    '<bpmn:laneSet id="ls"><bpmn:lane id="l"/></bpmn:laneSet>',
    '<bpmn:textAnnotation id="ta"><bpmn:text>注</bpmn:text></bpmn:textAnnotation>',
).replace(
    b"</bpmn:definitions>",
    b'<bpmndi:BPMNDiagram xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" id="di"/>'
    b"</bpmn:definitions>",
)  # fmt: skip


def test_what_execution_does_not_read_is_left_out():
    executable = to_bytes(normalize(admit(DRAWN))[0]).decode()
    for name in ("BPMNDiagram", "laneSet", "textAnnotation", "documentation", "incoming"):
        assert name not in executable
    assert 'id="a"' in executable


def test_the_drawn_tree_is_not_changed():
    root = admit(DRAWN)
    before = to_bytes(root)
    normalize(root)
    assert to_bytes(root) == before


def test_links_become_flows_named_after_the_throwing_link():
    tree, problems = normalize(admit(DRAWN))
    assert problems == []
    (made,) = tree.findall(".//{*}sequenceFlow[@id='_n_link_out']")
    assert (made.get("sourceRef"), made.get("targetRef")) == ("out", "in")
    assert tree.find(".//{*}linkEventDefinition") is None


def test_links_belong_to_their_own_scope():
    inner = sub(
        "sp", start("i"), throw("out2", link("L")), catch("in2", link("L")), end("j"), "i-out2",
        "in2-j",
    )  # fmt: skip
    xml = diagram(
        start(), inner, throw("out", link("L")), catch("in", link("L")), end(), "s-sp-out", "in-e"
    )
    tree, problems = normalize(admit(xml))
    assert problems == []
    made = [f for f in tree.iter("{*}sequenceFlow") if f.get("id").startswith("_n_")]
    assert {(f.get("sourceRef"), f.get("targetRef")) for f in made} == {
        ("out", "in"),
        ("out2", "in2"),
    }


def test_the_same_drawing_gives_the_same_bytes():
    assert to_bytes(normalize(admit(DRAWN))[0]) == to_bytes(normalize(admit(DRAWN))[0])


def test_the_executable_form_can_be_admitted_but_for_its_own_ids():
    plain = diagram(start(), user("a"), end(), "s-a", flow("a", "e", "${x}"))
    assert admit(to_bytes(normalize(admit(plain))[0])) is not None
    assert VERSION == 2
