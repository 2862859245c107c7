"""Commands for whoever runs the office: migrate, worker, jobs, incidents."""

from __future__ import annotations

import signal
import threading
from types import FrameType

import click
from sqlalchemy import func, select

from engine import calendar, clock, commands, db, hooks, migration
from engine import jobs as work
from engine.jobs.heartbeat import Pulse
from engine.models import Incident, Job


def register(group: click.Group) -> None:
    """Add these commands to `huiyin`."""
    for command in (migrate, worker, jobs, incidents):
        group.add_command(command)


@click.command()
@click.option("--check", "only_check", is_flag=True, help="Only say whether it is needed.")
@click.option("--draft", metavar="TEXT", help="For developers: write the next migration.")
def migrate(only_check: bool, draft: str | None) -> None:
    """Bring the database to this version's tables; a second run changes nothing."""
    if draft:
        click.echo(f"✓ {migration.draft(draft)}")
        return
    if only_check:
        if migration.needed():
            click.echo("数据库需要升级，请运行 huiyin migrate。")
            raise SystemExit(1)
        click.echo("数据库已是最新。")
        return
    migration.upgrade()
    with db.transaction() as session:
        seeded = calendar.seed(session)
        hooks.install(session)
    click.echo("✓ 数据库已是最新" + (f"，日历补入 {seeded} 年" if seeded else ""))


@click.command()
def worker() -> None:
    """Run due jobs until stopped (SIGTERM or Ctrl-C finishes the running batch).

    Any number of these may run on PostgreSQL; Celery and Redis are not needed.
    """
    migration.require()
    runner = work.Worker(Pulse("worker"))
    stop = threading.Event()

    def ask(_: int, __: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, ask)
    signal.signal(signal.SIGINT, ask)
    runner.start()
    click.echo("作业进程已启动，按 Ctrl-C 停止。")
    stop.wait()
    runner.stop()


@click.group()
def jobs() -> None:
    """Work the engine owes: timers, messages, continuations."""


@jobs.command("list")
@click.option("--all", "everything", is_flag=True, help="Also what is not due yet.")
def list_jobs(everything: bool) -> None:
    """List open jobs, the most overdue first."""
    with db.reading() as session:
        wanted = select(Job).where(Job.status.in_(("open", "failed", "parked")))
        if not everything:
            wanted = wanted.where(Job.due_at <= clock.now())
        rows = session.scalars(wanted.order_by(Job.due_at).limit(200)).all()
    for job in rows:
        due = job.due_at.astimezone(clock.CHINA)
        click.echo(
            f"{job.id:>6} {job.kind:<8} {job.status:<7} {due:%Y-%m-%d %H:%M:%S} "
            f"{job.element_id or job.topic or ''} 第 {job.attempts} 次 {job.error or ''}"
        )
    click.echo(f"共 {len(rows)} 项")


@jobs.command("run")
@click.option("--once", is_flag=True, help="One batch instead of everything that is due.")
def run_jobs(once: bool) -> None:
    """Run what is due now and end; needed when HUIYIN_WORKER=off."""
    total = 0
    while count := work.drain():
        total += count
        if once:
            break
    click.echo(f"✓ 执行了 {total} 项作业")


@click.group(invoke_without_command=True)
@click.pass_context
def incidents(context: click.Context) -> None:
    """What an operator must mend; without a subcommand: list the open ones."""
    if context.invoked_subcommand is not None:
        return
    with db.reading() as session:
        rows = session.scalars(
            select(Incident).where(Incident.resolved_at.is_(None)).order_by(Incident.id)
        ).all()
        total = session.scalar(
            select(func.count(Incident.id)).where(Incident.resolved_at.is_(None))
        )
    for row in rows:
        click.echo(f"{row.id:>5} {row.element_id or '-'} [{row.code}] {row.message}")
    click.echo(f"共 {total} 项待处理")


@incidents.command("retry")
@click.argument("incident_id", type=int)
@click.option("--by", default="cli", show_default=True, help="Who; a login.")
def retry_incident(incident_id: int, by: str) -> None:
    """Close incident INCIDENT_ID and run its job again."""
    with db.transaction() as session:
        commands.retry(session, incident_id, actor=hooks.Actor(by))
    click.echo("✓ 已重新安排，稍后用 huiyin incidents 查看")
