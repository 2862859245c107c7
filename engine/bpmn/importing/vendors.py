"""Flowable's and Activiti's words that mean the same as Camunda's, in the executable form only.

Camunda 7 and Flowable grew from Activiti, so most of their attributes are the same under
another namespace. What is listed here is read as Camunda's; a Camunda attribute beside it
wins. Everything else of these vendors stays in the full diagram and means nothing here.
"""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from engine.bpmn.importing import names
from engine.bpmn.xml import B, C, children, identifier, local
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
#: What a call hands over, said in an attribute → the attribute of `camunda:in` and its value; ""
#: for the value that is said.
PASSED_ON = {
    "businessKey": ("businessKey", ""),
    "inheritBusinessKey": ("businessKey", "#{execution.processBusinessKey}"),
    "inheritVariables": ("variables", "all"),
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
    """Read Flowable's and Activiti's words as Camunda's; report who had any, and which are not."""
    said: dict[tuple[str, str], set[str]] = {}
    for element in list(root.iter(f"{B}*")):
        for vendor, word in _translated(element):
            said.setdefault((names.nearest(element), vendor), set()).add(word)
    for (home, vendor), words in said.items():
        if "" in words:
            message = f"{vendor} 的扩展属性按 Camunda 的同名属性执行，原文件不变。"
            yield Problem(home, "vendor", message, "warning")
        if unused := sorted(words - {""}):
            listed = "、".join(word[:40] for word in unused[:5])
            message = f"{vendor} 的扩展 {listed} 这里不起作用，只原样保留。"
            yield Problem(home, "vendor-unused", message, "warning")


def _translated(element: etree._Element) -> Iterator[tuple[str, str]]:
    """Yield (vendor, "") for each word that means something here, else (vendor, word)."""
    for name, text in list(element.attrib.items()):
        vendor, word = _split(str(name))
        if not vendor:
            continue
        known, value = ATTRIBUTES.get(word, ""), str(text)
        if word == "type" and value == "external-worker":
            known, value = "type", "external"
        if known and element.get(C + known) is None:
            element.set(C + known, value)
        passed = not known and _passed_on(element, word, value)
        yield vendor, "" if known or passed else word
    for extension in children(element, "extensionElements"):
        yield from _extensions(extension)


def _passed_on(call: etree._Element, word: str, value: str) -> bool:
    """Write down what a call hands over where these tools say it in an attribute."""
    said = PASSED_ON.get(word) if local(call) == "callActivity" else None
    if said is None or value.strip() in ("", "false"):
        return said is not None
    name, meant = said
    extension = next(children(call, "extensionElements"), None)
    if extension is None:
        extension = etree.Element(B + "extensionElements")
        call.insert(len(list(children(call, "documentation"))), extension)
    etree.SubElement(extension, C + "in", {name: meant or value})
    return True


def _split(name: str) -> tuple[str, str]:
    """Return whose word an attribute or tag is, and the word; "" for anybody else's."""
    namespace, _, word = name[1:].partition("}") if name.startswith("{") else ("", "", "")
    return NAMESPACES.get(namespace, ""), word


def _extensions(extension: etree._Element) -> Iterator[tuple[str, str]]:
    fields: list[etree._Element] = []
    for child in list(extension):
        vendor, word = _split(child.tag) if isinstance(child.tag, str) else ("", "")
        if not vendor:
            continue
        if word == "formProperty":
            fields.append(child)
        known = word in ELEMENTS or word == "formProperty"
        yield vendor, "" if known else word
        for part in child.iter(etree.Element) if word in ELEMENTS else ():
            inner, what = _split(part.tag)
            if inner and what in ELEMENTS:
                part.tag = C + what
            elif inner:
                yield inner, what
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
