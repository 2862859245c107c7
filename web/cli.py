"""`huiyin serve`: the pages, and beside them the worker."""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

import click

from engine import calendar, clock, db, heap, migration, settings, testclock, vault
from engine.models import Base

#: What a proxy says stays readable: how much of it is believed says `HUIYIN_PROXIES` alone, and
#: that it says anything tells that there is one (`web.access.is_from_here`).
SERVER: dict[str, Any] = {"ident": None, "clear_untrusted_proxy_headers": False}


def register(group: click.Group) -> None:
    """Add this floor's commands to `huiyin`."""
    group.add_command(serve)


def ready() -> None:
    """Refuse to start where the pages could not work; say what an operator should know.

    Raises:
        SettingsInvalid: the database has older tables.
        VaultClosed: there is sealed data and its key is not here.
    """
    migration.require()
    with db.reading() as session:
        vault.check(session, Base.metadata)
        for line in calendar.warnings(session, clock.now()):
            click.echo(f"！{line}", err=True)
    testclock.refresh()
    if settings.current().test_mode:
        click.echo("！测试模式：本机可以调整办公时间（/test/clock），不要用于真实办公。", err=True)


@click.command()
@click.option("--port", type=int, default=None, help="Port; default HUIYIN_PORT or 8000.")
def serve(port: int | None) -> None:
    """Serve the pages on HUIYIN_HOST, with an embedded worker unless HUIYIN_WORKER=off."""
    import waitress

    from engine.jobs.worker import Worker
    from web.app import create_app

    current = settings.current()
    ready()
    app = create_app(current)
    worker = Worker() if current.worker == "on" else None
    if worker is not None:
        worker.start()
    heap.settle()
    chosen = port or int(os.environ.get("PORT") or current.port)
    click.echo(f"回音已启动：http://{current.host}:{chosen}")
    # A supervisor's SIGTERM: what was begun is answered, as after Ctrl-C.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    try:
        waitress.serve(
            app,
            host=current.host,
            port=chosen,
            threads=8 + current.waiting_polls,
            **SERVER,
        )
    finally:
        if worker is not None:
            worker.stop()
        db.engine().dispose()  # the last one out folds SQLite's log into its file
