"""`/message` and `/signal`: what comes from outside arrives at once."""

from __future__ import annotations

from typing import Any

from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from engine import db
from engine.commands import correlation
from engine.commands import variables as scopes
from engine.commands.correlation import Reached, Wanted
from engine.errors import CorrelationFailed
from engine.models import ProcessDefinition, ProcessInstance
from engine.queries.asked import Asked
from web.api import instance_shapes, names, typed
from web.api.access import caller, needs
from web.api.answer import answer, nothing
from web.api.blueprint import bp
from web.api.errors import ApiError, engine, invalid, rest
from web.api.executions import require_execution
from web.api.params import FLAG, MOST_CONDITIONS, OBJECT, TEXT, Params

MISMATCH = "org.camunda.bpm.engine.MismatchingMessageCorrelationException"
MESSAGE = Params(
    "message",
    {
        "messageName": TEXT, "businessKey": TEXT, "tenantId": TEXT, "withoutTenantId": FLAG,
        "processInstanceId": TEXT, "correlationKeys": OBJECT, "localCorrelationKeys": OBJECT,
        "processVariables": OBJECT, "processVariablesLocal": OBJECT,
        "processVariablesToTriggeredScope": OBJECT, "all": FLAG, "resultEnabled": FLAG,
        "variablesInResultEnabled": FLAG,
    },
)  # fmt: skip
SIGNAL = Params(
    "signal",
    {
        "name": TEXT, "executionId": TEXT, "variables": OBJECT, "tenantId": TEXT,
        "withoutTenantId": FLAG,
    },
)  # fmt: skip


def _given(asked: Asked, name: str) -> dict[str, Any]:
    return typed.read_all(asked.get(name), name, transient=True)


@bp.post("/message")
@needs("message", body=MESSAGE, returns="MessageResult[]")
def correlate_message() -> ResponseReturnValue:
    """Deliver a message to the one who waits for it, or to all; else start a process."""
    asked = MESSAGE.body()
    name, everybody = asked.get("messageName"), asked.get("all", False)
    if not name:
        raise invalid("No message name supplied")
    if asked.get("tenantId"):
        raise invalid("Cannot correlate a message for a tenant: this engine has no tenants.")
    if asked.get("variablesInResultEnabled", False) and not asked.get("resultEnabled", False):
        raise invalid(
            "Parameter 'variablesInResultEnabled' cannot be used without 'resultEnabled' set to"
            " 'true'."
        )
    wanted = Wanted(
        name,
        asked.get("businessKey"),
        asked.get("processInstanceId"),
        _keys(asked, "correlationKeys"),
        _keys(asked, "localCorrelationKeys"),
    )
    local = _given(asked, "processVariablesLocal")
    local |= _given(asked, "processVariablesToTriggeredScope")
    with db.transaction() as session:
        try:
            reached = correlation.correlate_now(
                session,
                caller().viewer,
                wanted,
                actor=caller().actor,
                variables=_given(asked, "processVariables"),
                local=local,
                everybody=everybody,
            )
        except CorrelationFailed as refused:
            # Camunda wraps the engine's exception and names its class in front of the sentence.
            raise rest(f"{MISMATCH}: Cannot correlate message '{name}': {refused}") from refused
        if not asked.get("resultEnabled", False):
            return nothing()
        session.flush()
        with_variables = asked.get("variablesInResultEnabled", False)
        return answer([_result(session, one, with_variables) for one in reached])


def _result(session: Session, one: Reached, with_variables: bool) -> dict[str, Any]:
    row = session.get_one(ProcessInstance, one.instance_id)
    found: dict[str, Any] = {"resultType": "Execution", "execution": None, "processInstance": None}
    if one.token is not None:
        found["execution"] = instance_shapes.execution(row.id, one.token)
    else:
        definition = session.get_one(ProcessDefinition, row.definition_id)
        found["resultType"] = "ProcessDefinition"
        found["processInstance"] = instance_shapes.instance(row, definition)
    if with_variables:
        found["variables"] = typed.write_all(scopes.read_variables(session, row.id))
    return found


@bp.post("/signal")
@needs("message", body=SIGNAL)
def throw_signal() -> ResponseReturnValue:
    """Let a signal reach everybody who waits for it, or one execution."""
    asked = SIGNAL.body()
    name, execution = asked.get("name"), asked.get("executionId")
    if not name:
        raise invalid("No signal name given")
    if asked.get("tenantId"):
        raise invalid("Cannot deliver a signal for a tenant: this engine has no tenants.")
    given = _given(asked, "variables")
    with db.transaction() as session:
        if execution is None:
            correlation.broadcast(session, caller().viewer, name, given, actor=caller().actor)
            return nothing()
        _to_one(session, name, execution, given)
    return nothing()


def _to_one(session: Session, name: str, execution: str, given: dict[str, Any]) -> None:
    instance_id, token = names.split_execution(execution)
    try:
        require_execution(session, execution)
    except ApiError:
        raise engine(f"Cannot find execution with id '{execution}'") from None
    waiting = correlation.awaited(session, instance_id, token)
    row = next((one for one in waiting if (one.kind, one.name) == ("signal", name)), None)
    if row is None:
        raise engine(
            f"Execution '{execution}' has not subscribed to a signal event with name '{name}'."
        )
    correlation.deliver(session, row, given, actor=caller().actor)


def _keys(asked: Asked, name: str) -> dict[str, Any]:
    found = typed.read_all(asked.get(name), name)
    if len(found) > MOST_CONDITIONS:
        raise invalid(f"'{name}' has at most {MOST_CONDITIONS} keys.")
    return found
