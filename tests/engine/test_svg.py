"""A diagram becomes a picture that a browser, a printer and a screen reader can use."""

import re
from pathlib import Path

import pytest
from lxml import etree

from engine import bundles
from engine.bpmn import svg
from engine.bpmn.lettering import wrap

EVERY_SIGN = (Path(__file__).parent / "diagrams" / "every_sign.bpmn").read_bytes()
SVG = "{http://www.w3.org/2000/svg}"


def draw(xml: bytes = EVERY_SIGN, **extra) -> etree._Element:
    return etree.fromstring(svg.render(xml, title="诉求办理", uid="d", **extra))


def group(picture: etree._Element, element: str) -> etree._Element:
    (found,) = [node for node in picture.iter(f"{SVG}g") if node.get("data-element-id") == element]
    return found


def words(node: etree._Element) -> str:
    return "".join(span.text or "" for span in node.iter(f"{SVG}tspan"))


def classes(node: etree._Element) -> str:
    return " ".join(child.get("class", "") for child in node.iter())


def test_the_picture_carries_no_inline_style_and_no_script():
    text = svg.render(EVERY_SIGN, title="图", uid="d", states={"ca": "overdue"}, counts={"ca": 2})
    assert not re.search(r'\bstyle=|<style|<script|\bon\w+="', text)


def test_names_titles_and_ids_are_escaped():
    xml = EVERY_SIGN.replace("协商办理".encode(), "&lt;b&gt;&quot;协商".encode())
    text = svg.render(xml, title='<"图">', uid='x"><script>')
    picture = etree.fromstring(text)
    assert words(group(picture, "ca")) == '<b>"协商'
    assert "<script" not in text
    assert picture.findtext(f"{SVG}title") == '<"图">'


def test_every_element_of_the_plane_is_drawn_once():
    picture = draw()
    drawn = [node.get("data-element-id") for node in picture.iter(f"{SVG}g")]
    ids = re.findall(rb'bpmnElement="(\w+)"', EVERY_SIGN)
    assert sorted(filter(None, drawn)) == sorted({i.decode() for i in ids} - {"col"})


def test_a_screen_reader_hears_where_the_walk_stands():
    picture = draw(states={"ca": "overdue", "ut_register": "done", "svc": "error"})
    said = picture.findtext(f"{SVG}desc")
    assert "当前环节，已超期：协商办理。" in said
    assert "异常，等待处理：生成诉求编号并告知职工本人。" in said
    assert "已完成 1 个" in said
    assert picture.get("role") == "img"
    assert picture.get("aria-labelledby") == "d-t d-s"


@pytest.mark.parametrize(
    ("state", "flag"), [("active", "当前"), ("overdue", "超期"), ("error", "异常")]
)
def test_a_waiting_element_gets_a_flag_and_a_class(state, flag):
    node = group(draw(states={"ca": state}), "ca")
    assert f"is-{state}" in node.get("class")
    assert flag in words(node)


def test_a_finished_task_gets_a_tick_and_no_flag():
    node = group(draw(states={"ut_register": "done"}), "ut_register")
    assert "bd-tick" in classes(node)
    assert "bd-pin" not in classes(node)


def test_an_unknown_state_never_reaches_the_page():
    picture = draw(states={"ca": 'x" onload="1'})
    assert group(picture, "ca").get("class") == "bd-el bd-callActivity"


def test_walked_flows_are_marked_and_others_not():
    picture = draw(flows=["f1"])
    assert "is-passed" in group(picture, "f1").get("class")
    assert "is-passed" not in group(picture, "f2").get("class")


def test_tokens_are_counted_on_the_element():
    assert "12" in words(group(draw(counts={"ut_register": 12}), "ut_register"))
    assert "bd-count" not in classes(group(draw(counts={"ut_register": 0}), "ut_register"))


def test_a_closed_subprocess_speaks_for_what_it_hides():
    node = group(draw(states={"hid": "overdue", "csub": "active"}, counts={"hid": 3}), "csub")
    assert "is-overdue" in node.get("class")
    assert "3" in words(node)


def test_steps_inside_an_open_subprocess_are_drawn_with_their_own_state():
    picture = draw(states={"sub": "active", "s_a": "active", "s_b": "done"})
    assert "bd-pin" in classes(group(picture, "s_a"))
    assert "bd-tick" in classes(group(picture, "s_b"))
    assert "bd-pin" not in classes(group(picture, "sub"))


def test_an_event_subprocess_is_dotted_and_its_quiet_start_dashed():
    picture = draw()
    assert "bd-dotted" in classes(group(picture, "es"))
    assert "bd-dash" in classes(group(picture, "es_s"))
    assert "bd-dash" not in classes(group(picture, "s_s"))


def test_a_non_interrupting_boundary_event_is_dashed():
    picture = draw()
    assert "bd-dash" in classes(group(picture, "tb"))
    assert "bd-dash" not in classes(group(picture, "er"))


def marks(node: etree._Element) -> int:
    return sum("bd-mark" in (child.get("class") or "") for child in node.iter())


@pytest.mark.parametrize(
    ("element", "count"),
    [("dmn", 1), ("svc", 1), ("script", 1), ("ca", 1), ("csub", 2), ("send", 0)],
)
def test_multi_instance_loop_and_subprocess_marks_stand_at_the_foot(element, count):
    assert marks(group(draw(), element)) == count


def test_parallel_and_sequential_multi_instance_look_different():
    picture = draw()

    def mark(element):
        return [
            n.get("d")
            for n in group(picture, element).iter()
            if "bd-mark" in (n.get("class") or "")
        ]

    assert mark("dmn") != mark("svc")


def test_only_an_activity_shows_its_condition_and_only_a_default_its_slash():
    picture = draw()
    assert "bd-if" in classes(group(picture, "f5"))
    assert "bd-if" not in classes(group(picture, "f3"))
    assert len(group(picture, "f4").findall(f"{SVG}path")) == 2
    assert len(group(picture, "f1").findall(f"{SVG}path")) == 1


def test_outer_frames_are_painted_before_what_stands_in_them():
    order = [node.get("data-element-id") for node in draw().iter(f"{SVG}g")]
    assert order.index("pool") < order.index("l2") < order.index("sub") < order.index("s_a")
    assert order.index("svc") < order.index("tb")


def test_the_frame_holds_everything_with_room_for_flags():
    x, y, w, h = map(float, draw().get("viewBox").split())
    assert x < 40
    assert y <= 40 - 26
    assert x + w > 1280
    assert y + h > 800


def test_a_file_without_a_drawing_is_laid_out():
    bare = re.sub(rb"<bpmndi:BPMNDiagram.*</bpmndi:BPMNDiagram>", b"", EVERY_SIGN, flags=re.S)
    assert b"BPMNShape" not in bare
    assert words(group(draw(bare), "ca")) == words(group(draw(), "ca"))


def test_a_file_with_nothing_to_draw_gives_no_picture():
    empty = b'<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"/>'
    assert svg.render(empty, title="图", uid="d") == ""


def test_broken_xml_is_a_sentence():
    with pytest.raises(ValueError, match="不是有效的 XML"):
        svg.render(b"<definitions>", title="图", uid="d")


def test_entities_are_refused():
    bomb = b'<!DOCTYPE d [<!ENTITY a "aaaa">]>' + EVERY_SIGN.split(b"?>", 1)[1].replace(
        "协商办理".encode(), b"&a;"
    )
    with pytest.raises(ValueError, match="DOCTYPE"):
        svg.render(bomb, title="图", uid="d")


def test_a_broken_number_does_not_break_the_page():
    text = svg.render(EVERY_SIGN.replace(b'x="210"', b'x="NaN"'), title="图", uid="d")
    assert not re.search(r"\bnan\b", text, re.IGNORECASE)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("办理", ("办理",)),
        ("生成诉求编号并告知职工", ("生成诉求编号", "并告知职工")),
        ("已收到职工诉求，登记", ("已收到职工", "诉求，登记")),  # no line begins with a comma
        ("十五日之内（自然日）", ("十五日之内", "（自然日）")),  # none ends with an opening bracket
        ("等待 handler 办理", ("等待", "handler", "办理")),  # words stay whole
        ("登记编号、发回执", ("登记编号、", "发回执")),  # no character stands alone
        ("立督办、通知承办人", ("立督办、", "通知承办人")),  # two lines break at a pause
        ("", ("",)),
    ],
)
def test_chinese_lines_break_where_a_typesetter_would(text, lines):
    assert wrap(text, 72, 12, 9) == lines


def test_too_long_a_text_ends_in_an_ellipsis():
    assert wrap("一二三四五六七八九十", 36, 12, 2) == ("一二三", "四五…")


def test_the_flag_hangs_below_where_events_sit_on_top():
    negotiate = (bundles.ROOT / "appeals" / "appeal_negotiate.bpmn").read_bytes()
    picture = svg.render(negotiate, states={"ut_handle": "overdue"}, title="t", uid="d")
    pin = picture[picture.index("bd-pin") :]
    assert '<path d="M0 0L-6 8H6Z"/>' in pin[:200]
