"""One case in full: where it stands, what happened and why, what an operator may mend."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import queries
from engine.commands import definitions, submissions, task_forms
from engine.models import (
    HumanTask,
    Incident,
    Job,
    ProcessInstance,
    Submission,
)
from engine.queries import InstanceRow, InstanceView, Viewer
from processes.people import accounts, reveal
from web import diagrams, entered, explain, files, history, people, words
from web.inbox.page import summary
from web.monitor import lists

#: Roles that may retry, suspend and resume: operators, not case workers.
OPERATORS = ("admin", "manager", "inspector")
#: What a job is called on the technical page.
JOBS = {
    "timer": "定时",
    "message": "消息",
    "signal": "信号",
    "async": "稍后继续",
    "external": "外部工作",
    "start": "定时启动",
    "switch": "定时暂停或恢复",
}


@dataclass(frozen=True)
class Entered:
    """One submitted form: who, when, and what if the viewer may read it."""

    title: str
    by: str
    at: str
    values: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Reason:
    """Why a gateway or a table said what it said."""

    title: str
    at: str
    lines: Sequence[str]


@dataclass(frozen=True)
class Page:
    """Everything the page of one case shows."""

    row: InstanceRow
    state: str
    tone: str
    case: Mapping[str, Any]
    files: Sequence[files.File]
    due: words.Due | None
    diagram: Markup
    timeline: Sequence[history.Step]
    reasons: Sequence[Reason]
    forms: Sequence[Entered]
    may_read_forms: bool
    tasks: Sequence[HumanTask]
    who: Mapping[str, str]
    jobs: Sequence[Mapping[str, str]]
    incidents: Sequence[Incident]
    may_operate: bool
    variables: Sequence[tuple[str, str, str]]
    children: Sequence[lists.Line]
    ancestors: Sequence[InstanceRow]


def build(session: Session, viewer: Viewer, instance_id: str) -> Page:
    """Return the page of a case, or of one call activity inside it.

    Raises:
        NotFound: it is not visible to this viewer.
    """
    view = queries.instance(session, viewer, instance_id)
    row = view.row
    case = summary(session, viewer, row.root_id)
    told = queries.history(session, viewer, instance_id)
    names, places = people.of_lines(session, told)
    called, tone = lists.state(row)
    may_read = reveal.may_reveal(viewer)
    tasks = view.tasks if view.parent_id else _all_tasks(session, row.id)
    return Page(
        row=row,
        state=called,
        tone=tone,
        case=case,
        files=files.listed(session, list(case.get("attachments") or ())),
        due=None if row.ended_at else words.due(row.next_due, row.next_deadline, row.started_at),
        diagram=_diagram(view),
        timeline=history.timeline(
            [line for line in told if line.kind in history.KINDS], names=names, places=places
        ),
        reasons=_reasons(told, people.branches(session, told)),
        forms=_forms(session, row.root_id, names, case.get("private", {}) if may_read else None),
        may_read_forms=may_read,
        tasks=tasks,
        who=_who(session, tasks),
        jobs=[_job(job) for job in view.jobs],
        incidents=view.incidents,
        may_operate=viewer.has_role(*OPERATORS),
        variables=_variables(view),
        children=[lists.line(child, names, places) for child in view.children],
        ancestors=view.ancestors,
    )


def _all_tasks(session: Session, root_id: str) -> list[HumanTask]:
    """Return the human tasks of the whole case, called processes included."""
    return list(
        session.scalars(
            select(HumanTask).where(HumanTask.root_id == root_id).order_by(HumanTask.created_at)
        )
    )


def _diagram(view: InstanceView) -> Markup:
    return diagrams.draw(
        view.diagram,
        states=view.states,
        counts={name: count for name, count in view.counts.items() if count > 1},
        flows=view.flows,
        title=f"{view.row.process_name}流程图",
        uid=f"i{view.row.id[:8]}",
        process=view.row.process_key,
    )


def _reasons(told: Sequence[queries.Line], branches: Mapping[str, str]) -> list[Reason]:
    found = []
    for line in told:
        if line.kind == "chosen":
            lines = list(explain.conditions(line.data))
            title = f"{line.name or line.element_id} {explain.answer(line.data, branches)}".strip()
        elif line.kind == "decided":
            lines = list(explain.decision(line.data))
            title = f"规则表“{line.name}”（第 {line.data.get('version', '')} 版）"
        else:
            continue
        found.append(Reason(title, words.moment(line.at), lines))
    return found[::-1]


def _forms(
    session: Session,
    root_id: str,
    names: Mapping[str, str],
    private: Mapping[str, str] | None,
) -> list[Entered]:
    """Return what was entered; `private` says how the personal fields look to this viewer.

    None: nothing of it is for them. The name and phone a worker gave stay masked here as
    everywhere (D-17); in clear they are shown for a reason that is written down.
    """
    rows = session.execute(
        select(Submission, HumanTask.name, ProcessInstance.definition_id)
        .join(ProcessInstance, ProcessInstance.id == Submission.instance_id)
        .join(HumanTask, HumanTask.id == Submission.human_task_id, isouter=True)
        .where(ProcessInstance.root_id == root_id)
        .order_by(Submission.submitted_at.desc())
        .limit(60)
    )
    return [
        Entered(
            title=name or "登记",
            by=history.person(row.submitted_by, names),
            at=words.moment(row.submitted_at),
            values=() if private is None else _values(session, row, definition, private),
        )
        for row, name, definition in rows
    ]


def _values(
    session: Session, row: Submission, definition: int, private: Mapping[str, str]
) -> list[tuple[str, str]]:
    drawn = definitions.by_id(session, definition)
    form = task_forms.find(session, drawn, row.element_id, None, key=row.form_key)
    told = submissions.read(row)
    told = {key: private.get(key, value) if value else value for key, value in told.items()}
    return entered.labelled(form.schema if form else None, told)


def _who(session: Session, tasks: Sequence[HumanTask]) -> dict[str, str]:
    logins = {login for task in tasks for login in (task.assignee, task.completed_by) if login}
    told = accounts.names(session, logins) if logins else {}
    for task in tasks:
        held = task.completed_by or task.assignee
        told[task.id] = told.get(held or "", "") or people.of_groups(session, task.groups)
    return told


def _job(job: Job) -> dict[str, str]:
    return {
        "what": f"{JOBS.get(job.kind, job.kind)} {job.element_id or ''}".strip(),
        "due": words.moment(job.due_at),
        "state": {
            "open": "等待",
            "failed": "异常",
            "parked": "等收件人",
            "cancelled": "已取消",
        }.get(job.status, job.status),
        "tries": f"{job.attempts} / {job.max_attempts}",
        "error": job.error or "",
    }


def _variables(view: InstanceView) -> list[tuple[str, str, str]]:
    return [
        (variable.name, variable.type, explain.shown(variable.text_value))
        for variable in view.variables
    ]
