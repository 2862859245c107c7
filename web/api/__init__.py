"""Camunda 7's REST interface at `/engine-rest`: one module a resource, all on one blueprint.

Every module named here registers its routes when it is imported.
"""

from web.api import (
    external_answers,
    external_tasks,
    variable_instances,
)

__all__ = [
    "external_answers",
    "external_tasks",
    "variable_instances",
]
