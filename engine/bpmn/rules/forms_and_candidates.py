"""A human task has a form to fill in and somebody who may do it.

Without a form nobody knows what to enter; without an assignee or candidates the task
appears in no inbox.
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.rules.diagram import Diagram
from engine.errors import Problem

PEOPLE = ("assignee", "candidateUsers", "candidateGroups")
FORMS = ("formRef", "formKey", "@formData")


def check(diagram: Diagram) -> Iterator[Problem]:
    """Look at user tasks."""
    for task in diagram.of("userTask"):
        if not any(task.attributes.get(name) for name in FORMS):
            yield Problem(task.id, "house-no-form", "这个人工环节没有表单，请选择一个。")
        if not any(task.attributes.get(name) for name in PEOPLE):
            yield Problem(
                task.id, "house-no-candidate", "这个人工环节没有办理人，请填写办理人或候选组。"
            )
