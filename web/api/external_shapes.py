"""How external tasks look in an answer."""

from __future__ import annotations

from typing import Any

from engine.commands.fetching import Fetched
from engine.models import Job, ProcessDefinition, ProcessInstance
from web.api import names, typed
from web.api.answer import moment


def listed(job: Job, instance: ProcessInstance, definition: ProcessDefinition) -> dict[str, Any]:
    """Return an external task as the lists show it."""
    tag = definition.description.get("version_tag")
    return {
        **_common(job, instance),
        "processDefinitionId": names.definition_of(definition),
        "processDefinitionKey": definition.key,
        "processDefinitionVersionTag": tag or None,
    }


def fetched(found: Fetched) -> dict[str, Any]:
    """Return a task as the worker gets it that just locked it."""
    definition = found.definition
    return {
        **_common(found.job, found.instance),
        "errorDetails": found.job.trace,
        "processDefinitionId": names.definition_id(
            definition.key, definition.version, definition.id
        ),
        "processDefinitionKey": definition.key,
        "processDefinitionVersionTag": definition.description.version_tag or None,
        "variables": typed.write_all(found.variables, deserialized=found.topic.deserialized),
        "extensionProperties": found.properties or {},
    }


def _common(job: Job, instance: ProcessInstance) -> dict[str, Any]:
    element = job.element_id or ""
    return {
        "id": str(job.id),
        "activityId": element,
        "activityInstanceId": names.activity_instance_id(element, instance.id, job.token),
        "errorMessage": job.error,
        "executionId": names.execution_id(instance.id, job.token),
        "lockExpirationTime": moment(job.locked_until),
        "createTime": moment(job.created_at),
        "processInstanceId": instance.id,
        "retries": job.retries,
        "suspended": instance.status == "suspended",
        "workerId": job.worker,
        "topicName": job.topic,
        "priority": job.priority,
        "businessKey": instance.business_key,
        "tenantId": None,
    }
