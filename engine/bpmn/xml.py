"""Names and small readers of BPMN XML, shared by everything that looks at a diagram."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from lxml import etree

BPMN_NS = "http://www.omg.org/spec/BPMN/20100524/MODEL"
CAMUNDA_NS = "http://camunda.org/schema/1.0/bpmn"
XSI_NS = "http://www.w3.org/2001/XMLSchema-instance"
DI_NS = "http://www.omg.org/spec/BPMN/20100524/DI"
DC_NS = "http://www.omg.org/spec/DD/20100524/DC"
DD_NS = "http://www.omg.org/spec/DD/20100524/DI"
B = f"{{{BPMN_NS}}}"
C = f"{{{CAMUNDA_NS}}}"
#: Diagram interchange: shapes and edges, bounds and fonts, way points.
DI = f"{{{DI_NS}}}"
DC = f"{{{DC_NS}}}"
DD = f"{{{DD_NS}}}"

TASKS = frozenset(
    {
        "task",
        "userTask",
        "manualTask",
        "scriptTask",
        "serviceTask",
        "sendTask",
        "receiveTask",
        "businessRuleTask",
    }
)
SUBPROCESSES = frozenset({"subProcess", "transaction", "adHocSubProcess"})
ACTIVITIES = TASKS | SUBPROCESSES | {"callActivity"}
GATEWAYS = frozenset(
    {
        "exclusiveGateway",
        "parallelGateway",
        "inclusiveGateway",
        "eventBasedGateway",
        "complexGateway",
    }
)
EVENTS = frozenset(
    {
        "startEvent",
        "endEvent",
        "intermediateCatchEvent",
        "intermediateThrowEvent",
        "boundaryEvent",
    }
)
FLOW_NODES = ACTIVITIES | GATEWAYS | EVENTS
#: Nodes that are drawn and never executed.
CHOREOGRAPHY = frozenset({"choreographyTask", "subChoreography", "callChoreography"})
CONVERSATIONS = frozenset({"callConversation", "conversation", "subConversation"})

#: Ids that the normaliser makes begin with this, and those that the importer gives.
RESERVED = "_n_"
GIVEN = "_n_i_"
#: Starts and ends that the importer writes down where a diagram leaves them out.
IMPLIED_START = f"{GIVEN}start_"
IMPLIED_END = f"{GIVEN}end_"
#: Attribute the normaliser writes: the handler of a compensation boundary event.
HANDLER = "_n_handler"

#: A comma between members of a list, not one inside `${…}`.
COMMA = re.compile(r",(?![^{}]*\})")
#: Words with which a text says that it is computed.
EXPRESSION_MARKS = ("${", "#{", "=")


def local(element: etree._Element) -> str:
    """Return a BPMN element's tag without its namespace; "" for everything else."""
    tag = element.tag
    return tag[len(B) :] if isinstance(tag, str) and tag.startswith(B) else ""


def children(element: etree._Element, *names: str) -> Iterator[etree._Element]:
    """Yield the direct BPMN children with one of these names, in document order."""
    for child in element:
        if local(child) in names:
            yield child


def scopes(root: etree._Element) -> Iterator[etree._Element]:
    """Yield every process and sub process in document order, a scope before those inside it."""
    for process in children(root, "process"):
        for scope in process.iter():
            if local(scope) == "process" or local(scope) in SUBPROCESSES:
                yield scope


def elements(root: etree._Element) -> Iterator[etree._Element]:
    """Yield every BPMN element in document order, but none that a vendor put into its own."""
    walk = etree.iterwalk(root, events=("start",))
    for _, element in walk:
        if local(element):
            yield element
        elif element.tag != DI + "BPMNDiagram":
            walk.skip_subtree()


def flow_nodes(scope: etree._Element) -> Iterator[etree._Element]:
    """Yield the flow nodes directly in a process or sub process."""
    for child in scope:
        if local(child) in FLOW_NODES:
            yield child


def text_of(element: etree._Element, name: str) -> str:
    """Return the stripped text of the first BPMN child of that name, or ""."""
    return (element.findtext(B + name) or "").strip()


def identifier(element: etree._Element) -> str:
    """Return the id of an element, or ""."""
    return element.get("id") or ""


def is_drawn(name: str) -> bool:
    """Say whether the author drew what has this id, even if the importer had to give it one."""
    return name.startswith(GIVEN) or not name.startswith(RESERVED)


def is_implied(name: str) -> bool:
    """Say whether this is a start, an end or their flow that the importer wrote down."""
    return name.startswith((IMPLIED_START, IMPLIED_END))


def event_definitions(event: etree._Element) -> list[etree._Element]:
    """Return the event definitions of an event (or of a receive or send task)."""
    return [child for child in event if local(child).endswith("EventDefinition")]


def event_kind(event: etree._Element) -> str:
    """Return `message`, `timer`, … or "" for a none event; `multiple` for more than one."""
    definitions = event_definitions(event)
    if len(definitions) > 1:
        return "multiple"
    return local(definitions[0])[: -len("EventDefinition")] if definitions else ""


def is_event_subprocess(element: etree._Element) -> bool:
    """Tell whether a sub process is started by an event instead of a flow."""
    return local(element) in SUBPROCESSES and element.get("triggeredByEvent") == "true"


def is_expression(text: str) -> bool:
    """Tell whether a whole text is one expression, `${…}`, `#{…}` or `=…`."""
    return text.strip().startswith(EXPRESSION_MARKS)


def read_camunda(element: etree._Element) -> dict[str, Any]:
    """Return every `camunda:` attribute and extension element of an element, JSON-able.

    Attributes stand under their bare name, extension elements as lists under `@name`;
    nested elements are mappings with lists of children by name, and `text`.
    """
    found: dict[str, Any] = {
        str(name)[len(C) :]: str(value)
        for name, value in element.attrib.items()
        if _is_camunda(name)
    }
    extension = element.find(B + "extensionElements")
    for child in extension if extension is not None else ():
        if _is_camunda(child.tag):
            found.setdefault("@" + str(child.tag)[len(C) :], []).append(tree(child))
    return found


def _is_camunda(name: Any) -> bool:
    return isinstance(name, str) and name.startswith(C)


def tree(element: etree._Element) -> dict[str, Any]:
    """Return an extension element as JSON-able data: attributes, children by name, `text`.

    The members of a `camunda:list` keep their order: they stand in `items`, each with its
    `kind`.
    """
    inside = [child for child in element if isinstance(child.tag, str)]
    found: dict[str, Any] = {
        str(name).rpartition("}")[2]: str(value) for name, value in element.attrib.items()
    }
    if element.tag == C + "list":
        found["items"] = [{**tree(c), "kind": etree.QName(c).localname} for c in inside]
        return found
    for name in {etree.QName(child).localname for child in inside}:
        found[name] = []  # children win where an attribute has the same name
    for child in inside:
        found[etree.QName(child).localname].append(tree(child))
    if (element.text or "").strip():
        found["text"] = (element.text or "").strip()
    return found


def inner(extension: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """Return the children of that name in a `tree`; an attribute of that name is none."""
    found = extension.get(name)
    return found if isinstance(found, list) else []


def read_people(task: etree._Element, attributes: dict[str, Any]) -> None:
    """Add the people of BPMN's own words to those of the `camunda:` attributes.

    `humanPerformer` is the assignee; of a `potentialOwner`, `user(…)` is a user, and
    `group(…)` or a bare name a group.
    """
    for role in children(task, "humanPerformer", "performer", "potentialOwner"):
        formula = role.find(f".//{B}formalExpression")
        text = ("" if formula is None else formula.text or "").strip()
        if text and local(role) != "potentialOwner":
            attributes.setdefault("assignee", text)
            continue
        for part in COMMA.split(text):
            kind, _, name = part.strip().partition("(")
            named = name.endswith(")") and kind in ("user", "group")
            where = "candidateUsers" if named and kind == "user" else "candidateGroups"
            who = name[:-1].strip() if named else part.strip()
            attributes[where] = ",".join(filter(None, (attributes.get(where, ""), who)))


def read_properties(attributes: dict[str, Any]) -> dict[str, str]:
    """Return `camunda:properties` as a plain mapping."""
    return {
        entry.get("name", ""): str(entry.get("value", ""))
        for group in attributes.get("@properties", ())
        for entry in inner(group, "property")
    }
