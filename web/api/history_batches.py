"""`/history/batch`: every batch, done or not."""

from __future__ import annotations

from typing import Any

from flask.typing import ResponseReturnValue

from engine import db
from engine.models import Batch
from engine.queries import api_batches as queries
from web.api import batches, listing
from web.api.access import needs
from web.api.answer import answer, moment
from web.api.blueprint import bp
from web.api.params import FLAG, TEXT, TEXTS, Params

LIST = Params(
    "historic batch query",
    {"batchId": TEXT, "type": TEXT, "completed": FLAG, "tenantIdIn": TEXTS,
     "withoutTenantId": FLAG},
    sort_by=("batchId", "startTime", "endTime", "tenantId"),
)  # fmt: skip
#: What only a batch at work has.
_OF_NOW = ("jobsCreated", "suspended")


def shown(row: Batch) -> dict[str, Any]:
    """Return a batch as history keeps it."""
    found = {name: value for name, value in batches.shown(row).items() if name not in _OF_NOW}
    return {**found, "endTime": moment(row.ended_at), "removalTime": None}


listing.offer(
    "/history/batch",
    "history",
    LIST,
    "HistoricBatch",
    rows=queries.all_batches,
    total=queries.count_all_batches,
    shown=shown,
    by_body=False,
)


@bp.get("/history/batch/<batch_id>")
@needs("history", returns="HistoricBatch")
def get_historic_batch(batch_id: str) -> ResponseReturnValue:
    """Return one batch, done or not."""
    words = f"Historic batch with id '{batch_id}' does not exist"
    with db.reading() as session:
        return answer(shown(*listing.one(session, queries.all_batches, words, batchId=batch_id)))
