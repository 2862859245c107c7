"""Decision instances: every evaluation of a decision, and of those that it required."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from engine.commands import trail
from engine.models import DecisionDefinition, HistoryEvent, ProcessInstance
from engine.queries import api_requirements
from engine.queries import asked as ask
from engine.queries.access import Viewer
from engine.queries.api_requirements import Graph
from engine.queries.asked import Asked
from engine.queries.records import cases, decided, evaluations, sifting
from engine.queries.records.cases import Case
from engine.queries.records.decided import Decided
from engine.queries.records.sifting import Order, Tests

#: The kind of the history lines that decisions leave.
KIND = "decided"
#: Ids by which the database looks ahead; more are only sifted.
NARROWING = 500


TESTS: Tests = {
    "decisionInstanceId": sifting.same(lambda it: it.id),
    "decisionInstanceIdIn": sifting.one_of(lambda it: it.id),
    "decisionDefinitionId": sifting.same(lambda it: it.definition_id),
    "decisionDefinitionIdIn": sifting.one_of(lambda it: it.definition_id),
    "decisionDefinitionKey": sifting.same(lambda it: it.decision),
    "decisionDefinitionKeyIn": sifting.one_of(lambda it: it.decision),
    "decisionDefinitionName": sifting.same(lambda it: it.name),
    "decisionDefinitionNameLike": sifting.alike(lambda it: it.name),
    "decisionRequirementsDefinitionId": sifting.same(lambda it: it.graph and it.graph[0]),
    "decisionRequirementsDefinitionKey": sifting.same(lambda it: it.graph and it.graph[1]),
    "activityIdIn": sifting.one_of(lambda it: it.element),
    "activityInstanceIdIn": sifting.one_of(lambda it: it.activity_id),
    "evaluatedBefore": sifting.until(lambda it: it.at),
    "evaluatedAfter": sifting.from_(lambda it: it.at),
    "userId": sifting.same(lambda it: it.user),
    "rootDecisionInstanceId": lambda name: lambda it: name in (it.id, it.root_id),
    "rootDecisionInstancesOnly": sifting.flag(lambda it: it.root_id is None),
}
ORDER: Order = {"evaluationTime": lambda it: it.at, "tenantId": lambda _: None}


def decision_instances(session: Session, viewer: Viewer, asked: Asked) -> Sequence[Any]:
    """Return the evaluations that are asked for and visible, each in a tuple of one."""
    found = sifting.sift(_all(session, viewer, asked), asked, TESTS)
    return [(one,) for one in sifting.window(found, asked, ORDER)]


def count_decision_instances(session: Session, viewer: Viewer, asked: Asked) -> int:
    """Return how many evaluations would be found."""
    of_cases = sifting.sift(_of_cases(session, viewer, asked), asked, TESTS)
    return len(of_cases) + evaluations.count(session, viewer, asked)


def every(session: Session, viewer: Viewer, asked: Asked) -> list[Decided]:
    """Return all evaluations that are asked for and visible, however many."""
    whole = Asked(asked.values)
    return sifting.sift(_all(session, viewer, whole, whole=True), whole, TESTS)


def _all(
    session: Session, viewer: Viewer, asked: Asked, *, whole: bool = False
) -> Iterator[Decided]:
    yield from _of_cases(session, viewer, asked)
    yield from evaluations.found(session, viewer, asked, whole=whole)


def _of_cases(session: Session, viewer: Viewer, asked: Asked) -> Iterator[Decided]:
    if "userId" in asked:
        return  # in a case nobody asks but the case
    graphs = {(one.deployment_id, one.resource): one for one in api_requirements.graphs(session)}
    for chunk in cases.chosen(session, viewer, asked, _has_decided(asked)):
        told = cases.lines(session, chunk, (KIND,))
        known = _definitions(session, told)
        tokens = _tokens(session, chunk, told)
        for case in chunk:
            for line in told[case.id]:
                token = (line.data or {}).get("token") or tokens.get(
                    (case.id, line.element_id, line.at), ""
                )
                yield from _decided(session, case, line, token, known, graphs)


def _has_decided(asked: Asked) -> ColumnElement[bool]:
    """Return whether a case asked a decision, as far as the lines themselves can tell."""
    where = [HistoryEvent.instance_id == ProcessInstance.id, HistoryEvent.kind == KIND]
    names = [*asked.get("decisionInstanceIdIn", ())]
    names += [asked.get(name) for name in ("decisionInstanceId", "rootDecisionInstanceId")]
    numbers = [ask.number(name.partition("-")[0]) for name in names if name]
    if numbers and len(numbers) < NARROWING:
        where.append(HistoryEvent.id.in_(numbers))
    for name, moved in (("evaluatedAfter", ask.from_), ("evaluatedBefore", ask.until)):
        if name in asked:
            where.append(moved(HistoryEvent.at)(asked.get(name)))
    return exists(select(HistoryEvent.id).where(*where))


def _tokens(
    session: Session, chunk: Sequence[Case], told: Mapping[str, Sequence[Any]]
) -> dict[tuple[str, str, datetime], str]:
    """Return which token was at an element in a command, for lines that name none themselves.

    They were written before lines did; of several tokens it is the last.
    """
    old = [
        case for case in chunk if any("token" not in (line.data or {}) for line in told[case.id])
    ]
    return {
        (name, step.element, line.at): step.token
        for name, lines in (cases.lines(session, old) if old else {}).items()
        for line in lines
        for step in trail.steps(line.data or {})
        if step.element
    }


def _definitions(
    session: Session, told: Mapping[str, Sequence[Any]]
) -> dict[tuple[str, int], DecisionDefinition]:
    keys = {str((line.data or {}).get("decision")) for lines in told.values() for line in lines}
    if not keys:
        return {}
    return {
        (row.key, row.version): row
        for row in session.scalars(
            select(DecisionDefinition).where(
                DecisionDefinition.deployment_id.in_(
                    select(DecisionDefinition.deployment_id).where(DecisionDefinition.key.in_(keys))
                )
            )
        )
    }


def _decided(
    session: Session,
    case: Case,
    line: Any,
    token: str,
    known: Mapping[tuple[str, int], DecisionDefinition],
    graphs: Mapping[tuple[int, str], Graph],
) -> Iterator[Decided]:
    """Yield what one line tells: the decision that was asked, then those it required."""
    data = line.data or {}
    asked_for = known.get((str(data.get("decision")), int(data.get("version") or 0)))
    graph = graphs.get((asked_for.deployment_id, asked_for.resource)) if asked_for else None
    root = str(line.id)
    seen: set[str] = set()

    def tell(told: Mapping[str, Any], is_root: bool) -> Iterator[Decided]:
        key = str(told.get("decision") or data.get("decision"))
        if key in seen:  # several others required it; it was answered once
            return
        seen.add(key)
        definition = asked_for if is_root else _beside(known, key, asked_for)
        if not told.get("deleted"):
            one = Decided(
                case,
                root if is_root else f"{root}-{len(seen) - 1}",
                None if is_root else root,
                key,
                str(told.get("name") or line.name or key),
                definition.id if definition else None,
                definition.version if definition else None,
                line.at,
                element=line.element_id or "",
                token=token,
                graph=(graph.number, graph.key, graph.version) if graph else None,
                collected=decided.collected(told),
            )
            decided.fill(one, told, evaluations.table_of(session, definition))
            yield one
        for required in told.get("requires") or ():
            if required:
                yield from tell(required, False)

    yield from tell(data.get("explanation") or {}, True)


def _beside(
    known: Mapping[tuple[str, int], DecisionDefinition],
    key: str,
    asked_for: DecisionDefinition | None,
) -> DecisionDefinition | None:
    """Return the definition of a required decision: the one published in the same file."""
    return next(
        (
            row
            for row in known.values()
            if asked_for is not None
            and row.key == key
            and (row.deployment_id, row.resource) == (asked_for.deployment_id, asked_for.resource)
        ),
        None,
    )
