"""An analyst's story of a case, walked by the real engine with a moved clock.

    name = "五个工作日没有人办理"
    process = "appeal_main"

    [start]
    as = "pinghu_window1"
    element = "start_window"
    form = { … }

    [[step]]
    after = "5W"
    [[step]]
    at = "ut_handle"
    as = "pinghu_handler1"
    form = { … }
    [[step]]
    waits = ["ut_approve_reply"]

`follow = "proposal_convert"` goes on with a case that this one started by a message.
A form's date is written from the day of the step: "T" is that day, "T+5W" five working days on.
Scenarios run on a database of their own: a fresh one in a temporary folder.
"""

from __future__ import annotations

import re
import tempfile
import tomllib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from engine import bundles, calendar, clock, commands, db, hooks, jobs, settings, testclock, vault
from engine.errors import EngineError
from engine.models import Base, HumanTask, ProcessInstance, Variable
from engine.state import values

_PERIOD = re.compile(r"(\d{1,3})([WCMH])")
_DAY = re.compile(r"T(?:\+(\d{1,3})([WCM]))?")
#: Drains of one step before it is taken for endless.
MAX_DRAINS = 500


class ScenarioFailed(EngineError):
    """The walk went another way than the scenario says."""

    code = "scenario-failed"


@dataclass(frozen=True)
class Scenario:
    """A parsed scenario file."""

    name: str
    process: str
    start: Mapping[str, Any]
    steps: tuple[Mapping[str, Any], ...]
    path: str


@dataclass
class Walk:
    """What happened, line by line, and how many forms people had to fill in."""

    scenario: Scenario
    lines: list[str] = field(default_factory=list)
    submissions: int = 0
    root_id: str = ""


def read(path: Path) -> Scenario:
    """Read a scenario file.

    Raises:
        ScenarioFailed: it is not TOML, or has no process.
    """
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise ScenarioFailed(f"{path.name} 无法读取：{error}") from None
    if not data.get("process"):
        raise ScenarioFailed(f"{path.name} 没有写明流程（process）。")
    return Scenario(
        str(data.get("name") or path.stem),
        str(data["process"]),
        dict(data.get("start") or {}),
        tuple(data.get("step") or ()),
        path.name,
    )


@contextmanager
def office(root: Path = bundles.ROOT) -> Iterator[None]:
    """Bind this process to a fresh office: schema, calendar, seeds, every bundle deployed."""
    with tempfile.TemporaryDirectory(prefix="huiyin-walk-") as folder:
        if not settings.current().keys.exists():
            vault.create(settings.current().keys)
        bundles.load_all()
        bound = db.bind(f"sqlite:///{folder}/walk.db")
        clock.move(timedelta(0))
        Base.metadata.create_all(bound)
        with db.transaction() as session:
            prepare(session, root)
        try:
            yield
        finally:
            clock.move(timedelta(0))
            bound.dispose()


def prepare(session: Any, root: Path = bundles.ROOT) -> None:
    """Fill a fresh database with what every walk needs."""
    calendar.seed(session)
    hooks.seed(session)
    for bundle in bundles.in_order([bundles.read(folder) for folder in bundles.installed(root)]):
        commands.deploy(session, bundle, actor=hooks.SYSTEM, reason="scenario")


def publish(folder: Path) -> None:
    """Publish a folder on the bound database, as `huiyin check` finds it."""
    with db.transaction() as session:
        commands.deploy(session, bundles.read(folder), actor=hooks.SYSTEM, reason="check")


def walk(scenario: Scenario, tell: Callable[[str], None] = lambda _: None) -> Walk:
    """Walk a scenario on the bound database and return what happened.

    Raises:
        ScenarioFailed: an expectation does not hold; the message says which step.
    """
    done = Walk(scenario)

    def say(line: str) -> None:
        done.lines.append(line)
        tell(line)

    begin(done, say)
    for number, step in enumerate(scenario.steps, start=1):
        try:
            take(done, step, say)
        except ScenarioFailed as failed:
            raise ScenarioFailed(f"{scenario.path} 第 {number} 步：{failed}") from None
        except EngineError as refused:
            detail = f"（{refused.fields}）" if hasattr(refused, "fields") else ""
            raise ScenarioFailed(
                f"{scenario.path} 第 {number} 步 {dict(step)}：{refused}{detail}"
            ) from refused
    return done


def begin(done: Walk, say: Callable[[str], None]) -> None:
    """Start the case of a scenario and run what is due at once."""
    start = done.scenario.start
    with db.transaction() as session:
        who = hooks.actor(session, str(start["as"])) if "as" in start else hooks.SYSTEM
        instance = commands.start(
            session,
            done.scenario.process,
            actor=who,
            submission=dated(session, start.get("form")),
            variables=start.get("variables"),
            business_key=start.get("business_key"),
            start_element=start.get("element"),
        )
        done.root_id = instance.id
    if start.get("form"):
        done.submissions += 1
    say(f"{_date()} 发起 {done.scenario.process}（{start.get('as', '系统')}）")
    settle()


def settle() -> None:
    """Run due jobs until none is left.

    Raises:
        ScenarioFailed: a process keeps itself busy.
    """
    for _ in range(MAX_DRAINS):
        if not jobs.drain():
            return
    raise ScenarioFailed("流程一直有作业要执行，停不下来。")


def take(done: Walk, step: Mapping[str, Any], say: Callable[[str], None]) -> None:
    """Take one step of a scenario.

    Raises:
        ScenarioFailed: the step cannot be taken, or what it expects does not hold.
    """
    if "after" in step:
        _pass_time(str(step["after"]), say)
    if "at" in step:
        _complete(done, step, say)
    if "message" in step:
        _message(done, step, say)
    if "follow" in step:
        _follow(done, str(step["follow"]), say)
    if "waits" in step:
        _waits(done, set(step["waits"]))
    if "ended" in step:
        _ended(done, str(step["ended"]))
    if "expect" in step:
        _expect(done, step["expect"])


def _pass_time(period: str, say: Callable[[str], None]) -> None:
    found = _PERIOD.fullmatch(period)
    if not found:
        raise ScenarioFailed(f"时间“{period}”应写成 5W、3C、1M 或 4H。")
    with db.transaction() as session:
        target = _target(session, int(found[1]), found[2])
    testclock.advance(target + timedelta(seconds=1), force=True)
    say(f"{_date()} 过了 {period}")


def dated(session: Any, form: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return a form with its days written out ("T+5W"): a story must be true in every year."""
    filled = dict(form or {})
    for name, value in filled.items():
        found = _DAY.fullmatch(value) if isinstance(value, str) else None
        if found:
            ahead = _target(session, int(found[1]), found[2]) if found[1] else clock.now()
            filled[name] = ahead.astimezone(clock.CHINA).date().isoformat()
    return filled


def _target(session: Any, amount: int, unit: str) -> datetime:
    functions = calendar.functions(session, clock.now(), decide=lambda _: {})
    name = {"W": "workdays", "C": "days", "M": "months", "H": "hours"}[unit]
    due = functions[name](amount)
    moment: datetime = due.due_at
    return max(moment, clock.now())


def _complete(done: Walk, step: Mapping[str, Any], say: Callable[[str], None]) -> None:
    with db.transaction() as session:
        who = hooks.actor(session, str(step["as"])) if "as" in step else hooks.SYSTEM
        found = _find(session, done, str(step["at"]), who, int(step.get("item", 0)))
        commands.complete(session, found.id, actor=who, submission=dated(session, step.get("form")))
        name = found.name
    done.submissions += 1
    say(f"{_date()} {name}（{step.get('as', '系统')}）")
    settle()


def _find(session: Any, done: Walk, element: str, who: hooks.Actor, item: int) -> HumanTask:
    rows = waiting(session, done.root_id, element)
    if not rows:
        raise ScenarioFailed(f"没有等待办理的 {element}，现在等待：{sorted(_open(session, done))}")
    mine = [row for row in rows if commands.may_act(row, who)]
    chosen: HumanTask = (mine or rows)[min(item, len(mine or rows) - 1)]
    return chosen


def waiting(session: Any, root_id: str, element: str) -> list[HumanTask]:
    """Return the open tasks of an element of a case, the oldest first."""
    return list(
        session.scalars(
            select(HumanTask)
            .where(
                HumanTask.root_id == root_id,
                HumanTask.element_id == element,
                HumanTask.status == "open",
            )
            .order_by(HumanTask.created_at, HumanTask.item)
        )
    )


def _open(session: Any, done: Walk) -> set[str]:
    return set(
        session.scalars(
            select(HumanTask.element_id).where(
                HumanTask.root_id == done.root_id, HumanTask.status == "open"
            )
        )
    )


def _message(done: Walk, step: Mapping[str, Any], say: Callable[[str], None]) -> None:
    with db.transaction() as session:
        root = session.get_one(ProcessInstance, done.root_id)
        number = root.business_key or ""
        key = str(step.get("correlation") or number).replace("{key}", number)
        key = key.replace("{case}", done.root_id)
        commands.correlate(
            session, str(step["message"]), correlation=key, payload=step.get("payload")
        )
    say(f"{_date()} 收到消息 {step['message']}")
    settle()


def _follow(done: Walk, process: str, say: Callable[[str], None]) -> None:
    """Go on with another case that this one started by a message, under the same number."""
    with db.reading() as session:
        here = session.get_one(ProcessInstance, done.root_id)
        found = session.scalar(
            select(ProcessInstance.id)
            .where(
                ProcessInstance.process_key == process,
                ProcessInstance.business_key == here.business_key,
                ProcessInstance.parent_id.is_(None),
            )
            .order_by(ProcessInstance.started_at.desc())
            .limit(1)
        )
    if found is None:
        raise ScenarioFailed(f"没有由它发起的 {process}。")
    done.root_id = found
    say(f"{_date()} 接着看 {process}")


def _waits(done: Walk, wanted: set[str]) -> None:
    with db.reading() as session:
        waiting = _open(session, done)
    if waiting != wanted:
        raise ScenarioFailed(f"应等待 {sorted(wanted)}，实际等待 {sorted(waiting)}")


def _ended(done: Walk, outcome: str) -> None:
    with db.reading() as session:
        root = session.get_one(ProcessInstance, done.root_id)
        waiting = _open(session, done)
    if root.status != "completed" or root.outcome != outcome:
        raise ScenarioFailed(
            f"应结束于 {outcome}，实际 {root.status}/{root.outcome}，等待 {sorted(waiting)}"
        )


def _expect(done: Walk, wanted: Mapping[str, Any]) -> None:
    with db.reading() as session:
        rows = session.scalars(select(Variable).where(Variable.instance_id == done.root_id))
        actual = {row.name: values.decode(row.value) for row in rows}
    wrong = {name: actual.get(name) for name, value in wanted.items() if actual.get(name) != value}
    if wrong:
        raise ScenarioFailed(f"变量与预期不同：{wrong}，预期 {dict(wanted)}")


def _date() -> str:
    return f"{clock.today():%Y-%m-%d %H:%M}"
