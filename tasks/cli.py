"""`huiyin cluster`: the roles of an installation at scale, together on one machine."""

from __future__ import annotations

import signal
from types import FrameType

import click

from engine import db, migration
from tasks.cluster import Cluster, roles


def register(group: click.Group) -> None:
    """Add this floor's commands to `huiyin`."""
    group.add_command(cluster)


@click.command()
@click.option("--web/--no-web", default=True, help="Also serve the pages with gunicorn.")
@click.option("--workers", default=2, show_default=True, help="Celery workers.")
@click.option("--processes", default=2, show_default=True, help="Processes of each.")
@click.option("--beats", default=2, show_default=True, help="Any number may run.")
@click.option("--plain", is_flag=True, help="`huiyin worker` instead of Celery; no Redis.")
@click.option("--dry-run", is_flag=True, help="Only print the commands.")
def cluster(
    *, web: bool, workers: int, processes: int, beats: int, plain: bool, dry_run: bool
) -> None:
    """Run web, workers and beats on this machine and start again whatever dies."""
    commands = roles(web=web, workers=workers, beats=beats, processes=processes, plain=plain)
    for name, command in commands.items():
        click.echo(f"{name:<10} {' '.join(command)}")
    if dry_run:
        return
    migration.require()
    db.engine().dispose()
    running = Cluster(commands)

    def ask(_: int, __: FrameType | None) -> None:
        running.stop()

    signal.signal(signal.SIGTERM, ask)
    signal.signal(signal.SIGINT, ask)
    running.run()
