"""A tiny office for engine tests: diagrams written as text, published, and walked."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import calendar, clock, commands, db, hooks, jobs
from engine.bundles import Bundle
from engine.commands import definitions
from engine.hooks import Actor
from engine.models import HumanTask, Job, ProcessInstance

ANN = Actor("ann", frozenset({"handler@pinghu"}))
BOB = Actor("bob", frozenset({"handler@bantian"}))

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
  xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
  xmlns:camunda="http://camunda.org/schema/1.0/bpmn" id="d" targetNamespace="test">
"""


def diagram(body: str, *, key: str = "p", extra: str = "") -> bytes:
    """Wrap the inside of a process into a whole file."""
    return (
        f'{HEAD}{extra}<bpmn:process id="{key}" name="{key}" isExecutable="true" '
        f'camunda:historyTimeToLive="30">{body}</bpmn:process></bpmn:definitions>'
    ).encode()


def flows(*pairs: str) -> str:
    """Write sequence flows: `a>b` or `a>b: condition`."""
    parts = []
    for pair in pairs:
        ends, _, condition = pair.partition(":")
        source, _, target = ends.strip().partition(">")
        inner = (
            f'<bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">{condition.strip()}'
            "</bpmn:conditionExpression>"
            if condition
            else ""
        )
        parts.append(
            f'<bpmn:sequenceFlow id="f_{source}_{target}" sourceRef="{source}" '
            f'targetRef="{target}">{inner}</bpmn:sequenceFlow>'
        )
    return "".join(parts)


def user(element: str, group: str = "handler@pinghu", extra: str = "", inner: str = "") -> str:
    """Write a user task for a group."""
    return (
        f'<bpmn:userTask id="{element}" name="{element}" camunda:candidateGroups="{group}" '
        f"{extra}>{inner}</bpmn:userTask>"
    )


def publish(*diagrams: bytes, name: str = "t", **files: bytes) -> None:
    """Publish diagrams as a bundle without house rules (no forms, no labels needed)."""
    content = {f"d{number}.bpmn": xml for number, xml in enumerate(diagrams)}
    content |= {key.replace("__", "/").replace("_dot_", "."): value for key, value in files.items()}
    content["bundle.toml"] = f'[bundle]\ntitle = "{name}"\n'.encode()
    with db.transaction() as session:
        commands.deploy(session, Bundle(name, content), actor=hooks.SYSTEM, house=False)


def prepare() -> None:
    """Fill the calendar, which every deadline reads."""
    with db.transaction() as session:
        calendar.seed(session)


def start(key: str = "p", actor: Actor = ANN, **variables: Any) -> str:
    """Start an instance and return its id."""
    with db.transaction() as session:
        return commands.start(
            session, key, actor=actor, variables=variables, business_key=variables.get("bk")
        ).id


def waiting(root: str) -> list[str]:
    """Return the elements that wait for people, over the whole case."""
    with db.reading() as session:
        return sorted(
            session.scalars(
                select(HumanTask.element_id).where(
                    HumanTask.root_id == root, HumanTask.status == "open"
                )
            )
        )


def everywhere() -> list[str]:
    """Return the elements that wait for people, over all cases."""
    with db.reading() as session:
        return sorted(
            session.scalars(select(HumanTask.element_id).where(HumanTask.status == "open"))
        )


def task_id(root: str, element: str) -> str:
    """Return the open task at an element."""
    with db.reading() as session:
        return session.scalars(
            select(HumanTask.id).where(
                HumanTask.root_id == root,
                HumanTask.element_id == element,
                HumanTask.status == "open",
            )
        ).one()


def complete(root: str, element: str, actor: Actor = ANN) -> commands.Completion:
    """Complete the open task at an element."""
    with db.transaction() as session:
        return commands.complete(session, task_id(root, element), actor=actor)


def drain() -> int:
    """Run everything that is due now."""
    total = 0
    while count := jobs.drain():
        total += count
    return total


def later(**period: float) -> None:
    """Let engine time pass; nothing runs until `drain`."""
    clock.move(clock.offset() + timedelta(**period))


def status(instance: str) -> str:
    """Return the status of an instance."""
    with db.reading() as session:
        return session.get_one(ProcessInstance, instance).status


def open_jobs(kind: str = "timer") -> list[Job]:
    """Return the open jobs of a kind."""
    with db.reading() as session:
        return list(session.scalars(select(Job).where(Job.status == "open", Job.kind == kind)))


def definition_id(session: Session, key: str = "p") -> int:
    """Return the newest definition of a process."""
    return definitions.latest(session, key).id


def variables(instance: str) -> dict[str, Any]:
    """Return the variables of an instance."""
    with db.reading() as session:
        return commands.read_variables(session, instance)
