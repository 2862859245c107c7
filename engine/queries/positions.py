"""Where tokens wait, read off the rows of what they wait for. No state is loaded.

A token that waits has a row: a human task, a job, a subscription, a called instance. Boundary
events wait with tokens of their own and stand here as well.
"""

from __future__ import annotations

from sqlalchemy import CompoundSelect, select, union
from sqlalchemy.orm import aliased

from engine.models import HumanTask, Job, ProcessInstance, Subscription

RUNNING = ("active", "suspended")


def positions() -> CompoundSelect[str | None, str | None, str | None]:
    """Return a query of (instance_id, token, element_id), each token once per element."""
    child = aliased(ProcessInstance)
    return union(
        select(
            HumanTask.instance_id.label("instance_id"),
            HumanTask.token.label("token"),
            HumanTask.element_id.label("element_id"),
        ).where(HumanTask.status == "open"),
        select(Job.instance_id, Job.token, Job.element_id).where(
            Job.instance_id.is_not(None), Job.wait.is_not(None), Job.status.in_(("open", "failed"))
        ),
        select(Subscription.instance_id, Subscription.token, Subscription.element_id).where(
            Subscription.instance_id.is_not(None)
        ),
        select(child.parent_id, child.parent_token, child.parent_element).where(
            child.parent_id.is_not(None), child.status.in_(RUNNING)
        ),
    )
