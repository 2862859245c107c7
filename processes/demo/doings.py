"""What a story's step means: staff complete tasks, the worker opens, rates, withdraws.

Staff steps are steps of a scenario (`engine.scenarios`); who acts is the first holder of the
task's candidate group unless the step says `as`. The worker's go through the tracking page.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import commands, db, hooks, scenarios
from engine.models import HumanTask, Variable
from engine.scenarios import ScenarioFailed, Walk
from engine.state import values
from processes.appeals import intake, tracking
from processes.appeals.models import Appeal
from processes.demo import files, texts
from processes.demo.stories import Story
from processes.people import holders, posts

Step = Mapping[str, Any]
#: Tasks of one step that follow from each other.
_LONGEST = 40


@dataclass
class Told:
    """A story as far as it has been told."""

    story: Story
    number: int
    no: str = ""
    walk: Walk = field(default_factory=lambda: Walk(scenarios.Scenario("", "", {}, (), "")))
    last: str = ""

    @property
    def words(self) -> dict[str, str]:
        """What stands in braces in the texts of this story."""
        return texts.words(self.story.category, self.story.title) | {"no": self.no}


def begin(told: Told) -> None:
    """Hand the appeal in, as the page or the window does."""
    story = told.story
    with db.transaction() as session:
        who = hooks.actor(session, _clerk(story)) if story.form != "intake" else tracking.WORKER
        attached = [files.attach(session, name, by=who.id) for name in story.files]
        submission = scenarios.dated(session, texts.start_form(story, told.number))
        receipt = intake.submit(
            session, form=story.form, submission=submission, actor=who, files=attached
        )
        told.no, told.walk.root_id, told.last = receipt.no, receipt.instance_id, who.id


def do(told: Told, step: Step) -> None:
    """Take one step of a story.

    Raises:
        ScenarioFailed: the case is not where the story thinks.
    """
    for verb, act in _VERBS.items():
        if verb in step:
            act(told, step)
            return
    scenarios.take(told.walk, step, lambda _: None)


def _complete(told: Told, step: Step) -> None:
    with db.transaction() as session:
        task = _task(session, told, str(step["at"]), step.get("of"))
        login = str(step.get("as") or _somebody(session, task, told.last))
        form = dict(step.get("form", {}))
        for key, choose in step.get("choose", {}).items():
            form[key] = choose(_variables(session, task.instance_id))
        commands.complete(
            session,
            task.id,
            actor=hooks.actor(session, login),
            submission=scenarios.dated(session, texts.filled(form, told.words)),
            files=[files.attach(session, name, by=login) for name in step.get("files", ())],
        )
    told.last = login


def _exhaust(told: Told, step: Step) -> None:
    """Complete every waiting task of these elements, and those that follow from it."""
    for _ in range(_LONGEST):
        with db.reading() as session:
            waiting = [
                name
                for name in step["exhaust"]
                if scenarios.waiting(session, told.walk.root_id, name)
            ]
        if not waiting:
            return
        _complete(told, {"at": waiting[0], "form": step["exhaust"][waiting[0]]})
        scenarios.settle()
    raise ScenarioFailed(f"{list(step['exhaust'])} 一直有新的任务。")


def _claim(told: Told, step: Step) -> None:
    with db.transaction() as session:
        task = _task(session, told, str(step["claim"]), step.get("of"))
        login = str(step.get("as") or _somebody(session, task, told.last))
        actor = hooks.actor(session, login)
        commands.claim(session, task.id, actor=actor)
        if "form" in step:
            payload = texts.filled(step["form"], told.words)
            commands.save_draft(session, task.id, actor=actor, payload=payload)


def _open(told: Told, _: Step) -> None:
    with db.transaction() as session:
        tracking.opened(session, _appeal(session, told))


def _rate(told: Told, step: Step) -> None:
    with db.transaction() as session:
        appeal = _appeal(session, told)
        tracking.rate(session, appeal, str(step["rates"]), str(step.get("words", "")))


def _withdraw(told: Told, step: Step) -> None:
    with db.transaction() as session:
        tracking.withdraw(session, _appeal(session, told), str(step["withdraws"]))


def _add(told: Told, step: Step) -> None:
    with db.transaction() as session:
        attached = [files.attach(session, name, by="worker") for name in step.get("files", ())]
        tracking.supplement(session, _appeal(session, told), str(step["adds"]), attached)


_VERBS: dict[str, Callable[[Told, Step], None]] = {
    "at": _complete,
    "exhaust": _exhaust,
    "claim": _claim,
    "opens": _open,
    "rates": _rate,
    "withdraws": _withdraw,
    "adds": _add,
}


def _clerk(story: Story) -> str:
    return story.clerk or f"{story.street}_window1"


def _appeal(session: Session, told: Told) -> Appeal:
    return session.get_one(Appeal, told.no)


def _task(session: Session, told: Told, element: str, of: str | None) -> HumanTask:
    found = scenarios.waiting(session, told.walk.root_id, element)
    if of is not None:
        found = [task for task in found if any(group.endswith(f"@{of}") for group in task.groups)]
    if not found:
        elsewhere = session.scalars(
            select(HumanTask.element_id).where(
                HumanTask.root_id == told.walk.root_id, HumanTask.status == "open"
            )
        )
        raise ScenarioFailed(f"没有等待办理的 {element}，现在等待：{sorted(elsewhere)}")
    return found[0]


def _somebody(session: Session, task: HumanTask, last: str) -> str:
    """Return who does it: whoever took it, else a holder of its groups, rather somebody new."""
    if task.assignee:
        return task.assignee
    able = [
        login
        for group in task.groups
        for login in holders(session, *group.split("@", 1))
        if login not in task.excluded
    ]
    barred = posts.barred_logins(session, task.root_id, able)
    able = [login for login in able if login not in barred]
    if not able:
        raise ScenarioFailed(f"{task.element_id} 没有人能办：{task.groups}")
    return next((login for login in able if login != last), able[0])


def _variables(session: Session, instance_id: str) -> dict[str, Any]:
    rows = session.scalars(select(Variable).where(Variable.instance_id == instance_id))
    return {row.name: values.decode(row.value) for row in rows}
