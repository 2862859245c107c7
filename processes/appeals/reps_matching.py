"""Which representatives fit an appeal (D-09): facts here, judgement in `dmn_match_rep`.

A person with an interest in the matter is left out whatever the score: whoever works for
the employer complained about, or stays out of the case (信访工作条例 §28, §30).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.commands import definitions
from engine.models import CaseAccess
from processes.people import posts, reps, reservations
from processes.people.models import RepReservation

#: More than these nobody reads; the rest of the roster is only further down the list.
MOST_CANDIDATES = 12
#: D-09: “近30日已联系”, “本年参与少”.
LATELY = timedelta(days=30)
SELDOM = 1
#: The mandates that reach a department of a level: a district deputy cannot move the city.
_REACH = {"district": {"区", "市", "省", "国"}, "city": {"市", "省", "国"}}
_STREET_REACH = {"街", "区", "市", "省", "国"}


@dataclass(frozen=True)
class Matter:
    """What matching needs to know of an appeal."""

    category: str
    street: str | None
    industry_org: str | None
    employer_org: str | None
    dept_level: str


@dataclass(frozen=True)
class Match:
    """One representative, scored."""

    code: str
    score: int
    basis: tuple[str, ...]
    mandates: tuple[str, ...]
    levels: tuple[str, ...]


def candidates(session: Session, matter: Matter, *, root_id: str, today: date) -> list[Match]:
    """Return the best representatives for a matter, best first; equal scores by code.

    Args:
        session: read only.
        matter: what the appeal is about.
        root_id: the case; whoever is barred from it is left out.
        today: the day in the office's zone, for “lately” and “this year”.
    """
    roster = reps.roster(session)
    facts = _facts(session, matter, roster, root_id=root_id, today=today)
    model, _ = definitions.decision(session, "dmn_match_rep")
    table = model.decisions["dmn_match_rep"]
    found = []
    for line in roster:
        rows = table.evaluate(facts[line.code], explain=False).rows
        if any(row["excluded"] for row in rows):
            continue
        score = sum(int(row["points"]) for row in rows)
        basis = tuple(f"{row['reason']}{int(row['points']):+d}" for row in rows)
        found.append(Match(line.code, score, basis, line.mandates, line.levels))
    return sorted(found, key=lambda match: (-match.score, match.code))[:MOST_CANDIDATES]


def options(matches: Sequence[Match]) -> list[dict[str, str]]:
    """Return the choices of the form: codes and facts. Names are never variables."""
    return [
        {
            "value": match.code,
            "label": f"{match.code} {'、'.join(match.mandates)}（{'、'.join(match.levels)}级）"
            f" {match.score} 分：{'，'.join(match.basis) or '没有加分'}",
        }
        for match in matches
    ]


def _facts(
    session: Session,
    matter: Matter,
    roster: Sequence[reps.RosterLine],
    *,
    root_id: str,
    today: date,
) -> dict[str, Mapping[str, Any]]:
    codes = [line.code for line in roster]
    times = reservations.contacts_this_year(session, codes, today.year)
    lately = _contacted(session, today - LATELY, today + LATELY)
    barred = _barred(session, root_id, roster)
    reach = _REACH.get(matter.dept_level, _STREET_REACH)
    return {
        line.code: {
            "has_interest": line.code in barred
            or (matter.employer_org is not None and line.employer_org == matter.employer_org),
            "industry_match": matter.industry_org is not None
            and line.industry == matter.industry_org,
            "street_match": line.street is not None and line.street == matter.street,
            "skill_match": matter.category in line.focus_areas,
            "level_match": bool(reach & set(line.levels)),
            "seldom_this_year": times[line.code] <= SELDOM,
            "contacted_lately": line.code in lately,
        }
        for line in roster
    }


def _contacted(session: Session, first: date, last: date) -> set[str]:
    return set(
        session.scalars(
            select(RepReservation.rep).where(
                RepReservation.day.between(first, last), RepReservation.released_at.is_(None)
            )
        )
    )


def _barred(session: Session, root_id: str, roster: Sequence[reps.RosterLine]) -> set[str]:
    """Return those who must not learn of the case: their code, account or employer is barred."""
    shut = set(
        session.scalars(
            select(CaseAccess.organisation).where(
                CaseAccess.instance_id == root_id, CaseAccess.relation == "barred"
            )
        )
    )
    if not shut:
        return set()
    logins = [line.login for line in roster if line.login]
    out = posts.barred_logins(session, root_id, logins)
    return {
        line.code
        for line in roster
        if line.code in shut or line.employer_org in shut or line.login in out
    }
