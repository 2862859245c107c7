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
from engine.bpmn.xml import BPMN_NS, DC, DD, DI, XSI_NS, local

#: What may hold anything: texts, and what vendors add.
OPEN = frozenset({"documentation", "extensionElements", "script", "text"})
MIME = re.compile(r"^[\w.+\-]+/[\w.+\-]+(\s*;.*)?$", re.A)
XSI_TYPE = f"{{{XSI_NS}}}type"
#: What an expression says of itself only if it is a formal one.
FORMAL = frozenset({"evaluatesToTypeRef", "language"})
WHOLE = re.compile(r"^[+-]?\d+$", re.A)
NUMBER = re.compile(r"^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$", re.A)
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
    named = (element.get(XSI_TYPE) or "").rpartition(":")[2].strip()
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
        if local(found) in OPEN - {"extensionElements"}:
            continue
        for inner in found:
            name = local(inner)
            if (name in known or _is_drawing(inner)) and _placed(inner) not in kind.order:
                shown = name or inner.tag.rpartition("}")[2]
                yield inner, f"{shown:.40} 不能写在 {said(found)}（{local(found)}）里面。"


def _is_drawing(element: etree._Element) -> bool:
    return isinstance(element.tag, str) and element.tag.startswith((DI, DC, DD))


def _placed(element: etree._Element) -> str:
    """Return what an element is called in the order of its parent's children."""
    return "BPMNDiagram" if element.tag == DI + "BPMNDiagram" else local(element)


@rule("form-foreign", "8.3.3", "Foreign elements stand in `extensionElements` only.")
def foreign(model: Model) -> Found:
    for found, kind in _known(model):
        if local(found) in OPEN or not kind.order:
            continue
        for inner in found:
            if isinstance(inner.tag, str) and not local(inner) and not _is_drawing(inner):
                yield (
                    found,
                    f"扩展元素 {inner.tag.rpartition('}')[2]:.40} 要写在 extensionElements 里。",
                )


@rule("form-order", "15.3", "The children of an element stand in the order of the schema.")
def order(model: Model) -> Found:
    for found, kind in _known(model):
        last, before = -1, ""
        for inner in found:
            place = kind.order.get(_placed(inner))
            if place is None:
                continue
            if place < last:
                yield inner, f"{_placed(inner)} 要写在 {before} 前面。"
                break
            last, before = place, _placed(inner)


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


@rule(
    "form-attribute",
    "15.3",
    "Attributes without a prefix are those of the standard; a language is one of a formal "
    "expression, which says so by xsi:type.",
)
def attribute(model: Model) -> Found:
    for found, kind in _known(model):
        for name in map(str, found.attrib):
            if name.startswith("{") or ":" in name or name in kind.attributes:
                continue
            if name in FORMAL and "expression" in kind.bases:
                yield found, f'写了 {name} 的表达式要标明 xsi:type="tFormalExpression"。'
            else:
                yield found, f"{local(found)} 没有属性 {name:.40}，请删除或写到扩展里。"


@rule(
    "form-type",
    "15.3",
    "An `xsi:type` names a type of the standard that may stand for the element's own.",
)
def substituted(model: Model) -> Found:
    for name, kind in grammar.kinds().items():
        for found in model.of(name):
            said_type = found.get(XSI_TYPE)
            if said_type is not None and not _may_be(found, name, kind, said_type.strip()):
                yield found, f"xsi:type 不能是“{said_type:.60}”，请改正或删除。"


def _may_be(element: etree._Element, name: str, kind: Kind, said_type: str) -> bool:
    prefix, _, word = said_type.rpartition(":")
    namespace = element.nsmap.get(prefix or None)
    if namespace not in (BPMN_NS, None):
        return True  # a vendor's own type, which the standard cannot judge
    if namespace is None or not word.startswith("t"):
        return False
    wanted = word[1:2].lower() + word[2:]
    other = grammar.kinds().get(wanted)
    if other is None or name == "partitionElement":
        return name == "partitionElement"
    if "expression" in (name, *kind.bases):
        return wanted in ("expression", "formalExpression")
    return wanted in (name, *kind.bases) or not {name, *kind.bases[:1]}.isdisjoint(other.bases)


@rule("form-text", "15.3", "Text stands only where the schema has room for it.")
def loose_text(model: Model) -> Found:
    for found, kind in _known(model):
        if local(found) in OPEN - {"extensionElements"} or "@mixed" in kind.bases:
            continue
        if text := loose(found):
            yield found, f"{local(found)} 里不能直接写文字“{text:.30}”，请写到 documentation 里。"


def loose(element: etree._Element) -> str:
    """Return the first text that stands in an element by itself, between its children or not."""
    parts = (element.text or "", *((inner.tail or "") for inner in element))
    return next((part.strip() for part in parts if part.strip()), "")


@rule(
    "form-pointer",
    "15.3",
    "A pointer that is written down says to what, and nothing else stands in it.",
)
def pointer(model: Model) -> Found:
    for name in sorted(grammar.pointers()):
        for found in model.of(name):
            plain = not any(not str(key).startswith("{") for key in found.attrib)
            if not (found.text or "").strip():
                yield found, f"{name} 是空的，请写明指向什么，或者删除。"
            elif not plain or any(isinstance(inner.tag, str) for inner in found):
                yield found, f"{name} 里只能写它指向的标识。"
    for found, kind in _known(model):
        for key in kind.attributes:
            if key.endswith(("Ref", "calledElement")) and found.get(key, "-").strip() == "":
                yield found, f"{key} 是空的，请写明指向什么，或者删除。"


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
            if not fits(text.strip(), wanted):
                yield found, f"{name} 不能是“{text:.40}”，{wish(wanted)}。"


@rule("form-mime", "8.3.1", "The format of a text is a MIME type such as text/plain.")
def mime(model: Model) -> Found:
    for found in model.of("documentation", "textAnnotation"):
        text = found.get("textFormat")
        if text is not None and not MIME.match(text.strip()):
            yield found, f"textFormat 不能是“{text:.40}”，要写成 text/plain 这样的格式。"


def fits(text: str, wanted: str) -> bool:
    """Tell whether a value is of its kind, as the tables write kinds down."""
    if wanted == "bool":
        return text in TRUTH
    if wanted == "int":
        return WHOLE.match(text) is not None
    if wanted == "num":
        return NUMBER.match(text) is not None
    return text in wanted.split(",")


def wish(wanted: str) -> str:
    """Say what a value should be."""
    named = {"bool": "要写 true 或 false", "int": "要写整数", "num": "要写数字，小数点用“.”"}
    return named.get(wanted) or f"只能是 {wanted.replace(',', '、')}"
