"""Camunda 7's REST interface at `/engine-rest`: one module a resource, all on one blueprint.

Every module named here registers its routes when it is imported.
"""

from web.api import (
    variable_instances,
)

__all__ = [
    "variable_instances",
]
