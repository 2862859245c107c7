"""Executions as the REST interface asks for them: processes, their tokens, the scopes around these.

Where a token stands is known to the state of its instance. The database finds the instances, in
order, as narrowly as the rows of what waits allow; their states are opened a chunk at a time,
and no more of them than the window needs.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, false, or_, select
from sqlalchemy.orm import Session

from engine.commands import definitions
from engine.commands.execution import Execution
from engine.errors import EngineError
from engine.hooks import SYSTEM
from engine.models import Incident, Job, ProcessInstance, Subscription
from engine.queries import api_instances, comparing, matching
from engine.queries import asked as ask
from engine.queries.access import Viewer
from engine.queries.asked import Asked
from engine.queries.positions import positions
from engine.queries.records import incidents
from engine.state import tree, values
from engine.state.tree import Place

BODY = "multiInstanceBody"
#: What is asked of an execution itself; everything else is asked of its instance.
OF_TOKEN = ("executionId", "activityId", "variables")
EVENTS = ("message", "signal")
#: Filters by incident; an incident belongs to the execution of its job.
INCIDENT = ("incidentId", "incidentType", "incidentMessage", "incidentMessageLike")
#: Elements a token can stand at without a row of its own, besides gateways.
SCOPES = ("subProcess", "transaction", "adHocSubProcess")
#: Instances that are opened with one round of statements.
CHUNK = 200
ORDER = {
    name: api_instances.ORDER[name]
    for name in ("instanceId", "definitionKey", "definitionId", "tenantId")
}


@dataclass(frozen=True)
class Standing:
    """An execution: a token at its elements, or the process itself (token "", no element)."""

    instance_id: str
    token: str
    elements: Collection[str]
    local: Any


def executions(session: Session, viewer: Viewer, asked: Asked) -> Sequence[tuple[str, str]]:
    """Return (instance_id, token) of executions; the process itself has the token ""."""
    limit = ask.MOST if asked.limit is None else min(asked.limit, ask.MOST)
    return _found(session, viewer, asked, asked.first + limit)[asked.first :][:limit]


def count_executions(session: Session, viewer: Viewer, asked: Asked) -> int:
    """Return how many executions would be found."""
    return len(_found(session, viewer, asked, None))


def _found(
    session: Session, viewer: Viewer, asked: Asked, enough: int | None
) -> list[tuple[str, str]]:
    ids = session.scalars(_instances(session, viewer, asked)).all()
    found: list[tuple[str, str]] = []
    for start in range(0, len(ids), CHUNK):
        chunk = _Chunk(session, ids[start : start + CHUNK], asked)
        with Execution(session, SYSTEM) as work:
            for instance_id in chunk.ids:
                found += [
                    (one.instance_id, one.token)
                    for one in chunk.standing(work, instance_id)
                    if chunk.is_asked_for(one)
                ]
                if enough is not None and len(found) >= enough:
                    return found
    return found


# ---- which instances ----------------------------------------------------------------------


def _instances(session: Session, viewer: Viewer, asked: Asked) -> ask.Statement:
    """Return the ids of instances that may have what is asked for, in the order asked for."""
    of_instance = {name: one for name, one in asked.values.items() if name not in OF_TOKEN}
    narrowed = (
        api_instances.wanted(viewer, Asked(of_instance))
        .where(*_named(asked), *_told(asked), *_waiting(asked))
        .with_only_columns(ProcessInstance.id)
    )
    element = asked.get("activityId")
    if element is not None:
        narrowed = narrowed.where(_at(session, narrowed, str(element)))
    keys = [
        ORDER[one.key].desc() if one.descending else ORDER[one.key].asc() for one in asked.sorting
    ]
    return narrowed.order_by(*keys, ProcessInstance.id)


def _named(asked: Asked) -> list[ColumnElement[bool]]:
    name = asked.get("executionId")
    return [] if name is None else [ProcessInstance.id == str(name).partition(".")[0]]


def _told(asked: Asked) -> list[ColumnElement[bool]]:
    """Only a state that mentions the name holds a variable of that name, wherever."""
    if asked.get("variableNamesIgnoreCase"):
        return []
    names = {one.name for one in asked.get("variables", ())}
    return [matching.mentions(ProcessInstance.state, values.to_json(name)) for name in names]


def _waiting(asked: Asked) -> list[ColumnElement[bool]]:
    return [
        exists(
            select(Subscription.id).where(
                Subscription.instance_id == ProcessInstance.id,
                Subscription.kind == kind,
                Subscription.name == asked.get(f"{kind}EventSubscriptionName"),
            )
        )
        for kind in EVENTS
        if f"{kind}EventSubscriptionName" in asked
    ]


def _at(session: Session, narrowed: ask.Statement, name: str) -> ColumnElement[bool]:
    """Return which instances may have a token at an element: by their diagrams and their rows."""
    element, _, body = name.partition("#")
    numbers = session.scalars(
        narrowed.with_only_columns(ProcessInstance.definition_id).order_by(None).distinct()
    )
    kinds: dict[int, str] = {}
    for number in numbers:
        drawn = definitions.by_id(session, number).description.elements.get(element)
        if drawn is not None:
            kinds[number] = drawn.kind
    if not kinds:
        return false()
    has_it = ProcessInstance.definition_id.in_(kinds)
    if body or any(kind in SCOPES or kind.endswith("Gateway") for kind in kinds.values()):
        return has_it
    at = positions().subquery()
    # Or it stands there because it could not go on: owed by a job that is no wait.
    stuck = select(Job.instance_id).where(
        Job.instance_id.is_not(None), Job.wait.is_(None), Job.status.in_(("open", "failed"))
    )
    waits = select(at.c.instance_id).where(at.c.element_id == element)
    return and_(has_it, or_(ProcessInstance.id.in_(waits), ProcessInstance.id.in_(stuck)))


# ---- which of their executions ------------------------------------------------------------


class _Chunk:
    """Some instances with everything that rows tell of their tokens."""

    def __init__(self, session: Session, ids: Sequence[str], asked: Asked) -> None:
        self.ids, self._asked = ids, asked
        found = session.scalars(select(ProcessInstance).where(ProcessInstance.id.in_(ids)))
        self._rows = {row.id: row for row in found}
        self._at: dict[str, dict[str, set[str]]] = {}
        for instance_id, token, element in session.execute(positions(ids)):
            tokens = self._at.setdefault(str(instance_id), {})
            tokens.setdefault(str(token or ""), set()).add(str(element))
        self._chosen = [set(one) for one in self._by_rows(session)]

    def _by_rows(self, session: Session) -> Iterator[Iterator[tuple[str, str]]]:
        """Yield the (instance, token) that rows choose, for each such filter."""
        for kind in EVENTS:
            name = self._asked.get(f"{kind}EventSubscriptionName")
            if name is not None:
                yield (
                    (str(instance), token or "")
                    for instance, token in session.execute(
                        select(Subscription.instance_id, Subscription.token).where(
                            Subscription.instance_id.in_(self.ids),
                            Subscription.kind == kind,
                            Subscription.name == name,
                        )
                    )
                )
        of_incident = {name: self._asked.get(name) for name in INCIDENT if name in self._asked}
        if of_incident:
            opened = session.execute(
                select(Incident, Job.token)
                .outerjoin(Job, Job.id == Incident.job_id)
                .where(
                    Incident.instance_id.in_(self.ids),
                    Incident.resolved_at.is_(None),
                    *ask.conditions(Asked(of_incident), incidents.FILTERS),
                )
            ).all()
            told = incidents.reports(session, [row[0] for row in opened])
            yield (
                (str(one.instance_id), told[one.id].token if one.id in told else token or "")
                for one, token in opened
            )

    def standing(self, work: Execution, instance_id: str) -> Iterator[Standing]:
        """Yield the executions of an instance, the process first."""
        row = self._rows.get(instance_id)
        if row is None:
            return  # it went meanwhile
        waiting = {token: set(at) for token, at in self._at.get(instance_id, {}).items()}
        try:
            run = work.open(row).run
        except EngineError:  # what cannot be read still stands where its rows say
            yield Standing(instance_id, "", (), {})
            yield from (Standing(instance_id, one, at, {}) for one, at in waiting.items() if one)
            return
        for place in tree.walk(run.places()):
            waiting.setdefault(place.token, set()).add(_element(place))
        yield Standing(instance_id, "", (), run.local(""))
        for token in run.tokens:
            if token in waiting:
                yield Standing(instance_id, token, waiting[token], run.local(token))

    def is_asked_for(self, one: Standing) -> bool:
        """Say whether an execution is what the question asks for."""
        asked = self._asked
        if asked.get("activityId") is not None and asked.get("activityId") not in one.elements:
            return False
        name = f"{one.instance_id}.{one.token}" if one.token else one.instance_id
        if asked.get("executionId", name) != name:
            return False
        if any((one.instance_id, one.token) not in chosen for chosen in self._chosen):
            return False
        return all(
            comparing.holds(
                one.local,
                condition,
                fold_name=bool(asked.get("variableNamesIgnoreCase")),
                fold_value=bool(asked.get("variableValuesIgnoreCase")),
            )
            for condition in asked.get("variables", ())
        )


def _element(place: Place) -> str:
    return f"{place.element}#{BODY}" if place.kind == BODY else place.element
