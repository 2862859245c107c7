"""`/execution`: tokens by name, what they wait for, and waking them."""

from __future__ import annotations

from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from engine import db
from engine.commands import correlation
from engine.models import Subscription
from engine.queries import api_executions as queries
from engine.queries.asked import Asked
from web.api import instance_shapes, listing, names, typed, unknown
from web.api.access import caller, needs
from web.api.answer import answer, moment, nothing
from web.api.blueprint import bp
from web.api.errors import ApiError, engine, invalid, missing
from web.api.params import FLAG, FOLDING, OBJECT, TEXT, TEXTS, VARIABLES, Params

LIST = Params(
    "execution query",
    {
        "processInstanceId": TEXT, "processDefinitionId": TEXT, "processDefinitionKey": TEXT,
        "businessKey": TEXT, "activityId": TEXT, "signalEventSubscriptionName": TEXT,
        "messageEventSubscriptionName": TEXT, "active": FLAG, "suspended": FLAG,
        "incidentId": TEXT, "incidentType": TEXT, "incidentMessage": TEXT,
        "incidentMessageLike": TEXT, "tenantIdIn": TEXTS, "variables": VARIABLES,
        "processVariables": VARIABLES, **FOLDING,
    },
    sort_by=("instanceId", "definitionKey", "definitionId", "tenantId"),
)  # fmt: skip
VARIABLES_BODY = Params("trigger", {"variables": OBJECT})

listing.offer(
    "/execution",
    "read",
    LIST,
    "Execution",
    rows=queries.executions,
    total=queries.count_executions,
    shown=instance_shapes.execution,
)


def require_execution(session: Session, execution_id: str) -> tuple[str, str]:
    """Return (instance, token) of an execution that is there. Raises ApiError 404."""
    instance_id, token = names.split_execution(execution_id)
    asked = Asked({"executionId": execution_id})
    if not queries.count_executions(session, caller().viewer, asked):
        raise missing(f"Execution with id {execution_id} does not exist")
    return instance_id, token


@bp.get("/execution/<execution_id>")
@needs("read", returns="Execution")
def get_execution(execution_id: str) -> ResponseReturnValue:
    """Return one execution."""
    with db.reading() as session:
        return answer(instance_shapes.execution(*require_execution(session, execution_id)))


@bp.post("/execution/<execution_id>/signal")
@needs("message", body=VARIABLES_BODY)
def signal_execution(execution_id: str) -> ResponseReturnValue:
    """Let a token go on that waits for a message, a signal or in a receive task."""
    given = typed.read_all(VARIABLES_BODY.body().get("variables"), transient=True)
    with db.transaction() as session:
        try:
            instance_id, token = require_execution(session, execution_id)
        except ApiError:
            lost = unknown.owner("execution", execution_id)
            raise unknown.doing(f"Cannot signal execution {execution_id}", lost) from None
        waiting = correlation.awaited(session, instance_id, token)
        if len(waiting) != 1:
            raise invalid(
                f"Cannot signal execution {execution_id}: it waits for"
                f" {len(waiting) or 'nothing that can be signalled'}."
            )
        correlation.deliver(session, waiting[0], given, actor=caller().actor)
    return nothing()


@bp.get("/execution/<execution_id>/messageSubscriptions/<name>")
@needs("read", returns="EventSubscription")
def get_message_subscription(execution_id: str, name: str) -> ResponseReturnValue:
    """Return the message an execution waits for."""
    with db.reading() as session:
        row = _message(session, execution_id, name)
    if row is None:
        raise missing(
            f"Message event subscription for execution {execution_id} named {name} does not exist"
        )
    return answer(
        {
            "id": str(row.id),
            "eventType": row.kind,
            "eventName": row.name,
            "executionId": execution_id,
            "processInstanceId": row.instance_id,
            "activityId": row.element_id,
            "createdDate": moment(row.created_at),
            "tenantId": None,
        }
    )


@bp.post("/execution/<execution_id>/messageSubscriptions/<name>/trigger")
@needs("message", body=VARIABLES_BODY)
def trigger_message(execution_id: str, name: str) -> ResponseReturnValue:
    """Give an execution the message it waits for."""
    given = typed.read_all(VARIABLES_BODY.body().get("variables"), transient=True)
    with db.transaction() as session:
        row = _message(session, execution_id, name)
        if row is None:
            raise unknown.doing(
                f"Cannot trigger message {name} for execution {execution_id}",
                engine(
                    f"Execution with id '{execution_id}' does not have a subscription to a message"
                    f" event with name '{name}': eventSubscriptions is empty"
                ),
            )
        correlation.deliver(session, row, given, actor=caller().actor)
    return nothing()


def _message(session: Session, execution_id: str, name: str) -> Subscription | None:
    try:
        instance_id, token = require_execution(session, execution_id)
    except ApiError:
        return None
    for row in correlation.awaited(session, instance_id, token):
        if (row.kind, row.name) == ("message", name):
            return row
    return None
