"""Where the elements of a diagram lie: in which scope, and what is around that."""

from __future__ import annotations

from engine.bpmn.dialect import ScopeSpec, Spec
from engine.bpmn.nodes.activities import SubProcess
from engine.bpmn.nodes.base import Node
from engine.errors import NotFound


def every(spec: Spec) -> list[ScopeSpec]:
    """Return the process and all its sub processes."""
    return [spec.process, *spec.scopes.values()]


def around(spec: Spec, inner: ScopeSpec) -> tuple[ScopeSpec, SubProcess]:
    """Return where the sub process stands that a scope is the inside of, and its node.

    Raises:
        NotFound: it is the inside of none.
    """
    for outer in every(spec):
        for node in outer.task_specs.values():
            if isinstance(node, SubProcess) and node.inside is inner:
                return outer, node
    raise NotFound(f"流程里没有子流程“{inner.name}”。")


def path(spec: Spec, inner: ScopeSpec) -> list[str]:
    """Return the sub processes from the outermost to a scope itself; none for the process."""
    found: list[str] = []
    while inner is not spec.process:
        found.insert(0, inner.name)
        inner, _ = around(spec, inner)
    return found


def place(spec: Spec, name: str) -> tuple[ScopeSpec, Node] | None:
    """Return the node of a name and its scope; of a multi-instance's element the body."""
    for scope in every(spec):
        node = scope.task_specs.get(name)
        if isinstance(node, Node):
            return scope, node
    return None
