"""How human tasks look in an answer."""

from __future__ import annotations

from typing import Any

from engine.models import HumanTask
from engine.queries.task_list import Listed
from web.api import names
from web.api.answer import moment


def task(found: Listed) -> dict[str, Any]:
    """Return a task as every list shows it."""
    row, definition = found.task, found.definition
    attributes = _attributes(found)
    reference = attributes.get("formRef")
    return {
        "id": row.id,
        "name": row.name or None,
        "assignee": row.assignee,
        "created": moment(row.created_at),
        "due": moment(row.due_at),
        "followUp": moment(row.follow_up_at),
        "lastUpdated": moment(row.updated_at),
        "delegationState": row.delegation_state,
        "description": row.description,
        "executionId": names.execution_id(row.instance_id, row.token) if definition else None,
        "owner": row.owner,
        "parentTaskId": row.parent_task_id,
        "priority": row.priority,
        "processDefinitionId": names.definition_id(
            definition.key, definition.version, definition.id
        )
        if definition
        else None,
        "processInstanceId": row.instance_id,
        "taskDefinitionKey": row.element_id or None,
        "caseExecutionId": None,
        "caseInstanceId": None,
        "caseDefinitionId": None,
        "suspended": found.suspended,
        "formKey": None if reference else row.form_key if attributes.get("formKey") else None,
        "camundaFormRef": form_reference(found),
        "tenantId": None,
        "taskState": "Updated" if row.updated_at else "Created",
    }


def form_reference(found: Listed) -> dict[str, Any] | None:
    """Return which deployed form the diagram names, or None."""
    attributes = _attributes(found)
    if not attributes.get("formRef"):
        return None
    version = found.task.form_version
    if version is None and str(attributes.get("formRefVersion") or "").isdecimal():
        version = int(attributes["formRefVersion"])
    return {
        "key": found.task.form_key,
        "binding": attributes.get("formRefBinding") or "latest",
        "version": version,
    }


def _attributes(found: Listed) -> dict[str, Any]:
    if found.definition is None:
        return {}
    element = found.definition.description.elements.get(found.task.element_id)
    return dict(element.attributes) if element else {}


def links(row: HumanTask, more: list[tuple[str, str, str]]) -> list[dict[str, Any]]:
    """Return who has to do with a task; `more` are (type, kind, who) of the client's own words."""
    found = [("assignee", "user", row.assignee), ("owner", "user", row.owner)]
    found += [("candidate", "user", who) for who in row.users]
    found += [("candidate", "group", who) for who in row.groups]
    return [
        {
            "userId": who if kind == "user" else None,
            "groupId": who if kind == "group" else None,
            "type": type_,
        }
        for type_, kind, who in (*found, *more)
        if who
    ]
