"""What a diagram says, as plain data: elements, starts, and what it refers to.

Read from the drawn diagram, so that every id is one the author knows. `as_dict` is
JSON-able and kept with the definition.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from lxml import etree

from engine.bpmn.checks.loops import has_marker
from engine.bpmn.event_parts import References, conditional, timer_text
from engine.bpmn.nodes.listeners import handler_name
from engine.bpmn.normalize import compensation_handlers
from engine.bpmn.xml import (
    FLOW_NODES,
    C,
    children,
    event_definitions,
    event_kind,
    identifier,
    is_event_subprocess,
    local,
    read_camunda,
    read_people,
    read_properties,
    text_of,
)
from engine.errors import NotFound

CORRELATION = "huiyin:correlation"


@dataclass(frozen=True)
class Element:
    """A flow node or a sequence flow."""

    id: str
    #: BPMN tag without its namespace.
    kind: str
    name: str = ""
    #: `camunda:` attributes by bare name, extension elements as lists under `@name`.
    attributes: Mapping[str, Any] = field(default_factory=dict)
    #: `camunda:properties` as name → value.
    properties: Mapping[str, str] = field(default_factory=dict)
    #: Id of the sub process or process it is in.
    parent: str = ""
    documentation: str = ""
    #: `message`, `timer`, `signal`, `error`, `escalation`, `conditional`, `terminate`, … or "".
    event: str = ""
    #: Name of the message or signal, code of the error or escalation, text of the timer.
    event_name: str = ""
    #: Sequence flows: where from, where to, under which condition.
    source: str = ""
    target: str = ""
    condition: str = ""
    #: The default flow of a gateway or activity.
    default: str = ""
    #: Boundary events: what they sit on, and whether they stop it.
    attached_to: str = ""
    interrupting: bool = True
    #: It has a multi-instance or loop marker.
    repeated: bool = False
    #: Sub processes that an event starts.
    event_subprocess: bool = False
    #: Compensation boundary events: the activity that undoes what they sit on.
    handler: str = ""
    #: It undoes another activity, and is started by compensation only.
    for_compensation: bool = False


@dataclass(frozen=True)
class Start:
    """One way into the process."""

    element: str
    #: `none`, `message`, `signal`, `timer`, or `conditional`.
    kind: str
    #: Name of the message or signal.
    name: str = ""
    #: `date`, `duration` or `cycle`, and its text.
    timer_kind: str = ""
    timer: str = ""
    form: str = ""
    correlation: str = ""
    label: str = ""
    #: Conditions: what must hold, and the only variable that counts.
    condition: str = ""
    variable: str = ""


@dataclass(frozen=True)
class Description:
    """One process of a file."""

    key: str
    name: str
    elements: dict[str, Element]
    starts: list[Start]
    #: Called processes, decisions, forms, handlers and topics, each once, as written.
    called_processes: list[str]
    decisions: list[str]
    forms: list[str]
    handlers: list[str]
    topics: list[str]
    candidate_starter_groups: list[str]
    candidate_starter_users: list[str]
    version_tag: str
    history_ttl: str
    #: Camunda's `isStartableInTasklist`: whether people may start it by themselves.
    startable: bool
    documentation: str = ""
    properties: Mapping[str, str] = field(default_factory=dict)
    #: `jobPriority` and `taskPriority` of the process, where an element says nothing.
    priorities: Mapping[str, str] = field(default_factory=dict)
    #: The file's `targetNamespace`, Camunda's category.
    category: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return everything as JSON-able data."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Description:
        """Return what `as_dict` wrote."""
        elements = {name: Element(**element) for name, element in data["elements"].items()}
        starts = [Start(**start) for start in data["starts"]]
        return cls(**{**data, "elements": elements, "starts": starts})


def process_ids(root: etree._Element) -> list[str]:
    """Return the ids of the executable processes of a file."""
    return [
        identifier(process)
        for process in children(root, "process")
        if process.get("isExecutable") != "false"
    ]


def describe(root: etree._Element, process_id: str) -> Description:
    """Describe one process of an admitted file.

    Raises:
        NotFound: the file has no such process.
    """
    process = next((p for p in children(root, "process") if identifier(p) == process_id), None)
    if process is None:
        raise NotFound(f"文件里没有流程 {process_id}。")
    references = References(root)
    handlers = {identifier(event): name for event, name in compensation_handlers(root)}
    elements = {
        element.id: element
        for element in (
            _element(node, references, handlers)
            for node in process.iter()
            if local(node) in FLOW_NODES or local(node) == "sequenceFlow"
        )
    }
    attributes = read_camunda(process)
    return Description(
        key=process_id,
        name=(process.get("name") or process_id).strip(),
        elements=elements,
        starts=[_start(start, references) for start in children(process, "startEvent")],
        called_processes=_collect(process, "callActivity", "calledElement"),
        decisions=_camunda(process, "decisionRef"),
        forms=_camunda(process, "formRef"),
        handlers=_unique(map(handler_name, _handlers(process))),
        topics=_camunda(process, "topic"),
        candidate_starter_groups=_list(attributes.get("candidateStarterGroups", "")),
        candidate_starter_users=_list(attributes.get("candidateStarterUsers", "")),
        version_tag=attributes.get("versionTag", ""),
        history_ttl=attributes.get("historyTimeToLive", ""),
        startable=attributes.get("isStartableInTasklist", "true") != "false",
        documentation=text_of(process, "documentation"),
        properties=read_properties(attributes),
        category=root.get("targetNamespace") or "",
        priorities={
            name: attributes[name] for name in ("jobPriority", "taskPriority") if name in attributes
        },
    )


def _element(node: etree._Element, references: References, handlers: Mapping[str, str]) -> Element:
    attributes = read_camunda(node)
    for definition in event_definitions(node):
        attributes.update(read_camunda(definition))
    if local(node) == "userTask":
        read_people(node, attributes)
    parent = node.getparent()
    kind = event_kind(node)
    stops = node.get("cancelActivity") != "false" and node.get("isInterrupting") != "false"
    return Element(
        id=identifier(node),
        kind=local(node),
        name=(node.get("name") or "").strip(),
        attributes=attributes,
        properties=read_properties(attributes),
        parent="" if parent is None else identifier(parent),
        documentation=text_of(node, "documentation"),
        event=kind or ("message" if node.get("messageRef") else ""),
        event_name=_event_name(node, references),
        source=node.get("sourceRef") or "",
        target=node.get("targetRef") or "",
        condition=text_of(node, "conditionExpression"),
        default=node.get("default") or "",
        attached_to=node.get("attachedToRef") or "",
        interrupting=stops,
        repeated=has_marker(node),
        event_subprocess=is_event_subprocess(node),
        handler=handlers.get(identifier(node), ""),
        for_compensation=node.get("isForCompensation") == "true",
    )


def _event_name(node: etree._Element, references: References) -> str:
    definitions = event_definitions(node)
    if not definitions:
        message = node.get("messageRef")
        return references.text(message, "name") if message else ""
    definition = definitions[0]
    kind = local(definition)[: -len("EventDefinition")]
    if kind == "timer":
        return timer_text(definition)[1]
    if kind == "conditional":
        return text_of(definition, "condition")
    if kind == "link":
        return definition.get("name") or ""
    attribute = {"error": "errorCode", "escalation": "escalationCode"}.get(kind, "name")
    return references.text(definition.get(f"{kind}Ref"), attribute)


def _start(start: etree._Element, references: References) -> Start:
    attributes = read_camunda(start)
    kind = event_kind(start)
    timer = timer_text(event_definitions(start)[0]) if kind == "timer" else ("", "")
    condition = conditional(event_definitions(start)[0]) if kind == "conditional" else None
    return Start(
        element=identifier(start),
        kind=kind or "none",
        name=_event_name(start, references) if kind in ("message", "signal") else "",
        timer_kind=timer[0],
        timer=timer[1],
        form=attributes.get("formRef", ""),
        correlation=read_properties(attributes).get(CORRELATION, ""),
        label=(start.get("name") or "").strip(),
        condition=condition.condition if condition else "",
        variable=condition.variable if condition else "",
    )


def _handlers(process: etree._Element) -> Iterator[str]:
    for node in process.iter():
        for name in (C + "delegateExpression", "delegateExpression"):
            value = node.get(name) if isinstance(node.tag, str) else None
            if value:
                yield value


def _camunda(process: etree._Element, name: str) -> list[str]:
    return _unique(node.get(C + name) or "" for node in process.iter())


def _collect(process: etree._Element, tag: str, attribute: str) -> list[str]:
    return _unique(node.get(attribute) or "" for node in process.iter() if local(node) == tag)


def _unique(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(value for value in values if value))


def _list(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]
