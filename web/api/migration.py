"""`/migration`: a plan from one version to another, held against both, carried out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from engine import db
from engine.commands import batches, definitions
from engine.commands import migration as commands
from engine.commands import migration_plans as plans
from engine.commands.migration import Unmigratable
from engine.commands.migration_plans import Plan
from engine.queries.asked import Asked
from web.api import instructions, names, typed
from web.api.access import caller, needs
from web.api.activity_tree import BODY
from web.api.answer import answer, nothing
from web.api.blueprint import bp
from web.api.errors import ApiError, invalid
from web.api.instructions import SKIPS
from web.api.mass_operations import CHOSEN, made
from web.api.params import FLAG, OBJECT, OBJECTS, TEXT, Params
from web.api.process_definitions import Wanted
from web.api.process_instances import chosen

GENERATE = Params(
    "migration plan",
    {
        "sourceProcessDefinitionId": TEXT, "targetProcessDefinitionId": TEXT,
        "updateEventTriggers": FLAG, "variables": OBJECT,
    },
)  # fmt: skip
PLAN = Params(
    "migration plan",
    {
        "sourceProcessDefinitionId": TEXT, "targetProcessDefinitionId": TEXT,
        "instructions": OBJECTS, "variables": OBJECT,
    },
)  # fmt: skip
EXECUTE = Params("migration", {**CHOSEN, **SKIPS, "migrationPlan": OBJECT})
STEP = frozenset({"sourceActivityIds", "targetActivityIds", "updateEventTrigger"})


@bp.post("/migration/generate")
@needs("operate", body=GENERATE, returns="MigrationPlan")
def generate_migration_plan() -> ResponseReturnValue:
    """Propose a plan: every activity to the one of the same id, where that can be."""
    asked = GENERATE.body()
    given = typed.read_all(asked.get("variables"))
    with db.reading() as session:
        source, target = _versions(session, asked)
        plan = plans.generate(session, source, target)
        elements = definitions.by_id(session, source).description.elements
    again = asked.get("updateEventTriggers", False)
    return answer(
        {
            "sourceProcessDefinitionId": asked.get("sourceProcessDefinitionId"),
            "targetProcessDefinitionId": asked.get("targetProcessDefinitionId"),
            "instructions": [
                _instruction(
                    old + body,
                    new + body,
                    not body and (old in plan.update or (again and plans.triggers(elements[old]))),
                )
                for old, new in plan.pairs.items()
                for body in (("", BODY) if elements[old].repeated else ("",))
            ],
            "variables": typed.write_all(given),
        }
    )


@bp.post("/migration/validate")
@needs("operate", body=PLAN, returns="MigrationPlanReport")
def validate_migration_plan() -> ResponseReturnValue:
    """Say what is wrong with a plan."""
    asked = PLAN.body()
    with db.reading() as session:
        plan = _plan(session, asked)
        return answer(_report(plan, plans.validate(session, plan)))


@bp.post("/migration/execute")
@needs("operate", body=EXECUTE)
def execute_migration_plan() -> ResponseReturnValue:
    """Migrate instances, all or none."""
    asked = EXECUTE.body()
    with db.transaction() as session:
        plan = _valid(session, asked)
        for instance_id in chosen(session, _ways(asked)):
            try:
                commands.migrate(
                    session,
                    instance_id,
                    plan,
                    actor=caller().actor,
                    skips=instructions.skips(asked),
                )
            except Unmigratable as refused:
                raise _refused(refused) from refused
    return nothing()


@bp.post("/migration/executeAsync")
@needs("operate", body=EXECUTE, returns="Batch")
def execute_migration_plan_async() -> ResponseReturnValue:
    """Migrate instances one by one; a batch does it."""
    asked = EXECUTE.body()
    with db.transaction() as session:
        plan = _valid(session, asked)
        ids = chosen(session, _ways(asked))
        skips = instructions.skips(asked)
        return made(session, batches.MIGRATION, ids, plan=plan, skips=skips)


def _ways(asked: Asked) -> Asked:
    return Asked({name: asked.get(name) for name in CHOSEN if name in asked})


def _versions(session: Session, asked: Asked) -> tuple[int, int]:
    numbers = []
    for which in ("source", "target"):
        name = asked.get(f"{which}ProcessDefinitionId")
        if not name:
            raise invalid(f"{which}ProcessDefinitionId must be set.")
        try:
            numbers.append(Wanted(id=name).find(session).id)
        except ApiError:
            raise invalid(
                f"{which.capitalize()} process definition with id {name} does not exist"
            ) from None
    return numbers[0], numbers[1]


def _plan(session: Session, asked: Asked) -> Plan:
    source, target = _versions(session, asked)
    pairs: dict[str, str] = {}
    update, named = set[str](), set[str]()
    for step in asked.get("instructions", ()):
        old, new = _pair(step)
        if old.endswith(BODY) and new.endswith(BODY):
            # Here the body of several instances goes where its activity goes.
            pairs.setdefault(old.removesuffix(BODY), new.removesuffix(BODY))
            continue
        if old in named:
            raise invalid(f"There are multiple mappings for source activity id {old}")
        pairs[old] = new
        named.add(old)
        if step.get("updateEventTrigger") is True:
            update.add(old)
    given = typed.read_all(asked.get("variables"))
    return Plan(source, target, pairs, frozenset(update), given)


def _pair(step: Mapping[str, Any]) -> tuple[str, str]:
    unknown = sorted(set(step) - STEP)
    if unknown:
        raise invalid(f"A migration instruction has no field '{unknown[0]}'.")
    found = []
    for which in ("sourceActivityIds", "targetActivityIds"):
        ids = step.get(which)
        if not isinstance(ids, list) or len(ids) != 1 or not isinstance(ids[0], str):
            raise invalid(f"A migration instruction needs exactly one of {which}.")
        found.append(ids[0])
    return found[0], found[1]


def _valid(session: Session, asked: Asked) -> Plan:
    given = asked.get("migrationPlan")
    if given is None:
        raise invalid("The migration plan must be set.")
    plan = _plan(session, PLAN.asked(given))
    wrong = plans.validate(session, plan)
    if wrong:
        raise ApiError(
            "MigrationPlanValidationException",
            "The migration plan is not valid: "
            + "; ".join(f"{old}: {' '.join(failures)}" for old, failures in wrong.items()),
            400,
            validationReport=_report(plan, wrong),
        )
    return plan


def _refused(refused: Unmigratable) -> ApiError:
    report = {
        "processInstanceId": refused.instance_id,
        "activityInstanceValidationReports": [
            {
                "migrationInstruction": None,
                "activityInstanceId": names.activity_instance_id(
                    element, refused.instance_id, token
                ),
                "sourceScopeId": element,
                "failures": [f"“{element}”没有对应关系。"],
            }
            for element, token in refused.lost
        ],
        "transitionInstanceValidationReports": [],
        "failures": refused.failures,
    }
    return ApiError(
        "MigratingProcessInstanceValidationException", str(refused), 400, validationReport=report
    )


def _instruction(old: str, new: str, again: bool) -> dict[str, Any]:
    return {"sourceActivityIds": [old], "targetActivityIds": [new], "updateEventTrigger": again}


def _report(plan: Plan, wrong: Mapping[str, list[str]]) -> dict[str, Any]:
    return {
        "instructionReports": [
            {
                "instruction": _instruction(old, plan.pairs[old], old in plan.update),
                "failures": failures,
            }
            for old, failures in wrong.items()
        ],
        "variableReports": {},
    }
