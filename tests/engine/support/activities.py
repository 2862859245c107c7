"""Activities: tasks, sub processes, call activities, and their markers."""

from __future__ import annotations

from tests.engine.bpmn_builder import diagram, end, start, user
from tests.engine.support.table import works
from tests.engine.walker import Walk

SECTION = "Activities"


@works(SECTION, "human task", "`userTask`", diagram(start(), user("a"), end(), "s-a-e"))
def user_task(walk: Walk) -> None:
    walk.at("a").complete("a").ended("e")
