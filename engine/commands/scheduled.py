"""Holding and releasing process definitions, and the jobs of their elements: now, or later.

What is to happen later is a timer job that belongs to no case and to no definition: it runs also
while what it is to release is held, and it looks what there is when its moment has come.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from engine import clock, db
from engine.bpmn import job_definitions
from engine.commands import definitions, jobs, retries, starts, suspension
from engine.hooks import Actor
from engine.models import Job, ProcessDefinition
from engine.queries.access import Viewer

KIND = "switch"
#: What is held or released, as Camunda's names of these jobs have it.
PROCESS, ELEMENT = "processdefinition", "job-definition"


@dataclass(frozen=True)
class Switch:
    """What is to be held or released: one version, one element of it, or all of a key."""

    what: str
    suspended: bool
    #: The instances of the definitions, or the jobs of the elements, as well.
    included: bool = False
    definition: int | None = None
    element: str | None = None
    key: str | None = None

    @property
    def name(self) -> str:
        """How Camunda calls the job that does it."""
        return f"{'suspend' if self.suspended else 'activate'}-{self.what}"


def switch(
    session: Session, wish: Switch, at: datetime | None, *, actor: Actor, viewer: Viewer
) -> None:
    """Hold or release what is meant; at a moment that is still to come, owe it as a job.

    Args:
        at: when; None, or a moment that has passed, is now.
        viewer: who asks; instances of cases it may not see stay as they are.
    """
    now = clock.now()
    if at is None or at <= now:
        carry_out(session, wish, actor=actor, viewer=viewer)
        return
    session.add(
        Job(
            kind=KIND,
            topic=wish.name,
            due_at=at,
            max_attempts=retries.ATTEMPTS,
            backoff=list(retries.BACKOFF),
            payload={
                "switch": asdict(wish),
                "actor": actor.id,
                "actor_kind": actor.kind,
                "viewer": _kept(viewer),
            },
            created_at=now,
        )
    )
    db.hint(session)


def perform(session: Session, job: Job, actor: Actor) -> None:
    """Do what was to be done at this moment. What is there no more is left alone."""
    viewer = (job.payload or {})["viewer"]
    known = Viewer(
        viewer["id"],
        organisations=frozenset(viewer["organisations"]),
        affiliations=frozenset(viewer["affiliations"]),
        scope=viewer["scope"],
    )
    carry_out(session, of_job(job), actor=actor, viewer=known)


def carry_out(session: Session, wish: Switch, *, actor: Actor, viewer: Viewer) -> None:
    """Hold or release what is meant, now."""
    if wish.what == PROCESS:
        suspension.switch_definitions(
            session,
            _versions(session, wish),
            suspended=wish.suspended,
            with_instances=wish.included,
            actor=actor,
            viewer=viewer,
        )
        return
    starts.lock(session, keys(session, [wish]))
    jobs.hold_elements(
        session,
        list(_elements(session, wish)),
        suspended=wish.suspended,
        include_jobs=wish.included,
        actor=actor,
    )


def of_job(job: Job) -> Switch:
    """Return what a job is to do."""
    return Switch(**(job.payload or {})["switch"])


def of_definition(definition_id: int) -> ColumnElement[bool]:
    """Return which jobs mean one version: they go with it, as another may get its number."""
    meant = Job.payload["switch"]["definition"].as_integer()
    return and_(Job.kind == KIND, meant == definition_id)


def _kept(viewer: Viewer) -> dict[str, object]:
    return {
        "id": viewer.id,
        "organisations": sorted(viewer.organisations),
        "affiliations": sorted(viewer.affiliations),
        "scope": viewer.scope,
    }


def _versions(session: Session, wish: Switch) -> list[int]:
    meant = (
        ProcessDefinition.key == wish.key
        if wish.definition is None
        else ProcessDefinition.id == wish.definition
    )
    return list(session.scalars(select(ProcessDefinition.id).where(meant)))


def _elements(session: Session, wish: Switch) -> Iterator[tuple[int, str]]:
    """Yield (definition, element) of everything meant that makes jobs."""
    for number in _versions(session, wish):
        made = job_definitions.of(definitions.by_id(session, number).description)
        for element in dict.fromkeys(one.element for one in made):
            if wish.element in (None, element):
                yield number, element


# ---- what a job will change, for whoever locks it beforehand --------------------------------


def keys(session: Session, wishes: Iterable[Switch]) -> set[str]:
    """Return the processes that will be held or released."""
    wishes = list(wishes)
    numbers = {wish.definition for wish in wishes if wish.definition is not None}
    found = select(ProcessDefinition.key).where(ProcessDefinition.id.in_(numbers))
    return {wish.key for wish in wishes if wish.key} | set(session.scalars(found))


def cases(session: Session, wishes: Sequence[Switch]) -> Iterator[str]:
    """Yield the instances that will be held or released, or whose jobs will."""
    for wish in wishes:
        if wish.included and wish.what == PROCESS:
            yield from suspension.switchable(
                session, _versions(session, wish), suspended=wish.suspended
            )
        elif wish.included:
            yield from _cases(session, list(_elements(session, wish)))


def _cases(session: Session, elements: Collection[tuple[int, str]]) -> Sequence[str]:
    return jobs.cases_of_elements(session, elements)
