"""Answers that go back to the hotline a case came from (回填)."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import clock
from engine.queries import Viewer, visible
from processes.appeals import codes
from processes.appeals.models import Appeal, Reply
from processes.people import orgs, reveal


def answered(
    session: Session, viewer: Viewer, source: str, *, since: datetime, until: datetime
) -> list[list[str]]:
    """Return the rows of `exchange.answers`: the last signed reply of each case of a source.

    Only cases the viewer may see; the download is written into the access log, since answers are
    read outside this system.
    """
    found = session.execute(
        select(Appeal, Reply)
        .join(Reply, Reply.appeal_no == Appeal.no)
        .where(
            Appeal.external_source == source,
            Reply.signed_at >= since,
            Reply.signed_at < until,
            visible(viewer, Appeal.instance_id.expression),
        )
        .order_by(Appeal.no, Reply.signed_at)
    )
    last = {appeal.no: (appeal, reply) for appeal, reply in found}
    names = orgs.names(session, {appeal.cur_org for appeal, _ in last.values() if appeal.cur_org})
    reveal.note(
        session,
        viewer.id,
        instance_id=None,
        what=f"export:answers:{source}",
        reason=f"答复回填导出 {len(last)} 件",
    )
    return [
        [
            appeal.external_no or "",
            appeal.no,
            codes.CONCLUSIONS[reply.conclusion],
            reply.content,
            reply.basis,
            f"{reply.signed_at.astimezone(clock.CHINA):%Y-%m-%d}" if reply.signed_at else "",
            names.get(appeal.cur_org or "", ""),
        ]
        for appeal, reply in last.values()
    ]
