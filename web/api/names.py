"""How things are called at `/engine-rest`, where Camunda has ids that we do not keep.

* a definition: `key:version:number`, readable like Camunda's;
* an execution: the instance's id for the process itself, `instance.token` for a token;
* an activity instance: `element:instance.token`; that of the process is the instance's id.
"""

from __future__ import annotations

from engine.models import DecisionDefinition, ProcessDefinition
from web.api.errors import missing


def definition_id(key: str, version: int, number: int) -> str:
    """Return the name of a process or decision definition."""
    return f"{key}:{version}:{number}"


def definition_of(row: ProcessDefinition | DecisionDefinition) -> str:
    """Return the name of a definition's row."""
    return definition_id(row.key, row.version, row.id)


def variable_id(instance_id: str, scope: str, name: str) -> str:
    """Return the name of a variable of an instance, or of a token of it."""
    return f"{execution_id(instance_id, scope)}:{name}"


def execution_id(instance_id: str, token: str | None) -> str:
    """Return the name of the execution at a token; without one, of the process itself."""
    return f"{instance_id}.{token}" if token else instance_id


def split_execution(name: str) -> tuple[str, str]:
    """Return (instance, token) of an execution; the token is "" for the process itself."""
    instance_id, _, token = name.partition(".")
    return instance_id, token


def activity_instance_id(element: str, instance_id: str, token: str | None) -> str:
    """Return the name of one visit of a token to an element."""
    return f"{element}:{instance_id}.{token or ''}"


def split_activity_instance(name: str) -> tuple[str, str, str]:
    """Return (element, instance, token) of an activity instance.

    Raises:
        ApiError: 404, the name is not of that form.
    """
    element, colon, execution = name.rpartition(":")
    instance_id, token = split_execution(execution)
    if not colon or not token:
        raise missing(f"Activity instance with id {name} does not exist")
    return element, instance_id, token
