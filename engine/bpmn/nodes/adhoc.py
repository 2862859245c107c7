"""Ad-hoc sub processes: activities that need no flow to begin.

Every activity without an incoming flow is enabled when the sub process begins: all at once, or
(`ordering="Sequential"`) one after the other in the order of the file. Whenever an activity in
it completes the completion condition is asked; when it holds nothing new begins, and what is at
work is taken away, unless `cancelRemainingInstances="false"`. Without a condition it is done
when everything is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.bpmn.nodes.activities import SubProcess
from engine.bpmn.nodes.base import Node, NodeInfo
from engine.bpmn.nodes.events import BoundaryEvent
from engine.bpmn.xml import ACTIVITIES

if TYPE_CHECKING:
    from engine.state.tokens import Token


class AdHocSubProcess(SubProcess):
    """A sub process whose activities are enabled together."""

    def __init__(
        self,
        wf_spec: Any,
        name: str,
        info: NodeInfo,
        *,
        condition: str,
        sequential: bool,
        cancel_remaining: bool,
    ) -> None:
        super().__init__(wf_spec, name, info, handles_events=False)
        self.condition = condition
        self.sequential = sequential
        self.cancel_remaining = cancel_remaining

    def _run_hook(self, my_task: Token) -> bool | None:
        scope = my_task.instance.create_subprocess(my_task, self.spec)
        for listener in scope.spec.listeners:
            scope.listen(listener)
        enabled = [name for name, node in scope.spec.task_specs.items() if _begins(node)]
        if self.sequential:
            my_task.marks["todo"] = enabled[1:]
            del enabled[1:]
        for name in enabled:
            scope.spawn(scope.spec.task_specs[name]).expect()
        return None

    def begin_next(self, token: Token) -> bool:
        """Begin with the next activity when the last has ended; False when there is none."""
        todo = token.marks.get("todo")
        if not todo:
            return False
        scope = token.instance.subprocesses[token.id]
        scope.spawn(scope.spec.task_specs[todo.pop(0)]).expect()
        return True

    def enough(self, owner: Token, done: Token) -> bool:
        """Tell whether nothing new may begin, now that something inside is done."""
        if "enough" in owner.marks:
            return True
        if done.node.kind not in ACTIVITIES or not self.condition:
            return False
        if not done.instance.evaluation.holds(done, self.condition):
            return False
        owner.marks["enough"] = True
        owner.marks.pop("todo", None)
        if self.cancel_remaining:
            for other in done.scope.here():
                if other is not done:
                    other.cancel()
        return True


def _begins(node: Any) -> bool:
    """Tell whether an element is enabled without a flow that leads to it."""
    if not isinstance(node, Node) or node.is_item or node.is_listener:
        return False
    passive = node.for_compensation or node.handles_events or isinstance(node, BoundaryEvent)
    return not node.arrivals and not passive
