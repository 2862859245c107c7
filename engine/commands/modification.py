"""Moving the tokens of an instance: what an operator does when the diagram alone cannot."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from sqlalchemy.orm import Session

from engine.commands import calls, instances
from engine.commands.execution import Execution, Loaded, Skips
from engine.errors import EngineError, NotAllowed
from engine.hooks import Actor
from engine.state.modify import PROCESS

__all__ = ["PROCESS", "Instruction", "Kind", "apply", "modify"]

Kind = Literal["startBeforeActivity", "startAfterActivity", "startTransition", "cancel"]


@dataclass(frozen=True)
class Instruction:
    """One step of a modification."""

    kind: Kind
    #: Where to start, or what to cancel wherever it stands.
    element: str = ""
    #: For `startTransition`: the sequence flow.
    flow: str = ""
    #: For `cancel`: this token only.
    token: str = ""
    #: For starts: the token of the scope to start in, `PROCESS`, or "" for the one that runs.
    ancestor: str = ""
    #: Set around the element, and at the element only.
    variables: Mapping[str, Any] = field(default_factory=dict)
    local: Mapping[str, Any] = field(default_factory=dict)
    #: For `cancel` by element: spare what this very modification started.
    only_current: bool = False


def modify(
    session: Session,
    instance_id: str,
    instructions: Sequence[Instruction],
    *,
    actor: Actor,
    reason: str = "",
    skips: Skips | None = None,
) -> None:
    """Carry out instructions in their order, then run to the next waits.

    An instance that is left without a token is cancelled, with the activity that called it.

    Raises:
        NotFound: the instance, an element or a token is not there (any more).
        NotAllowed: the instance has ended.
        EngineError: an instruction cannot be carried out; nothing was changed.
    """
    row = instances.lock(session, instance_id)
    if row.status not in ("active", "suspended"):
        raise NotAllowed("这件事项已经结束，不能再调整。")
    with Execution(session, actor) as work:
        loaded = work.open(row)
        apply(loaded, instructions, skips or Skips())
        work.note(
            row,
            "modified",
            reason=reason[:250] or None,
            steps=[f"{one.kind}:{one.element or one.flow or one.token}" for one in instructions],
        )
        if loaded.run.is_empty:
            calls.cancel_with_call(work, loaded, reason[:250] or "由接口调整结束", skips=skips)
        work.settle()


def apply(loaded: Loaded, instructions: Sequence[Instruction], skips: Skips) -> None:
    """Let a loaded instance carry out instructions; nothing advances yet."""
    loaded.run.skip(listeners=skips.listeners, mappings=skips.mappings)
    before = set(loaded.run.tokens)
    for instruction in instructions:
        _carry_out(loaded, instruction, before)


def _carry_out(loaded: Loaded, one: Instruction, before: Collection[str]) -> None:
    run = loaded.run
    start = {"ancestor": one.ancestor, "values": one.variables, "local": one.local}
    if one.kind == "startBeforeActivity":
        run.start_before(one.element, **start)
    elif one.kind == "startAfterActivity":
        run.start_after(one.element, **start)
    elif one.kind == "startTransition":
        run.start_transition(one.flow, **start)
    elif one.token:
        run.cancel_token(one.token)
    elif not run.cancel_at(one.element, among=before if one.only_current else None):
        raise EngineError(f"“{one.element}”上现在没有正在进行的环节，不能取消。")
