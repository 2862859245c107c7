"""Gateways: how they split and how they join."""

from __future__ import annotations

from tests.engine.bpmn_builder import diagram, end, parallel, start, user
from tests.engine.support.table import works
from tests.engine.walker import Walk

SECTION = "Gateways"


@works(SECTION, "parallel split and join", "`parallelGateway`",
       diagram(start(), parallel("g"), user("a"), user("k"), parallel("j"), user("z"), end(),
               "s-g-a-j-z-e", "g-k-j"))  # fmt: skip
def parallel_gateway(walk: Walk) -> None:
    walk.at("a", "k").complete("a").at("k").complete("k").at("z").complete("z").ended("e")
