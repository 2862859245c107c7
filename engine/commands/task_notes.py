"""Remarks and papers at a human task: what people write beside the form.

Both are kept with the case and may be read by whoever sees it; only whoever may act on the
task adds some. Words are sealed: they may name people.
"""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy.orm import Session

from engine import clock, vault
from engine.attachments import storage
from engine.attachments.storage import Staged
from engine.commands import operations, task_changes
from engine.errors import InvalidInput, NotAllowed, NotFound
from engine.hooks import Actor
from engine.models import Attachment, TaskNote, TaskPaper, new_id

#: Additional data of the sealed texts.
MESSAGE, WORDS = "task_note.message", "task_paper.words"
LONGEST = 4_000


def add_note(session: Session, human_task_id: str, message: str, *, actor: Actor) -> TaskNote:
    """Keep a remark.

    Raises:
        InvalidInput: it says nothing, or more than `LONGEST` characters.
        NotFound, HumanTaskClosed, NotAllowed: as for every act on a task.
    """
    held = task_changes.hold(session, human_task_id, actor)
    task_changes.permit(held.task, actor)
    _check(message)
    note = TaskNote(
        id=new_id(),
        human_task_id=human_task_id,
        instance_id=held.task.instance_id,
        author=actor.id,
        at=clock.now(),
        message=vault.seal(message, MESSAGE),
    )
    session.add(note)
    held.task.updated_at = note.at
    return note


def change_note(session: Session, note: TaskNote, message: str, *, actor: Actor) -> None:
    """Say a remark in other words; history says that it was changed, not what it said.

    Raises:
        InvalidInput: it says nothing, or more than `LONGEST` characters.
        NotFound, HumanTaskClosed, NotAllowed: as for every act on a task; or it is another's.
    """
    _own(session, note, "UpdateComment", actor)
    _check(message)
    note.message = vault.seal(message, MESSAGE)


def remove_note(session: Session, note: TaskNote, *, actor: Actor) -> None:
    """Take a remark back; history says that there was one.

    Raises:
        NotFound, HumanTaskClosed, NotAllowed: as for every act on a task; or it is another's.
    """
    _own(session, note, "DeleteComment", actor)
    session.delete(note)


def _own(session: Session, note: TaskNote, operation: str, actor: Actor) -> None:
    held = task_changes.hold(session, note.human_task_id, actor)
    task_changes.permit(held.task, actor)
    if note.author != actor.id:
        raise NotAllowed("只能修改或删除自己写的备注。")
    held.task.updated_at = clock.now()
    operations.note(
        session,
        note.instance_id,
        operation,
        "Comment",
        actor=actor,
        element=held.task.element_id,
        name="commentId",
        new=note.id,
        task=note.human_task_id,
    )


def _check(message: str) -> None:
    if not message.strip() or len(message) > LONGEST:
        raise InvalidInput(f"备注应当有 1 到 {LONGEST} 个字。")


def message_of(note: TaskNote) -> str:
    """Return the words of a remark. The caller has checked who may see it."""
    return vault.open_text(note.message, MESSAGE)


def add_paper(
    session: Session,
    human_task_id: str,
    *,
    actor: Actor,
    name: str,
    description: str = "",
    type_: str | None = None,
    url: str | None = None,
    staged: Staged | None = None,
) -> TaskPaper:
    """Attach a checked file, or only an address.

    Raises:
        InvalidInput: neither was given, or the address is none of the web.
        NotFound, HumanTaskClosed, NotAllowed: as for every act on a task.
    """
    held = task_changes.hold(session, human_task_id, actor)
    task_changes.permit(held.task, actor)
    if staged is None and not url:
        raise InvalidInput("No content nor url to remote content exists to create the attachment.")
    if url and (len(url) > LONGEST or not url.startswith(("http://", "https://"))):
        raise InvalidInput("附件的网址应当以 http:// 或 https:// 开头。")
    stored: Attachment | None = None
    if staged is not None:
        stored = storage.admit(session, staged, by=actor.id, field="task")
        stored.instance_id = held.task.instance_id
        session.flush()
    words = {"name": name[:255], "description": description[:LONGEST], "url": url}
    paper = TaskPaper(
        id=new_id(),
        human_task_id=human_task_id,
        instance_id=held.task.instance_id,
        attachment_id=stored.id if stored else None,
        words=vault.seal(json.dumps(words, ensure_ascii=False), WORDS),
        type=type_[:100] if type_ else None,
        at=clock.now(),
        author=actor.id,
    )
    session.add(paper)
    held.task.updated_at = paper.at
    return paper


def words_of(paper: TaskPaper) -> dict[str, Any]:
    """Return name, description and address. The caller has checked who may see them."""
    return dict(json.loads(vault.open_text(paper.words, WORDS)))


def remove_paper(
    session: Session, human_task_id: str, paper_id: str, *, actor: Actor
) -> str | None:
    """Take a paper away; return the name of its file, to be deleted after the commit.

    Raises:
        NotFound: the task has no such paper.
    """
    held = task_changes.hold(session, human_task_id, actor)
    task_changes.permit(held.task, actor)
    paper = session.get(TaskPaper, paper_id)
    if paper is None or paper.human_task_id != human_task_id:
        raise NotFound(f"Deletion is not possible. No attachment exists for task id"
                       f" '{human_task_id}' and attachment id '{paper_id}'.")  # fmt: skip
    stored = session.get(Attachment, paper.attachment_id) if paper.attachment_id else None
    session.delete(paper)
    session.flush()
    if stored is None:
        return None
    session.delete(stored)
    return stored.stored_as
