"""Cases walked by the real diagrams, up to and beyond the representatives."""

from __future__ import annotations

import shutil
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from engine import clock, commands, db, hooks, jobs, scenarios, testclock
from engine.models import HumanTask, ProcessInstance, Variable
from engine.state import values
from processes.people.identity import actor_for
from processes.people.models import Account
from tests.processes import people_office

#: A prepared SQLite office, made once per run and copied for every test.
_prepared: list[Path] = []

REGISTER = {
    "channel": "window",
    "category": "01",
    "kind": "help",
    "content": "车间三十六人两个月没有领到工资，老板说等回款。",
    "identity_mode": "real",
    "name": "陈某甲（示例）",
    "phone": "13800000001",
    "persons_affected": 36,
}
TRIAGE = {
    "route": "union",
    "category": "01",
    "kind": "help",
    "dept_level": "street",
    "scope": "street",
    "is_common": True,
    "has_union": False,
    "industry_managed": False,
    "worker_agrees_employer": False,
    "persons_affected": 36,
}
ANSWER = {
    "conclusion": "support",
    "facts": "三十六人两个月的工资已经发清。",
    "basis": "《保障农民工工资支付条例》第三条",
    "content": "您反映的工资已经全部到账，请核对。",
    "result_class": "A",
}


def furnish(url: str) -> None:
    """Publish every bundle into the bound, empty database, with the demonstration's people."""
    if not url.startswith("sqlite"):
        _prepare()
        return
    here = Path(url.removeprefix("sqlite:///"))
    if not _prepared:
        _prepare()
        db.engine().dispose()
        kept = Path(tempfile.mkdtemp(prefix="huiyin-tests-")) / "office.db"
        shutil.copy(here, kept)
        _prepared.append(kept)
    else:
        db.engine().dispose()
        shutil.copy(_prepared[0], here)
        db.bind(url)


def _prepare() -> None:
    with db.transaction() as session:
        scenarios.prepare(session)
        peopled = session.scalar(select(Account.login).limit(1)) is not None
    if not peopled:
        people_office.furnish()


class Case:
    """One case, moved step by step. Every method that moves returns the case."""

    def __init__(self, root: str) -> None:
        self.root = root

    @classmethod
    def registered(cls, street: str = "pinghu", **form: Any) -> Case:
        """A case that the window of a street has registered."""
        with db.transaction() as session:
            case = cls(
                commands.start(
                    session,
                    "appeal_main",
                    actor=actor_for(session, f"{street}_window1"),
                    submission={**REGISTER, "street": street, **form},
                    start_element="start_window",
                ).id
            )
        return case.settle()

    @classmethod
    def promoted(cls, street: str = "pinghu", **triage: Any) -> Case:
        """A case for which the street has asked representatives to help."""
        return (
            cls.registered(street)
            .at("ut_triage", f"{street}_window1", **{**TRIAGE, **triage})
            .at("ut_handle", f"{street}_handler1", summary="请代表推动", action="promote")
        )

    def settle(self) -> Case:
        """Run what is due, until nothing is."""
        for _ in range(200):
            if not jobs.drain():
                return self
        raise AssertionError("the case does not come to rest")

    def at(self, element: str, login: str, **form: Any) -> Case:
        """Complete a waiting task as somebody; of several, the first that is theirs."""
        with db.transaction() as session:
            who = actor_for(session, login)
            rows = session.scalars(
                select(HumanTask)
                .where(
                    HumanTask.root_id == self.root,
                    HumanTask.element_id == element,
                    HumanTask.status == "open",
                )
                .order_by(HumanTask.created_at, HumanTask.item)
            ).all()
            assert rows, f"{element} does not wait; these do: {self.waits()}"
            mine = next((row for row in rows if commands.may_act(row, who)), rows[0])
            commands.complete(session, mine.id, actor=who, submission=form)
        return self.settle()

    def message(self, name: str, **payload: Any) -> Case:
        """Send a message to the case."""
        with db.transaction() as session:
            commands.correlate(session, name, correlation=self.number, payload=payload)
        return self.settle()

    def after(self, **period: float) -> Case:
        """Let time pass; whatever becomes due runs in order."""
        testclock.advance(clock.now() + timedelta(**period), force=True)
        return self.settle()

    def follow(self, process: str) -> Case:
        """Return the case that this one started by a message."""
        with db.reading() as session:
            found = session.scalar(
                select(ProcessInstance.id)
                .where(
                    ProcessInstance.process_key == process,
                    ProcessInstance.business_key == self.number,
                    ProcessInstance.parent_id.is_(None),
                )
                .order_by(ProcessInstance.started_at.desc())
            )
        assert found, f"no {process} was started"
        return Case(found)

    @property
    def number(self) -> str:
        """The appeal's number."""
        with db.reading() as session:
            return session.get_one(ProcessInstance, self.root).business_key or ""

    def waits(self) -> set[str]:
        """The elements that wait for people."""
        with db.reading() as session:
            return set(
                session.scalars(
                    select(HumanTask.element_id).where(
                        HumanTask.root_id == self.root, HumanTask.status == "open"
                    )
                )
            )

    def tasks(self, element: str) -> list[HumanTask]:
        """The waiting tasks of one element."""
        with db.reading() as session:
            return list(
                session.scalars(
                    select(HumanTask).where(
                        HumanTask.root_id == self.root,
                        HumanTask.element_id == element,
                        HumanTask.status == "open",
                    )
                )
            )

    def variable(self, name: str, process: str | None = None) -> Any:
        """The value of a variable, of the case or of the newest instance of a process in it."""
        with db.reading() as session:
            row = session.scalar(
                select(Variable)
                .join(ProcessInstance, ProcessInstance.id == Variable.instance_id)
                .where(
                    Variable.name == name,
                    Variable.scope == "",
                    ProcessInstance.root_id == self.root,
                    ProcessInstance.process_key == process
                    if process
                    else ProcessInstance.id == self.root,
                )
                .order_by(ProcessInstance.started_at.desc())
                .limit(1)
            )
        return None if row is None else values.decode(row.value)


def count(session: Any, model: Any, *conditions: Any) -> int:
    """Count rows."""
    return int(session.scalar(select(func.count()).select_from(model).where(*conditions)) or 0)


def somebody(login: str) -> hooks.Actor:
    """Return an account as it acts."""
    with db.reading() as session:
        return actor_for(session, login)
