"""The working group's record: opened, composed, closed. Session first, nothing is committed."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine import clock
from engine.errors import NotFound
from processes import people
from processes.appeals.reps_matching import Match
from processes.appeals.reps_models import Invitation, WorkGroup
from processes.people import reservations

#: Where the district leads; its rights department answers for appeals.
DISTRICT, DISTRICT_GROUP = "district", "rights@district"
#: Stages in which representatives may not be invited (代表法 §59; L-021).
LEGAL_BLOCK = frozenset({"arbitration", "litigation"})


def group_of(session: Session, group_id: object) -> WorkGroup:
    """Return a working group.

    Raises:
        NotFound: there is none of that number.
    """
    found = session.get(WorkGroup, group_id)
    if found is None:
        raise NotFound("没有这个工作小组。")
    return found


def leading_unit(session: Session, org: str) -> tuple[str, str]:
    """Return which union runs a group for an appeal at `org`, and its candidate group.

    Streets and industries run their own (T-081); what lies below comes to them, what lies
    above to the district's rights department. A desk that nobody holds goes one level up.
    """
    unit = people.at_level(session, org, "L3")
    unit = people.staffed_org(session, "deskofficer", unit)
    return (unit, DISTRICT_GROUP if unit == DISTRICT else f"deskofficer@{unit}")


def running(session: Session, appeal_no: str) -> WorkGroup | None:
    """Return the group that now works on an appeal."""
    return session.scalar(
        select(WorkGroup)
        .where(WorkGroup.appeal_no == appeal_no, WorkGroup.outcome == "open")
        .limit(1)
    )


def call_off(session: Session, instance_ids: Sequence[str]) -> None:
    """Give the time back of groups whose walk ended without a result: the case was withdrawn."""
    for group in session.scalars(
        select(WorkGroup).where(
            WorkGroup.instance_id.in_(instance_ids), WorkGroup.outcome == "open"
        )
    ):
        reservations.release(session, group.root_id, because="called_off")
        close(group, "cancelled")


def remember(session: Session, group: WorkGroup, matches: Sequence[Match], category: str) -> None:
    """Write the matched representatives in order, each with the reasons for its score."""
    session.add_all(
        Invitation(
            work_group_id=group.id,
            rep=match.code,
            rank=rank,
            score=match.score,
            basis=list(match.basis),
            category=category,
        )
        for rank, match in enumerate(matches, start=1)
    )


def invitation_of(session: Session, group_id: object, rep: str) -> Invitation:
    """Return the line of one representative in a group.

    Raises:
        NotFound: the representative was not matched for this group.
    """
    found = session.scalar(
        select(Invitation).where(Invitation.work_group_id == group_id, Invitation.rep == rep)
    )
    if found is None:
        raise NotFound("这位代表委员不在匹配名单里。")
    return found


def invitations(session: Session, group_id: object, *statuses: str) -> list[Invitation]:
    """Return the lines of a group in order of rank; only these statuses if any are given."""
    query = select(Invitation).where(Invitation.work_group_id == group_id).order_by(Invitation.rank)
    if statuses:
        query = query.where(Invitation.status.in_(statuses))
    return list(session.scalars(query))


def accepted(session: Session, group_id: object) -> int:
    """Return how many have accepted: the quorum is one (§4.4 P03)."""
    return int(
        session.scalar(
            select(func.count()).where(
                Invitation.work_group_id == group_id, Invitation.status == "accepted"
            )
        )
        or 0
    )


def close(group: WorkGroup, outcome: str) -> None:
    """Close the group with its outcome."""
    group.outcome, group.closed_at = outcome, clock.now()
