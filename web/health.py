"""Is the process alive, can it work, and in test mode: what time is it."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, abort, jsonify, request
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select, text

from engine import clock, db, settings, testclock
from engine.errors import InvalidInput
from engine.jobs import claim
from engine.jobs.heartbeat import SILENT
from engine.models import Heartbeat, Incident
from web.access import is_from_here, public
from web.security import csrf

bp = Blueprint("health", __name__)


@bp.get("/healthz")
@public
def alive() -> ResponseReturnValue:
    """Answer as long as the process answers."""
    return jsonify(status="ok")


@bp.get("/readyz")
@public
def ready() -> ResponseReturnValue:
    """Say whether the database answers and somebody works on what is due. Figures only."""
    try:
        with db.reading() as session:
            session.execute(text("SELECT 1"))
            seen = session.scalar(select(func.max(Heartbeat.at)))
            incidents = session.scalar(
                select(func.count()).select_from(Incident).where(Incident.resolved_at.is_(None))
            )
            late = claim.late(session)
    except Exception:  # noqa: BLE001 - whatever is wrong with the database, the answer is the same
        return jsonify(status="unavailable", database=False), 503
    worker = seen is not None and clock.real() - seen < SILENT
    wanted = settings.current().worker == "on"
    status = "ok" if worker or not wanted else "no-worker"
    return jsonify(
        status=status, database=True, worker=worker, incidents=incidents, late_jobs=late
    ), (200 if status == "ok" else 503)


@bp.get("/test/clock")
@public
def read_clock() -> ResponseReturnValue:
    """Return engine time. Exists only in test mode and for this machine."""
    _only_in_test_mode()
    return jsonify(now=clock.now().isoformat())


@bp.put("/test/clock")
@public
@csrf.exempt
def move_clock() -> ResponseReturnValue:
    """Move engine time; every due moment on the way is visited and drained.

    With `"run": false` only the time moves: what became due waits for whoever executes it.
    """
    _only_in_test_mode()
    asked = request.get_json(silent=True) or {}
    target = parse_moment(asked.get("now"))
    if asked.get("run", True):
        testclock.advance(target)
    else:
        testclock.skip(target)
    return jsonify(now=clock.now().isoformat())


def parse_moment(asked: object) -> datetime:
    """Return an aware moment from ISO text.

    Raises:
        InvalidInput: it is no text, no moment, or has no zone.
    """
    try:
        moment = datetime.fromisoformat(str(asked))
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise InvalidInput("now 应当是带时区的 ISO 时间，例如 2026-04-07T09:00:00+08:00。")
    return moment


def _only_in_test_mode() -> None:
    if not settings.current().test_mode or not is_from_here():
        abort(404)
