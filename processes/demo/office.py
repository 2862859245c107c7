"""Setting an installation up, and filling it with the demonstration.

`prepare` is what every office needs at each start; it changes nothing when nothing changed.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine import bundles, calendar, clock, commands, db, hooks, migration, settings, vault
from engine.errors import NotAllowed
from engine.settings import data_folder
from processes.appeals import answers
from processes.demo import removal, stories, timeline
from processes.demo.models import DemoOffice
from processes.people import demo, passwords
from processes.people.models import Account, Org

Tell = Callable[[str], None]
State = Literal["empty", "unfinished", "ready", "real"]
#: The demonstration as it is shown; fewer are for tests and for the impatient.
APPEALS = 60


def prepare(tell: Tell) -> None:
    """Make the data folder, the key, the tables, the calendar; publish what changed."""
    data_folder()
    if vault.create(settings.current().keys):
        tell("密钥已生成，请与数据库分开备份")
    if migration.needed():
        migration.upgrade()
        tell("数据表已建好")
    with db.transaction() as session:
        calendar.seed(session)
    found = [bundles.read(folder) for folder in bundles.installed()]
    for bundle in bundles.in_order(found):
        with db.transaction() as session:
            fresh, what = commands.publish_files(
                session, bundle, actor=hooks.SYSTEM, reason="随程序更新"
            )
        if fresh:
            tell(f"流程包 {bundle.meta.get('title', bundle.name)}：{what}")


def state(session: Session) -> State:
    """Say what this database holds. A real office is never touched by the demonstration."""
    if session.scalar(select(Org.code).where(Org.is_demo.is_(False)).limit(1)) is not None:
        return "real"
    row = session.scalar(select(DemoOffice).limit(1))
    if row is None:
        return "unfinished" if demo.is_installed(session) else "empty"
    return "ready" if row.finished_at is not None else "unfinished"


def build(tell: Tell, appeals: int = APPEALS) -> None:
    """Add organisations and accounts, then let the processes walk the stories.

    Engine time begins some months back and ends at real time.

    Raises:
        NotAllowed: the database belongs to a real office.
        StoryFailed: a process went another way than a story says.
    """
    begun = time.perf_counter()
    with db.reading() as session:
        found = state(session)
    if found == "real":
        raise NotAllowed("这个数据库里已有真实组织，不能装入演示数据。")
    if found == "unfinished":
        tell("上次没有装完，重新开始")
        removal.remove()
    _people(tell)
    told = stories.first(appeals)
    db.mark(is_demo=True)
    try:
        with db.unhurried_disk():
            timeline.walk(told, tell)
    finally:
        db.mark()
    with db.transaction() as session:
        row = session.scalars(select(DemoOffice)).one()
        row.finished_at, row.appeals = clock.real(), len(told)
    tell(f"{len(told)} 件诉求已由流程办到今天，用时 {time.perf_counter() - begun:.0f} 秒")


def _people(tell: Tell) -> None:
    stored = passwords.hashed(demo.PASSWORD)
    with db.transaction() as session:
        session.add(DemoOffice(begun_at=clock.real()))
        places = demo.organisations(session)
        demo.accounts(session, stored=stored)
        answers.seed(session)
        accounts = session.scalar(select(func.count(Account.login)))
    tell(f"组织 {places} 个，账号 {accounts} 个（密码统一为 {demo.PASSWORD}）")
