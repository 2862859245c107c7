"""What every handler of an appeal needs: find the case, note a step, show the worker a text."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.errors import NotFound, ServiceFailed
from engine.models import Subscription
from engine.services import ServiceCall
from processes.appeals.models import Appeal, AppealStep, Document, Reply
from processes.people import posts

#: Roles of the case's papers, by kind: what stands above the text on the worker's page.
REPLY, INTERIM, NOTICE = "reply", "interim", "notice"


def find(session: Session, no: str) -> Appeal:
    """Return an appeal by its number.

    Raises:
        NotFound: there is none.
    """
    found = session.get(Appeal, no)
    if found is None:
        raise NotFound("没有这个诉求件。")
    return found


def of(call: ServiceCall) -> Appeal:
    """Return the appeal that a handler was called for.

    Raises:
        ServiceFailed: the process has no `appeal_no`; trying again cannot help.
    """
    no = call.inputs.get("appeal_no") or call.variables.get("appeal_no")
    appeal = call.session.get(Appeal, str(no)) if no else None
    if appeal is None:
        raise ServiceFailed(f"流程变量 appeal_no 没有对应的诉求件（{no}）。", retry=False)
    return appeal


def text(values: Mapping[str, Any], key: str) -> str | None:
    """Return what was typed in a field, without blanks around it; None if nothing."""
    value = values.get(key)
    return str(value).strip() or None if value is not None else None


def step(
    call: ServiceCall,
    action: str,
    *,
    summary: str | None = None,
    result: str | None = None,
    public: bool = False,
    appeal: Appeal | None = None,
) -> AppealStep:
    """Note what was done. `action` and `result` are codes; the words are sealed."""
    appeal = appeal or of(call)
    noted = AppealStep(
        appeal_no=appeal.no,
        at=call.now,
        level=appeal.cur_level,
        org=appeal.cur_org,
        element=call.element_id,
        action=action,
        actor=call.actor.id,
        summary=summary,
        result=result,
        public=public,
        overdue=_late(appeal, call.now),
    )
    call.session.add(noted)
    return noted


def publish(
    call: ServiceCall,
    kind: str,
    template: str,
    title: str,
    body: str,
    *,
    reply: Reply | None = None,
    appeal: Appeal | None = None,
) -> Document:
    """Put a text on the worker's page and owe her a word about it.

    The id counts the case's documents, so that it can be spoken and correlates deliveries.
    """
    appeal = appeal or of(call)
    seq = 1 + int(
        call.session.scalar(
            select(func.count()).select_from(Document).where(Document.appeal_no == appeal.no)
        )
        or 0
    )
    document = Document(
        id=f"{appeal.no}-D{seq}",
        appeal_no=appeal.no,
        kind=kind,
        template=template,
        reply_id=reply.id if reply else None,
        title=title,
        text=body,
        org=str(call.variables.get("org") or appeal.cur_org or appeal.street),
        published_at=call.now,
        seq=seq,
    )
    call.session.add(document)
    call.session.flush()  # the next document of this command counts this one
    call.post(
        kind=kind,
        recipient=appeal.no,
        payload={"document": document.id, "template": template},
        key=f"document:{document.id}",
        urgent=appeal.urgency == "critical",
    )
    return document


def settle(call: ServiceCall, element: str) -> None:
    """Tell the supervision beside an owed task, if there is one, that the work is done."""
    key = f"{call.variables.get('appeal_no')}:{element}"
    waiting = call.session.scalar(
        select(Subscription.id)
        .where(
            Subscription.kind == "message",
            Subscription.name == "msg_overdue_settled",
            Subscription.correlation == key,
        )
        .limit(1)
    )
    if waiting is not None:
        call.send("msg_overdue_settled", correlation=key)


def second_person(
    call: ServiceCall, org: str, *, role: str = "reviewer", drafted_by: str | None = None
) -> str:
    """Return where somebody else than the one who acted can decide (§4.0-7)."""
    return posts.staffed_org(
        call.session,
        role,
        org,
        excluding=_people(drafted_by or call.actor.id),
        instance_id=call.instance.root_id,
    )


def _people(login: str) -> Collection[str]:
    return (login,) if login and login != "system" else ()


def _late(appeal: Appeal, now: datetime) -> bool:
    return now > appeal.due_at and appeal.answered_at is None
