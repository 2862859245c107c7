"""Call activities: instances that others call, begun, dropped, given back, and what they throw.

All of it happens inside the caller's command and transaction (`engine.commands.execution`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from engine.commands import definitions
from engine.errors import BpmnError
from engine.models import ProcessInstance

if TYPE_CHECKING:
    from engine.commands.execution import Execution, Loaded, Skips

#: Why a child was cancelled, as its history says it; `BY_ERROR` begins such a reason.
BY_CALLER = "由上级流程结束"
BY_ERROR = "业务错误，由上级流程处理"


def is_internal(reason: str) -> bool:
    """Say whether the diagrams ended an instance, and nobody from outside."""
    return reason == BY_CALLER or reason.startswith(BY_ERROR)


def begin_entered(work: Execution, loaded: Loaded) -> None:
    """Start a child for every call activity that was entered in this command."""
    for key, wait in loaded.run.waits().items():
        if wait.kind != "call" or key in loaded.before:
            continue
        if any(child.row.parent_token == wait.token for child in _children(work, loaded)):
            continue
        inputs = loaded.run.call_inputs(wait.token)
        definition = definitions.bound(
            work.session,
            inputs.called_element,
            inputs.binding,
            inputs.version,
            loaded.definition,
        )
        work.begin(
            definition,
            variables=inputs.variables,
            business_key=inputs.business_key,
            parent=loaded,
            call=wait,
        )


def _children(work: Execution, loaded: Loaded) -> list[Loaded]:
    return [child for child in work.loaded.values() if child.row.parent_id == loaded.row.id]


def drop_left(work: Execution, loaded: Loaded, reason: str = BY_CALLER) -> None:
    """Cancel children, held ones too, whose call activity was interrupted or left by an error."""
    now = {wait.token for wait in loaded.run.waits().values() if wait.kind == "call"}
    gone = {w.token for w in loaded.before.values() if w.kind == "call"} - now
    gone |= {
        child.row.parent_token or "" for child in _children(work, loaded) if child.started
    } - now
    if not gone:
        return
    children = work.session.scalars(
        select(ProcessInstance).where(
            ProcessInstance.parent_id == loaded.row.id,
            ProcessInstance.parent_token.in_(gone),
            ProcessInstance.status.in_(("active", "suspended")),
        )
    ).all()
    for row in children:
        child = work.open(row)
        if not child.run.ended:
            work.cancel(child, reason)


def cancel_with_call(
    work: Execution, loaded: Loaded, reason: str, *, skips: Skips | None = None
) -> None:
    """End an instance because somebody wants it; the call activity it was for goes with it.

    So does a caller that is left without a token: nobody would wait for anything there.
    """
    while True:
        if skips is not None:
            loaded.run.skip(listeners=skips.listeners, mappings=skips.mappings)
        work.cancel(loaded, reason)
        row = loaded.row
        if row.parent_id is None or row.parent_token is None:
            return
        caller = work.open(work.instance(row.parent_id))
        if caller.row.status not in ("active", "suspended"):
            return
        if skips is not None:
            caller.run.skip(listeners=skips.listeners, mappings=skips.mappings)
        caller.run.cancel_token(row.parent_token)
        if not caller.run.is_empty:
            return
        loaded = caller


def give_back(work: Execution, child: Loaded) -> None:
    """Close an instance that reached its end, and tell its caller."""
    row, run, thrown = child.row, child.run, child.run.thrown
    if thrown is not None and row.parent_id is None:
        raise BpmnError(thrown.code, thrown.message)
    if row.parent_id is not None:
        work.protect()  # the caller goes on: what fails there must take this back, too
    _close(work, child)
    if row.parent_id is None or row.parent_token is None:
        return
    parent = work.open(work.instance(row.parent_id))
    if parent.row.status != "active":
        return
    if thrown is not None:
        if parent.run.catches(row.parent_token, "error", thrown.code):
            parent.run.take_back(row.parent_token, run.variables)  # as Camunda does
        parent.run.throw_error(row.parent_token, thrown.code, thrown.message)
    else:
        parent.run.take_back(row.parent_token, run.variables)
        parent.acted.update(key for key, w in parent.before.items() if w.token == row.parent_token)
        parent.run.complete(row.parent_token)
    work.touch(parent)


def refuse_uncaught(work: Execution, loaded: Loaded) -> None:
    """Refuse an instance that ended by an error which neither it nor a caller catches.

    Raises:
        BpmnError: that error; what threw it can be tried again.
    """
    thrown = loaded.run.thrown
    if thrown is not None and not is_caught_above(work, loaded.row, thrown.code):
        raise BpmnError(thrown.code, thrown.message)


def _close(work: Execution, child: Loaded) -> None:
    """Write that an instance has ended: at an end event, or by an error that its caller catches.

    The latter is no normal end: Camunda calls it terminated.
    """
    row, thrown = child.row, child.run.thrown
    row.ended_at = work.now
    work.change(child).ended = True
    if thrown is not None:
        row.status = "cancelled"
        row.outcome = f"{BY_ERROR}（{thrown.code}）"[:250]
        work.note(row, "cancelled", reason=row.outcome)
        return
    row.status = "completed"
    row.outcome = child.run.outcome[-1] if child.run.outcome else None
    end = child.definition.description.elements.get(row.outcome or "")
    work.note(row, "ended", name=end.name if end else None, outcome=row.outcome)


def is_caught_above(work: Execution, row: ProcessInstance, code: str) -> bool:
    """Say whether one of the instances that called this one would catch an error."""
    while row.parent_id is not None and row.parent_token is not None:
        parent = work.open(work.instance(row.parent_id))
        if parent.run.catches(row.parent_token, "error", code):
            return True
        row = parent.row
    return False


def escalate(work: Execution, row: ProcessInstance, code: str, payload: Mapping[str, Any]) -> bool:
    """Give an escalation nobody caught to the caller; True when it caught it."""
    if row.parent_id is None or row.parent_token is None:
        return False
    parent = work.open(work.instance(row.parent_id))
    if parent.run.catches(row.parent_token, "escalation", code):
        parent.run.take_back(row.parent_token, work.loaded[row.id].run.variables)
    caught = parent.run.escalate(row.parent_token, code, payload)
    if all(wait.token != row.parent_token for wait in parent.run.waits().values()):
        work.cancel(work.loaded[row.id], BY_CALLER)  # at once: nothing more runs here
    work.touch(parent)
    return caught
