"""`/external-task`: what there is, and what an outside worker gets to do."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from engine import db
from engine.commands import fetching
from engine.commands.fetching import Topic, Wanted
from engine.queries import external_tasks as queries
from engine.queries.asked import Asked
from web.api import external_shapes as shapes
from web.api import listing, polling
from web.api.access import caller, needs
from web.api.answer import answer, nothing
from web.api.blueprint import bp
from web.api.errors import invalid
from web.api.params import FLAG, MOMENT, NUMBER, OBJECT, OBJECTS, TEXT, TEXTS, Params, json_body
from web.api.process_definitions import exact_all

LIST = Params(
    "external task query",
    {
        "externalTaskId": TEXT, "externalTaskIdIn": TEXTS, "topicName": TEXT, "workerId": TEXT,
        "locked": FLAG, "notLocked": FLAG, "withRetriesLeft": FLAG, "noRetriesLeft": FLAG,
        "lockExpirationAfter": MOMENT, "lockExpirationBefore": MOMENT, "activityId": TEXT,
        "activityIdIn": TEXTS, "executionId": TEXT, "processInstanceId": TEXT,
        "processInstanceIdIn": TEXTS, "processDefinitionId": TEXT, "tenantIdIn": TEXTS,
        "active": FLAG, "suspended": FLAG, "priorityHigherThanOrEquals": NUMBER,
        "priorityLowerThanOrEquals": NUMBER,
    },
    sort_by=(
        "id", "lockExpirationTime", "processInstanceId", "processDefinitionId",
        "processDefinitionKey", "tenantId", "taskPriority", "createTime",
    ),
)  # fmt: skip
FETCH = Params(
    "fetch and lock request",
    {
        "workerId": TEXT, "maxTasks": NUMBER, "usePriority": FLAG, "asyncResponseTimeout": NUMBER,
        "topics": OBJECTS,
    },
    sort_by=("createTime",),
)  # fmt: skip
#: Variables that one topic compares.
MOST_VARIABLES = 50
TOPIC = Params(
    "topic of a fetch and lock request",
    {
        "topicName": TEXT, "lockDuration": NUMBER, "variables": TEXTS, "localVariables": FLAG,
        "businessKey": TEXT, "processDefinitionId": TEXT, "processDefinitionIdIn": TEXTS,
        "processDefinitionKey": TEXT, "processDefinitionKeyIn": TEXTS,
        "processDefinitionVersionTag": TEXT, "withoutTenantId": FLAG, "tenantIdIn": TEXTS,
        "processVariables": OBJECT, "deserializeValues": FLAG, "includeExtensionProperties": FLAG,
    },
)  # fmt: skip
TOPICS = Params(
    "topic names query",
    {"withLockedTasks": FLAG, "withUnlockedTasks": FLAG, "withRetriesLeft": FLAG},
)

listing.offer(
    "/external-task",
    "external",
    LIST,
    "ExternalTask",
    rows=queries.external_tasks,
    total=queries.count_external_tasks,
    shown=shapes.listed,
)


@bp.post("/external-task/fetchAndLock")
@needs("external", body=FETCH, returns="LockedExternalTask[]")
def fetch_and_lock() -> ResponseReturnValue:
    """Lock tasks of some topics for a worker, waiting for some if asked to."""
    asked = FETCH.asked(json_body())
    patience = asked.get("asyncResponseTimeout", 0)
    if not 0 <= patience <= polling.LONGEST_MS:
        raise invalid(
            "The asynchronous response timeout cannot be negative or set to a value greater than"
            f" {polling.LONGEST_MS} milliseconds"
        )
    wanted = Wanted(
        asked.get("workerId", ""),
        [_topic(TOPIC.asked(part)) for part in asked.get("topics", ())],
        asked.get("maxTasks", 0),
        by_priority=asked.get("usePriority", False),
        created=_order(asked),
    )
    fetching.check(wanted)
    viewer = caller().viewer

    def look() -> list[dict[str, Any]]:
        with db.reading() as session:  # most polls find nothing, and should write nothing
            if not fetching.waiting(session, viewer, wanted):
                return []
        return db.unit(
            lambda session: [shapes.fetched(one) for one in fetching.fetch(session, viewer, wanted)]
        )

    return answer(polling.patient(look, patience) if wanted.topics else [])


def _order(asked: Asked) -> str | None:
    return ("desc" if asked.sorting[0].descending else "asc") if asked.sorting else None


def _topic(asked: Asked) -> Topic:
    named = {*asked.get("processDefinitionIdIn", ())}
    if "processDefinitionId" in asked:
        named.add(asked.get("processDefinitionId"))
    keys = [*asked.get("processDefinitionKeyIn", ())]
    if "processDefinitionKey" in asked:
        keys.append(asked.get("processDefinitionKey"))
    wanted = asked.get("processVariables", {})
    if len(wanted) > MOST_VARIABLES:
        raise invalid(f"processVariables: at most {MOST_VARIABLES} are compared.")
    for name, value in wanted.items():
        if not isinstance(value, str | int | float | bool | None):
            raise invalid(f"processVariables: '{name}' cannot be compared with this value.")
    return Topic(
        name=asked.get("topicName", ""),
        lock_ms=asked.get("lockDuration", 0),
        variables=asked.get("variables"),
        local_variables=asked.get("localVariables", False),
        business_key=asked.get("businessKey"),
        definition_ids=_exact(named) if named else None,
        process_keys=keys or None,
        version_tag=asked.get("processDefinitionVersionTag"),
        process_variables=wanted,
        deserialized=asked.get("deserializeValues", False),
        extension_properties=asked.get("includeExtensionProperties", False),
        possible=not asked.get("tenantIdIn"),
    )


def _exact(named: Collection[str]) -> list[int]:
    with db.reading() as session:
        return exact_all(session, named) or [-1]


@bp.get("/external-task/topic-names")
@needs("external", query=TOPICS, returns="string[]")
def external_task_topics() -> ResponseReturnValue:
    """Return the topics that open tasks have."""
    asked = TOPICS.query()
    meant = {"withLockedTasks": "locked", "withUnlockedTasks": "notLocked"}
    values = {meant.get(name, name): value for name, value in asked.values.items()}
    with db.reading() as session:
        return answer(queries.topics(session, caller().viewer, Asked(values)))


@bp.get("/external-task/<task_id>")
@needs("external", returns="ExternalTask")
def get_external_task(task_id: str) -> ResponseReturnValue:
    """Return one task."""
    with db.reading() as session:
        job = queries.require(session, caller().viewer, task_id)
        [row] = queries.external_tasks(
            session, caller().viewer, Asked({"externalTaskId": str(job.id)})
        )
        return answer(shapes.listed(*row))


@bp.get("/external-task/<task_id>/errorDetails")
@needs("external")
def external_task_error_details(task_id: str) -> ResponseReturnValue:
    """Return what the worker told behind its last error message, as text."""
    with db.reading() as session:
        details = queries.require(session, caller().viewer, task_id).trace
    return Response(details, content_type="text/plain; charset=utf-8") if details else nothing()
