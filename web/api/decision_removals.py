"""Evaluations of decisions, many at once: deleted, or told when they may go."""

from __future__ import annotations

from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from engine import db
from engine.commands import batches, forget
from engine.errors import InvalidInput
from engine.queries.asked import Asked
from engine.queries.records import decisions as queries
from engine.queries.records.decided import Decided
from web.api.access import caller, needs
from web.api.blueprint import bp
from web.api.errors import invalid
from web.api.history_decisions import LIST
from web.api.mass_operations import made
from web.api.params import FLAG, MOMENT, OBJECT, TEXT, TEXTS, Params

CHOSEN = {"historicDecisionInstanceIds": TEXTS, "historicDecisionInstanceQuery": OBJECT}
FORGET = Params("historic decision instance deletion", {**CHOSEN, "deleteReason": TEXT})
MODES = ("absoluteRemovalTime", "clearedRemovalTime", "calculatedRemovalTime")
REMOVAL = Params(
    "removal time",
    {
        **CHOSEN, "absoluteRemovalTime": MOMENT, "clearedRemovalTime": FLAG,
        "calculatedRemovalTime": FLAG, "hierarchical": FLAG,
    },
)  # fmt: skip


@bp.post("/history/decision-instance/delete")
@needs("operate", body=FORGET, returns="Batch")
def delete_historic_decision_instances() -> ResponseReturnValue:
    """Remove evaluations; a batch does it. The office's own go only with their case."""
    asked = FORGET.body()
    with db.transaction() as session:
        named, queried = _chosen(session, asked)
        if _of_the_office(session, named):
            raise InvalidInput("办公室自己的流程里的决策记录只能与整个实例一起删除。")
        kept = _of_the_office(session, queried)
        ids = [one.id for one in (*named, *queried) if one.id not in kept]
        return made(session, batches.FORGETTING_DECISIONS, list(dict.fromkeys(ids)))


@bp.post("/history/decision-instance/set-removal-time")
@needs("operate", body=REMOVAL, returns="Batch")
def set_removal_time_of_decision_instances() -> ResponseReturnValue:
    """Say when evaluations go that no case asked; a batch does it."""
    asked = REMOVAL.body()
    modes = [name for name in MODES if asked.get(name)]
    if len(modes) != 1:
        raise invalid(f"Exactly one of {', '.join(MODES)} should be set.")
    with db.transaction() as session:
        named, queried = _chosen(session, asked)
        if any(one.case for one in named):
            raise InvalidInput("流程里的决策记录与整个实例一起保存，不能另外设定期限。")
        ids = [one.id for one in (*named, *queried) if one.case is None]
        at = asked.get("absoluteRemovalTime")
        return made(
            session,
            batches.DECISION_REMOVAL,
            list(dict.fromkeys(ids)),
            at=at.isoformat() if at else None,
            calculated="calculatedRemovalTime" in modes,
            hierarchical=asked.get("hierarchical", False),
        )


def _chosen(session: Session, asked: Asked) -> tuple[list[Decided], list[Decided]]:
    """Return the visible evaluations that a body names by ids, and those its query finds."""
    named = list(dict.fromkeys(asked.get("historicDecisionInstanceIds", ())))
    query = asked.get("historicDecisionInstanceQuery")
    if not named and query is None:
        raise invalid(
            "Either historicDecisionInstanceIds or historicDecisionInstanceQuery should be set."
        )
    viewer, by_ids = caller().viewer, Asked({"decisionInstanceIdIn": named})
    found = queries.every(session, viewer, by_ids) if named else []
    if lost := sorted(set(named) - {one.id for one in found}):
        raise invalid(f"Historic decision instance with id '{lost[0]}' does not exist")
    return found, queries.every(session, viewer, LIST.asked(query)) if query is not None else []


def _of_the_office(session: Session, found: list[Decided]) -> set[str]:
    """Return which evaluations belong to cases of the office's own processes."""
    roots = {one.id: one.case.root_id for one in found if one.case}
    theirs = forget.of_the_office(session, list(set(roots.values())))
    return {name for name, root in roots.items() if root in theirs}
