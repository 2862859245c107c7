"""Camunda 7's REST interface at `/engine-rest`: one module a resource, all on one blueprint.

Every module named here registers its routes when it is imported.
"""

from web.api import (
    deployments,
    executions,
    external_answers,
    external_tasks,
    instance_variables,
    messages,
    process_definition_admin,
    process_definitions,
    process_instances,
    process_starts,
    variable_instances,
)

__all__ = [
    "deployments",
    "executions",
    "external_answers",
    "external_tasks",
    "instance_variables",
    "messages",
    "process_definition_admin",
    "process_definitions",
    "process_instances",
    "process_starts",
    "variable_instances",
]
