"""Restarting an ended case: a new one of the same version, with its variables, begun elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from engine.commands import starting
from engine.commands.execution import Skips
from engine.commands.modification import Instruction
from engine.errors import InvalidInput, NotFound
from engine.hooks import Actor
from engine.models import ProcessInstance
from engine.queries.access import Viewer
from engine.queries.asked import Asked
from engine.queries.records import variables as records


def restart(
    session: Session,
    instance_id: str,
    definition_id: int,
    instructions: Sequence[Instruction],
    *,
    actor: Actor,
    initial: bool = False,
    keyless: bool = False,
    skips: Skips | None = None,
) -> ProcessInstance:
    """Start a new instance with what is known of an ended one; that one stays as it is.

    Args:
        initial: with the variables it was started with, not with the last ones.
        keyless: without its business key.

    Raises:
        NotFound: there is no such instance.
        InvalidInput: it runs still, or is of another version.
        NotAllowed: as for every start.
    """
    row = session.get(ProcessInstance, instance_id)
    if row is None:
        raise NotFound(f"Historic process instance with id {instance_id} does not exist")
    if row.definition_id != definition_id:
        raise InvalidInput("要重新发起的实例不属于这个流程版本。")
    if row.ended_at is None:
        raise InvalidInput("实例还在办理，结束以后才能重新发起。")
    return starting.start_version(
        session,
        definition_id,
        actor=actor,
        variables=_variables(session, instance_id, initial=initial),
        business_key=None if keyless else row.business_key,
        instructions=instructions,
        skips=skips,
    )


def _variables(session: Session, instance_id: str, *, initial: bool) -> dict[str, Any]:
    """Return the variables of the process itself, from its history; scopes inside are gone."""
    whole, asked = Viewer("", scope="all"), Asked({"processInstanceId": instance_id})
    if initial:
        written = [one for (one,) in records.details(session, whole, asked) if one.is_initial]
        return {one.name: one.value for one in written if not one.scope}
    kept = [one for (one,) in records.variable_instances(session, whole, asked)]
    return {one.name: one.value for one in kept if not one.scope}
