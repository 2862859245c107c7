"""A decision's answer goes somewhere: to a result variable, output parameters, or a listener."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.definition import Element
from engine.bpmn.rules.diagram import Diagram
from engine.bpmn.xml import inner
from engine.errors import Problem

SHAPES = frozenset({"singleEntry", "singleResult", "collectEntries", "resultList"})


def check(diagram: Diagram) -> Iterator[Problem]:
    """Look at business rule tasks that ask a decision."""
    for task in diagram.of("businessRuleTask"):
        if not task.attributes.get("decisionRef"):
            continue
        if not task.attributes.get("resultVariable") and not _read_otherwise(task):
            yield Problem(task.id, "no-result-variable", "请填写结果变量，否则决策结果会丢失。")
        shape = task.attributes.get("mapDecisionResult", "resultList")
        if shape not in SHAPES:
            yield Problem(task.id, "result-shape", f"结果映射方式 {shape} 不存在。")


def _read_otherwise(task: Element) -> bool:
    """Say whether something else reads `decisionResult`."""
    given = any(
        inner(group, "outputParameter") for group in task.attributes.get("@inputOutput", ())
    )
    heard = any(one.get("event") == "end" for one in task.attributes.get("@executionListener", ()))
    return given or heard
