"""The read side: inbox, cases, history. Never writes.

Every function takes a `Viewer` and joins `case_access` (`queries.access`); what is not
visible does not exist: `NotFound`, the same as for a wrong number.
"""

from engine.queries.access import Viewer, may_see, require, visible
from engine.queries.history import Line, history
from engine.queries.inbox import Counts, InboxFilter, TaskRow, counts, inbox
from engine.queries.instances import (
    InstanceFilter,
    InstanceRow,
    InstanceView,
    instance,
    instances,
)
from engine.queries.notices import Notice, notices, unread
from engine.queries.paging import Page
from engine.queries.tasks import TaskView, task
from engine.queries.totals import statistics

__all__ = [
    "Counts",
    "InboxFilter",
    "InstanceFilter",
    "InstanceRow",
    "InstanceView",
    "Line",
    "Notice",
    "Page",
    "TaskRow",
    "TaskView",
    "Viewer",
    "counts",
    "history",
    "inbox",
    "instance",
    "instances",
    "may_see",
    "notices",
    "require",
    "statistics",
    "task",
    "unread",
    "visible",
]
