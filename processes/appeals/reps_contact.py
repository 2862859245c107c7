"""One contact with one representative (D-08): the facts, and the half day it takes.

Other units learn only “该时段已有安排”; they may join the same contact (§4.0-5).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import clock
from engine.errors import Conflict, InvalidInput
from processes.appeals.reps_models import Invitation, SessionPeriod, WorkGroup
from processes.people import reps, reservations
from processes.people.models import RepMandate

SlotState = Literal["reserved", "merged", "taken", "needs_approval"]
#: D-08: the window in which a topic counts as the same contact.
WINDOW = timedelta(days=30)
#: Conclusions of D-08 that only a special approval (特批) overrules.
_BY_APPROVAL = frozenset({"urgent_only", "over_cap", "outside_window"})
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True)
class Slot:
    """A half day: `am` or `pm` of a day."""

    day: date
    half: str


def facts(session: Session, invitation: Invitation, slot: Slot, *, unit: str) -> dict[str, Any]:
    """Return the inputs of `dmn_contact_conflict` for one representative and half day."""
    rep = reps.representative(session, invitation.rep)
    that_day = reservations.busy(session, rep.code, slot.day, slot.day, unit=unit)
    times = reservations.contacts_this_year(session, [rep.code], slot.day.year)
    windows = rep.contact_windows
    return {
        "same_day_other_unit": any(not busy.mine for busy in that_day),
        "in_session": _in_session(session, rep.code, slot.day),
        "contacts_this_year": times[rep.code],
        "freq_cap": rep.freq_cap,
        "outside_window": bool(windows)
        and f"{_WEEKDAYS[slot.day.weekday()]}_{slot.half}" not in windows,
        "recent_topic": _recent_topic(session, invitation, slot.day, unit),
    }


def reserve(
    session: Session,
    invitation: Invitation,
    slot: Slot,
    *,
    choice: str | None,
    root_id: str,
    unit: str,
    actor: str,
) -> SlotState:
    """Take the half day in this transaction, or say why not.

    Of two units that ask for the same half day exactly one gets `reserved`, the other
    `taken`: the partial unique index of the reservation decides, not a look beforehand.

    Args:
        session: of the command that sends the invitation.
        invitation: carries the conclusion of D-08.
        slot: the half day that is asked for.
        choice: what the organiser decided after a conflict: merge, approve, reschedule or None.
        root_id: the case the half day is for.
        unit: the organisation that asks.
        actor: the login of who asks.
    """
    invitation.day, invitation.slot = slot.day, slot.half
    that_day = reservations.busy(session, invitation.rep, slot.day, slot.day)
    if choice == "merge" and that_day:
        invitation.merged, invitation.slot = True, that_day[0].slot
        return "merged"
    if invitation.conflict == "must_reschedule":
        return "taken"
    if invitation.conflict in _BY_APPROVAL and choice != "approve":
        return "needs_approval"
    try:
        reservations.reserve(
            session,
            invitation.rep,
            slot.day,
            slot.half,
            instance_id=root_id,
            unit=unit,
            actor=actor,
        )
    except (Conflict, InvalidInput):
        # Taken meanwhile, or the day has passed while an alternate was looked for.
        return "taken"
    invitation.merged = False
    return "reserved"


def slot_of(variables: Mapping[str, Any]) -> Slot:
    """Return the half day that the variables `meet_on` and `meet_half` name."""
    return Slot(to_day(variables["meet_on"]), str(variables["meet_half"]))


def to_day(value: object) -> date:
    """Return the day of a form's date, which is a date or, as stored, its ISO text."""
    if isinstance(value, datetime):
        return value.astimezone(clock.CHINA).date()
    return value if isinstance(value, date) else date.fromisoformat(str(value)[:10])


def _in_session(session: Session, rep: str, day: date) -> bool:
    """Say whether the congress or conference the representative sits in is meeting."""
    found = session.scalar(
        select(SessionPeriod.id)
        .join(
            RepMandate,
            (RepMandate.kind == SessionPeriod.kind) & (RepMandate.level == SessionPeriod.level),
        )
        .where(
            RepMandate.rep == rep,
            RepMandate.status == "在任",
            SessionPeriod.starts_on <= day,
            SessionPeriod.ends_on >= day,
        )
        .limit(1)
    )
    return found is not None


def _recent_topic(session: Session, invitation: Invitation, day: date, unit: str) -> str:
    """Return whether another unit has the representative within 30 days: same, other, none."""
    categories = set(
        session.scalars(
            select(Invitation.category)
            .join(WorkGroup, WorkGroup.id == Invitation.work_group_id)
            .where(
                Invitation.rep == invitation.rep,
                Invitation.id != invitation.id,
                WorkGroup.org != unit,
                Invitation.status.in_(("invited", "accepted")),
                Invitation.day.between(day - WINDOW, day + WINDOW),
            )
        )
    )
    if not categories:
        return "none"
    return "same" if invitation.category in categories else "other"
