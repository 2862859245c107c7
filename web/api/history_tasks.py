"""`/history/task`: human tasks, open and closed."""

from __future__ import annotations

from typing import Any

from engine.models import HumanTask, ProcessDefinition, ProcessInstance
from engine.queries.records import tasks as queries
from web.api import listing, names
from web.api.answer import moment
from web.api.history_fields import BY_PROCESS, millis, of_rows
from web.api.params import FLAG, FOLDING, MOMENT, NUMBER, TEXT, TEXTS, VARIABLES, Params

_TEXTS = (
    "taskId", "taskParentTaskId", "rootProcessInstanceId", "processInstanceBusinessKey",
    "processInstanceBusinessKeyLike", "executionId", "processDefinitionName", "caseInstanceId",
    "caseExecutionId", "caseDefinitionId", "caseDefinitionKey", "caseDefinitionName", "taskName",
    "taskNameLike", "taskDescription", "taskDescriptionLike", "taskDefinitionKey",
    "taskDeleteReason", "taskDeleteReasonLike", "taskAssignee", "taskAssigneeLike", "taskOwner",
    "taskOwnerLike", "taskInvolvedUser", "taskInvolvedGroup", "taskHadCandidateUser",
    "taskHadCandidateGroup",
)  # fmt: skip
_LISTS = ("processInstanceBusinessKeyIn", "activityInstanceIdIn", "taskDefinitionKeyIn")
_FLAGS = (
    "assigned", "unassigned", "finished", "unfinished", "processFinished", "processUnfinished",
    "withoutTaskDueDate", "withCandidateGroups", "withoutCandidateGroups",
)  # fmt: skip
_MOMENTS = (
    "taskDueDate", "taskDueDateBefore", "taskDueDateAfter", "taskFollowUpDate",
    "taskFollowUpDateBefore", "taskFollowUpDateAfter", "startedBefore", "startedAfter",
    "finishedBefore", "finishedAfter",
)  # fmt: skip
LIST = Params(
    "historic task instance query",
    {
        **BY_PROCESS,
        **dict.fromkeys(_TEXTS, TEXT),
        **dict.fromkeys(_LISTS, TEXTS),
        **dict.fromkeys(_FLAGS, FLAG),
        **dict.fromkeys(_MOMENTS, MOMENT),
        "taskPriority": NUMBER,
        "taskVariables": VARIABLES,
        "processVariables": VARIABLES,
        **FOLDING,
    },
    sort_by=tuple(queries.ORDER),
    nested=True,
)


def shown(
    task: HumanTask,
    instance: ProcessInstance | None,
    definition: ProcessDefinition | None,
    reason: str | None,
) -> dict[str, Any]:
    """Return a task as the history shows it; one of no case belongs nowhere."""
    state = {"completed": "Completed", "cancelled": "Deleted"}.get(task.status, "Created")
    return {
        **of_rows(instance, definition),
        "id": task.id,
        "executionId": names.execution_id(instance.id, task.token) if instance else None,
        "activityInstanceId": (
            names.activity_instance_id(task.element_id, instance.id, task.token)
            if instance
            else None
        ),
        "name": task.name,
        "description": task.description,
        "deleteReason": reason,
        "owner": task.owner,
        "assignee": task.assignee,
        "startTime": moment(task.created_at),
        "endTime": moment(task.closed_at),
        "duration": millis(task.created_at, task.closed_at),
        "taskDefinitionKey": task.element_id or None,
        "priority": task.priority,
        "due": moment(task.due_at),
        "parentTaskId": task.parent_task_id,
        "followUp": moment(task.follow_up_at),
        "taskState": state,
    }


listing.offer(
    "/history/task",
    "history",
    LIST,
    "HistoricTaskInstance",
    rows=queries.tasks,
    total=queries.count_tasks,
    shown=shown,
)
