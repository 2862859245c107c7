"""The design everybody writes first: the library's serializer, the whole instance as JSON.

Same schema, same rows written, same database; only the engine around the library differs.
"""

from __future__ import annotations

import json
from io import BytesIO

from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.util.task import TaskState
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from engine import clock
from engine.models import HistoryEvent, HumanTask, ProcessInstance, new_id

_serializer = BpmnWorkflowSerializer(BpmnWorkflowSerializer.configure())


def specification(xml: bytes, key: str) -> object:
    """Parse a diagram with the stock parser; conditions become Python for it."""
    plain = xml.replace(b"${", b"").replace(b"}", b"")
    parser = BpmnParser()
    parser.add_bpmn_io(BytesIO(plain))
    return parser.get_spec(key)


def begin(session: Session, spec: object, template: ProcessInstance, **data: object) -> str:
    """Start an instance the naive way and return its id."""
    workflow = BpmnWorkflow(spec)
    workflow.task_tree.data.update(data)
    workflow.do_engine_steps()
    row = ProcessInstance(
        id=new_id(),
        definition_id=template.definition_id,
        bundle="naive",
        process_key=template.process_key,
        root_id=new_id(),
        title="",
        status="active",
        state=_serializer.serialize_json(workflow).encode(),
        started_at=clock.now(),
        started_by="naive",
    )
    row.root_id = row.id
    session.add(row)
    session.flush()  # the rows below refer to it
    _write(session, row, workflow, None)
    return row.id


def complete(session: Session, instance_id: str, **data: object) -> int:
    """Complete the first open task; return the size of the stored instance in bytes."""
    row = session.scalars(
        select(ProcessInstance).where(ProcessInstance.id == instance_id).with_for_update()
    ).one()
    workflow = _serializer.deserialize_json(row.state.decode())
    ready = workflow.get_tasks(state=TaskState.READY, manual=True)[0]
    ready.data.update(data)
    ready.run()
    workflow.do_engine_steps()
    row.state = _serializer.serialize_json(workflow).encode()
    session.flush()  # the guarded update, as in the engine
    _write(session, row, workflow, str(ready.id))
    return len(row.state)


def _write(
    session: Session, row: ProcessInstance, workflow: BpmnWorkflow, done: str | None
) -> None:
    """Write the same rows as the engine: the closed task, the opened one, history."""
    now = clock.now()
    if done is not None:
        session.execute(
            update(HumanTask)
            .where(HumanTask.wait == f"{row.id}.{done}")
            .values(status="completed", closed_at=now, completed_by="naive")
        )
    history = []
    for task in workflow.get_tasks(state=TaskState.READY, manual=True):
        session.execute(
            insert(HumanTask),
            [
                {
                    "id": new_id(),
                    "instance_id": row.id,
                    "root_id": row.id,
                    "bundle": "naive",
                    "process_key": row.process_key,
                    "element_id": task.task_spec.bpmn_id,
                    "name": task.task_spec.bpmn_id,
                    "wait": f"{row.id}.{task.id}",
                    "token": str(task.id)[:60],
                    "status": "open",
                    "groups": ["g@x"],
                    "users": [],
                    "priority": 50,
                    "item": 0,
                    "created_at": now,
                }
            ],
        )
        history.append(
            {
                "instance_id": row.id,
                "root_id": row.id,
                "at": now,
                "kind": "opened",
                "element_id": task.task_spec.bpmn_id,
                "data": json.loads("{}"),
            }
        )
    if history:
        session.execute(insert(HistoryEvent), history)
