"""`/history/process-instance/report` and `/history/task/report`: how many, and how long."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from engine import db
from engine.queries import Viewer
from engine.queries.asked import Asked
from engine.queries.records import reports
from engine.queries.records.reports import Durations
from web.api import names
from web.api.access import caller, needs
from web.api.answer import answer
from web.api.blueprint import bp
from web.api.errors import invalid
from web.api.history_fields import DEFINITIONS
from web.api.params import MOMENT, TEXTS, Params, one_of
from web.api.tables import table

UNIT = one_of(*reports.UNITS)
INSTANCES = Params(
    "historic process instance report",
    {
        "reportType": one_of("DURATION"), "periodUnit": UNIT, "startedBefore": MOMENT,
        "startedAfter": MOMENT, "processDefinitionIdIn": DEFINITIONS,
        "processDefinitionKeyIn": TEXTS,
    },
)  # fmt: skip
TASKS = Params(
    "historic task report",
    {
        "reportType": one_of("COUNT", "DURATION"), "periodUnit": UNIT, "completedBefore": MOMENT,
        "completedAfter": MOMENT, "groupBy": one_of("TASKNAME", "PROCESSDEFINITION"),
    },
)  # fmt: skip
COLUMNS = {
    name.upper().replace("UNIT", "_UNIT"): name
    for name in ("period", "periodUnit", "minimum", "maximum", "average")
}


@bp.get("/history/process-instance/report")
@needs("history", query=INSTANCES, returns="DurationReport[]")
def report_process_instances() -> ResponseReturnValue:
    """Return how long ended instances took, by the month or quarter of their start."""
    asked = INSTANCES.query()
    _given(asked, "reportType")
    return _durations(reports.process_durations, asked)


@bp.get("/history/task/report")
@needs("history", query=TASKS, returns="TaskReport[]")
def report_tasks() -> ResponseReturnValue:
    """Return how many tasks were completed, or how long they took."""
    asked = TASKS.query()
    if _given(asked, "reportType") == "DURATION":
        return _durations(reports.task_durations, asked)
    by_name = _given(asked, "groupBy") == "TASKNAME"
    with db.reading() as session:
        found = reports.task_counts(session, caller().viewer, asked, by_name=by_name)
        return answer(
            [
                {
                    "taskName": name,
                    "processDefinitionId": names.definition_of(definition),
                    "processDefinitionKey": definition.key,
                    "processDefinitionName": definition.name,
                    "tenantId": None,
                    "count": number,
                }
                for definition, name, number in found
            ]
        )


def _durations(
    report: Callable[[Session, Viewer, Asked, str], list[Durations]], asked: Asked
) -> ResponseReturnValue:
    unit = _given(asked, "periodUnit")
    with db.reading() as session:
        found = report(session, caller().viewer, asked, unit)
    rows: list[dict[str, Any]] = [
        {
            "period": one.period,
            "periodUnit": one.unit,
            "minimum": one.minimum,
            "maximum": one.maximum,
            "average": one.average,
        }
        for one in found
    ]
    return table(rows, COLUMNS)


def _given(asked: Asked, name: str) -> str:
    if name not in asked:
        raise invalid(f"The parameter '{name}' must be given.")
    return str(asked.get(name))
