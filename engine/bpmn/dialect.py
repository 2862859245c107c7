"""Normalised XML → specs that the library steps: which class stands for which element.

The library's own parser is not used: it drops nearly every `camunda:` attribute, orders
flows by their position on the page, and recurses along the diagram. This one reads each
element once, in document order.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lxml import etree
from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec
from SpiffWorkflow.specs.StartTask import StartTask
from SpiffWorkflow.specs.WorkflowSpec import WorkflowSpec

from engine import expressions
from engine.bpmn import event_parts
from engine.bpmn.nodes import (
    activities,
    adhoc,
    compensation,
    decisions,
    events,
    gateways,
    loops,
    throwing,
    timeouts,
)
from engine.bpmn.nodes.base import Flow, Node, NodeInfo, activities_of
from engine.bpmn.nodes.definitions import Compensate, Definition
from engine.bpmn.xml import (
    HANDLER,
    SUBPROCESSES,
    B,
    C,
    children,
    event_definitions,
    flow_nodes,
    identifier,
    is_event_subprocess,
    local,
    read_camunda,
    read_people,
    read_properties,
    text_of,
)
from engine.errors import ExpressionError, NotFound
from engine.state.evaluation import as_value


class ScopeSpec(BpmnProcessSpec):
    """One process or sub process.

    The library's end join is left out (a scope ends with its last token), and its start has
    a name that no element can have, so no element id is reserved.
    """

    def __init__(self, name: str) -> None:
        WorkflowSpec.__init__(self, name=name)
        self.data_objects: dict[str, Any] = {}
        self.bpmn_start_events: list[Any] = []
        self.start = StartTask(self, "")
        #: Event sub processes of this scope.
        self.listeners: list[events.Listener] = []
        #: Element id of the start event a token begins at.
        self.none_start = ""
        #: `camunda:` attributes of the process.
        self.attributes: dict[str, Any] = {}


@dataclass(frozen=True)
class Spec:
    """Everything that is needed to run instances of one definition."""

    process: ScopeSpec
    #: Sub processes by element id.
    scopes: dict[str, ScopeSpec]


def build(root: etree._Element, process_id: str) -> Spec:
    """Build the specs of one process from normalised XML.

    Raises:
        NotFound: there is no such process in the file.
    """
    process = next(
        (found for found in children(root, "process") if found.get("id") == process_id), None
    )
    if process is None:
        raise NotFound(f"文件里没有流程 {process_id}。")
    builder = _Builder(event_parts.References(root))
    top = builder.scope(process)
    return Spec(top, builder.scopes)


class _Builder:
    """Builds scope after scope; sub processes are collected by id."""

    def __init__(self, references: event_parts.References) -> None:
        self.references = references
        self.scopes: dict[str, ScopeSpec] = {}

    def scope(self, element: etree._Element) -> ScopeSpec:
        spec = ScopeSpec(identifier(element))
        spec.attributes = read_camunda(element)
        for node in flow_nodes(element):
            self.node(spec, node)
        for boundary in children(element, "boundaryEvent"):
            event = spec.task_specs[identifier(boundary)]
            spec.task_specs[boundary.get("attachedToRef")].boundary.append(event)
            if isinstance(event.event, Compensate):
                _connect_handler(spec, boundary)
        for flow in children(element, "sequenceFlow"):
            _connect(spec, flow)
        _find_undoable(spec)
        spec.none_start = _first_start(element)
        _look_upstream(spec)
        return spec

    def node(self, spec: ScopeSpec, element: etree._Element) -> None:
        marker = next(
            children(element, "multiInstanceLoopCharacteristics", "standardLoopCharacteristics"),
            None,
        )
        if marker is None:
            self.plain(spec, element, identifier(element), self.info(element))
            return
        name, info = identifier(element), self.info(element)
        item_name = name + "[]"
        self.plain(spec, element, item_name, _item_info(info, marker))
        item: Node = spec.task_specs[item_name]
        item.is_item = True
        make = _multi_instance if local(marker).startswith("multi") else _standard_loop
        make(spec, name, info, marker, item_name)

    def info(self, element: etree._Element) -> NodeInfo:
        """Return what the XML says of an element, with the codes of its errors."""
        info = _info(element)
        for definition in info.attributes.get("@errorEventDefinition", ()):
            code = self.references.text(definition.get("errorRef"), "errorCode")
            definition["errorCode"] = code
        return info

    def plain(self, spec: ScopeSpec, element: etree._Element, name: str, info: NodeInfo) -> None:
        kind = local(element)
        if kind in SUBPROCESSES:
            self.sub_process(spec, element, name, info)
        elif kind in SIMPLE:
            SIMPLE[kind](spec, name, info)
            timeouts.listen(spec, name, info)
        elif kind == "scriptTask":
            text = text_of(element, "script")
            activities.ScriptTask(spec, name, info, text, _script_value(element, text))
        elif kind == "complexGateway":
            condition = text_of(element, "activationCondition")
            gateways.ComplexGateway(spec, name, info, condition)
        elif kind == "callActivity":
            activities.CallActivity(spec, name, info, element.get("calledElement") or "")
        elif kind == "boundaryEvent":
            event = self.event(element)
            interrupting = element.get("cancelActivity") != "false" or event.kind == "error"
            events.BoundaryEvent(spec, name, info, event, interrupting)
        else:
            EVENTFUL[kind](spec, name, info, self.event(element))

    def sub_process(
        self, spec: ScopeSpec, element: etree._Element, name: str, info: NodeInfo
    ) -> None:
        handles = is_event_subprocess(element)
        if info.kind == "adHocSubProcess":
            _ad_hoc(spec, name, info, element)
        else:
            activities.SubProcess(spec, name, info, handles_events=handles)
        inner = self.scope(element)
        self.scopes[info.element] = inner
        spec.task_specs[name].inside = inner
        if not handles:
            return
        start = next(children(element, "startEvent"))
        event = self.event(start)
        listener = events.Listener(
            spec,
            f"{identifier(start)}!",
            _info(start),
            event,
            handler=name,
            interrupting=start.get("isInterrupting") != "false" or event.kind == "error",
        )
        spec.listeners.append(listener)

    def event(self, element: etree._Element) -> Definition:
        if local(element) in ("receiveTask", "sendTask"):
            return self.references.of_task(element)
        definitions = event_definitions(element)
        return self.references.definition(definitions[0]) if definitions else Definition("none")


SIMPLE: dict[str, Callable[..., Node]] = {
    "task": activities.PassTask,
    "manualTask": activities.PassTask,
    "userTask": activities.UserTask,
    "serviceTask": activities.ServiceTask,
    "businessRuleTask": decisions.BusinessRuleTask,
    "exclusiveGateway": gateways.ExclusiveGateway,
    "parallelGateway": gateways.ParallelGateway,
    "inclusiveGateway": gateways.InclusiveGateway,
}
EVENTFUL: dict[str, Callable[..., Node]] = {
    "startEvent": events.StartEvent,
    "endEvent": throwing.EndEvent,
    "intermediateCatchEvent": events.CatchEvent,
    "intermediateThrowEvent": throwing.ThrowEvent,
    "receiveTask": events.ReceiveTask,
    "sendTask": activities.SendTask,
    "eventBasedGateway": gateways.EventBasedGateway,
}


def _info(element: etree._Element) -> NodeInfo:
    attributes = read_camunda(element)
    for definition in event_definitions(element):
        attributes.update(read_camunda(definition))
    if local(element) == "userTask":
        read_people(element, attributes)
    return NodeInfo(
        element=identifier(element),
        kind=local(element),
        label=(element.get("name") or "").strip(),
        attributes=attributes,
        properties=read_properties(attributes),
        default_flow=element.get("default") or "",
        for_compensation=element.get("isForCompensation") == "true",
    )


def _script_value(element: etree._Element, text: str) -> str:
    """Return the one expression a script is, when its result is kept."""
    language = (element.get("scriptFormat") or "").strip().lower()
    if not element.get(C + "resultVariable"):
        return ""
    if language != "feel" and _is_assignments(text):
        return ""  # no longer deployed, but it may still run
    return as_value(text, language)


def _is_assignments(text: str) -> bool:
    try:
        return bool(expressions.script(text))
    except ExpressionError:
        return False


#: What a marker says about each item instead of the activity.
OF_ITEMS = ("asyncBefore", "asyncAfter", "exclusive", "@failedJobRetryTimeCycle")


def _item_info(info: NodeInfo, marker: etree._Element) -> NodeInfo:
    """Return the item's share: all but what makes the body wait before and after."""
    attributes = {name: value for name, value in info.attributes.items() if name not in OF_ITEMS}
    attributes |= {k: value for k, value in read_camunda(marker).items() if k in OF_ITEMS}
    return NodeInfo(info.element, info.kind, info.label, attributes, info.properties)


def _connect_handler(spec: ScopeSpec, boundary: etree._Element) -> None:
    """Tell an activity, and its items, what undoes it."""
    host = boundary.get("attachedToRef") or ""
    for name in (host, f"{host}[]"):
        if name in spec.task_specs:
            spec.task_specs[name].undone_by = boundary.get(HANDLER) or ""


def _find_undoable(spec: ScopeSpec) -> None:
    """Tell each activity whether its completion has to be remembered."""
    own = {listener.handler for listener in spec.listeners if listener.event.kind == "compensate"}
    for node in activities_of(spec.task_specs):
        node.undoable = not node.for_compensation and bool(
            node.undone_by
            or (node.inside and node.name not in own and compensation.is_undone_inside(node.inside))
        )
    for node in activities_of(spec.task_specs):
        item = spec.task_specs.get(f"{node.name}[]")
        node.undoable = node.undoable or bool(item and item.undoable)


def _ad_hoc(spec: ScopeSpec, name: str, info: NodeInfo, element: etree._Element) -> None:
    adhoc.AdHocSubProcess(
        spec,
        name,
        info,
        condition=text_of(element, "completionCondition"),
        sequential=element.get("ordering") == "Sequential",
        cancel_remaining=element.get("cancelRemainingInstances") != "false",
    )


def _multi_instance(
    spec: ScopeSpec, name: str, info: NodeInfo, marker: etree._Element, item_name: str
) -> None:
    loops.MultiInstance(
        spec,
        name,
        info,
        item_name=item_name,
        sequential=marker.get("isSequential") == "true",
        cardinality=text_of(marker, "loopCardinality"),
        collection=marker.get(C + "collection") or text_of(marker, "loopDataInputRef"),
        element_variable=marker.get(C + "elementVariable") or _item_name(marker, "inputDataItem"),
        completion=text_of(marker, "completionCondition"),
        output=(text_of(marker, "loopDataOutputRef"), _item_name(marker, "outputDataItem")),
    )


def _item_name(marker: etree._Element, tag: str) -> str:
    """Return the name of a marker's input or output item."""
    item = next(children(marker, tag), None)
    return "" if item is None else item.get("name") or identifier(item)


def _standard_loop(
    spec: ScopeSpec, name: str, info: NodeInfo, marker: etree._Element, item_name: str
) -> None:
    maximum = marker.get("loopMaximum")
    loops.StandardLoop(
        spec,
        name,
        info,
        item_name=item_name,
        maximum=int(maximum) if maximum else None,
        condition=text_of(marker, "loopCondition"),
        test_before=marker.get("testBefore") == "true",
    )


def _connect(spec: ScopeSpec, element: etree._Element) -> None:
    condition = element.find(B + "conditionExpression")
    text = "" if condition is None else (condition.text or "").strip()
    if text and condition is not None and (condition.get("language") or "").lower() == "feel":
        text = "=" + text.removeprefix("=")
    flow = Flow(
        id=identifier(element),
        name=(element.get("name") or "").strip(),
        source=element.get("sourceRef") or "",
        target=element.get("targetRef") or "",
        condition=text,
        listeners=tuple(read_camunda(element).get("@executionListener", ())),
    )
    source, target = spec.task_specs[flow.source], spec.task_specs[flow.target]
    source.flows.append(flow)
    target.arrivals.append(flow.id)
    source._outputs.append(flow.target)
    target._inputs.append(flow.source)


def _first_start(element: etree._Element) -> str:
    """Return where a scope begins: its plain start, else its only one (as Camunda)."""
    starts = list(children(element, "startEvent"))
    plain = [start for start in starts if not event_definitions(start)]
    chosen = plain or (starts if len(starts) == 1 else [])
    return identifier(chosen[0]) if chosen else ""


def _look_upstream(spec: ScopeSpec) -> None:
    """Tell each inclusive join which nodes can reach which of its incoming flows."""
    joins = [
        node
        for node in activities_of(spec.task_specs)
        if isinstance(node, gateways.SettlingJoin) and len(node.arrivals) > 1
    ]
    if not joins:
        return
    before: dict[str, set[str]] = {}
    events: dict[str, set[str]] = {}
    sources: dict[str, str] = {}
    for node in activities_of(spec.task_specs):
        for flow in node.flows:
            before.setdefault(flow.target, set()).add(node.name)
            sources[flow.id] = node.name
        for event in node.boundary:
            events.setdefault(event.name, set()).add(node.name)
    for join in joins:
        ways = {flow: sources[flow] for flow in join.arrivals}
        join.certain = {flow: _reaching(name, join.name, before) for flow, name in ways.items()}
        join.upstream = {
            flow: _reaching(name, join.name, before | events) for flow, name in ways.items()
        }


def _reaching(start: str, join: str, before: dict[str, set[str]]) -> frozenset[str]:
    seen: set[str] = set()
    todo = [start]
    while todo:
        name = todo.pop()
        if name not in seen and name != join:
            seen.add(name)
            todo.extend(before.get(name, ()))
    return frozenset(seen)
