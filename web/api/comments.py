"""`/task/{id}/comment` and `/process-instance/{id}/comment`: what people remark at tasks."""

from __future__ import annotations

from typing import Any

from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import db
from engine.commands import task_notes
from engine.models import HumanTask, TaskNote
from web.api.access import caller, needs
from web.api.answer import answer, moment, nothing
from web.api.blueprint import bp
from web.api.definition_shapes import link
from web.api.errors import invalid, missing
from web.api.params import ANY, TEXT, Params
from web.api.process_instances import require
from web.api.task_people import visible

#: Only the message counts, and the id where one is changed; clients send a whole comment.
COMMENT = Params(
    "comment",
    {
        "id": TEXT, "message": TEXT, "processInstanceId": TEXT,
        **dict.fromkeys(
            ("links", "userId", "taskId", "rootProcessInstanceId", "time", "removalTime"), ANY
        ),
    },
)  # fmt: skip


@bp.get("/task/<task_id>/comment")
@needs("task", returns="Comment[]")
def list_task_comments(task_id: str) -> ResponseReturnValue:
    """List what people remarked at a task, open or closed."""
    with db.reading() as session:
        task = visible(session, task_id)
        notes = session.scalars(
            select(TaskNote).where(TaskNote.human_task_id == task_id).order_by(TaskNote.at)
        )
        return answer([_comment(task, note) for note in notes])


@bp.get("/process-instance/<instance_id>/comment")
@needs("task", returns="Comment[]")
def list_process_instance_comments(instance_id: str) -> ResponseReturnValue:
    """List what people remarked at the tasks of an instance, running or ended."""
    with db.reading() as session:
        require(session, instance_id, running=False)
        found = session.execute(
            select(HumanTask, TaskNote)
            .join(TaskNote, TaskNote.human_task_id == HumanTask.id)
            .where(HumanTask.instance_id == instance_id)
            .order_by(TaskNote.at)
        )
        return answer([_comment(task, note) for task, note in found])


@bp.get("/task/<task_id>/comment/<comment_id>")
@needs("task", returns="Comment")
def get_task_comment(task_id: str, comment_id: str) -> ResponseReturnValue:
    """Return one remark."""
    with db.reading() as session:
        task = visible(session, task_id)
        note = session.get(TaskNote, comment_id)
        if note is None or note.human_task_id != task_id:
            raise missing(f"Task comment with id {comment_id} does not exist for task id"
                          f" '{task_id}'.")  # fmt: skip
        return answer(_comment(task, note))


@bp.post("/task/<task_id>/comment/create")
@needs("task", body=COMMENT, returns="Comment")
def create_task_comment(task_id: str) -> ResponseReturnValue:
    """Remark something at an open task."""
    message = COMMENT.body().get("message", "")

    def work(session: Session) -> dict[str, Any]:
        task = visible(session, task_id)
        note = task_notes.add_note(session, task_id, message, actor=caller().actor)
        return _comment(task, note)

    made = db.unit(work)
    made["links"] = [link(f"/task/{task_id}/comment/{made['id']}")]
    return answer(made)


def _comment(task: HumanTask, note: TaskNote) -> dict[str, Any]:
    return {
        "links": [],
        "id": note.id,
        "userId": note.author,
        "taskId": note.human_task_id,
        "rootProcessInstanceId": task.root_id or None,
        "processInstanceId": note.instance_id,
        "time": moment(note.at),
        "message": task_notes.message_of(note),
        "removalTime": None,
    }


# ---- changing and taking away: only what the caller wrote, at an open task -----------------


@bp.put("/task/<task_id>/comment")
@needs("task", body=COMMENT)
def update_task_comment(task_id: str) -> ResponseReturnValue:
    """Say a remark of one's own in other words, while the task is open."""
    comment_id, message = _changed()

    def work(session: Session) -> None:
        visible(session, task_id)
        _change(session, _of_task(session, task_id, comment_id), message)

    db.unit(work)
    return nothing()


@bp.put("/process-instance/<instance_id>/comment")
@needs("task", body=COMMENT)
def update_process_instance_comment(instance_id: str) -> ResponseReturnValue:
    """Say a remark of one's own in other words, while its task is open."""
    comment_id, message = _changed()

    def work(session: Session) -> None:
        require(session, instance_id, running=False)
        _change(session, _of_instance(session, instance_id, comment_id), message)

    db.unit(work)
    return nothing()


@bp.delete("/task/<task_id>/comment/<comment_id>")
@needs("task")
def delete_task_comment(task_id: str, comment_id: str) -> ResponseReturnValue:
    """Take a remark of one's own back, while the task is open."""

    def work(session: Session) -> None:
        visible(session, task_id)
        _take_back(session, [_of_task(session, task_id, comment_id)])

    db.unit(work)
    return nothing()


@bp.delete("/process-instance/<instance_id>/comment/<comment_id>")
@needs("task")
def delete_process_instance_comment(instance_id: str, comment_id: str) -> ResponseReturnValue:
    """Take a remark of one's own back, while its task is open."""

    def work(session: Session) -> None:
        require(session, instance_id, running=False)
        _take_back(session, [_of_instance(session, instance_id, comment_id)])

    db.unit(work)
    return nothing()


@bp.delete("/task/<task_id>/comment")
@needs("task")
def delete_task_comments(task_id: str) -> ResponseReturnValue:
    """Take every remark at an open task back; all of them must be the caller's own."""

    def work(session: Session) -> None:
        visible(session, task_id)
        wanted = select(TaskNote).where(TaskNote.human_task_id == task_id)
        _take_back(session, list(session.scalars(wanted)))

    db.unit(work)
    return nothing()


@bp.delete("/process-instance/<instance_id>/comment")
@needs("task")
def delete_process_instance_comments(instance_id: str) -> ResponseReturnValue:
    """Take every remark at tasks of an instance back; all must be the caller's own."""

    def work(session: Session) -> None:
        require(session, instance_id, running=False)
        wanted = select(TaskNote).where(TaskNote.instance_id == instance_id)
        _take_back(session, list(session.scalars(wanted)))

    db.unit(work)
    return nothing()


def _changed() -> tuple[str, str]:
    asked = COMMENT.body()
    if not asked.get("id") or asked.get("message") is None:
        raise invalid("Comment id and message are required.")
    return asked.get("id"), asked.get("message")


def _of_task(session: Session, task_id: str, comment_id: str) -> TaskNote:
    note = session.get(TaskNote, comment_id)
    if note is None or note.human_task_id != task_id:
        raise invalid(f"No comment exists with commentId: {comment_id}, taskId: {task_id}")
    return note


def _of_instance(session: Session, instance_id: str, comment_id: str) -> TaskNote:
    note = session.get(TaskNote, comment_id)
    if note is None or note.instance_id != instance_id:
        raise invalid(
            f"No comment exists with commentId: {comment_id}, processInstanceId: {instance_id}"
        )
    return note


def _change(session: Session, note: TaskNote, message: str) -> None:
    task_notes.change_note(session, note, message, actor=caller().actor)


def _take_back(session: Session, notes: list[TaskNote]) -> None:
    for note in notes:
        task_notes.remove_note(session, note, actor=caller().actor)
