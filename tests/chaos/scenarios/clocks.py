"""Wrong clocks, foreign zones, downtime and unpublished holidays: each reminder once, in its time.

The office is down for six hours, then for days over a change to summer time where its servers
stand; a year's holidays are published after deadlines were promised across it. The planted
fault is an office that counts what it missed from when it came back.
"""

from __future__ import annotations

import time
from collections import Counter
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select, update

from engine import calendar, clock, db
from engine.calendar.editing import publish
from engine.models import HumanTask, Job
from tests.chaos import model, storm
from tests.chaos.nursery import Nursery
from tests.chaos.report import Report
from tests.chaos.world import World
from tests.engine import office

NAME = "clocks"
DATABASES = ("sqlite", "postgres")
#: Those of the short version.
QUICK = ("sqlite",)
#: The figure in which its planted fault must show.
SEEN = "lost"
#: Where the servers stand: summer time begins on 14 March 2027, ends on 4 April, never is.
ZONES = ("America/New_York", "Australia/Lord_Howe", "Asia/Shanghai")
#: A fictional arrangement that takes a Wednesday away, and New Year's Monday.
HOLIDAYS = {
    2027: "日期,类型,名称\n2027-03-17,休,示例\n",
    2028: "日期,类型,名称\n2028-01-01,休,元旦\n2028-01-03,休,元旦\n",
}
#: Seconds by which a server's clock may be wrong: more than a lease.
SKEW = 30.0

Owed = set[tuple[str, str, datetime]]


def at(text: str) -> datetime:
    """Read a moment of the office."""
    return datetime.fromisoformat(text).replace(tzinfo=clock.CHINA).astimezone(UTC)


def run(world: World) -> Report:
    """Walk two groups of cases through their downtimes."""
    started = time.monotonic()
    with db.transaction() as session:
        calendar.seed(session)
    office.publish(model.REMINDED)
    variables = world.variables()
    with Nursery(world.folder / "victims.log", variables) as nursery:
        raging = storm.Storm(world, nursery, ("drain",) * 3, variables, skew=SKEW)
        owed = _spring(raging, world.pick(8, 150)) | _new_year(raging, world.pick(8, 150))
        nursery.end()
        return _count(raging, owed, started)


def _spring(raging: storm.Storm, number: int) -> Owed:
    """Six hours of downtime, then three days over a change of time abroad, then a holiday."""
    cases = _begin("2027-03-13T08:30", number)  # a Saturday
    hours = [at("2027-03-13T09:30") + timedelta(hours=hour) for hour in range(6)]
    _come_back(raging, "2027-03-13T14:45")
    _come_back(raging, "2027-03-16T09:05")
    _publish(raging, 2027)
    _come_back(raging, "2027-03-22T18:05")
    # Five working days from Saturday, without the Wednesday that became a holiday.
    limit = at("2027-03-22T18:00")
    mornings = [at(f"2027-03-{day}T09:00") for day in range(13, 23)]
    _close(cases)
    return _owed(cases, hours, mornings, limit)


def _new_year(raging: storm.Storm, number: int) -> Owed:
    """A deadline across a new year whose holidays nobody has published yet."""
    cases = _begin("2027-12-29T10:00", number)
    hours = [at("2027-12-29T11:00") + timedelta(hours=hour) for hour in range(6)]
    _publish(raging, 2028)
    _come_back(raging, "2028-01-06T18:05")
    mornings = [
        at(day) for day in (*(f"2027-12-{d}T09:00" for d in (30, 31)),
                            *(f"2028-01-0{d}T09:00" for d in range(1, 7)))
    ]  # fmt: skip
    limit = at("2028-01-06T18:00")
    _close(cases)
    return _owed(cases, hours, mornings, limit)


def _owed(
    cases: list[str], hours: list[datetime], mornings: list[datetime], limit: datetime
) -> Owed:
    return {
        (case, element, moment)
        for case in cases
        for element, moments in (("hourly", hours), ("morning", mornings), ("limit", [limit]))
        for moment in moments
    }


def _go(moment: str) -> None:
    clock.move(at(moment) - clock.real())


def _begin(moment: str, number: int) -> list[str]:
    _go(moment)
    return [office.start("reminded") for _ in range(number)]


def _come_back(raging: storm.Storm, moment: str) -> None:
    """Let the office work again at a moment, killing now and then, until nothing is due."""
    _go(moment)
    if raging.world.planted:
        with db.transaction() as session:
            missed = Job.due_at < clock.now() - timedelta(minutes=1)
            session.execute(
                update(Job)
                .where(Job.status == "open", missed)
                .values(due_at=clock.now() - timedelta(minutes=2))
            )
    raging.faults["downtime"] += 1
    ahead = {"CHAOS_AHEAD": str(clock.offset().total_seconds())}
    plain = dict(raging.environment)
    until = time.monotonic() + raging.world.pick(40, 200)
    while time.monotonic() < until and _due():
        raging.environment = plain | ahead | {"TZ": raging.world.dice.choice(ZONES)}
        raging.tend()
        time.sleep(raging.world.dice.uniform(0.3, 0.8))
        if raging.world.dice.random() < 0.3:
            raging.kill()
        storm.retry_incidents()
    raging.nursery.end()
    raging.staff.clear()
    raging.environment = plain


def _due() -> int:
    with db.reading() as session:
        # Not what is due in this very minute: a clock that is ahead may have run it already.
        due = Job.due_at <= clock.now() - timedelta(minutes=1)
        return session.scalar(select(func.count(Job.id)).where(Job.status == "open", due)) or 0


def _publish(raging: storm.Storm, year: int) -> None:
    with db.transaction() as session:
        done = publish(session, year, HOLIDAYS[year], source="示例通知", now=clock.now())
        assert not done.errors
        raging.faults["deadline moved"] += len(done.moved)


def _close(cases: list[str]) -> None:
    for case in cases:
        office.complete(case, "a", actor=office.Actor("closer", frozenset({"g@x"})))


def _count(raging: storm.Storm, owed: Owed, started: float) -> Report:
    with db.reading() as session:
        fired = Counter(
            (row[0], row[1], row[2].replace(second=0, microsecond=0))
            for row in session.execute(
                select(Job.instance_id, Job.element_id, Job.due_at).where(
                    Job.kind == "timer", Job.status == "done"
                )
            )
        )
        marks = Counter((row[0], row[1]) for row in session.execute(select(model.effect)))
        torn = session.scalar(select(func.count(HumanTask.id)).where(HumanTask.status == "open"))
    wanted = Counter((case, f"svc_{element}") for case, element, _ in owed)
    return Report(
        scenario=NAME,
        database=raging.world.database,
        seed=raging.world.seed,
        faults=raging.faults,
        jobs=len(owed),
        lost=len(owed - set(fired)) + (wanted - marks).total(),
        doubled=sum(number - 1 for number in fired.values())
        + len(set(fired) - owed)
        + (marks - wanted).total(),
        torn=torn or 0,
        seconds=time.monotonic() - started,
    )
