"""Commands for what an office keeps besides its cases: the working calendar and the keys."""

from __future__ import annotations

import errno
from datetime import date, datetime
from pathlib import Path

import click
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from engine import calendar, clock, db, settings, sqlite_file, vault
from engine.calendar import Moved
from engine.models import Base, CalendarDay


def register(group: click.Group) -> None:
    """Add these commands to `huiyin`."""
    for command in (working_calendar, keys, backup):
        group.add_command(command)


@click.group("calendar")
def working_calendar() -> None:
    """Working days and make-up days (调休)."""


@working_calendar.command("show")
@click.argument("year", type=int)
def show(year: int) -> None:
    """List the days of YEAR that are not what their weekday says, and what is missing."""
    with db.transaction() as session:
        calendar.seed(session)
        first, last = date(year, 1, 1), date(year, 12, 31)
        days = session.scalars(
            select(CalendarDay)
            .where(CalendarDay.day.between(first, last))
            .order_by(CalendarDay.day)
        ).all()
        published = year in calendar.load(session).published
        missing = calendar.warnings(session, clock.now())
    click.echo(f"{year}年：{'已公布' if published else '尚未公布，按周末估算'}")
    for day in days:
        click.echo(f"  {day.day:%Y-%m-%d}  {'班' if day.is_workday else '休'}  {day.name}")
    for line in missing:
        click.echo(f"提示：{line}")


@working_calendar.command("import")
@click.argument("year", type=int)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--source", required=True, help="The notice it comes from, e.g. 国办发明电〔2026〕7号."
)
def import_year(year: int, file: Path, source: str) -> None:
    """Take over the arrangement of YEAR from a CSV FILE (日期,类型,名称) and move deadlines."""
    with db.transaction() as session:
        calendar.seed(session)
        result = calendar.publish(
            session, year, file.read_text("utf-8-sig"), source=source, now=clock.now()
        )
    for line, reason in result.errors:
        click.echo(f"✗ 第 {line} 行：{reason}" if line else f"✗ {reason}", err=True)
    if result.errors:
        click.echo("没有导入，请改好后重试。", err=True)
        raise SystemExit(1)
    click.echo(f"✓ {year}年：导入 {result.days} 天，{len(result.moved)} 项期限有变动")
    _tell(result.moved)


@working_calendar.command("set")
@click.argument("day", type=click.DateTime(["%Y-%m-%d"]))
@click.option("--worked/--off", required=True, help="Whether people work on this day.")
@click.option("--name", required=True, help="Why, as the calendar shows it.")
def set_day(day: datetime, worked: bool, name: str) -> None:
    """Change one DAY by hand, and move the deadlines that depend on it."""
    with db.transaction() as session:
        calendar.seed(session)
        moved = calendar.set_day(session, day.date(), is_workday=worked, name=name, now=clock.now())
    click.echo(f"✓ {day:%Y-%m-%d} 改为{'上班' if worked else '休息'}，{len(moved)} 项期限有变动")
    _tell(moved)


def _tell(moved: list[Moved]) -> None:
    for item in moved:
        old, new = (f"{at.astimezone(clock.CHINA):%Y-%m-%d %H:%M}" for at in (item.old, item.new))
        click.echo(f"  {item.element_id}（{item.instance_id}）：{old} → {new}")


@click.command("backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def backup(file: Path) -> None:
    """Write the database as it is now into a new FILE, while the office goes on (SQLite)."""
    office = db.engine()
    if office.dialect.name != "sqlite":
        raise click.ClickException("数据库是 PostgreSQL，请用 pg_dump 备份。")
    if not Path(str(office.url.database)).is_file():
        raise click.ClickException(f"没有数据库文件 {office.url.database}，没有什么可以备份。")
    try:
        sqlite_file.back_up(office, file)
    except FileExistsError:
        raise click.ClickException(f"{file} 已存在，没有改动。请换一个文件名。") from None
    except FileNotFoundError:
        raise click.ClickException(f"没有文件夹 {file.parent}，请先建立。") from None
    except (OSError, DBAPIError, sqlite_file.Error) as failure:
        raise click.ClickException(_unsaved(file, failure)) from None
    current = settings.current()
    click.echo(f"✓ 已备份到 {file}（{file.stat().st_size / 1024:,.0f} KB）")
    click.echo(f"另需备份：附件 {current.attachments}，密钥 {current.keys}（与数据库分开保管）")


def _unsaved(file: Path, failure: Exception) -> str:
    """Say why there is no backup, and what to do."""
    told = str(getattr(failure, "orig", failure))
    if "is full" in told or getattr(failure, "errno", None) == errno.ENOSPC:
        return f"没有备份成：{file.parent} 所在的磁盘空间不足，请清理或换一个磁盘。"
    if isinstance(failure, OSError):
        return f"没有备份成：不能写入 {file.parent}（{failure.strerror}），请换一个文件夹。"
    return f"没有备份成（{told}）。原数据库没有改动，请检查两边的磁盘后再试。"


@click.group()
def keys() -> None:
    """The key of the personal data."""


@keys.command("create")
def create() -> None:
    """Make the key file, once. Keep a copy away from the database."""
    path = settings.current().keys
    made = vault.create(path)
    click.echo(
        f"✓ 已生成密钥文件 {path}，请另行备份" if made else f"密钥文件 {path} 已存在，未改动"
    )


@keys.command("rotate")
def rotate() -> None:
    """Seal with a new key from now on; what is sealed already still opens."""
    path = settings.current().keys
    name = vault.rotate(path)
    click.echo(f"✓ 今后用密钥 {name} 加密，原有密钥保留。请重新备份 {path}")


@keys.command("check")
def check() -> None:
    """Say whether every sealed value of the database has its key."""
    with db.reading() as session:
        vault.check(session, Base.metadata)
    click.echo("✓ 密钥齐全")
