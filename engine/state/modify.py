"""Putting tokens where an operator wants them, and taking them away (`engine.commands`).

Camunda's rules: a sub process around the target that does not run is entered for it; one that
runs once is used; with several the caller must say which. A scope whose last token is taken
away is taken away, too. What interrupts does so here as well: a boundary event takes its activity
away, an event sub process what runs beside it. `x` of a multi-instance is one more item of it,
`x#multiInstanceBody` the whole.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from SpiffWorkflow.util.task import TaskState

from engine.bpmn.dialect import ScopeSpec
from engine.bpmn.nodes import compensation, listeners, mappings
from engine.bpmn.nodes.activities import SubProcess
from engine.bpmn.nodes.base import Flow, Node, take
from engine.bpmn.nodes.events import BoundaryEvent, Listener
from engine.bpmn.nodes.loops import MultiInstance
from engine.errors import EngineError, InvalidInput, NotFound
from engine.state import variables
from engine.state.tokens import AnyScope, Instance, Token


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
        ancestor: the token of the scope to use, when several run.
        values: set around the element.
        local: set at the element.

    Raises:
        InvalidInput: the process has no such element.
        NotFound: the ancestor is gone.
        EngineError: it is not clear in which scope, or which activity is interrupted.
    """
    spec, node = _find(instance, element)
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
    for token in scope.here() if replaces else ():
        token.cancel()


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
    if len(running) > 1:
        raise EngineError(f"“{node.element}”正在进行 {len(running)} 次，请指明在哪一次里开始。")
    if running:
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
    scope = _scope(instance, spec, more.get("ancestor", ""))
    scope.close_if_empty()
    return None


def start_transition(instance: Instance, flow_id: str, **more: Any) -> Token:
    """Put a token on a sequence flow.

    Raises:
        InvalidInput, NotFound, EngineError: as for `start_before`.
    """
    for spec in _specs(instance):
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
    token = instance.get_task_from_id(token_id)
    body, scope = token.hangs_on, token.scope
    compensation.take_away(token)
    if body is not None and not body.gone and token.node.is_item:
        body.data["nrOfInstances"] = body.data.get("nrOfInstances", 1) - 1
        body.data["nrOfActiveInstances"] = body.data.get("nrOfActiveInstances", 1) - 1
        if not any(other.node.is_item for other in body.attached):
            compensation.take_away(body)
    _close_emptied(scope)


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


def _close_emptied(scope: AnyScope) -> None:
    while scope.owner is not None and not any(not t.node.is_listener for t in scope.here()):
        owner = scope.owner
        if owner.gone:
            return
        above = owner.scope
        owner.cancel()
        scope = above


def _specs(instance: Instance) -> list[ScopeSpec]:
    return [instance.definition.process, *instance.definition.scopes.values()]


def _find(instance: Instance, element: str) -> tuple[ScopeSpec, Node]:
    name = element.removesuffix("#multiInstanceBody")
    for spec in _specs(instance):
        node = spec.task_specs.get(name)
        if isinstance(node, Node):
            return spec, node
    raise InvalidInput(f"流程里没有“{element}”这一步。")


def _travel(instance: Instance, spec: ScopeSpec, node: Node, flow: Flow, **more: Any) -> Token:
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
    running: list[AnyScope] = [
        scope for scope in instance.subprocesses.values() if scope.spec is spec
    ]
    if ancestor:
        running = [scope for scope in running if ancestor in _line(scope)]
    if len(running) == 1:
        return running[0]
    if running:
        raise EngineError(f"子流程“{spec.name}”正在运行 {len(running)} 次，请指明在哪一次里开始。")
    return _enter(instance, spec, ancestor)


def _line(scope: AnyScope) -> set[str]:
    """Return the ids of the tokens a scope runs inside of."""
    found: set[str] = set()
    while scope.owner is not None:
        found.add(scope.owner.id)
        if scope.owner.hangs_on is not None:
            found.add(scope.owner.hangs_on.id)
        scope = scope.owner.scope
    return found


def _enter(instance: Instance, spec: ScopeSpec, ancestor: str) -> AnyScope:
    """Enter a sub process without running its start event."""
    for around in _specs(instance):
        for node in around.task_specs.values():
            if isinstance(node, SubProcess) and node.inside is spec:
                if node.is_item:
                    raise EngineError(
                        f"子流程“{node.element}”是多实例，不能直接从它里面的一步开始。"
                    )
                outer = _scope(instance, around, ancestor)
                _interrupt(outer, node)
                return _open(outer.spawn(node), node)
    raise NotFound(f"流程里没有子流程“{spec.name}”。")


def _open(owner: Token, node: SubProcess) -> AnyScope:
    instance = owner.instance
    instance.trace("entered", owner)
    mappings.apply_inputs(owner)
    listeners.of_execution(owner, "start")
    for event in node.boundary:
        event.attach(owner)
    owner._set_state(TaskState.STARTED)
    scope = instance.create_subprocess(owner, node.spec)
    for listener in scope.spec.listeners:
        scope.listen(listener)
    return scope
