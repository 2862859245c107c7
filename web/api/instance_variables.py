"""`/process-instance/{id}/variables` and `/execution/{id}/localVariables`."""

from __future__ import annotations

from sqlalchemy.orm import Session

from web.api import names, variables
from web.api.process_instances import require
from web.api.variables import Scope


def of_instance(session: Session, instance_id: str) -> Scope:
    """Return the scope of a running instance. Raises ApiError 404."""
    return Scope(require(session, instance_id).id)


def of_execution(session: Session, execution_id: str) -> Scope:
    """Return the own scope of an execution. Raises ApiError 404."""
    instance_id, token = names.split_execution(execution_id)
    return Scope(require(session, instance_id).id, token, local=bool(token))


variables.offer("/process-instance/<owner_id>/variables", "process instance", of_instance)
variables.offer("/execution/<owner_id>/localVariables", "execution", of_execution)
