"""Camunda 7 attributes and extension elements."""

from __future__ import annotations

from tests.engine.bpmn_builder import diagram, end, start, user
from tests.engine.support.table import works
from tests.engine.walker import Walk

SECTION = "Camunda attributes"


@works(SECTION, "asynchronous continuation before and after",
       "`camunda:asyncBefore`, `camunda:asyncAfter`",
       diagram(start(), user("a", camunda__asyncBefore="true", camunda__asyncAfter="true"), end(),
               "s-a-e"))  # fmt: skip
def continuations(walk: Walk) -> None:
    assert walk.wait("a").kind == "async"
    walk.complete("a")
    assert walk.wait("a").kind == "human"
    walk.complete("a")
    assert walk.wait("a").kind == "async"
    walk.complete("a").ended("e")
