"""Decision instances: every evaluation of a decision, and of those that it required."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.commands import trail
from engine.models import DecisionDefinition
from engine.queries import api_requirements
from engine.queries.access import Viewer
from engine.queries.api_requirements import Graph
from engine.queries.asked import Asked
from engine.queries.records import cases, sifting
from engine.queries.records.cases import Case
from engine.queries.records.sifting import Order, Tests

#: The kind of the history lines that decisions leave.
KIND = "decided"


@dataclass(slots=True)
class Input:
    """What a table read in one column."""

    id: str
    name: str
    value: Any


@dataclass(slots=True)
class Output:
    """What a rule gave in one column; `rule` counts from 1."""

    id: str
    name: str
    rule: str
    order: int
    value: Any


@dataclass(slots=True)
class Decided:
    """One evaluation of one decision."""

    case: Case
    #: The history line, and behind it which of the required decisions.
    id: str
    #: The evaluation this one was required by; None for the one that was asked.
    root_id: str | None
    decision: str
    name: str
    definition: DecisionDefinition | None
    at: datetime
    actor: str | None
    element: str
    token: str
    #: The graph of its file, when the file has one.
    graph: Graph | None = None
    inputs: list[Input] = field(default_factory=list)
    outputs: list[Output] = field(default_factory=list)
    #: COLLECT with an aggregation gives a number.
    collected: float | None = None

    @property
    def activity_id(self) -> str:
        """The activity instance that asked."""
        return f"{self.element}:{self.case.id}.{self.token}" if self.token else ""


TESTS: Tests = {
    "decisionInstanceId": sifting.same(lambda it: it.id),
    "decisionInstanceIdIn": sifting.one_of(lambda it: it.id),
    "decisionDefinitionId": sifting.same(lambda it: it.definition.id if it.definition else None),
    "decisionDefinitionIdIn": sifting.one_of(
        lambda it: it.definition.id if it.definition else None
    ),
    "decisionDefinitionKey": sifting.same(lambda it: it.decision),
    "decisionDefinitionKeyIn": sifting.one_of(lambda it: it.decision),
    "decisionDefinitionName": sifting.same(lambda it: it.name),
    "decisionDefinitionNameLike": sifting.alike(lambda it: it.name),
    "decisionRequirementsDefinitionId": sifting.same(lambda it: it.graph and it.graph.number),
    "decisionRequirementsDefinitionKey": sifting.same(lambda it: it.graph and it.graph.key),
    "activityIdIn": sifting.one_of(lambda it: it.element),
    "activityInstanceIdIn": sifting.one_of(lambda it: it.activity_id),
    "evaluatedBefore": sifting.until(lambda it: it.at),
    "evaluatedAfter": sifting.from_(lambda it: it.at),
    "userId": sifting.same(lambda it: it.actor),
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
    return len(sifting.sift(_all(session, viewer, asked), asked, TESTS))


def _all(session: Session, viewer: Viewer, asked: Asked) -> Iterator[Decided]:
    graphs = {(one.deployment_id, one.resource): one for one in api_requirements.graphs(session)}
    for chunk in cases.chosen(session, viewer, asked):
        told = cases.lines(session, chunk, (KIND, trail.KIND))
        known = _definitions(session, told)
        for case in chunk:
            tokens = _tokens(told[case.id])
            for line in told[case.id]:
                if line.kind == KIND:
                    token = tokens.get((line.element_id, line.at), "")
                    yield from _placed(_decided(case, line, token, known), graphs)


def _placed(found: Iterator[Decided], graphs: Mapping[tuple[int, str], Graph]) -> Iterator[Decided]:
    for one in found:
        if one.definition is not None:
            one.graph = graphs.get((one.definition.deployment_id, one.definition.resource))
        yield one


def _tokens(lines: Sequence[Any]) -> dict[tuple[str, datetime], str]:
    """Return which token was at an element in a command: the last, when there were several."""
    return {
        (step.element, line.at): step.token
        for line in lines
        if line.kind == trail.KIND
        for step in trail.steps(line.data or {})
        if step.element
    }


def _definitions(
    session: Session, told: Mapping[str, Sequence[Any]]
) -> dict[tuple[str, int], DecisionDefinition]:
    keys = {
        str((line.data or {}).get("decision"))
        for lines in told.values()
        for line in lines
        if line.kind == KIND
    }
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
    case: Case, line: Any, token: str, known: Mapping[tuple[str, int], DecisionDefinition]
) -> Iterator[Decided]:
    data = line.data or {}
    asked_for = known.get((str(data.get("decision")), int(data.get("version") or 0)))
    root = str(line.id)
    seen: set[str] = set()

    def tell(told: Mapping[str, Any], is_root: bool) -> Iterator[Decided]:
        key = str(told.get("decision") or data.get("decision"))
        if key in seen:  # several others required it; it was answered once
            return
        seen.add(key)
        definition = asked_for if is_root else _beside(known, key, asked_for)
        one = Decided(
            case,
            root if is_root else f"{root}-{len(seen) - 1}",
            None if is_root else root,
            key,
            str(told.get("name") or line.name or key),
            definition,
            line.at,
            line.actor,
            line.element_id or "",
            token,
        )
        _fill(one, told)
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


def _fill(one: Decided, told: Mapping[str, Any]) -> None:
    one.inputs = [
        Input(str(part.get("id") or ""), str(part.get("label") or ""), part.get("value"))
        for part in told.get("inputs") or ()
    ]
    rules = [str(rule.get("id") or "") for rule in told.get("rules") or ()]
    rows = told.get("rows") or ()
    policy = str(told.get("hit_policy") or "")
    if policy.startswith("COLLECT ") and rows:
        value = next(iter(rows[0].values()), None)
        one.collected = float(value) if isinstance(value, int | float) else None
    for number, row in enumerate(rows):
        rule = rules[number] if number < len(rules) else ""
        one.outputs += [Output(name, name, rule, number + 1, value) for name, value in row.items()]
    if "value" in told and not rows:
        one.outputs.append(Output(one.decision, one.decision, "", 1, told["value"]))
