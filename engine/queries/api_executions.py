"""Executions as the REST interface asks for them: processes, their tokens, the scopes around these.

What waits has a row and is found among all instances. Sub processes and multi-instance bodies
stand in the state of their instance alone: they are told when a question names the instance or
the execution it is about, and its state is opened for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, literal, select
from sqlalchemy.orm import Session

from engine.commands.execution import Execution
from engine.hooks import SYSTEM
from engine.models import ProcessDefinition, ProcessInstance, Subscription
from engine.queries import api_instances
from engine.queries import asked as ask
from engine.queries.access import Viewer, visible
from engine.queries.asked import Asked
from engine.queries.positions import RUNNING, positions
from engine.queries.records import sifting
from engine.state import tree
from engine.state.tree import Place

#: What only a token that waits can satisfy: no scope does.
OF_TOKENS = ("messageEventSubscriptionName", "signalEventSubscriptionName")
BODY = "multiInstanceBody"


def executions(session: Session, viewer: Viewer, asked: Asked) -> Sequence[Any]:
    """Return (instance_id, token) of executions; the process itself has the token ""."""
    if (named := _named(asked)) is not None:
        order = {name: lambda one: one[0] for name in ("instanceId", "tenantId")}
        order |= dict.fromkeys(("definitionKey", "definitionId"), lambda _: None)
        return sifting.window(_of_one(session, viewer, asked, named), asked, order)
    statement, columns = _waiting(viewer, asked)
    keys: dict[str, ask.Column] = {
        "instanceId": columns.instance_id,
        "definitionKey": ProcessInstance.process_key,
        "definitionId": ProcessInstance.definition_id,
        "tenantId": columns.instance_id,
    }
    found = ask.page(statement, asked, keys, columns.instance_id, columns.token)
    return session.execute(found).all()


def count_executions(session: Session, viewer: Viewer, asked: Asked) -> int:
    """Return how many executions would be found."""
    if (named := _named(asked)) is not None:
        return len(_of_one(session, viewer, asked, named))
    return ask.count(session, _waiting(viewer, asked)[0])


def _named(asked: Asked) -> str | None:
    """Return the one instance a question is about, or None."""
    name = asked.get("processInstanceId") or asked.get("executionId")
    return str(name).partition(".")[0] if name else None


def _of_one(session: Session, viewer: Viewer, asked: Asked, named: str) -> list[tuple[str, str]]:
    """Return the executions of one instance, the process first, each once."""
    statement, columns = _waiting(viewer, asked)
    found = dict.fromkeys(
        (row[0], row[1])
        for row in session.execute(statement.order_by(columns.instance_id, columns.token))
    )
    if not any(name in asked for name in OF_TOKENS):
        found |= dict.fromkeys(_scopes(session, viewer, asked, named))
    return list(found)


def _scopes(
    session: Session, viewer: Viewer, asked: Asked, named: str
) -> Iterator[tuple[str, str]]:
    """Yield the executions that the state of an instance knows and the question asks for."""
    # Only what the question says of the instance decides whether its state is opened.
    of_instance = {
        name: value
        for name, value in asked.values.items()
        if name not in ("activityId", "executionId")
    }
    at_all = Asked({**of_instance, "processInstanceId": named})
    condition = api_instances.wanted(viewer, at_all).with_only_columns(ProcessInstance)
    row = session.scalar(condition)
    if row is None or asked.get("processInstanceId", named) != named:
        return
    with Execution(session, SYSTEM) as work:
        places = list(tree.walk(work.open(row).run.places()))
    for place in places:
        name = f"{named}.{place.token}"
        wanted = asked.get("activityId", _element(place)), asked.get("executionId", name)
        if wanted == (_element(place), name):
            yield named, place.token


def _element(place: Place) -> str:
    return f"{place.element}#{BODY}" if place.kind == BODY else place.element


def _waiting(viewer: Viewer, asked: Asked) -> tuple[ask.Statement, Any]:
    """Return the query of processes and of tokens that wait, not yet sorted or cut."""
    at = positions().subquery()
    whole = select(ProcessInstance.id.label("instance_id"), literal("").label("token")).where(
        ProcessInstance.status.in_(RUNNING)
    )
    tokens = select(at.c.instance_id, at.c.token).distinct()
    element = asked.get("activityId")
    if element is not None:
        tokens = tokens.where(at.c.element_id == element)
    parts = tokens if element is not None else whole.union(tokens)
    each = parts.subquery()
    statement = (
        select(each.c.instance_id, each.c.token)
        .join_from(each, ProcessInstance, ProcessInstance.id == each.c.instance_id)
        .join(ProcessDefinition, ProcessDefinition.id == ProcessInstance.definition_id)
        .where(
            ProcessInstance.status.in_(RUNNING),
            visible(viewer, ProcessInstance.root_id.expression),
            *api_instances.conditions(asked),
            *_of_tokens(asked, each.c),
        )
    )
    return statement, each.c


def _of_tokens(asked: Asked, each: Any) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    name = asked.get("executionId")
    if name is not None:
        instance_id, _, token = str(name).partition(".")
        found.append(and_(each.instance_id == instance_id, each.token == token))
    for kind in ("message", "signal"):
        event = asked.get(f"{kind}EventSubscriptionName")
        if event is not None:
            found.append(
                exists(
                    select(Subscription.id).where(
                        Subscription.kind == kind,
                        Subscription.name == event,
                        Subscription.instance_id == each.instance_id,
                        Subscription.token == each.token,
                    )
                )
            )
    return found
