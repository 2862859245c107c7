"""`/event-subscription`: who waits for a message, a signal or a condition."""

from __future__ import annotations

from typing import Any

from engine.models import ProcessDefinition, Subscription
from engine.queries import api_subscriptions as queries
from web.api import listing, names
from web.api.answer import moment
from web.api.params import FLAG, TEXT, TEXTS, Params

LIST = Params(
    "event subscription query",
    {
        "eventSubscriptionId": TEXT, "eventName": TEXT, "eventType": TEXT, "executionId": TEXT,
        "processInstanceId": TEXT, "activityId": TEXT, "tenantIdIn": TEXTS,
        "withoutTenantId": FLAG, "includeEventSubscriptionsWithoutTenantId": FLAG,
    },
    sort_by=("created", "tenantId"),
)  # fmt: skip


def shown(row: Subscription, _: ProcessDefinition | None) -> dict[str, Any]:
    """Return a subscription."""
    instance = row.instance_id
    return {
        "id": str(row.id),
        "eventType": row.kind,
        "eventName": row.name or None,
        "executionId": names.execution_id(instance, row.token) if instance else None,
        "processInstanceId": instance,
        "activityId": row.element_id,
        "createdDate": moment(row.created_at),
        "tenantId": None,
    }


listing.offer(
    "/event-subscription",
    "read",
    LIST,
    "EventSubscription",
    rows=queries.subscriptions,
    total=queries.count_subscriptions,
    shown=shown,
    by_body=False,
)
