"""`/process-instance/{id}/variables` and `/execution/{id}/localVariables`."""

from __future__ import annotations

from sqlalchemy.orm import Session

from web.api import unknown, variables
from web.api.errors import ApiError
from web.api.executions import require_execution
from web.api.process_instances import require
from web.api.variables import Scope


def of_instance(session: Session, instance_id: str) -> Scope:
    """Return the scope of a running instance. Raises `unknown.owner`."""
    try:
        return Scope(require(session, instance_id).id)
    except ApiError:
        raise unknown.owner("execution", instance_id) from None


def of_execution(session: Session, execution_id: str) -> Scope:
    """Return the own scope of an execution. Raises `unknown.owner`."""
    try:
        instance_id, token = require_execution(session, execution_id)
        return Scope(instance_id, token, local=bool(token))
    except ApiError:
        raise unknown.owner("execution", execution_id) from None


variables.offer("/process-instance/<owner_id>/variables", "process instance", of_instance)
variables.offer("/execution/<owner_id>/localVariables", "execution", of_execution)
