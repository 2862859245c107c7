"""`huiyin serve`: the pages, and beside them the worker."""

from __future__ import annotations

import os

import click

from engine import calendar, clock, db, migration, settings, testclock, vault
from engine.errors import SettingsInvalid
from engine.models import Base


def register(group: click.Group) -> None:
    """Add this floor's commands to `huiyin`."""
    group.add_command(serve)


def _ask_the_office() -> None:
    """Refuse to start without the key of what is stored; say which dates are estimates.

    Raises:
        VaultClosed: there is sealed data and its key is not here.
    """
    with db.reading() as session:
        vault.check(session, Base.metadata)
        for line in calendar.warnings(session, clock.now()):
            click.echo(f"！{line}", err=True)


@click.command()
@click.option("--port", type=int, default=None, help="Port; default HUIYIN_PORT or 8000.")
def serve(port: int | None) -> None:
    """Serve the pages on HUIYIN_HOST, with an embedded worker unless HUIYIN_WORKER=off."""
    import waitress

    from engine.jobs.worker import Worker
    from web.app import create_app

    current = settings.current()
    if migration.needed():
        raise SettingsInvalid(
            "数据库还没有准备好，请先运行 huiyin migrate（演示系统用 huiyin demo）。"
        )
    _ask_the_office()
    testclock.refresh()
    if current.test_mode:
        click.echo("！测试模式：本机可以调整办公时间（/test/clock），不要用于真实办公。", err=True)
    app = create_app(current)
    worker = Worker() if current.worker == "on" else None
    if worker is not None:
        worker.start()
    chosen = port or int(os.environ.get("PORT") or current.port)
    click.echo(f"回音已启动：http://{current.host}:{chosen}")
    try:
        waitress.serve(
            app,
            host=current.host,
            port=chosen,
            threads=8,
            ident=None,
            clear_untrusted_proxy_headers=True,
        )
    finally:
        if worker is not None:
            worker.stop()
