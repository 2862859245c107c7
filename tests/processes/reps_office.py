"""An office with representatives, and working groups to invite them to."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

from engine import clock, commands, db, hooks
from engine.bundles import Bundle
from processes.appeals.reps_models import Invitation, WorkGroup
from tests.processes import people_office

ROOT = Path(__file__).resolve().parents[2] / "processes"


def furnish() -> None:
    """People of the demonstration, and the tables that judge representatives."""
    people_office.furnish()
    publish_tables("appeals", "dmn_match_rep", "dmn_contact_conflict")
    publish_tables("proposals", "dmn_convert", "dmn_forbidden", "dmn_motion_review")


def publish_tables(bundle: str, *keys: str) -> None:
    """Publish decision tables of a bundle without its diagrams."""
    files = {f"{key}.dmn": (ROOT / bundle / f"{key}.dmn").read_bytes() for key in keys}
    files["bundle.toml"] = f'[bundle]\ntitle = "{bundle}"\n'.encode()
    with db.transaction() as session:
        commands.deploy(session, Bundle(bundle, files), actor=hooks.SYSTEM, house=False)


def group(session, org: str, *, category: str = "01") -> WorkGroup:
    """Add a working group of a unit, with a case of its own."""
    case = people_office.case(session)
    made = WorkGroup(
        instance_id=case, root_id=case, appeal_no=f"SQ-{case[:8]}", org=org, opened_at=clock.now()
    )
    session.add(made)
    session.flush()  # invitations refer to it
    return made


def line(session, of: WorkGroup, rep: str, *, category: str = "01", **values) -> Invitation:
    """Add a matched representative to a group."""
    made = Invitation(
        work_group_id=of.id, rep=rep, rank=1, score=5, basis=[], category=category, **values
    )
    session.add(made)
    session.flush()  # its number is read
    return made


def workday(ahead: int = 10) -> date:
    """A day some days on."""
    return clock.today().date() + timedelta(days=ahead)


def at(day: date) -> datetime:
    """Noon of a day."""
    return datetime(day.year, day.month, day.day, 12, tzinfo=clock.CHINA)
