"""Opening personal data: with a reason, written down before the value is shown.

Names and phones are masked on every page (D-17). Whoever needs one says why, and the
access log keeps who opened what of which case (个人信息保护法 §51, §54). A refused attempt is
written down as well.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from engine import clock, queries
from engine.errors import InvalidInput, NotAllowed, NotFound
from engine.queries import Viewer
from processes.people import roles
from processes.people.models import AccessLog

T = TypeVar("T")

#: Reasons offered; a free text of at least six characters is accepted as well.
REASONS = ("联系职工办理", "核实身份", "送达答复", "回访", "紧急情况")
_SHORTEST_REASON = 6


@dataclass(frozen=True)
class Access:
    """One line of the access log, for the page of a case or of the privacy officer."""

    at: datetime
    account: str
    what: str
    reason: str
    allowed: bool


def reveal(
    session: Session,
    viewer: Viewer,
    *,
    instance_id: str,
    what: str,
    reason: str,
    read: Callable[[], T],
) -> T:
    """Write down who opens what and why, then return what `read` gives.

    Args:
        session: a transaction that will be committed; the log line belongs to it.
        viewer: who asks.
        instance_id: the case.
        what: the field's code (`party_phone`) or `file:<id>`.
        reason: one of `REASONS`, or at least six characters.
        read: gives the clear value; called only after the line is written.

    Raises:
        NotFound: the case is not visible to the viewer.
        InvalidInput: no sufficient reason.
        NotAllowed: the viewer's roles never see personal data in clear.
    """
    if not queries.may_see(session, viewer, instance_id):
        raise NotFound("没有这个诉求件。")
    given = reason.strip()
    if given not in REASONS and len(given) < _SHORTEST_REASON:
        raise InvalidInput("查看个人信息须说明理由（至少 6 个字）。", {"reason": "请写明理由"})
    if not may_reveal(viewer):
        raise NotAllowed("您的岗位不能查看职工的姓名和电话。")
    note(session, viewer.id, instance_id=instance_id, what=what, reason=given)
    return read()


def may_reveal(viewer: Viewer) -> bool:
    """Say whether some post of the viewer deals with workers directly.

    Departments, representatives, lawyers, analysts and administrators never see a name or a
    phone in clear (D-17).
    """
    return any(roles.opens_cases(roles.split(group)[0]) for group in viewer.groups)


def note(
    session: Session,
    account: str,
    *,
    instance_id: str | None,
    what: str,
    reason: str,
    allowed: bool = True,
) -> None:
    """Write a line of the access log; also for exports and searches by phone."""
    session.add(
        AccessLog(
            at=clock.now(),
            account=account,
            instance_id=instance_id,
            what=what[:80],
            reason=reason[:500],
            allowed=allowed,
        )
    )


def of_case(session: Session, viewer: Viewer, instance_id: str) -> list[Access]:
    """Return who opened personal data of a case, newest first.

    Raises:
        NotFound: the case is not visible to the viewer.
    """
    if not queries.may_see(session, viewer, instance_id):
        raise NotFound("没有这个诉求件。")
    return _lines(session, AccessLog.instance_id == instance_id)


def by_account(session: Session, viewer: Viewer, account: str) -> list[Access]:
    """Return what an account opened, newest first: its own, or for an audit role anybody's.

    Raises:
        NotAllowed: somebody else's log, without an audit role.
    """
    if viewer.id != account and viewer.scope != "all":
        raise NotAllowed("只能查看本人的查阅记录。")
    return _lines(session, AccessLog.account == account)


def _lines(session: Session, condition: ColumnElement[bool]) -> list[Access]:
    rows = session.scalars(
        select(AccessLog).where(condition).order_by(AccessLog.id.desc()).limit(500)
    )
    return [Access(row.at, row.account, row.what, row.reason, row.allowed) for row in rows]
