"""One wait as one row: what a job, a subscription, a variable look like in their tables.

Human tasks have a module of their own (`engine.commands.opening`).
"""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from engine.calendar import Deadline
from engine.commands import properties, retries
from engine.state import values
from engine.state.host import Wait

if TYPE_CHECKING:
    from engine.commands.execution import Execution, Loaded


def wait_id(instance_id: str, key: str) -> str:
    """Return the name of a wait that is unique over all instances."""
    return f"{instance_id}.{key}"


def job(work: Execution, loaded: Loaded, wait: Wait) -> dict[str, Any]:
    """Return the row of a timer, an external task or an async continuation.

    Raises:
        ExpressionError: topic or priority give something else than they should.
    """
    run, attributes = loaded.run, wait.attributes

    def evaluate(text: str) -> Any:
        return run.evaluate(wait.token, text)

    attempts, backoff = retries.plan(attributes, evaluate)
    topic = attributes.get("topic") if wait.kind == "external" else None
    return {
        "kind": wait.kind,
        "instance_id": loaded.row.id,
        "element_id": wait.element,
        "wait": wait_id(loaded.row.id, wait.key),
        "token": wait.token,
        "slot": wait.slot,
        "due_at": wait.due or work.now,
        "deadline": wait.deadline.as_dict() if isinstance(wait.deadline, Deadline) else None,
        "status": "open",
        "attempts": 0,
        "max_attempts": attempts,
        "backoff": backoff,
        "topic": str(evaluate(topic)) if topic else None,
        "priority": properties.priority(evaluate(_priority(loaded, wait)), wait, 0),
        "payload": None,
        "created_at": work.now,
    }


def _priority(loaded: Loaded, wait: Wait) -> str:
    """Return how urgent the diagram says a job is: the element's word, else the process's."""
    name = "taskPriority" if wait.kind == "external" else "jobPriority"
    given = loaded.definition.description.priorities.get(name, "")
    return str(wait.attributes.get(name) or given)


def subscription(work: Execution, loaded: Loaded, wait: Wait) -> dict[str, Any]:
    """Return the row of a wait for a message, a signal, a condition, or to be told to go on."""
    correlation = wait.correlation
    if correlation is None:
        correlation = loaded.row.business_key or ""
    return {
        "kind": wait.kind,
        "name": wait.event,
        "correlation": correlation if wait.kind == "message" else "",
        "instance_id": loaded.row.id,
        "element_id": wait.element,
        "wait": wait_id(loaded.row.id, wait.key),
        "token": wait.token,
        "slot": wait.slot,
        "created_at": work.now,
    }


def variable(instance_id: str, name: str, value: Any) -> dict[str, Any]:
    """Return the projection of one instance variable."""
    return {"instance_id": instance_id, "scope": "", "name": name, **projection(value)}


def projection(value: Any) -> dict[str, Any]:
    """Return what a query may compare of a variable's tagged value."""
    plain = values.decode(value)
    comparable = isinstance(plain, str | int | float | Decimal | date)
    text = values.searchable(plain) if comparable else json.dumps(value, ensure_ascii=False)
    if isinstance(plain, bytes | values.FileContent):
        text = ""  # nobody searches in files
    return {
        "type": values.type_name(plain),
        "text_value": text[:500],
        "value": values.columnar(value),
    }
