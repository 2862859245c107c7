"""How each database is spoken to, with the settings that survive a kill (`reliability.md` §2.5)."""

from __future__ import annotations

import json
import time
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.exc import DisconnectionError

from engine import sqlite_file, writable

#: Seconds a pooled connection may rest before it is asked whether it still lives.
PING_AFTER = 3.0

POSTGRES: dict[str, Any] = {
    "pool_size": 10,
    "max_overflow": 10,
    "connect_args": {
        "application_name": "huiyin",
        "connect_timeout": 10,
        # A host that vanished without a word is noticed within about a minute.
        "keepalives_idle": 30,
        "keepalives_interval": 10,
        "keepalives_count": 3,
        # Nobody waits for ever; a frozen process gives its locks back after 15 seconds.
        "options": "-c lock_timeout=10s -c statement_timeout=60s"
        " -c idle_in_transaction_session_timeout=15s -c timezone=UTC",
    },
}


def connect(url: str) -> Engine:
    """Make an engine for `sqlite:///…` or `postgresql+psycopg://…`."""
    common: dict[str, Any] = {
        "json_serializer": _compact,
        "hide_parameters": True,  # what a statement failed with is somebody's words
    }
    if url.startswith("sqlite"):
        made = sqlite_file.connect(url, **common)
        _close_late(made)
    else:
        made = create_engine(url, **common, **POSTGRES)
        # Several rows are one INSERT: the driver would wait three times for them.
        made.dialect.use_insertmanyvalues_wo_returning = True
        _close_late(made)
        event.listen(made, "checkin", _rest)
        event.listen(made, "checkout", _ping_idle)
    return made


def _compact(data: Any) -> str:
    """Write JSON columns without spaces, Chinese as it is: most of what is kept is history.

    Variables have been asked before; what else is in there tells of something.
    """
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    if "\\u0000" in text or not writable.is_writable(text):
        text = json.dumps(writable.cleaned_data(data), ensure_ascii=False, separators=(",", ":"))
    return text


def _close_late(made: Engine) -> None:
    """Close a connection that a thread had when its pool was disposed of."""

    def born(_: object, record: Any) -> None:
        record.info["pool"] = made.pool

    def back(_: object, record: Any) -> None:
        # One that could not be opened again comes back with nothing known of it.
        if record.info.get("pool", made.pool) is not made.pool:
            record.close()

    event.listen(made, "connect", born)
    event.listen(made, "checkin", back)


def _rest(_: object, record: Any) -> None:
    record.info["idle_since"] = time.monotonic()


def _ping_idle(connection: Any, record: Any, _: object) -> None:
    """Ask a connection that rested whether it still lives; the pool then takes another.

    Asking each time (`pool_pre_ping`) costs every unit of work a round trip. One that breaks
    within these seconds breaks its unit, which `db.unit` or the job's lease tries again.
    """
    if time.monotonic() - record.info.get("idle_since", 0) < PING_AFTER:
        return
    try:
        with connection.cursor() as cursor:
            cursor.execute("")
        connection.rollback()
    except Exception as gone:
        raise DisconnectionError from gone
