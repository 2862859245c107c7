"""How an appeal comes in: from a worker's phone, from the counter, from another hotline's sheet.

One form, one `appeal_main` instance, one receipt. The same press twice gives the same receipt,
query code included; that is why keys are long, random and made by the page.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import calendar, commands
from engine.errors import Conflict, NotFound
from engine.hooks import Actor
from engine.models import Attachment, HumanTask, ProcessInstance, Submission
from engine.queries import Viewer
from processes.appeals.models import Appeal

Form = Literal["intake", "register", "imported"]

_STARTS: Mapping[Form, str] = {
    "intake": "start_online",
    "register": "start_window",
    "imported": "start_import",
}
#: Whoever has one of these writes the answer that the worker will rate.
_HANDLING = ("ut_handle", "ut_draft_reply")
#: 信访工作条例 §23: fifteen natural days to tell whether it is accepted.
ACCEPT_WITHIN = 15


@dataclass(frozen=True)
class Receipt:
    """What the worker is given: the number, and the code that opens her page."""

    no: str
    instance_id: str
    street: str
    identity_mode: str
    status: str
    received_at: datetime
    accept_due: datetime
    query_code: str = field(repr=False)


class AlreadyRegistered(Conflict):
    """The other system's number has a case already. `no` is ours."""

    code = "already-registered"

    def __init__(self, external_no: str, no: str) -> None:
        super().__init__(f"工单 {external_no} 已登记为 {no}，不再重复登记。")
        self.no = no


def submit(
    session: Session,
    *,
    form: Form,
    submission: Mapping[str, Any],
    actor: Actor,
    files: Sequence[Attachment] = (),
    idempotency_key: str | None = None,
) -> Receipt:
    """Enter an appeal and start its process.

    Args:
        session: an open transaction; nothing has happened if it does not commit.
        form: which start form the submission belongs to.
        submission: the form's fields; checked by the engine against the form.
        actor: the worker, or the clerk.
        files: rows of the attachments that were handed in.
        idempotency_key: the same key gives the same receipt.

    Raises:
        InvalidInput: fields are missing or wrong; `fields` says which.
        AlreadyRegistered: the external number is known.
        NotAllowed: the clerk's post does not register appeals.
    """
    if form == "imported":
        _refuse_known(session, submission)
    row = commands.start(
        session,
        "appeal_main",
        actor=actor,
        submission=submission,
        start_element=_STARTS[form],
        idempotency_key=idempotency_key,
        files=files,
    )
    return _receipt(session, _of_instance(session, row.id))


def receipt(session: Session, no: str) -> Receipt:
    """Return the receipt of an appeal, for a reprint; the caller has checked who asks.

    Raises:
        NotFound: there is no such appeal.
    """
    appeal = session.get(Appeal, no)
    if appeal is None:
        raise NotFound("没有这件诉求。")
    return _receipt(session, appeal)


def may_hold_code(session: Session, viewer: Viewer, instance_id: str) -> bool:
    """Say whether somebody of the office may see a worker's query code.

    With the code one could open and rate in her name, so whoever handles the case must not have
    it: only the clerk who registered it, and the counter, where a lost code is asked for. In a
    small unit one person is counter and handler; then the handler counts.
    """
    row = session.get(ProcessInstance, instance_id)
    if row is None or not (row.started_by == viewer.id or viewer.has_role("window")):
        return False
    actor = Actor(viewer.id, viewer.groups)
    handled = session.scalars(
        select(HumanTask).where(
            HumanTask.root_id == row.root_id, HumanTask.element_id.in_(_HANDLING)
        )
    )
    return not any(
        viewer.id in (task.assignee, task.completed_by)
        or (task.status == "open" and commands.may_act(task, actor))
        for task in handled
    )


def replayed(session: Session, idempotency_key: str) -> Receipt | None:
    """Return the receipt that this key was given before, or None."""
    appeal = session.scalar(
        select(Appeal)
        .join(Submission, Submission.instance_id == Appeal.instance_id)
        .where(Submission.idempotency_key == idempotency_key)
    )
    return _receipt(session, appeal) if appeal is not None else None


def known_external(session: Session, source: str, numbers: Collection[str]) -> set[str]:
    """Return those numbers of another system that have a case here."""
    found: set[str] = set()
    wanted = sorted(set(numbers))
    for at in range(0, len(wanted), 400):  # a statement takes only so many parameters
        found.update(
            number
            for number in session.scalars(
                select(Appeal.external_no).where(
                    Appeal.external_source == source,
                    Appeal.external_no.in_(wanted[at : at + 400]),
                )
            )
            if number is not None
        )
    return found


def _refuse_known(session: Session, submission: Mapping[str, Any]) -> None:
    number = str(submission.get("external_no", ""))
    no = session.scalar(
        select(Appeal.no).where(
            Appeal.external_source == submission.get("external_source"),
            Appeal.external_no == number,
        )
    )
    if no is not None:
        raise AlreadyRegistered(number, no)


def _of_instance(session: Session, instance_id: str) -> Appeal:
    return session.scalars(select(Appeal).where(Appeal.instance_id == instance_id)).one()


def _receipt(session: Session, appeal: Appeal) -> Receipt:
    due = calendar.compute(calendar.load(session), appeal.received_at, ACCEPT_WITHIN, "C")
    return Receipt(
        no=appeal.no,
        instance_id=appeal.instance_id,
        street=appeal.street,
        identity_mode=appeal.identity_mode,
        status=appeal.status,
        received_at=appeal.received_at,
        accept_due=due.due_at,
        query_code=appeal.track_code,
    )
