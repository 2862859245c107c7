"""`/history/user-operation` and `/history/identity-link-log`: who did what, who got what."""

from __future__ import annotations

from typing import Any

from flask.typing import ResponseReturnValue

from engine import db
from engine.commands.operations import annotate
from engine.models import ProcessDefinition, ProcessInstance
from engine.queries.records import links, operations
from engine.queries.records.links import Link
from engine.queries.records.operations import Operation
from web.api import listing
from web.api.access import caller, needs
from web.api.answer import moment, nothing
from web.api.blueprint import bp
from web.api.errors import invalid
from web.api.history_fields import BY_PROCESS, of_case, of_rows
from web.api.params import MOMENT, TEXT, TEXTS, Params, json_body

OPERATIONS = Params(
    "user operation log query",
    {
        **BY_PROCESS, "deploymentId": TEXT, "executionId": TEXT, "caseDefinitionId": TEXT,
        "caseInstanceId": TEXT, "caseExecutionId": TEXT, "taskId": TEXT, "externalTaskId": TEXT,
        "batchId": TEXT, "jobId": TEXT, "jobDefinitionId": TEXT, "userId": TEXT,
        "operationId": TEXT, "operationType": TEXT, "entityType": TEXT, "entityTypeIn": TEXTS,
        "category": TEXT, "categoryIn": TEXTS, "property": TEXT, "beforeTimestamp": MOMENT,
        "afterTimestamp": MOMENT, "rootProcessInstanceId": TEXT,
    },
    sort_by=("timestamp",),
)  # fmt: skip
LINKS = Params(
    "historic identity link log query",
    {
        "dateBefore": MOMENT, "dateAfter": MOMENT, "taskId": TEXT, "type": TEXT, "userId": TEXT,
        "groupId": TEXT, **BY_PROCESS, "operationType": TEXT, "assignerId": TEXT,
        "rootProcessInstanceId": TEXT,
    },
    sort_by=(
        "time", "type", "userId", "groupId", "taskId", "processDefinitionId",
        "processDefinitionKey", "operationType", "assignerId", "tenantId",
    ),
)  # fmt: skip

NOTE = Params("operation annotation", {"annotation": TEXT})


def shown_operation(
    one: Operation, instance: ProcessInstance, definition: ProcessDefinition
) -> dict[str, Any]:
    """Return one act."""
    return {
        **of_rows(instance, definition),
        "id": str(one.id),
        "deploymentId": str(definition.deployment_id),
        "executionId": instance.id,
        "taskId": one.task_id,
        "jobId": one.job_id,
        "jobDefinitionId": None,
        "batchId": None,
        "externalTaskId": one.external_task_id,
        "userId": one.user,
        "timestamp": moment(one.at),
        "operationId": one.operation_id,
        "operationType": one.operation,
        "entityType": one.entity,
        "category": one.category,
        "annotation": one.annotation,
        "property": one.name,
        "orgValue": one.old,
        "newValue": one.new,
    }


def shown_link(one: Link) -> dict[str, Any]:
    """Return one change of a link."""
    return {
        **of_case(one.case),
        "id": one.id,
        "time": moment(one.at),
        "type": one.type,
        "userId": one.user,
        "groupId": one.group,
        "taskId": one.task_id,
        "operationType": one.operation,
        "assignerId": one.assigner,
    }


listing.offer(
    "/history/user-operation",
    "history",
    OPERATIONS,
    "UserOperationLog",
    rows=operations.operations,
    total=operations.count_operations,
    shown=shown_operation,
    by_body=False,
)
listing.offer(
    "/history/identity-link-log",
    "history",
    LINKS,
    "HistoricIdentityLinkLog",
    rows=links.identity_links,
    total=links.count_identity_links,
    shown=shown_link,
    by_body=False,
)


@bp.put("/history/user-operation/<operation_id>/set-annotation")
@needs("operate", body=NOTE)
def annotate_operation(operation_id: str) -> ResponseReturnValue:
    """Write a note beside an operation."""
    return _annotated(operation_id, NOTE.asked(json_body()).get("annotation"))


@bp.put("/history/user-operation/<operation_id>/clear-annotation")
@needs("operate")
def clear_operation_annotation(operation_id: str) -> ResponseReturnValue:
    """Take the note beside an operation away."""
    return _annotated(operation_id, None)


def _annotated(operation_id: str, text: str | None) -> ResponseReturnValue:
    with db.transaction() as session:
        found = operations.lines(session, caller().viewer, operation_id)
        if not found:
            raise invalid(f"Operation log with id '{operation_id}' does not exist")
        annotate(session, found, operation_id, text, actor=caller().actor)
    return nothing()
