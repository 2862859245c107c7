"""A case by its number: the address one can write in a letter or say on the telephone."""

from __future__ import annotations

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue

from engine import db, queries
from engine.errors import NotFound
from engine.queries import InstanceFilter
from web import identity

bp = Blueprint("cases", __name__)


@bp.get("/cases/<number>")
def by_number(number: str) -> ResponseReturnValue:
    """Lead to the case with this number, if the asker may see it."""
    with db.reading() as session:
        found = queries.instances(session, identity.viewer(), filters=InstanceFilter(text=number))
    case = next((row for row in found.items if row.business_key == number), None)
    if case is None:
        raise NotFound("没有这个编号的事项，或者不在您可以查看的范围内。")
    return redirect(url_for("monitor.show", instance_id=case.id))
