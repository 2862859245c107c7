"""Flowable's and Activiti's words that mean the same as Camunda's, in the executable form only.

Camunda 7 and Flowable grew from Activiti, so most of their attributes are the same under
another namespace. What is listed here is read as Camunda's; a Camunda attribute beside it
wins. Everything else of these vendors stays in the full diagram and means nothing here.
"""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from engine.bpmn.xml import B, C, children, identifier
from engine.errors import Problem

NAMESPACES = {
    "http://flowable.org/bpmn": "Flowable",
    "http://activiti.org/bpmn": "Activiti",
}
#: Attribute there → attribute here. Most have kept their name.
ATTRIBUTES = {
    **{
        name: name
        for name in (
            "assignee",
            "asyncAfter",
            "asyncBefore",
            "calledElementBinding",
            "calledElementVersion",
            "candidateGroups",
            "candidateStarterGroups",
            "candidateStarterUsers",
            "candidateUsers",
            "class",
            "collection",
            "decisionRef",
            "delegateExpression",
            "dueDate",
            "elementVariable",
            "errorCodeVariable",
            "errorMessageVariable",
            "escalationCodeVariable",
            "exclusive",
            "expression",
            "followUpDate",
            "formKey",
            "historyTimeToLive",
            "initiator",
            "mapDecisionResult",
            "priority",
            "resultVariable",
            "topic",
            "versionTag",
        )
    },
    "async": "asyncBefore",
    "asyncLeave": "asyncAfter",
    "resultVariableName": "resultVariable",
}
#: Extension elements whose form and meaning are the same.
ELEMENTS = frozenset(
    {
        "constraint",
        "executionListener",
        "failedJobRetryTimeCycle",
        "formData",
        "formField",
        "in",
        "inputOutput",
        "inputParameter",
        "list",
        "map",
        "entry",
        "out",
        "outputParameter",
        "properties",
        "property",
        "script",
        "taskListener",
        "validation",
        "value",
    }
)


def translate(root: etree._Element) -> Iterator[Problem]:
    """Read Flowable's and Activiti's words as Camunda's; report which elements had any."""
    for element in list(root.iter(f"{B}*")):
        known = set(_translated(element))
        for vendor in sorted(known):
            message = f"{vendor} 的扩展属性按 Camunda 的同名属性执行，原文件不变。"
            yield Problem(identifier(element), "vendor", message, "warning")


def _translated(element: etree._Element) -> Iterator[str]:
    for name, value in list(element.attrib.items()):
        vendor, word = _split(str(name))
        if not vendor:
            continue
        if word == "type" and value == "external-worker":
            word, value = "type", "external"
        else:
            word = ATTRIBUTES.get(word, "")
        if word:
            if element.get(C + word) is None:
                element.set(C + word, value)
            yield vendor
    for extension in children(element, "extensionElements"):
        yield from _extensions(extension)


def _split(name: str) -> tuple[str, str]:
    """Return whose word an attribute or tag is, and the word; "" for anybody else's."""
    namespace, _, word = name[1:].partition("}") if name.startswith("{") else ("", "", "")
    return NAMESPACES.get(namespace, ""), word


def _extensions(extension: etree._Element) -> Iterator[str]:
    fields: list[etree._Element] = []
    for child in list(extension):
        vendor, word = _split(child.tag) if isinstance(child.tag, str) else ("", "")
        if vendor and word == "formProperty":
            fields.append(child)
            yield vendor
        elif vendor and word in ELEMENTS:
            for part in child.iter(etree.Element):
                inner, what = _split(part.tag)
                if inner and what in ELEMENTS:
                    part.tag = C + what
            yield vendor
    if fields and extension.find(C + "formData") is None:
        data = etree.SubElement(extension, C + "formData")
        for form_property in fields:
            _field(data, form_property)


def _field(data: etree._Element, said: etree._Element) -> None:
    """Write one of their form properties as a form field."""
    made = etree.SubElement(data, C + "formField", id=identifier(said))
    pairs = (("label", "name"), ("type", "type"), ("defaultValue", "default"))
    for here, there in pairs:
        if said.get(there):
            made.set(here, said.get(there) or "")
    for child in said:
        if _split(str(child.tag))[1] == "value":
            etree.SubElement(made, C + "value", id=identifier(child), name=child.get("name") or "")
    rules = [
        name
        for name, given in (
            ("required", said.get("required") == "true"),
            ("readonly", said.get("writable", said.get("writeable", "true")) == "false"),
        )
        if given
    ]
    if rules:
        validation = etree.SubElement(made, C + "validation")
        for name in rules:
            etree.SubElement(validation, C + "constraint", name=name)


def foreign(root: etree._Element) -> Iterator[str]:
    """Yield the namespace of every foreign attribute and element, as often as it occurs."""
    for element in root.iter(etree.Element):
        for name in (element.tag, *element.attrib):
            namespace, brace, _ = str(name)[1:].partition("}")
            if brace and not namespace.startswith(OWN):
                yield namespace


#: BPMN, its diagrams, and XML itself are nobody's extensions.
OWN = ("http://www.omg.org/spec/", "http://www.w3.org/2001/XMLSchema")
