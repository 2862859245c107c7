"""The detail of one task, ready for its template."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import url_for
from markupsafe import Markup
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from engine import forms, hooks, queries
from engine.forms import BoundForm
from engine.models import ProcessInstance
from engine.queries import TaskView, Viewer
from processes.appeals import contact
from processes.people import accounts, reveal
from web import diagrams, explain, files, history, people, words
from web.inbox.lists import Asked
from web.security import new_key

STORY_TITLE = "诉求内容"
#: Steps shown beside the form; the whole story has its own page.
STORY = 12


@dataclass
class Page:
    """What the detail shows. The form may be replaced when a post was not acceptable."""

    task: queries.TaskRow
    title: str
    tags: Sequence[str]
    fields: Sequence[tuple[str, str]]
    sections: Sequence[tuple[str, str]]
    files: Sequence[files.File]
    links: Sequence[tuple[str, str]]
    why: Sequence[str]
    next: Sequence[str]
    due: words.Due | None
    diagram: Markup
    timeline: Sequence[history.Step]
    form: BoundForm | None
    form_title: str
    may_act: bool
    may_claim: bool
    may_unclaim: bool
    cannot_text: str
    closed_text: str
    draft_text: str
    back: str
    case_address: str
    #: Whether name and phone may be asked for, and what was shown after a reason was given.
    has_contact: bool
    contact: Sequence[tuple[str, str]] = ()
    contact_error: str = ""
    key: str = field(default_factory=new_key)
    message: str = ""
    kept: Mapping[str, Any] = field(default_factory=dict)

    @property
    def open(self) -> bool:
        """Whether the task still waits."""
        return self.task.status == "open"

    @property
    def late(self) -> bool:
        """Whether its deadline has passed."""
        return self.task.late

    @property
    def contact_reasons(self) -> Sequence[str]:
        """The reasons that are offered for looking at name and phone."""
        return reveal.REASONS

    @property
    def latest(self) -> history.Step | None:
        """The last thing that happened, for the small screen."""
        return next((step for step in self.timeline if not step.now), None)

    @property
    def story_title(self) -> str:
        """What the case's own words are called."""
        return STORY_TITLE if self.sections else "内容和附件"


def build(session: Session, viewer: Viewer, task_id: str, asked: Asked) -> Page:
    """Return the page of a task.

    Raises:
        NotFound: there is none, or it is not visible.
    """
    view = queries.task(session, viewer, task_id)
    row = view.row
    case = summary(session, viewer, row.root_id)
    groups = people.of_groups(session, row.groups)
    due = words.due(row.due_at, row.deadline, row.created_at)
    return Page(
        task=row,
        title=str(case.get("title") or row.title or row.process_name),
        tags=list(case.get("tags") or ()),
        fields=_fields(row, case, groups),
        sections=_sections(case),
        files=files.listed(session, list(case.get("attachments") or ())),
        links=list(case.get("links") or ()),
        why=explain.why(view.why, row.name, groups, people.branches(session, view.why)),
        next=explain.if_nobody_acts(view.next, late=row.late),
        due=due,
        diagram=diagrams.draw(
            view.diagram,
            states=view.states,
            counts={},
            flows=view.flows,
            title=f"{row.process_name}流程图",
            uid=f"d{row.id[:8]}",
            process=row.process_key,
        ),
        timeline=_timeline(session, viewer, view, groups, due),
        form=_form(view),
        form_title=row.name,
        may_act=view.mine_to_do,
        may_claim=view.mine_to_do and row.assignee is None,
        may_unclaim=view.mine_to_do and row.assignee == viewer.id and bool(row.groups),
        cannot_text=_cannot(session, view, groups),
        closed_text=_closed(session, view),
        draft_text=_draft(view),
        back=url_for("inbox.index", **asked.kept),
        case_address=url_for("monitor.show", instance_id=row.root_id),
        has_contact=contact.available(session, viewer, row.root_id),
    )


def summary(session: Session, viewer: Viewer, root_id: str) -> Mapping[str, Any]:
    """Return how the area of the case describes it, masked for this viewer."""
    root = session.get(ProcessInstance, root_id)
    describe = hooks.summary_of(root.bundle) if root is not None else None
    return (describe(session, viewer, root_id) if describe else None) or {}


def bind(view: TaskView, posted: MultiDict[str, str] | None) -> BoundForm | None:
    """Return the task's form with what was posted, or as it starts."""
    if view.form is None:
        return None
    return forms.bind(view.form.schema, data=view.data, posted=posted, scope=view.data)


def _form(view: TaskView) -> BoundForm | None:
    kept = MultiDict([(name, item) for name, many in view.draft.items() for item in many])
    return bind(view, kept or None)


def _fields(row: queries.TaskRow, case: Mapping[str, Any], groups: str) -> list[tuple[str, str]]:
    told = [(str(label), str(value)) for label, value in case.get("fields") or ()]
    if not told:
        told = [("编号", row.business_key or "—"), ("流程", row.process_name)]
        told.append(("承办", groups or "—"))
    told.append(("到达时间", words.moment(row.created_at)))
    return told


def _sections(case: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the case's texts; the first needs no heading under the panel's own."""
    return [
        ("" if heading == STORY_TITLE else heading, text)
        for heading, text in case.get("sections") or ()
    ]


def _timeline(
    session: Session, viewer: Viewer, view: TaskView, groups: str, due: words.Due | None
) -> list[history.Step]:
    lines = queries.history(session, viewer, view.row.root_id, kinds=history.KINDS)
    names, places = people.of_lines(session, lines)
    waiting = []
    if view.row.status == "open":
        tone = "late" if view.row.late else "now"
        note = groups if view.row.assignee is None else "已签收"
        note += f"　{due.text}" if due else ""
        waiting.append(history.Step(f"{view.row.name}（等待办理）", None, note, tone, now=True))
    told = history.timeline(lines, names=names, places=places, waiting=waiting)
    return told[:STORY]


def _cannot(session: Session, view: TaskView, groups: str) -> str:
    holder = view.row.assignee
    if holder is not None:
        name = accounts.names(session, [holder]).get(holder, holder)
        return f"这项待办已由 {name} 签收办理。"
    return f"这项待办由 {groups or '指定的人'} 办理，您可以查看，不能提交。"


def _closed(session: Session, view: TaskView) -> str:
    if view.row.status == "cancelled":
        return f"这项待办已于 {words.moment(view.row.closed_at)} 撤销，不需要再办理。"
    who = view.completed_by or ""
    name = accounts.names(session, [who]).get(who, "系统") if who else "系统"
    return f"已由 {name} 于 {words.moment(view.row.closed_at)} 办理完成。"


def _draft(view: TaskView) -> str:
    if view.draft_saved_at is None:
        return "填写的内容会自动保存为草稿"
    return f"草稿自动保存于 {words.since(view.draft_saved_at)}"
