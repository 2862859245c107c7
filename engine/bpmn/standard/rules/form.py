"""The form of a file: elements, attributes, values and order as the standard's schema has them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from lxml import etree

from engine.bpmn.standard import grammar
from engine.bpmn.standard.grammar import Kind
from engine.bpmn.standard.model import Model, said
from engine.bpmn.standard.registry import Found, rule
from engine.bpmn.xml import DI, XSI_NS, local

#: What may hold anything: texts, and what vendors add.
OPEN = frozenset({"documentation", "extensionElements", "script", "text"})
MIME = re.compile(r"^[\w.+\-]+/[\w.+\-]+(\s*;.*)?$", re.A)
TRUTH = frozenset({"true", "false", "0", "1"})
#: These have sentences of their own: loops and multiplicities.
NUMBERS_ELSEWHERE = frozenset(
    {"completionQuantity", "loopMaximum", "maximum", "minimum", "startQuantity"}
)


def _known(model: Model) -> Iterator[tuple[etree._Element, Kind]]:
    for name, kind in grammar.kinds().items():
        for element in model.of(name):
            yield element, _substituted(element) or kind


def _substituted(element: etree._Element) -> Kind | None:
    """Return the kind that `xsi:type` puts in place of an element's own."""
    named = (element.get(f"{{{XSI_NS}}}type") or "").rpartition(":")[2].strip()
    if not named.startswith("t"):
        return None
    return grammar.kinds().get(named[1:2].lower() + named[2:])


@rule("form-element", "15.3", "Every element of the BPMN namespace is one of the standard's.")
def element(model: Model) -> Found:
    known = grammar.kinds().keys() | grammar.pointers()
    for name, elements in model.kinds.items():
        if name in known:
            continue
        for found in elements:
            yield found, f"BPMN 标准里没有 {name:.40} 这个元素，请改正。"


@rule("form-child", "15.3", "Every element stands where the standard allows it.")
def child(model: Model) -> Found:
    known = grammar.kinds().keys() | grammar.pointers()
    for found, kind in _known(model):
        if local(found) in OPEN:
            continue
        for inner in found:
            name = local(inner)
            if name in known and name not in kind.order:
                yield inner, f"{name} 不能写在 {said(found)}（{local(found)}）里面。"


@rule("form-foreign", "8.3.3", "Foreign elements stand in `extensionElements` only.", "warning")
def foreign(model: Model) -> Found:
    for found, kind in _known(model):
        if local(found) in OPEN or not kind.order:
            continue
        for inner in found:
            if isinstance(inner.tag, str) and not local(inner) and not inner.tag.startswith(DI):
                yield (
                    found,
                    f"扩展元素 {inner.tag.rpartition('}')[2]:.40} 要写在 extensionElements 里。",
                )


@rule(
    "form-order", "15.3", "The children of an element stand in the order of the schema.", "warning"
)
def order(model: Model) -> Found:
    for found, kind in _known(model):
        last, before = -1, ""
        for inner in found:
            place = kind.order.get(local(inner))
            if place is None:
                continue
            if place < last:
                yield inner, f"{local(inner)} 要写在 {before} 前面。"
                break
            last, before = place, local(inner)


@rule("form-once", "15.3", "What the schema allows once occurs once.")
def once(model: Model) -> Found:
    for found, kind in _known(model):
        counted = Counter(kind.order.get(local(inner), -1) for inner in found)
        for place, times in counted.items():
            often, name = kind.often.get(place, ("*", ""))
            if times > 1 and often in ("", "?"):
                yield found, f"{_shown(name)} 只能有一个，现在有 {times} 个。"


@rule("form-required", "15.3", "What the schema demands is there.")
def required(model: Model) -> Found:
    for found, kind in _known(model):
        for name in sorted(kind.required):
            if not found.get(name) and not (name == "targetNamespace" and found.get(name) == ""):
                yield found, f"{local(found)} 要有属性 {name}。"
        present = {kind.order.get(local(inner)) for inner in found}
        for place, (often, name) in kind.often.items():
            if often in ("", "+") and place not in present:
                yield found, f"{local(found)} 里要有 {_shown(name)}。"


def _shown(name: str) -> str:
    return {"LOOP": "循环标记", "EXPRESSION": "表达式"}.get(name, name)


@rule("form-attribute", "15.3", "Attributes without a prefix are those of the standard.")
def attribute(model: Model) -> Found:
    for found, kind in _known(model):
        for name in map(str, found.attrib):
            if not name.startswith("{") and ":" not in name and name not in kind.attributes:
                yield found, f"{local(found)} 没有属性 {name:.40}，请删除或写到扩展里。"


@rule(
    "form-value",
    "15.3",
    "Attributes have values of their kind: true or false, numbers, listed words.",
)
def value(model: Model) -> Found:
    for found, kind in _known(model):
        for name, wanted in kind.attributes.items():
            text = found.get(name)
            if not wanted or text is None or name in NUMBERS_ELSEWHERE:
                continue
            if not _fits(text.strip(), wanted):
                yield found, f"{name} 不能是“{text:.40}”，{_wish(wanted)}。"


@rule("form-mime", "8.3.1", "The format of a text is a MIME type such as text/plain.")
def mime(model: Model) -> Found:
    for found in model.of("documentation", "textAnnotation"):
        text = found.get("textFormat")
        if text is not None and not MIME.match(text.strip()):
            yield found, f"textFormat 不能是“{text:.40}”，要写成 text/plain 这样的格式。"


def _fits(text: str, wanted: str) -> bool:
    if wanted == "bool":
        return text in TRUTH
    if wanted == "int":
        return text.lstrip("+-").isdecimal()
    return text in wanted.split(",")


def _wish(wanted: str) -> str:
    if wanted == "bool":
        return "要写 true 或 false"
    return "要写整数" if wanted == "int" else f"只能是 {wanted.replace(',', '、')}"
