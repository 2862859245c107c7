"""Who could propose what (D-06): facts here, judgement in `dmn_convert` and `dmn_forbidden`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from engine.commands import definitions
from processes.people import reps

#: What a mandate lets its holder hand in.
KINDS = {"人大代表": "npc", "政协委员": "cppcc", "党代表": "party"}
#: In order of weight: a suggestion binds the organ it is handed to, the others less so.
_WEIGHT = ("npc", "cppcc", "party")
#: The mandates within whose area a matter of a level lies (L-022 “非本区域职权”).
_AREA = {"city": ("市", "省", "国"), "district": ("区", "市", "省", "国")}
_ANYWHERE = ("街", "区", "市", "省", "国")
#: A legal stage that makes every proposal on the matter inadmissible.
_IN_COURT = frozenset({"arbitration", "litigation", "reconsideration"})
_UNION_WORK = "12"
#: The longest list a person can choose from.
MOST = 15


@dataclass(frozen=True)
class Proposer:
    """A representative as a possible proposer of one matter."""

    code: str
    #: npc, cppcc, party, or none without a mandate in office
    kind: str
    level: str
    #: Whether the matter lies within the area of the mandate.
    in_area: bool


def authority(variables: Mapping[str, Any]) -> str:
    """Return whose matter it is: government, union or other."""
    if str(variables.get("category") or "")[:2] == _UNION_WORK:
        return "union"
    if variables.get("dept_level") in ("street", "district", "city") or variables.get("is_common"):
        return "government"
    return "other"


def own_marks(variables: Mapping[str, Any]) -> list[str]:
    """Return the reasons against a proposal that the appeal itself shows."""
    found = []
    if variables.get("legal_stage") in _IN_COURT:
        found.append("judicial")
    if variables.get("kind") == "report":
        found.append("complaint")
    return found


def proposer(session: Session, code: str, dept_level: str | None) -> Proposer:
    """Return what one representative could propose in a matter of this level."""
    lines = reps.roster(session, codes=[code])
    return _proposer(lines[0], dept_level) if lines else Proposer(code, "none", "", False)


def proposers(
    session: Session, *, street: str | None, dept_level: str | None, first: str | None
) -> list[Proposer]:
    """Return who could propose, best first: who led the working group, then weight and place."""
    roster = reps.roster(session)
    near = {line.code for line in roster if line.street == street}
    found = [_proposer(line, dept_level) for line in roster if line.in_roster]
    return sorted(
        found,
        key=lambda who: (
            who.code != first,
            not who.in_area,
            _WEIGHT.index(who.kind),
            who.code not in near,
            who.code,
        ),
    )[:MOST]


def _proposer(line: reps.RosterLine, dept_level: str | None) -> Proposer:
    area = _AREA.get(dept_level or "", _ANYWHERE)
    level = next((level for level in reversed(_ANYWHERE) if level in line.levels), "")
    kinds = sorted((KINDS[kind] for kind in line.mandates), key=_WEIGHT.index)
    return Proposer(line.code, kinds[0], level, bool(set(area) & set(line.levels)))


def options(found: Iterable[Proposer]) -> list[dict[str, str]]:
    """Return the choices of the form: codes and mandates. Names are never variables."""
    titles = {kind: title for title, kind in KINDS.items()}
    return [
        {"value": who.code, "label": f"{who.code} {titles[who.kind]}（{who.level}级）"}
        for who in found
    ]


def forbidden(session: Session, proposer_kind: str, marks: Iterable[str]) -> list[str]:
    """Return why the matter may not be proposed, as the table of eight and ten kinds says."""
    model, _ = definitions.decision(session, "dmn_forbidden")
    table = model.decisions["dmn_forbidden"]
    return [
        str(row["reason"])
        for mark in marks
        for row in table.evaluate(
            {"proposer_kind": proposer_kind, "mark": mark}, explain=False
        ).rows
    ]


def conversion(
    session: Session, proposer_kind: str, matter: str, *, is_forbidden: bool
) -> Mapping[str, Any]:
    """Return what `dmn_convert` says of a proposer and a matter."""
    model, _ = definitions.decision(session, "dmn_convert")
    found = model.decisions["dmn_convert"].evaluate(
        {"proposer_kind": proposer_kind, "authority": matter, "forbidden": is_forbidden},
        explain=False,
    )
    return dict(found.rows[0])
