"""`/task/{id}/attachment`: the papers people add to a task."""

from __future__ import annotations

from typing import Any

from flask import request
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from engine import db, settings
from engine.attachments import content, storage
from engine.attachments.storage import Staged
from engine.commands import task_notes
from engine.models import Attachment, HumanTask, TaskPaper
from web.api.access import caller, needs
from web.api.answer import answer, moment
from web.api.blueprint import bp
from web.api.definition_shapes import link
from web.api.errors import invalid, missing
from web.api.params import ANY, TEXT, Params
from web.api.task_people import act, visible
from web.downloads import disposition

#: The form fields of an attachment.
ATTACHMENT = Params(
    "attachment",
    {
        "attachment-name": TEXT, "attachment-description": TEXT, "attachment-type": TEXT,
        "url": TEXT, "content": ANY,
    },
)  # fmt: skip


@bp.get("/task/<task_id>/attachment")
@needs("task", returns="Attachment[]")
def list_task_attachments(task_id: str) -> ResponseReturnValue:
    """List the files and addresses attached to a task, open or closed."""
    with db.reading() as session:
        task = visible(session, task_id)
        papers = session.scalars(
            select(TaskPaper).where(TaskPaper.human_task_id == task_id).order_by(TaskPaper.at)
        )
        return answer([_attachment(task, paper) for paper in papers])


@bp.get("/task/<task_id>/attachment/<attachment_id>")
@needs("task", returns="Attachment")
def get_task_attachment(task_id: str, attachment_id: str) -> ResponseReturnValue:
    """Return one attachment."""
    with db.reading() as session:
        task = visible(session, task_id)
        return answer(_attachment(task, _paper(session, task_id, attachment_id)))


@bp.get("/task/<task_id>/attachment/<attachment_id>/data")
@needs("task", returns="binary")
def get_task_attachment_data(task_id: str, attachment_id: str) -> ResponseReturnValue:
    """Return the content of an attached file, as a download and nothing else."""
    with db.reading() as session:
        visible(session, task_id)
        paper = _paper(session, task_id, attachment_id)
        stored = session.get(Attachment, paper.attachment_id) if paper.attachment_id else None
        if stored is None:
            raise missing(f"Attachment content for attachment with id '{attachment_id}' does not"
                          " exist.")  # fmt: skip
        name = storage.name_of(stored)
        data, kind = storage.read(stored), stored.media_type
    response = Response(data, content_type=kind)
    response.headers["Content-Disposition"] = disposition(name)
    return response


@bp.post("/task/<task_id>/attachment/create")
@needs("task", body=ATTACHMENT, returns="Attachment", multipart=True)
def create_task_attachment(task_id: str) -> ResponseReturnValue:
    """Attach a file or an address to an open task."""
    asked = ATTACHMENT.asked(dict(request.form.items()))
    with db.reading() as session:
        visible(session, task_id)  # nothing is stored for a task that is not there
    staged = _staged()

    def work(session: Session) -> dict[str, Any]:
        task = visible(session, task_id)
        paper = task_notes.add_paper(
            session,
            task_id,
            actor=caller().actor,
            name=asked.get("attachment-name") or (staged.name if staged else ""),
            description=asked.get("attachment-description", ""),
            type_=asked.get("attachment-type") or (staged.media_type if staged else None),
            url=asked.get("url"),
            staged=staged,
        )
        return _attachment(task, paper)

    made = db.unit(work)
    made["links"] = [link(f"/task/{task_id}/attachment/{made['id']}")]
    return answer(made)


@bp.delete("/task/<task_id>/attachment/<attachment_id>")
@needs("task")
def delete_task_attachment(task_id: str, attachment_id: str) -> ResponseReturnValue:
    """Take an attachment from an open task; its file is deleted after the commit."""

    def work(session: Session) -> None:
        stored_as = task_notes.remove_paper(session, task_id, attachment_id, actor=caller().actor)
        if stored_as is not None:
            db.after_commit(session, lambda: storage.delete(stored_as))

    return act(task_id, work)


def _staged() -> Staged | None:
    """Check and stage the posted file. Raises FileRefused with the reason."""
    posted = request.files.get("content")
    if posted is None:
        return None
    if len(request.files) > 1:
        raise invalid("One attachment has one file: the part 'content'.")
    limit = settings.current().upload_limit_mb << 20
    data = posted.stream.read(limit + 1)
    return storage.put(content.check(posted.filename or "content", data, limit=limit, text=True))


def _paper(session: Session, task_id: str, attachment_id: str) -> TaskPaper:
    found = session.get(TaskPaper, attachment_id)
    if found is None or found.human_task_id != task_id:
        raise missing(f"Task attachment with id {attachment_id} does not exist for task id"
                      f" '{task_id}'.")  # fmt: skip
    return found


def _attachment(task: HumanTask, paper: TaskPaper) -> dict[str, Any]:
    words = task_notes.words_of(paper)
    return {
        "links": [],
        "id": paper.id,
        "name": words["name"],
        "description": words["description"] or None,
        "taskId": paper.human_task_id,
        "type": paper.type,
        "url": words["url"],
        "createTime": moment(paper.at),
        "removalTime": None,
        "rootProcessInstanceId": task.root_id or None,
    }
