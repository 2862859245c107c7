"""Answers as rows: drafted once, copied for followers, never without facts and basis."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.services import ServiceCall
from processes.appeals.models import Appeal, Reply


def draft(
    call: ServiceCall,
    appeal: Appeal,
    *,
    kind: str,
    conclusion: str,
    facts: str,
    basis: str,
    content: str,
    result_class: str = "A",
    where_to: str | None = None,
    promise_due: date | None = None,
) -> Reply:
    """Write the draft of an answer. An unsigned earlier draft of the same kind is replaced."""
    found = call.session.scalar(
        select(Reply)
        .where(Reply.appeal_no == appeal.no, Reply.signed_at.is_(None), Reply.kind == kind)
        .order_by(Reply.seq.desc())
        .limit(1)
    )
    reply = found or _new(call, appeal, kind)
    reply.conclusion, reply.facts, reply.basis, reply.content = conclusion, facts, basis, content
    reply.where_to, reply.result_class, reply.promise_due = where_to, result_class, promise_due
    reply.drafted_by, reply.drafted_at = call.actor.id, call.now
    reply.approved_by = None
    call.session.flush()  # a document of this command refers to it
    return reply


def copy(call: ServiceCall, appeal: Appeal, original: Reply) -> Reply:
    """Give a follower the main case's answer as its own row, to be delivered on its own."""
    reply = _new(call, appeal, "copied")
    for name in ("conclusion", "facts", "basis", "content", "where_to", "result_class"):
        setattr(reply, name, getattr(original, name))
    reply.promise_due = original.promise_due
    reply.drafted_by, reply.approved_by = original.drafted_by, original.approved_by
    reply.drafted_at = call.now
    call.session.flush()  # a document of this command refers to it
    return reply


def get(session: Session, reply_id: Any) -> Reply | None:
    """Return an answer, or None."""
    return session.get(Reply, str(reply_id)) if reply_id else None


def _new(call: ServiceCall, appeal: Appeal, kind: str) -> Reply:
    seq = 1 + int(
        call.session.scalar(
            select(func.count()).select_from(Reply).where(Reply.appeal_no == appeal.no)
        )
        or 0
    )
    reply = Reply(
        id=f"{appeal.no}-R{seq}",
        appeal_no=appeal.no,
        kind=kind,
        org=str(call.variables.get("org") or appeal.cur_org or appeal.street),
        drafted_at=call.now,
        drafted_by=call.actor.id,
        seq=seq,
    )
    call.session.add(reply)
    return reply
