"""The web role at scale: `gunicorn -c python:web.gunicorn`. It runs no job and knows no Celery.

Kept in a process and therefore counted for each: the limits of `web/security.py` (requests
per minute of one address; sign-in has its own counter in the database) and caches of what never
changes. Everything else is asked of the database.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from engine import bundles, db, heap, logs, settings
from engine.errors import EngineError
from web.cli import ready

_current = settings.current()

wsgi_app = "web.app:create_app()"
bind = f"{_current.host}:{os.environ.get('PORT') or _current.port}"
workers = _current.web_processes
threads = _current.web_threads + _current.waiting_polls
worker_class = "gthread"
# Each process connects for itself: a connection that is forked is used by two.
preload_app = False
# A request under way may end; the supervisor waits a little longer.
graceful_timeout = 10
timeout = 60
keepalive = 5
# By itself it believes every program of this machine that a request came by HTTPS.
forwarded_allow_ips = ""
proc_name = "huiyin"
# Its sign of life must not wait for a disk.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - memory, not /tmp


def on_starting(_: Any) -> None:
    """Refuse to start where the pages could not work, before anything is forked."""
    logs.configure()
    bundles.load_all()
    try:
        ready()
    except EngineError as refused:
        raise SystemExit(f"✗ {refused}［{refused.code}］") from None
    db.engine().dispose()


def post_fork(_: Any, __: Any) -> None:
    """Forget what the parent had open."""
    db.after_fork()


def post_worker_init(_: Any) -> None:
    """The application is loaded: what is there now stays."""
    heap.settle()
