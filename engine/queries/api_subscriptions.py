"""Who waits for a message, a signal or a condition, as `/event-subscription` asks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from engine.models import ProcessDefinition, ProcessInstance, Subscription
from engine.queries import asked as ask
from engine.queries.access import Viewer
from engine.queries.asked import Asked
from engine.queries.records import cases

FILTERS: ask.Filters = {
    "eventSubscriptionId": ask.numbered(Subscription.id),
    "eventName": ask.equals(Subscription.name),
    "eventType": ask.equals(Subscription.kind),
    "executionId": lambda name: or_(
        Subscription.instance_id == name,
        and_(
            Subscription.instance_id == name.partition(".")[0],
            Subscription.token == name.partition(".")[2],
        ),
    ),
    "processInstanceId": ask.equals(Subscription.instance_id),
    "activityId": ask.equals(Subscription.element_id),
    "tenantIdIn": ask.never,
    "withoutTenantId": ask.always,
    "includeEventSubscriptionsWithoutTenantId": ask.always,
}
ORDER: dict[str, ask.Column] = {"created": Subscription.created_at, "tenantId": Subscription.id}


def subscriptions(session: Session, viewer: Viewer, asked: Asked) -> Sequence[Any]:
    """Return (Subscription, ProcessDefinition) of what is asked for and visible."""
    rows = ask.page(_wanted(viewer, asked), asked, ORDER, Subscription.id)
    return session.execute(rows).all()


def count_subscriptions(session: Session, viewer: Viewer, asked: Asked) -> int:
    """Return how many subscriptions would be found."""
    return ask.count(session, _wanted(viewer, asked))


def _wanted(viewer: Viewer, asked: Asked) -> ask.Statement:
    """Starts of definitions, and waits of visible cases."""
    return (
        select(Subscription, ProcessDefinition)
        .outerjoin(ProcessInstance, ProcessInstance.id == Subscription.instance_id)
        .outerjoin(
            ProcessDefinition,
            ProcessDefinition.id
            == func.coalesce(Subscription.definition_id, ProcessInstance.definition_id),
        )
        .where(
            # A receive task without a message is subscribed to nothing.
            Subscription.kind != "trigger",
            or_(Subscription.definition_id.is_not(None), cases.seen(viewer)),
            *ask.conditions(asked, FILTERS),
        )
    )
