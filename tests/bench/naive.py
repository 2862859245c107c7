"""The design everybody writes first: the library's serializer, the whole instance as JSON.

Everything around it is the engine's own: the same commands, rows, statements and database.
Only `Run` and the parsed definition are replaced, so a ratio compares nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from io import BytesIO
from typing import Any
from unittest import mock

from lxml import etree
from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine.state.host import Host, Wait

CONDITION = "{http://www.omg.org/spec/BPMN/20100524/MODEL}conditionExpression"
_serializer = BpmnWorkflowSerializer(BpmnWorkflowSerializer.configure())


@lru_cache(maxsize=20)
def _specification(xml: bytes, key: str) -> Any:
    """Parse with the stock parser; a condition loses its `${…}` and is Python for it."""
    root = etree.fromstring(xml)
    for condition in root.iter(CONDITION):
        condition.text = (condition.text or "").removeprefix("${").removesuffix("}")
    parser = BpmnParser()
    parser.add_bpmn_io(BytesIO(etree.tostring(root)))
    return parser.get_spec(key)


class NaiveRun:
    """What the engine asks of an instance, answered by the library alone."""

    thrown = None
    #: It keeps no record of what wrote which variable, nor of what a listener did to a task.
    writes = ()
    task_changes: Mapping[str, Any] = {}
    ready = False

    def __init__(self, workflow: BpmnWorkflow) -> None:
        self.workflow = workflow

    @classmethod
    def start(
        cls, spec: Any, host: Host, *, start_element: str | None = None,
        variables: Mapping[str, Any] | None = None,
    ) -> NaiveRun:  # fmt: skip
        workflow = BpmnWorkflow(spec)
        workflow.task_tree.data.update(variables or {})
        return cls(workflow)

    @classmethod
    def load(cls, spec: Any, blob: bytes, host: Host) -> NaiveRun:
        return cls(_serializer.deserialize_json(blob.decode()))

    def dump(self) -> bytes:
        return _serializer.serialize_json(self.workflow).encode()

    def advance(self) -> int:
        self.workflow.do_engine_steps()
        return 0

    def _open(self) -> list[Task]:
        return list(self.workflow.get_tasks(state=TaskState.READY, manual=True))

    def waits(self) -> dict[str, Wait]:
        return {
            str(task.id): Wait(
                key=str(task.id),
                token=str(task.id),
                kind="human",
                element=task.task_spec.bpmn_id,
                name=task.task_spec.bpmn_id,
                attributes={"candidateGroups": "g@x"},
            )
            for task in self._open()
        }

    def complete(self, token: str, values: Mapping[str, Any] | None = None) -> None:
        task = next(task for task in self._open() if str(task.id) == token)
        task.data.update(values or {})
        task.run()

    @property
    def ended(self) -> bool:
        return bool(self.workflow.completed)

    @property
    def outcome(self) -> list[str]:
        return ["e"]

    @property
    def variables(self) -> dict[str, Any]:
        return {}

    @property
    def lasting(self) -> dict[str, Any]:
        return self.variables

    def reported(self) -> set[int]:
        return set()

    def scope(self, token: str) -> Mapping[str, Any]:
        return {}

    def evaluate(self, token: str, expression: str) -> Any:
        return expression

    def template(self, token: str, text: str) -> str:
        return text


@contextmanager
def design() -> Iterator[None]:
    """Let every command inside use the naive design."""

    @contextmanager
    def checkout(xml: bytes, key: str) -> Iterator[Any]:
        yield _specification(xml, key)

    with (
        mock.patch("engine.commands.execution.Run", NaiveRun),
        mock.patch("engine.commands.execution.pool.checkout", checkout),
    ):
        yield
