"""Incidents that somebody opens by hand, at an execution: what no job tells of."""

from __future__ import annotations

from sqlalchemy.orm import Session

from engine import clock
from engine.commands import instances, operations
from engine.commands.execution import Execution
from engine.errors import InvalidInput
from engine.hooks import Actor
from engine.models import Incident
from engine.state.run import Run

#: The operation in history that keeps what an incident's row has no place for.
CREATED = "CreateIncident"
LONGEST_KIND, LONGEST_CONFIGURATION, LONGEST_MESSAGE = 40, 255, 4_000


def report(
    session: Session,
    instance_id: str,
    token: str,
    kind: str,
    *,
    message: str = "",
    configuration: str | None = None,
    actor: Actor,
) -> Incident:
    """Open an incident at a token; it is closed when somebody resolves it or the token goes.

    Args:
        token: "" for the process itself: then where its only token stands.
        kind: what sort of trouble it is, in the reporter's words.

    Raises:
        NotFound: there is no such token.
        InvalidInput: something is too long, or the process stands at more than one element.
    """
    for text, most in (
        (kind, LONGEST_KIND),
        (configuration or "", LONGEST_CONFIGURATION),
        (message, LONGEST_MESSAGE),
    ):
        if len(text) > most:
            raise InvalidInput(f"异常的内容太长（这一项最多 {most} 个字）。")
    row = instances.lock(session, instance_id)
    with Execution(session, actor) as work:
        run = work.open(row).run
        token = token or _only(run)
        incident = Incident(
            instance_id=row.id,
            element_id=run.element(token),
            code=kind,
            message=message,
            opened_at=clock.now(),
        )
        session.add(incident)
        session.flush()
        run.report(token, incident.id)
        operations.note(
            session,
            row.id,
            CREATED,
            "ProcessInstance",
            actor=actor,
            element=incident.element_id,
            name="incidentType",
            new=kind,
            incident=incident.id,
            execution=token,
            configuration=configuration,
        )
        work.settle(advance=False)
    return incident


def _only(run: Run) -> str:
    places = run.places()
    if len(places) != 1:
        raise InvalidInput("这个流程停在不止一个环节，请指明异常属于哪个执行。")
    return places[0].token
