"""`/process-instance`: what runs, where its tokens stand, and moving, holding, ending it."""

from __future__ import annotations

from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from engine import db
from engine.commands import instances, suspension
from engine.errors import NotFound
from engine.models import ProcessDefinition, ProcessInstance
from engine.queries import access
from engine.queries import api_instances as queries
from engine.queries.asked import Asked
from engine.queries.records import processes
from web.api import activity_tree, instance_shapes, instructions, listing, names
from web.api.access import caller, needs
from web.api.answer import answer, nothing
from web.api.blueprint import bp
from web.api.errors import ApiError, engine, invalid, missing
from web.api.history_processes import LIST as HISTORIC
from web.api.params import FLAG, FOLDING, OBJECT, OBJECTS, TEXT, TEXTS, VARIABLES, Params

FIELDS = {
    "processInstanceIds": TEXTS, "processInstanceIdNotIn": TEXTS, "businessKey": TEXT,
    "businessKeyLike": TEXT, "caseInstanceId": TEXT, "processDefinitionId": TEXT,
    "processDefinitionKey": TEXT, "processDefinitionKeyIn": TEXTS,
    "processDefinitionKeyNotIn": TEXTS, "deploymentId": TEXT, "superProcessInstance": TEXT,
    "subProcessInstance": TEXT, "superCaseInstance": TEXT, "subCaseInstance": TEXT,
    "active": FLAG, "suspended": FLAG, "withIncident": FLAG, "incidentId": TEXT,
    "incidentType": TEXT, "incidentMessage": TEXT, "incidentMessageLike": TEXT,
    "tenantIdIn": TEXTS, "withoutTenantId": FLAG, "processDefinitionWithoutTenantId": FLAG,
    "activityIdIn": TEXTS, "rootProcessInstances": FLAG, "leafProcessInstances": FLAG,
    "variables": VARIABLES, **FOLDING,
}  # fmt: skip
LIST = Params(
    "process instance query",
    FIELDS,
    sort_by=("instanceId", "definitionKey", "definitionId", "tenantId", "businessKey"),
    nested=True,
)
DELETE = Params(
    "process instance deletion",
    {**instructions.SKIPS, "skipSubprocesses": FLAG, "failIfNotExists": FLAG},
)
MODIFY = Params(
    "process instance modification",
    {**instructions.SKIPS, "instructions": OBJECTS, "annotation": TEXT},
)
SUSPEND = Params("suspension", {"suspended": FLAG})
SUSPEND_MANY = Params(
    "suspension",
    {
        "suspended": FLAG, "processDefinitionId": TEXT, "processDefinitionKey": TEXT,
        "processDefinitionTenantId": TEXT, "processDefinitionWithoutTenantId": FLAG,
        "processInstanceIds": TEXTS, "processInstanceQuery": OBJECT,
        "historicProcessInstanceQuery": OBJECT,
    },
)  # fmt: skip

listing.offer(
    "/process-instance",
    "read",
    LIST,
    "ProcessInstance",
    rows=queries.instances,
    total=queries.count_instances,
    shown=instance_shapes.instance,
)


def require(session: Session, instance_id: str, *, running: bool = True) -> ProcessInstance:
    """Return an instance the caller may see. Raises ApiError 404."""
    try:
        row = access.require(session, caller().viewer, instance_id)
    except NotFound:
        row = None
    if row is None or (running and row.status not in instance_shapes.RUNNING):
        raise missing(f"Process instance with id {instance_id} does not exist")
    return row


@bp.get("/process-instance/<instance_id>")
@needs("read", returns="ProcessInstance")
def get_process_instance(instance_id: str) -> ResponseReturnValue:
    """Return a running instance."""
    with db.reading() as session:
        row = require(session, instance_id)
        definition = session.get_one(ProcessDefinition, row.definition_id)
        return answer(instance_shapes.instance(row, definition))


@bp.delete("/process-instance/<instance_id>")
@needs("operate", query=DELETE)
def delete_process_instance(instance_id: str) -> ResponseReturnValue:
    """End a running instance and everything it called; its history stays."""
    asked = DELETE.query()
    refuse_orphans(asked)
    with db.transaction() as session:
        try:
            require(session, instance_id)
        except ApiError:
            if asked.get("failIfNotExists", True):
                raise
            return nothing()
        instances.cancel(
            session,
            instance_id,
            actor=caller().actor,
            reason="由接口删除",
            skips=instructions.skips(asked),
        )
    return nothing()


def refuse_orphans(asked: Asked) -> None:
    """Say that called processes end with their caller. Raises ApiError 400."""
    if asked.get("skipSubprocesses", False):
        raise invalid("Cannot skip subprocesses: called processes end with their caller.")


@bp.get("/process-instance/<instance_id>/activity-instances")
@needs("read", returns="ActivityInstance")
def get_activity_instances(instance_id: str) -> ResponseReturnValue:
    """Return where the tokens of an instance stand, as a tree."""
    with db.reading() as session:
        row = require(session, instance_id)
        return answer(activity_tree.read(session, row))


@bp.post("/process-instance/<instance_id>/modification")
@needs("operate", body=MODIFY)
def modify_process_instance(instance_id: str) -> ResponseReturnValue:
    """Start before, after or on a flow; cancel what is at work."""
    asked = MODIFY.body()
    steps = instructions.read(asked.get("instructions", ()))
    if not steps:
        raise invalid("The process instance modification has no instructions.")
    _refuse_foreign(asked, instance_id)
    with db.transaction() as session:
        _modifiable(session, instance_id)
        instructions.perform(session, instance_id, steps, asked)
    return nothing()


def _modifiable(session: Session, instance_id: str) -> None:
    try:
        require(session, instance_id)
    except ApiError:
        words = f"Process instance '{instance_id}' cannot be modified."
        raise engine(f"{words} The process instance does not exist") from None


def _refuse_foreign(asked: Asked, instance_id: str) -> None:
    """A token is named with its instance: it must be this one."""
    for step in asked.get("instructions", ()):
        for field in ("activityInstanceId", "transitionInstanceId", "ancestorActivityInstanceId"):
            name = str(step.get(field) or "")
            if ":" in name and names.split_activity_instance(name)[1] != instance_id:
                raise invalid(f"Activity instance '{name}' does not exist in this instance.")


@bp.put("/process-instance/<instance_id>/suspended")
@needs("operate", body=SUSPEND)
def suspend_process_instance(instance_id: str) -> ResponseReturnValue:
    """Hold or release one instance."""
    asked = SUSPEND.body()
    with db.transaction() as session:
        require(session, instance_id)
        _switch(session, [instance_id], asked)
    return nothing()


@bp.put("/process-instance/suspended")
@needs("operate", body=SUSPEND_MANY)
def suspend_process_instances() -> ResponseReturnValue:
    """Hold or release a group of instances: by definition, by ids, by a query."""
    asked = SUSPEND_MANY.body()
    with db.transaction() as session:
        _switch(session, chosen(session, asked), asked)
    return nothing()


def chosen(session: Session, asked: Asked, *, lenient: bool = False) -> list[str]:
    """Return the visible instances that a body names by ids, by a query or by definition.

    Args:
        lenient: leave out what is not there, instead of refusing it.

    Raises:
        ApiError: 400, it names none of these ways, or two definitions; 404, one is not there.
    """
    viewer = caller().viewer
    found: dict[str, None] = {}
    ids = asked.get("processInstanceIds")
    if ids:
        seen = queries.ids(session, viewer, Asked({"processInstanceIds": ids}))
        lost = sorted(set(ids) - set(seen))
        if lost and not lenient:
            raise missing(f"Process instance with id {lost[0]} does not exist")
        found |= dict.fromkeys(name for name in ids if name not in lost)
    if queried := "processInstanceQuery" in asked or "historicProcessInstanceQuery" in asked:
        found |= dict.fromkeys(of_queries(session, asked))
    by = {
        name: asked.get(name)
        for name in ("processDefinitionId", "processDefinitionKey")
        if name in asked
    }
    if len(by) > 1:
        raise invalid("Only one of processDefinitionId or processDefinitionKey should be set.")
    if by:
        found |= dict.fromkeys(queries.ids(session, viewer, Asked(by)))
    if not (ids or queried or by):
        raise invalid(
            "Either processInstanceIds, processInstanceQuery, processDefinitionId or"
            " processDefinitionKey should be set."
        )
    return list(found)


def of_queries(session: Session, asked: Asked) -> list[str]:
    """Return the running instances that a body's two queries find."""
    found: list[str] = []
    if "processInstanceQuery" in asked:
        query = LIST.asked(asked.get("processInstanceQuery"))
        found += queries.ids(session, caller().viewer, query)
    if "historicProcessInstanceQuery" in asked:
        query = HISTORIC.asked(asked.get("historicProcessInstanceQuery"))
        found += processes.running_ids(session, caller().viewer, query)
    return found


def _switch(session: Session, chosen_ids: list[str], asked: Asked) -> None:
    if "suspended" not in asked:
        raise invalid("'suspended' must be set to update the suspension state.")
    suspension.switch_instances(
        session, chosen_ids, suspended=asked.get("suspended"), actor=caller().actor
    )
