"""What an instance asks of its command: time, functions, handlers, decisions, messages."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from engine import calendar, services, settings
from engine.bpmn import xml
from engine.commands import calls, decided, definitions, opening
from engine.commands.definitions import Definition
from engine.commands.trail import Trail
from engine.errors import NotFound, ServiceFailed
from engine.models import ProcessInstance
from engine.services import ServiceCall
from engine.state.host import Trace
from engine.state.run import Run

if TYPE_CHECKING:
    from engine.commands.execution import Execution

#: Kinds of trace that become a line of history of their own; the others go into the trail.
KEPT = frozenset({"chosen", "caught", "thrown", "moved"})


class InstanceHost:
    """The world as one instance of one command sees it."""

    def __init__(self, work: Execution, row: ProcessInstance, definition: Definition) -> None:
        self.work = work
        self.row = row
        self.definition = definition
        self.trail = Trail()
        person = work.actor if work.actor.kind != "system" else None
        self.functions: Mapping[str, Callable[..., Any]] = {
            **calendar.functions(work.session, work.now, decide=self._sla),
            "currentUser": lambda: person.id if person else None,
            "currentUserGroups": lambda: sorted(person.groups) if person else [],
        }

    @property
    def facts(self) -> Mapping[str, Any]:
        """Return what `execution.…` may read in an expression, in Camunda's words."""
        return {
            "id": self.row.id,
            "processInstanceId": self.row.id,
            "processBusinessKey": self.row.business_key,
            "businessKey": self.row.business_key,
            "processDefinitionId": str(self.row.definition_id),
        }

    def now(self) -> datetime:
        """Return the moment of the command; one command has one."""
        return self.work.now

    def task(self, run: Run, token: str) -> Mapping[str, Any]:
        """Return what listeners may read of the human task at a token."""
        return opening.facts(self.work, run, self.row, self.definition, token)

    def service(
        self, run: Run, token: str, handler: str, inputs: Mapping[str, Any]
    ) -> Mapping[str, Any] | None:
        """Call the registered handler inside this transaction.

        Raises:
            ServiceFailed: no handler of this name is registered (an older deployment).
        """
        service = services.get(handler)
        if service is None:
            raise ServiceFailed(f"没有登记名为“{handler}”的办理程序，请联系系统管理员。")
        work = self.work
        work.protect()
        call = ServiceCall(
            session=work.session,
            instance=self.row,
            element_id=run.element(token),
            variables=MappingProxyType(dict(run.scope(token))),
            inputs=MappingProxyType(dict(inputs)),
            submission=work.submission,
            submission_id=work.submission_id,
            files=work.files,
            actor=work.actor,
            now=work.now,
            event=run.event,
        )
        result = service.handler(call)
        work.outgoing.extend((self.row.id, item) for item in call.outgoing)
        work.messages.extend(
            (self.row, name, correlation, payload, "message")
            for name, correlation, payload in call.messages
        )
        for kind, data in call.notes:
            work.note(self.row, kind, element=call.element_id, **data)
        return result

    def decide(
        self, run: Run, token: str, reference: str, binding: str, version: str | None
    ) -> Sequence[Mapping[str, Any]]:
        """Evaluate a decision over the token's scope and keep why it said what it said."""
        model, number = definitions.decision(
            self.work.session, reference, binding, version, self.definition.deployment_id
        )
        result = model.decisions[reference].evaluate(
            run.scope(token), functions=self.functions, explain=True
        )
        self.work.note(
            self.row,
            "decided",
            element=run.element(token),
            name=model.decisions[reference].name,
            decision=reference,
            version=number,
            token=token,
            explanation=decided.explained(result),
        )
        return result.rows

    def throw(
        self,
        run: Run,
        token: str,
        kind: Literal["message", "signal", "escalation"],
        name: str,
        payload: Mapping[str, Any],
        correlation: str | None,
    ) -> None:
        """Send an event out: messages and signals become jobs, escalations go to the caller."""
        if kind == "escalation":
            calls.escalate(self.work, self.row, name, payload)
            return
        key = correlation if correlation is not None else self.row.business_key or ""
        self.work.messages.append((self.row, name, key, payload, kind))

    def catches(self, code: str) -> bool:
        """Ask the callers, the nearest first, whether the error would be caught there."""
        return calls.is_caught_above(self.work, self.row, code)

    def trace(self, event: Trace) -> None:
        """Keep what a person may ask about later; of what nobody drew, nobody can."""
        if xml.is_implied(event.element) or xml.is_implied(event.detail.get("flow", "")):
            return
        self.trail.add(event)
        if event.kind in KEPT:
            self.work.note(
                self.row,
                event.kind,
                element=event.element,
                name=event.name,
                detail=event.detail,
            )

    def _sla(self, values: Mapping[str, Any]) -> Mapping[str, Any]:
        reference = settings.current().sla_decision
        model, _ = definitions.decision(self.work.session, reference)
        found = model.decisions[reference].evaluate(values, explain=False).single_result
        if found is None:
            raise NotFound(f"时限表没有“{values.get('stage')}”这一阶段，请在时限表中补上。")
        return found
