"""`/engine`, `/version` and `/metrics`: what clients ask before they begin."""

from __future__ import annotations

from flask.typing import ResponseReturnValue

from engine import db
from engine.queries import api_metrics
from web.api.access import caller, needs
from web.api.answer import answer
from web.api.blueprint import bp
from web.api.errors import invalid
from web.api.params import MOMENT, Params

#: The version of Camunda's interface that is followed; Modeler compares it with a diagram's.
FOLLOWED = "7.21.0"
PERIOD = Params("metrics query", {"startDate": MOMENT, "endDate": MOMENT})


@bp.get("/engine")
@needs("read", returns="Engine[]")
def list_engines() -> ResponseReturnValue:
    """Return the one engine there is."""
    return answer([{"name": "default"}])


@bp.get("/version")
@needs("read", returns="Version")
def get_version() -> ResponseReturnValue:
    """Return the version of Camunda's interface that is followed."""
    return answer({"version": FOLLOWED})


@bp.get("/metrics/<name>/sum")
@needs("history", query=PERIOD, returns="MetricsSum")
def sum_metric(name: str) -> ResponseReturnValue:
    """Count what happened in a period: starts, visits, decisions, jobs."""
    asked = PERIOD.query()
    if name not in api_metrics.COUNTED:
        raise invalid(f"Metric '{name}' is not counted here.")
    with db.reading() as session:
        total = api_metrics.total(
            session, caller().viewer, name, asked.get("startDate"), asked.get("endDate")
        )
    return answer({"result": total})
