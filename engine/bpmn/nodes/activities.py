"""Activities: human tasks, services, decisions, scripts, sub processes, call activities."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from SpiffWorkflow.bpmn.specs import defaults
from SpiffWorkflow.util.task import TaskState

from engine.bpmn.nodes import compensation, listeners, mappings
from engine.bpmn.nodes.base import Node, NodeInfo
from engine.bpmn.nodes.definitions import Definition
from engine.bpmn.nodes.events import Thrower
from engine.errors import EngineError
from engine.state import variables

if TYPE_CHECKING:
    from engine.state.tokens import Token


class PassTask(Node, defaults.NoneTask):
    """An abstract or manual task: work the engine does not know of; it goes on at once."""


class UserTask(Node, defaults.UserTask):
    """A human task. READY means open; `Run.complete` ends it."""

    automatic = False

    def _update_hook(self, my_task: Token) -> bool:
        listeners.of_task(my_task, "create")
        if self._is_assigned(my_task):
            listeners.of_task(my_task, "assignment")
        return True

    def _is_assigned(self, token: Token) -> bool:
        """Say whether it opens with an assignee; asked only when somebody listens to that."""
        heard = any(
            listener.get("event") == "assignment"
            for listener in self.attributes.get("@taskListener", ())
        )
        instance = token.instance
        return heard and bool(instance.host.task(instance.run, token.id).get("assignee"))

    def leave(self, token: Token) -> None:
        listeners.of_task(token, "complete")
        super().leave(token)

    def dropped(self, token: Token) -> None:
        super().dropped(token)
        listeners.of_task(token, "delete")


class ScriptTask(Node, defaults.ScriptTask):
    """Assignments, one per line; or one expression, kept under `camunda:resultVariable`."""

    def __init__(self, wf_spec: Any, name: str, info: NodeInfo, script: str, value: str) -> None:
        super().__init__(wf_spec, name, info, script=script)
        #: The script as an expression; empty when it is assignments.
        self.value = value

    def _run_hook(self, my_task: Token) -> bool | None:
        instance = my_task.instance
        if not self.value:
            return instance.evaluation.execute(my_task, self.script)
        found = instance.evaluation.effect(my_task, self.value)
        variables.write(instance, my_task, {self.attributes["resultVariable"]: found})
        return True


class Performer(Node):
    """Something that a handler, an expression or an outside worker does."""

    outside = "external"

    def perform(self, token: Token) -> bool | None:
        """Do it; None means that somebody outside will report it done.

        Raises:
            EngineError: the diagram does not say how.
        """
        instance = token.instance
        if self.attributes.get("type") == "external":
            return None
        if "delegateExpression" in self.attributes:
            result = instance.host.service(
                instance.run,
                token.id,
                listeners.handler_name(self.attributes["delegateExpression"]),
                mappings.inputs(token) | mappings.fields(token, self.attributes.get("@field", ())),
            )
            variables.write(instance, token, self.named(result))
            return True
        if "expression" in self.attributes:
            value = instance.evaluation.effect(token, self.attributes["expression"])
            if "resultVariable" in self.attributes:
                variables.write(instance, token, {self.attributes["resultVariable"]: value})
            return True
        raise EngineError(f"“{self.label or self.element}”（{self.element}）没有说明由谁执行。")

    def named(self, result: Mapping[str, Any] | None) -> Mapping[str, Any]:
        """Put a handler's answer under `camunda:resultVariable`, if there is one."""
        name = self.attributes.get("resultVariable")
        return {name: dict(result or {})} if name else (result or {})


class ServiceTask(Performer, defaults.ServiceTask):
    """Done by a registered handler, an expression, or an external worker."""

    def _run_hook(self, my_task: Token) -> bool | None:
        return self.perform(my_task)


class SendTask(Performer, Thrower, defaults.SendTask):
    """Sends a message, or lets a handler do it."""

    def __init__(self, wf_spec: Any, name: str, info: NodeInfo, event: Definition) -> None:
        super().__init__(wf_spec, name, info, event_definition=event)
        self.event = event

    def _run_hook(self, my_task: Token) -> bool | None:
        if self.is_performed or self.event.kind != "message":
            return self.perform(my_task)
        return self.throw(my_task)


class SubProcess(Node, defaults.SubWorkflowTask):
    """An embedded sub process, a transaction, or an event sub process that was started."""

    def __init__(self, wf_spec: Any, name: str, info: NodeInfo, *, handles_events: bool) -> None:
        super().__init__(
            wf_spec,
            name,
            info,
            subworkflow_spec=info.element,
            transaction=info.kind == "transaction",
        )
        self.handles_events = handles_events

    def enter_around(self, token: Token) -> None:
        """Enter it for what an operator puts, or what a migration takes, inside.

        Nothing in it begins by itself; the caller lets its event sub processes listen.
        """
        token.instance.trace("entered", token, **self.traits(token))
        mappings.apply_inputs(token)
        listeners.of_execution(token, "start")
        for event in self.boundary:
            event.attach(token)
        token._set_state(TaskState.STARTED)

    def scope_ended(self, token: Token) -> None:
        if "by" in token.marks and not self.for_compensation:
            compensation.handled(token)  # it was opened again, to be undone
        else:
            super().scope_ended(token)

    def undone(self, token: Token) -> None:
        """Everything inside it has been undone; what interrupted a handler may still go on."""
        token.instance.subprocesses[token.id].close_if_empty()

    def _on_cancel(self, my_task: Token) -> None:
        super()._on_cancel(my_task)
        compensation.dropped(my_task)

    def _run_hook(self, my_task: Token) -> bool | None:
        instance = my_task.instance
        scope = instance.create_subprocess(my_task, self.spec)
        start = my_task.marks.pop("start", None) or scope.spec.none_start
        scope.open(scope.spec.task_specs[start])
        return None


class CallActivity(Node, defaults.CallActivity):
    """Calls another process, which is an instance of its own; waits for its end."""

    outside = "call"

    def __init__(self, wf_spec: Any, name: str, info: NodeInfo, called: str) -> None:
        super().__init__(wf_spec, name, info, subworkflow_spec=called)

    def _run_hook(self, my_task: Token) -> bool | None:
        return None
