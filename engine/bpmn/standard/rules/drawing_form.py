"""The form of a drawing: parts, attributes, values, order as the standard's schemas have them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from lxml import etree

from engine.bpmn.standard import grammar
from engine.bpmn.standard.grammar import Kind
from engine.bpmn.standard.model import Model
from engine.bpmn.standard.registry import Found, rule
from engine.bpmn.standard.rules.form import fits, loose, wish
from engine.bpmn.xml import DC, DD, DI, local

OWN = (DI, DC, DD)
#: What in a drawing points to something else.
POINTERS = frozenset(
    {"bpmnElement", "choreographyActivityShape", "labelStyle", "sourceElement", "targetElement"}
)
#: Which namespace each part is in, where it is not that of BPMN's own drawings.
SPACES = {"Bounds": DC, "Font": DC, "waypoint": DD, "extension": DD}


def _parts(model: Model) -> Iterator[tuple[etree._Element, str]]:
    """Yield every part of the drawings with its name, "" for one that there is not."""
    for diagram in model.root.iterchildren(DI + "BPMNDiagram"):
        walk = etree.iterwalk(diagram, events=("start",))
        for _, item in walk:
            tag = item.tag
            if not tag.startswith(OWN):
                walk.skip_subtree()
                if local(item):
                    yield item, ""
                continue
            name = tag.rpartition("}")[2]
            known = name in grammar.drawn() and tag == SPACES.get(name, DI) + name
            if name == "extension":
                walk.skip_subtree()
            yield item, name if known else ""


def _known(model: Model) -> Iterator[tuple[etree._Element, Kind]]:
    kinds = grammar.drawn()
    return ((item, kinds[name]) for item, name in _parts(model) if name)


@rule("di-child", "12.2.3", "Every part of a drawing stands where the standard allows it.")
def child(model: Model) -> Found:
    kinds = grammar.drawn()
    for item, name in _parts(model):
        word = item.tag.rpartition("}")[2]
        parent = item.getparent()
        if not name:
            yield item, f"图形里没有 {word:.40} 这种元素，请改正。"
        elif item.tag != DI + "BPMNDiagram" and parent is not None:
            home = kinds.get(parent.tag.rpartition("}")[2])
            if home is None or name not in home.order:
                yield item, f"{name} 不能写在 {parent.tag.rpartition('}')[2]:.40} 里面。"


@rule(
    "di-attribute",
    "12.2.3",
    "Attributes of a drawing without a prefix are those of the standard; a label's bounds have all "
    "of theirs.",
)
def attribute(model: Model) -> Found:
    for item, kind in _known(model):
        for name in map(str, item.attrib):
            if not name.startswith("{") and ":" not in name and name not in kind.attributes:
                yield item, f"{item.tag.rpartition('}')[2]} 没有属性 {name:.40}，请删除。"
        for name in sorted(kind.required - set(map(str, item.attrib))):
            if not _is_place(item):
                yield item, f"{item.tag.rpartition('}')[2]} 要有属性 {name}。"


def _is_place(item: etree._Element) -> bool:
    """Tell whether this is where a shape stands or an edge runs: `di-place` speaks of that."""
    parent = item.getparent()
    return item.tag == DD + "waypoint" or (parent is not None and parent.tag == DI + "BPMNShape")


@rule("di-value", "12.2.3", "Attributes of a drawing have values of their kind.")
def value(model: Model) -> Found:
    for item, kind in _known(model):
        for name, wanted in kind.attributes.items():
            given = item.get(name)
            if given is not None and wanted and not fits(given.strip(), wanted):
                yield item, f"{name} 不能是“{given:.40}”，{wish(wanted)}。"
            elif name in POINTERS and given is not None and not given.strip():
                yield item, f"{name} 是空的，请写明指向什么，或者删除。"


@rule("di-text", "12.2.3", "There is no text in a drawing.")
def text(model: Model) -> Found:
    for item, _ in _known(model):
        if item.tag != DD + "extension" and (found := loose(item)):
            yield item, f"图形里不能写文字“{found:.30}”，请删除。"


@rule(
    "di-order",
    "12.2.3",
    "The parts of a shape or an edge stand in the order of the schema: its label at the end.",
)
def order(model: Model) -> Found:
    for item, kind in _known(model):
        last = -1
        for inner in item:
            place = kind.order.get(str(inner.tag).rpartition("}")[2], last)
            if place < last:
                yield inner, f"{inner.tag.rpartition('}')[2]} 写得太靠后，请移到前面。"
                break
            last = place


@rule("di-single", "12.2.3", "A shape has bounds once, shapes and edges a label, a style its font.")
def single(model: Model) -> Found:
    for item, kind in _known(model):
        counted = Counter(str(inner.tag).rpartition("}")[2] for inner in item)
        for often, name in kind.often.values():
            if often in ("", "?") and counted[name] > 1 and name != "BPMNPlane":
                yield item, f"{name} 只能有一个，现在有 {counted[name]} 个。"
            if name == "Font" and not counted[name]:
                yield item, "BPMNLabelStyle 里要有 Font。"
