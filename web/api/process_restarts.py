"""What is done to instances that have ended: starting them anew, and forgetting them."""

from __future__ import annotations

from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from engine import db
from engine.commands import batches, restarting
from engine.commands.modification import Instruction
from engine.queries.asked import Asked
from engine.queries.records import processes
from web.api import instructions
from web.api.access import caller, needs, require_scope
from web.api.answer import nothing
from web.api.blueprint import bp
from web.api.errors import invalid
from web.api.history_processes import LIST as HISTORIC
from web.api.mass_operations import made
from web.api.params import FLAG, OBJECT, OBJECTS, TEXT, TEXTS, Params
from web.api.process_definitions import Wanted

RESTART = Params(
    "process instance restart",
    {
        "processInstanceIds": TEXTS, "historicProcessInstanceQuery": OBJECT,
        "instructions": OBJECTS, "initialVariables": FLAG, "withoutBusinessKey": FLAG,
        **instructions.SKIPS,
    },
)  # fmt: skip
FORGET = Params(
    "historic process instance deletion",
    {
        "historicProcessInstanceIds": TEXTS, "historicProcessInstanceQuery": OBJECT,
        "deleteReason": TEXT, "failIfNotExists": FLAG,
    },
)  # fmt: skip


@bp.post("/process-definition/<definition_id>/restart")
@needs("start", body=RESTART)
def restart_process_instances(definition_id: str) -> ResponseReturnValue:
    """Start ended instances of a definition anew, where the instructions say."""
    require_scope("operate")
    asked = RESTART.body()
    steps = _steps(asked)
    with db.transaction() as session:
        definition = Wanted(id=definition_id).find(session)
        for instance_id in _chosen(session, asked, "processInstanceIds"):
            restarting.restart(
                session,
                instance_id,
                definition.id,
                steps,
                actor=caller().actor,
                initial=asked.get("initialVariables", False),
                keyless=asked.get("withoutBusinessKey", False),
                skips=instructions.skips(asked),
            )
    return nothing()


@bp.post("/process-definition/<definition_id>/restart-async")
@needs("start", body=RESTART, returns="Batch")
def restart_many_process_instances(definition_id: str) -> ResponseReturnValue:
    """Start ended instances of a definition anew; a batch does it."""
    require_scope("operate")
    asked = RESTART.body()
    steps = _steps(asked)
    with db.transaction() as session:
        definition = Wanted(id=definition_id).find(session)
        return made(
            session,
            batches.RESTART,
            _chosen(session, asked, "processInstanceIds"),
            definition=definition.id,
            instructions=steps,
            initial=asked.get("initialVariables", False),
            keyless=asked.get("withoutBusinessKey", False),
            skips=instructions.skips(asked),
        )


@bp.post("/history/process-instance/delete")
@needs("operate", body=FORGET, returns="Batch")
def delete_many_historic_process_instances() -> ResponseReturnValue:
    """Remove finished instances with everything that is known of them; a batch does it."""
    asked = FORGET.body()
    lenient = not asked.get("failIfNotExists", True)
    with db.transaction() as session:
        ids = _chosen(session, asked, "historicProcessInstanceIds", lenient=lenient)
        return made(session, batches.FORGETTING, ids)


def _steps(asked: Asked) -> list[Instruction]:
    steps = instructions.read(asked.get("instructions", ()), start=True)
    if not steps:
        raise invalid("Restart instructions cannot be empty")
    return steps


def _chosen(session: Session, asked: Asked, field: str, *, lenient: bool = False) -> list[str]:
    """Return the visible instances that a body names by ids or by a query of the history."""
    named = list(dict.fromkeys(asked.get(field, ())))
    queried = asked.get("historicProcessInstanceQuery")
    if not named and queried is None:
        raise invalid(f"Either {field} or historicProcessInstanceQuery should be set.")
    viewer, found = caller().viewer, {}
    if named:
        found = dict.fromkeys(processes.ids(session, viewer, Asked({"processInstanceIds": named})))
        lost = [one for one in named if one not in found]
        if lost and not lenient:
            raise invalid(f"Historic process instance with id {lost[0]} does not exist")
    if queried is not None:
        query = HISTORIC.asked(queried)
        ended = Asked({**query.values, "finished": True})
        found |= dict.fromkeys(processes.ids(session, viewer, ended))
    return list(found)
