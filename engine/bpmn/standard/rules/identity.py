"""Identifiers: unique, well formed, there where something refers to them."""

from __future__ import annotations

import re
from collections import Counter

from lxml import etree

from engine.bpmn.standard.model import NODES, Model
from engine.bpmn.standard.registry import Found, rule
from engine.bpmn.xml import GIVEN, identifier

#: XML's NCName, without the rarest planes of characters.
NCNAME = re.compile(r"^[^\W\d][\w.\-·]*$")


@rule("id-unique", "8.3.1", "Every id occurs once in a file.")
def unique(model: Model) -> Found:
    seen: Counter[str] = Counter()
    for element in model.root.iter(etree.Element):
        name = element.get("id")
        if name is None or not element.tag.startswith("{http://www.omg.org/spec/"):
            continue
        seen[name] += 1
        if seen[name] == 2:
            yield element, f"标识 {name:.60} 出现了不止一次，请改成唯一的。"


@rule("id-form", "8.3.1", "An id is an XML name without a colon (NCName).")
def form(model: Model) -> Found:
    for element in model.root.iter(etree.Element):
        name = element.get("id")
        if name is None or not element.tag.startswith("{http://www.omg.org/spec/"):
            continue
        if not NCNAME.match(name):
            yield (
                element,
                f"标识 {name:.60} 不合规：要以字母或下划线开头，不含空格、冒号和其他符号。",
            )


@rule(
    "id-present",
    "8.3.1",
    "What flows or a picture refer to has an id; a flow node is meant to be referred to.",
    "warning",
)
def present(model: Model) -> Found:
    for element in model.of(*sorted(NODES)):
        if identifier(element).startswith(GIVEN):
            yield element, "这个节点没有标识（id），连线无法接到它，请补上。"
