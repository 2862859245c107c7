"""What a task query may ask: every filter and sorting of Camunda 7's reference.

Filters by expression exist there and are refused, at every depth of `orQueries`, as
Camunda refuses them unless its configuration was loosened: whoever may ask for tasks must
not make the server compute.
"""

from __future__ import annotations

from typing import Any

from engine.queries.task_list import BY_VARIABLE, ORDER
from web.api.params import (
    FLAG,
    FOLDING,
    MOMENT,
    NUMBER,
    TEXT,
    TEXTS,
    VARIABLES,
    Kind,
    Params,
)


def _forbidden(_: Any) -> Any:
    raise ValueError("Expressions are forbidden in adhoc queries. Give the value itself.")


def _delegation(value: Any) -> str:
    if value not in ("PENDING", "RESOLVED"):
        raise ValueError("PENDING or RESOLVED expected")
    return str(value)


EXPRESSION = Kind({"type": "string", "description": "Refused: give the value."}, _forbidden)
DELEGATION = Kind({"type": "string", "enum": ["PENDING", "RESOLVED"]}, _delegation)

_TEXTS = (
    "taskId", "processInstanceId", "processInstanceBusinessKey", "processInstanceBusinessKeyLike",
    "processDefinitionId", "processDefinitionKey", "processDefinitionName",
    "processDefinitionNameLike", "executionId", "caseInstanceId", "caseInstanceBusinessKey",
    "caseInstanceBusinessKeyLike", "caseDefinitionId", "caseDefinitionKey", "caseDefinitionName",
    "caseDefinitionNameLike", "caseExecutionId", "assignee", "assigneeLike", "owner",
    "candidateGroup", "candidateGroupLike", "candidateUser", "involvedUser", "taskDefinitionKey",
    "taskDefinitionKeyLike", "name", "nameNotEqual", "nameLike", "nameNotLike", "description",
    "descriptionLike", "parentTaskId",
)  # fmt: skip
_LISTS = (
    "taskIdIn", "processInstanceIdIn", "processInstanceBusinessKeyIn", "processDefinitionKeyIn",
    "activityInstanceIdIn", "tenantIdIn", "assigneeIn", "assigneeNotIn", "taskDefinitionKeyIn",
    "taskDefinitionKeyNotIn", "candidateGroups",
)  # fmt: skip
_FLAGS = (
    "withoutTenantId", "includeAssignedTasks", "assigned", "unassigned", "withoutDueDate",
    "withCandidateGroups", "withoutCandidateGroups", "withCandidateUsers",
    "withoutCandidateUsers", "active", "suspended", "withCommentAttachmentInfo",
    "withTaskVariablesInReturn", "withTaskLocalVariablesInReturn",
)  # fmt: skip
_MOMENTS = (
    "dueDate", "dueAfter", "dueBefore", "followUpDate", "followUpAfter", "followUpBefore",
    "followUpBeforeOrNotExistent", "createdOn", "createdAfter", "createdBefore", "updatedAfter",
)  # fmt: skip
_EXPRESSIONS = (
    "processInstanceBusinessKey", "processInstanceBusinessKeyLike", "assignee", "assigneeLike",
    "owner", "candidateGroup", "candidateGroups", "candidateUser", "involvedUser", *_MOMENTS,
)  # fmt: skip
FILTERS: dict[str, Kind] = {
    **dict.fromkeys(_TEXTS, TEXT),
    **dict.fromkeys(_LISTS, TEXTS),
    **dict.fromkeys(_FLAGS, FLAG),
    **dict.fromkeys(_MOMENTS, MOMENT),
    **dict.fromkeys(("priority", "maxPriority", "minPriority"), NUMBER),
    **dict.fromkeys(("taskVariables", "processVariables", "caseInstanceVariables"), VARIABLES),
    **{f"{name}Expression": EXPRESSION for name in _EXPRESSIONS},
    "delegationState": DELEGATION,
    **FOLDING,
}
LIST = Params("task query", FILTERS, sort_by=(*ORDER, *BY_VARIABLE), nested=True)
