"""Where tokens wait, read off the rows of what they wait for. No state is loaded.

A token that waits has a row: a human task, a job, a subscription, a called instance. Boundary
events wait with tokens of their own and stand here as well.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, select, true, union
from sqlalchemy.orm import aliased

from engine.models import HumanTask, Job, ProcessInstance, Subscription

RUNNING = ("active", "suspended")


def positions(
    of: Collection[str] | None = None,
) -> CompoundSelect[str | None, str | None, str | None]:
    """Return a query of (instance_id, token, element_id), each token once per element.

    Args:
        of: only these instances. The databases do not push such a condition into a union.
    """
    child = aliased(ProcessInstance)

    def within(column: Any) -> ColumnElement[bool]:
        found: ColumnElement[bool] = column.is_not(None) if of is None else column.in_(of)
        return found

    return union(
        select(
            HumanTask.instance_id.label("instance_id"),
            HumanTask.token.label("token"),
            HumanTask.element_id.label("element_id"),
        ).where(
            HumanTask.status == "open", true() if of is None else within(HumanTask.instance_id)
        ),
        select(Job.instance_id, Job.token, Job.element_id).where(
            within(Job.instance_id), Job.wait.is_not(None), Job.status.in_(("open", "failed"))
        ),
        select(Subscription.instance_id, Subscription.token, Subscription.element_id).where(
            within(Subscription.instance_id)
        ),
        select(child.parent_id, child.parent_token, child.parent_element).where(
            within(child.parent_id), child.status.in_(RUNNING)
        ),
    )
