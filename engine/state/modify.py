"""Putting tokens where an operator wants them, and taking them away (`engine.commands`).

Camunda's rules: a sub process around the target that does not run is entered for it; one that
runs once is used; with several the caller must say which. Whoever names an ancestor gets what
lies between it and the target anew. A scope whose last token is taken away is taken away, too.
What interrupts does so here as well: a boundary event takes its activity away, an event sub
process what runs beside it. `x` of a multi-instance is one more item of it,
`x#multiInstanceBody` the whole.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from engine.bpmn.dialect import ScopeSpec
from engine.bpmn.nodes import compensation, listeners
from engine.bpmn.nodes.activities import SubProcess
from engine.bpmn.nodes.base import Flow, Node, take
from engine.bpmn.nodes.events import BoundaryEvent, Listener, interrupt
from engine.bpmn.nodes.loops import MultiInstance
from engine.errors import EngineError, InvalidInput
from engine.state import scopes, variables
from engine.state.tokens import AnyScope, Instance, Token

#: As ancestor: the process itself. No element and no token is called so.
PROCESS = ">"


def begin_empty(instance: Instance) -> None:
    """Open the process without a token: event sub processes listen, nothing has started."""
    listeners.of_process(instance, "start")
    for listener in instance.spec.listeners:
        instance.listen(listener)


def start_before(
    instance: Instance,
    element: str,
    *,
    ancestor: str = "",
    values: Mapping[str, Any] | None = None,
    local: Mapping[str, Any] | None = None,
) -> Token:
    """Put a token in front of an element; it arrives with the next step.

    Args:
        ancestor: the token of the scope to start in, `PROCESS`, or "" for the one that runs.
        values: set around the element.
        local: set at the element.

    Raises:
        InvalidInput: the process has no such element.
        NotFound: the ancestor is gone.
        EngineError: it is not clear in which scope, or which activity is interrupted; or the
            ancestor does not lie around the element.
    """
    spec, node = _find(instance, element)
    _check(instance, spec, node, ancestor)
    if isinstance(node, MultiInstance) and element == node.element:
        token = node.add_item(_body(instance, spec, node, ancestor))
    else:
        token = _put(_scope(instance, spec, ancestor), node, ancestor)
    _set(token, values or {}, local or {})
    instance.trace("moved", token)
    token.expect()
    return token


def _put(scope: AnyScope, node: Node, ancestor: str) -> Token:
    """Put a token in front of a node; what it interrupts goes first."""
    if isinstance(node, BoundaryEvent):
        if node.interrupting:
            _take_host_away(scope, node, ancestor)
        return scope.spawn(node, fired=True)
    if node.handles_events:
        _interrupt(scope, node)
    token = scope.spawn(node)
    if node.is_join and len(node.arrivals) > 1:
        token.marks["in"] = _free_arrival(scope, node)
    return token


def _take_host_away(scope: AnyScope, event: BoundaryEvent, ancestor: str) -> None:
    hosts = [token for token in scope.here() if event in token.node.boundary]
    chosen = [token for token in hosts if token.id == ancestor] or hosts
    if len(chosen) > 1:
        raise EngineError(f"“{event.element}”所在的环节正在进行 {len(chosen)} 次，请指明哪一次。")
    for host in chosen:
        compensation.take_away(host)


def _interrupt(scope: AnyScope, handler: Node) -> None:
    """Take away what an event sub process replaces, if it is one that interrupts."""
    replaces = any(
        listener.interrupting and listener.handler == handler.name
        for listener in scope.spec.listeners
    )
    if replaces:
        interrupt(scope)


def _body(instance: Instance, spec: ScopeSpec, node: MultiInstance, ancestor: str) -> Token:
    """Return the running body of a multi-instance activity, or begin an empty one.

    Raises:
        EngineError: several run and no ancestor says which.
    """
    named = instance.tokens.get(ancestor)
    if named is not None and named.node is node:
        return named
    scope = _scope(instance, spec, ancestor)
    running = [
        token for token in scope.here() if token.node is node and "nrOfInstances" in token.data
    ]
    if len(running) > 1 and not ancestor:
        raise EngineError(f"“{node.element}”正在进行 {len(running)} 次，请指明在哪一次里开始。")
    if running and not ancestor:
        return running[0]
    body = scope.spawn(node)
    node.begin_empty(body)
    return body


def start_after(instance: Instance, element: str, **more: Any) -> Token | None:
    """Go on behind an element, as if it had been completed.

    Raises:
        InvalidInput, NotFound, EngineError: as for `start_before`; or several flows leave
            the element.
    """
    spec, node = _find(instance, element)
    if len(node.flows) > 1:
        raise EngineError(f"“{element}”后面有多条连线，请指明走哪一条。")
    if node.flows:
        return _travel(instance, spec, node, node.flows[0], **more)
    _check(instance, spec, node, more.get("ancestor", ""))
    scope = _scope(instance, spec, more.get("ancestor", ""))
    scope.close_if_empty()
    return None


def start_transition(instance: Instance, flow_id: str, **more: Any) -> Token:
    """Put a token on a sequence flow.

    Raises:
        InvalidInput, NotFound, EngineError: as for `start_before`.
    """
    for spec in scopes.every(instance.definition):
        for node in spec.task_specs.values():
            for flow in getattr(node, "flows", ()):
                if flow.id == flow_id:
                    return _travel(instance, spec, node, flow, **more)
    raise InvalidInput(f"流程里没有连线“{flow_id}”。")


def cancel(instance: Instance, token_id: str) -> None:
    """Take a token away, with what runs inside it; emptied scopes around it go, too.

    Raises:
        NotFound: the token has gone on.
    """
    _take_away(instance.get_task_from_id(token_id))


def _take_away(token: Token) -> None:
    """Take a token away, and what was only there for it: its body, its scope."""
    body, scope = token.hangs_on, token.scope
    compensation.take_away(token)
    if body is not None and token.node.is_item:
        if isinstance(body.node, MultiInstance):
            body.node.lost_item(body)
        if not body.gone and not any(other.node.is_item for other in body.attached):
            _take_away(body)
        return
    owner = scope.owner
    if owner is not None and not owner.gone and all(t.node.is_listener for t in scope.here()):
        _take_away(owner)


def cancel_all(
    instance: Instance, element: str, *, among: Collection[str] | None = None
) -> list[str]:
    """Take every token at an element away; return which.

    `x#multiInstanceBody` means the body, `x` of a multi-instance its items. `among` spares
    tokens that came later.
    """
    name, _, body = element.partition("#")
    at = [
        token
        for token in instance.tokens.values()
        if token.node.element == name
        and not isinstance(token.node, BoundaryEvent | Listener)
        and (among is None or token.id in among)
    ]
    items = [token for token in at if token.node.is_item]
    chosen = items if items and not body else [token for token in at if not token.node.is_item]
    for token in chosen:
        if not token.gone:
            cancel(instance, token.id)
    return [token.id for token in chosen]


def is_empty(instance: Instance) -> bool:
    """Say whether no token is left but those that listen for events."""
    return all(token.node.is_listener for token in instance.here())


def _find(instance: Instance, element: str) -> tuple[ScopeSpec, Node]:
    name = element.removesuffix("#multiInstanceBody")
    found = scopes.place(instance.definition, name)
    if found is None or found[1].element != name:  # what stands for a part of one is no element
        raise InvalidInput(f"流程里没有“{element}”这一步。")
    return found


def _check(instance: Instance, spec: ScopeSpec, node: Node, ancestor: str) -> None:
    """Refuse an element that is only drawn, and an ancestor that does not lie around it.

    Raises:
        NotFound: the ancestor is gone.
    """
    if isinstance(node, BoundaryEvent) and node.event.kind == compensation.KIND:
        raise EngineError(f"“{node.element}”是补偿边界事件，请改为从它的补偿活动开始。")
    if ancestor in ("", PROCESS):
        return
    named = instance.get_task_from_id(ancestor).node
    outer = {node.element}
    while spec is not instance.spec:
        outer.add(spec.name)
        spec, _ = scopes.around(instance.definition, spec)
    if named.element not in outer and node not in named.boundary:
        raise EngineError(f"“{node.element}”不在“{named.label or named.element}”里面。")


def _travel(instance: Instance, spec: ScopeSpec, node: Node, flow: Flow, **more: Any) -> Token:
    _check(instance, spec, node, more.get("ancestor", ""))
    scope = _scope(instance, spec, more.get("ancestor", ""))
    target = scope.spec.task_specs[flow.target]
    token = scope.spawn(target)
    _set(token, more.get("values") or {}, more.get("local") or {})
    take(token, flow)
    if target.is_join:
        token.marks["in"] = flow.id
    instance.trace("moved", token, source=node.element)
    token.expect()
    return token


def _free_arrival(scope: AnyScope, join: Node) -> str:
    """Return the incoming flow on which a token is missing, else the first."""
    taken = {token.marks.get("in") for token in scope.here() if token.node is join}
    return next((flow for flow in join.arrivals if flow not in taken), join.arrivals[0])


def _set(token: Token, values: Mapping[str, Any], local: Mapping[str, Any]) -> None:
    variables.write(token.instance, token.hangs_on or token.scope.owner, values)
    variables.write(token.instance, token, local, local=True)


def _scope(instance: Instance, spec: ScopeSpec, ancestor: str) -> AnyScope:
    """Return the running scope of a spec, entering sub processes where none runs.

    Raises:
        EngineError: several run and no ancestor says which.
    """
    if spec is instance.spec:
        return instance
    if ancestor:
        return _named(instance, spec, ancestor) or _enter(instance, spec, ancestor)
    running: list[AnyScope] = [
        scope for scope in instance.subprocesses.values() if scope.spec is spec
    ]
    if len(running) == 1:
        return running[0]
    if running:
        raise EngineError(f"子流程“{spec.name}”正在运行 {len(running)} 次，请指明在哪一次里开始。")
    return _enter(instance, spec, ancestor)


def _named(instance: Instance, spec: ScopeSpec, ancestor: str) -> AnyScope | None:
    """Return the scope of a spec that an ancestor is, or stands in."""
    token = instance.tokens.get(ancestor)
    if token is not None and token.scope.spec is spec:
        return token.scope
    scope = instance.subprocesses.get(ancestor)
    return scope if scope is not None and scope.spec is spec else None


def _enter(instance: Instance, spec: ScopeSpec, ancestor: str) -> AnyScope:
    """Enter a sub process without running its start event; of a multi-instance one more item."""
    around, node = scopes.around(instance.definition, spec)
    if node.is_item:
        body = around.task_specs[node.element]
        if not isinstance(body, MultiInstance):
            raise EngineError(f"子流程“{node.element}”带循环标记，不能直接从它里面的一步开始。")
        return _open(body.add_item(_body(instance, around, body, ancestor)), node)
    outer = _scope(instance, around, ancestor)
    _interrupt(outer, node)
    return _open(outer.spawn(node), node)


def _open(owner: Token, node: SubProcess) -> AnyScope:
    node.enter_around(owner)
    scope = owner.instance.create_subprocess(owner, node.spec)
    for listener in scope.spec.listeners:
        scope.listen(listener)
    return scope
