"""Variables of running instances, as `/variable-instance` asks for them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from engine.models import ProcessDefinition, ProcessInstance, Variable
from engine.queries import asked as ask
from engine.queries import local_variables, matching
from engine.queries.access import Viewer, visible
from engine.queries.asked import Asked
from engine.queries.local_variables import Local
from engine.state import values

FILTERS: ask.Filters = {
    "variableName": ask.equals(Variable.name),
    "variableNameLike": ask.alike(Variable.name),
    "processInstanceIdIn": ask.within(Variable.instance_id),
    "executionIdIn": ask.within(Variable.instance_id),
    "variableScopeIdIn": ask.within(Variable.instance_id),
    "activityInstanceIdIn": ask.within(Variable.instance_id),
    "caseInstanceIdIn": ask.never,
    "caseExecutionIdIn": ask.never,
    "taskIdIn": ask.never,
    "batchIdIn": ask.never,
    "tenantIdIn": ask.never,
}
ORDER = {
    "variableName": Variable.name,
    "variableType": Variable.type,
    "activityInstanceId": Variable.instance_id,
    "tenantId": Variable.instance_id,
}


def variable_instances(session: Session, viewer: Viewer, asked: Asked) -> Sequence[Any]:
    """Return (Local, ProcessDefinition) of the variables that are asked for and visible."""
    if local_variables.answers(asked):
        return local_variables.window(local_variables.find(session, viewer, asked), asked)
    statement = ask.page(_wanted(viewer, asked), asked, ORDER, Variable.instance_id, Variable.name)
    return [
        (Local(row.instance_id, row.scope, row.name, values.decode(row.value)), definition)
        for row, definition in session.execute(statement)
    ]


def count_variable_instances(session: Session, viewer: Viewer, asked: Asked) -> int:
    """Return how many variables would be found."""
    if local_variables.answers(asked):
        return len(local_variables.find(session, viewer, asked))
    return ask.count(session, _wanted(viewer, asked))


def _wanted(viewer: Viewer, asked: Asked) -> ask.Statement:
    return (
        select(Variable, ProcessDefinition)
        .join(ProcessInstance, ProcessInstance.id == Variable.instance_id)
        .join(ProcessDefinition, ProcessDefinition.id == ProcessInstance.definition_id)
        .where(
            ProcessInstance.status.in_(("active", "suspended")),
            visible(viewer, ProcessInstance.root_id.expression),
            *ask.conditions(asked, FILTERS),
            *_values(asked),
        )
    )


def _values(asked: Asked) -> list[ColumnElement[bool]]:
    fold_name = bool(asked.get("variableNamesIgnoreCase"))
    fold_value = bool(asked.get("variableValuesIgnoreCase"))
    return [
        and_(
            matching.named(one.name, fold=fold_name),
            matching.compared(one.operator, one.value, fold=fold_value),
        )
        for one in asked.get("variableValues", ())
    ]
