"""What a Celery worker process has besides its hints: a pump, a pulse, and a graceful end.

The pump is the worker thread of the engine with patience: it listens to PostgreSQL, looks
each second, and drains by itself when it is rung or when a job is late. So Redis may be away.
"""

from __future__ import annotations

import mmap
from datetime import timedelta
from functools import lru_cache
from typing import Any

from celery import signals

from engine import bundles, db, heap, logs, migration, settings
from engine.errors import EngineError
from engine.jobs.heartbeat import Pulse
from engine.jobs.worker import Worker

#: One byte that the parent shares with the processes it forks: not zero when they shall end.
_ending = mmap.mmap(-1, 1)

_pump: Worker | None = None


def stopping() -> bool:
    """Say whether this worker was asked to end: a drain then stops after its batch."""
    return _ending[0] != 0


@lru_cache(maxsize=1)
def pulse() -> Pulse:
    """Return what this process tells about itself; made after the fork."""
    return Pulse("celery")


@signals.worker_init.connect
def prepare(**_: Any) -> None:
    """Read the bundles once for all processes; refuse a database that is not ready."""
    logs.configure()
    bundles.load_all()
    try:
        migration.require()
    except EngineError as refused:
        raise SystemExit(f"✗ {refused}［{refused.code}］") from None
    db.engine().dispose()
    heap.settle()  # before the fork: the processes go on sharing what nobody looks through


@signals.worker_process_init.connect
def start(**_: Any) -> None:
    """Give a fresh process its own connections and its pump."""
    global _pump
    db.after_fork()
    pulse.cache_clear()
    patience = timedelta(seconds=settings.current().pump_patience_seconds)
    _pump = Worker(pulse(), patience)
    _pump.start()


@signals.worker_process_shutdown.connect
def stop(**_: Any) -> None:
    """Let the pump finish its batch."""
    if _pump is not None:
        _pump.stop()


@signals.worker_shutting_down.connect
def ask(**_: Any) -> None:
    """Tell every process of this worker that the running batch is its last."""
    _ending[0] = 1
