"""Starting a chosen version of a process from outside, at its start event or anywhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from engine.commands import definitions, instances
from engine.commands.execution import Execution, Skips
from engine.commands.modification import Instruction, apply
from engine.hooks import Actor
from engine.models import ProcessInstance


def start_version(
    session: Session,
    definition_id: int,
    *,
    actor: Actor,
    variables: Mapping[str, Any] | None = None,
    business_key: str | None = None,
    submission: Mapping[str, Any] | None = None,
    instructions: Sequence[Instruction] = (),
    skips: Skips | None = None,
) -> ProcessInstance:
    """Start one version of a process and run it to its first waits.

    Args:
        submission: values of the start event's form; checked and kept as one submission.
        instructions: where to begin instead of the start event.

    Raises:
        NotFound: no such version, or it has no plain start event.
        NotAllowed: the definition is suspended, or the actor may not start it.
        InvalidInput: the start form is not acceptable.
    """
    definition = definitions.by_id(session, definition_id)
    chosen = skips or Skips()
    if not instructions:
        return instances.start(
            session,
            definition.key,
            actor=actor,
            submission=submission,
            variables=variables,
            business_key=business_key,
            version=definition,
            formless=submission is None,
            prepare=lambda loaded: apply(loaded, (), chosen),
        )
    instances.check_starter(session, definition, actor)
    with Execution(session, actor) as work:
        loaded = work.begin(
            definition, variables=dict(variables or {}), business_key=business_key, empty=True
        )
        apply(loaded, instructions, chosen)
        work.settle()
        return loaded.row
