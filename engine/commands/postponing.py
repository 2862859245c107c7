"""What follows a person's work and failed: it is owed as jobs, the work itself stands.

Each token on its way gets a job of its own, so that a broken service behind one step keeps
nobody else from going on: other tasks, messages and timers of the case happen meanwhile.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine import db
from engine.commands import retries
from engine.commands.execution import Execution
from engine.commands.waits import wait_id
from engine.models import HumanTask, Job, ProcessInstance
from engine.state.host import Wait


def postpone(
    work: Execution,
    task: HumanTask,
    variables: Mapping[str, Any],
    history: list[dict[str, Any]],
    failure: Exception,
) -> None:
    """End the wait of a completed task again, after `work.undo`, and owe the rest.

    Args:
        history: what the command had noted before it went on.

    Raises:
        Exception: the failure. A listener of the task ended the instance by an error, which
            only its caller can take; that is not kept for later.
    """
    session = work.session
    row = session.get_one(ProcessInstance, task.instance_id, populate_existing=True)
    with Execution(
        session, work.actor, work.submission, work.submission_id, work.files, work.now
    ) as again:
        loaded = again.open(row)
        again.history.extend(history)
        loaded.acted.add(task.wait.partition(".")[2])
        loaded.run.complete(task.token, variables)
        if loaded.run.thrown is not None:
            raise failure
        again.note(
            row, "postponed", element=task.element_id, name=task.name, reason=str(failure)[:300]
        )
        held = loaded.run.hold()
        owed = [wait for wait in loaded.run.waits().values() if wait.token in held]
        loaded.before.update((wait.key, wait) for wait in owed)  # their jobs are made here
        rest = [None] if loaded.run.ready or not owed else []
        again.settle(advance=False)
        session.add_all(_job(again, task, wait) for wait in [*owed, *rest])
        db.hint(session)


def _job(work: Execution, task: HumanTask, wait: Wait | None) -> Job:
    """Return the job that takes one token on, or (without a wait) whatever is ready."""
    return Job(
        kind="async",
        instance_id=task.instance_id,
        element_id=wait.element if wait else task.element_id,
        wait=wait_id(task.instance_id, wait.key) if wait else None,
        token=wait.token if wait else None,
        due_at=work.now,
        attempts=0,
        max_attempts=retries.ATTEMPTS,
        backoff=list(retries.BACKOFF),
        payload={
            "submission": work.submission_id,
            "actor": work.actor.id,
            "actor_kind": work.actor.kind,
        },
        created_at=work.now,
    )
