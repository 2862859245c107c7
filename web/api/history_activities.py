"""`/history/activity-instance`: every visit of a token to an element."""

from __future__ import annotations

from typing import Any

from flask.typing import ResponseReturnValue

from engine import db
from engine.queries.records import activities as queries
from engine.queries.records.activities import Activity
from web.api import listing, names
from web.api.access import needs
from web.api.answer import answer, moment
from web.api.blueprint import bp
from web.api.history_fields import BY_PROCESS, millis, of_case
from web.api.params import FLAG, MOMENT, TEXT, Params

LIST = Params(
    "historic activity instance query",
    {
        **BY_PROCESS, "activityInstanceId": TEXT, "executionId": TEXT, "activityId": TEXT,
        "activityName": TEXT, "activityNameLike": TEXT, "activityType": TEXT,
        "taskAssignee": TEXT, "finished": FLAG, "unfinished": FLAG, "canceled": FLAG,
        "completeScope": FLAG, "startedBefore": MOMENT, "startedAfter": MOMENT,
        "finishedBefore": MOMENT, "finishedAfter": MOMENT,
    },
    sort_by=(
        "activityInstanceId", "instanceId", "executionId", "activityId", "activityName",
        "activityType", "startTime", "endTime", "duration", "definitionId", "occurrence",
        "tenantId",
    ),
)  # fmt: skip


def shown(one: Activity) -> dict[str, Any]:
    """Return a visit as the history shows it."""
    case = one.case
    parent = (
        names.activity_instance_id(one.parent_element, case.id, one.parent)
        if one.parent_element
        else case.id
    )
    return {
        **of_case(case),
        "id": one.id,
        "parentActivityInstanceId": parent,
        "activityId": one.activity_id,
        "activityName": one.name or None,
        "activityType": one.type,
        "executionId": one.execution,
        "taskId": one.task_id,
        "assignee": one.assignee,
        "calledProcessInstanceId": one.called_id,
        "calledCaseInstanceId": None,
        "startTime": moment(one.started_at),
        "endTime": moment(one.ended_at),
        "durationInMillis": millis(one.started_at, one.ended_at),
        "canceled": one.is_cancelled,
        "completeScope": one.ends_scope,
    }


listing.offer(
    "/history/activity-instance",
    "history",
    LIST,
    "HistoricActivityInstance",
    rows=queries.activity_instances,
    total=queries.count_activity_instances,
    shown=shown,
)


@bp.get("/history/activity-instance/<activity_instance_id>")
@needs("history", returns="HistoricActivityInstance")
def get_historic_activity_instance(activity_instance_id: str) -> ResponseReturnValue:
    """Return one visit."""
    words = f"Historic activity instance with id '{activity_instance_id}' does not exist"
    wanted = {"activityInstanceId": activity_instance_id}
    with db.reading() as session:
        return answer(shown(*listing.one(session, queries.activity_instances, words, **wanted)))
