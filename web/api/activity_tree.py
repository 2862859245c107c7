"""The tree of activity instances: where the tokens of one instance stand."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.commands.execution import Execution
from engine.hooks import SYSTEM
from engine.models import Incident, ProcessDefinition, ProcessInstance
from engine.state.tree import Place
from web.api import names

BODY = "#multiInstanceBody"


def read(session: Session, row: ProcessInstance) -> dict[str, Any]:
    """Return the tree of a running instance in Camunda's shape."""
    with Execution(session, SYSTEM) as work:
        places = work.open(row).run.places()
    definition = session.get_one(ProcessDefinition, row.definition_id)
    broken: dict[str, list[str]] = {}
    for number, element in session.execute(
        select(Incident.id, Incident.element_id).where(
            Incident.instance_id == row.id, Incident.resolved_at.is_(None)
        )
    ):
        broken.setdefault(element or "", []).append(str(number))
    root = _Tree(row.id, names.definition_of(definition), broken)
    return {
        **root.activity(row.id, None, definition.key, definition.name, "processDefinition", row.id),
        **root.children(places, row.id),
    }


class _Tree:
    """What every node needs to know of the instance."""

    def __init__(self, instance_id: str, definition: str, broken: dict[str, list[str]]) -> None:
        self.instance_id, self.definition, self.broken = instance_id, definition, broken

    def children(self, places: list[Place], parent: str) -> dict[str, Any]:
        """Return the two lists below a node: what is at work, and what is on its way."""
        return {
            "childActivityInstances": [
                self.node(place, parent) for place in places if not place.moving
            ],
            "childTransitionInstances": [
                self.transition(place, parent) for place in places if place.moving
            ],
        }

    def node(self, place: Place, parent: str) -> dict[str, Any]:
        """Return an activity instance with everything inside."""
        suffix = BODY if place.kind == "multiInstanceBody" else ""
        name = names.activity_instance_id(place.element, self.instance_id, place.token)
        execution = names.execution_id(self.instance_id, place.token)
        return {
            **self.activity(
                name, parent, place.element + suffix, place.name, place.kind, execution
            ),
            **self.children(place.inside, name),
        }

    def activity(
        self, name: str, parent: str | None, element: str, label: str, kind: str, execution: str
    ) -> dict[str, Any]:
        """Return the fields of one activity instance."""
        incidents = self.broken.get(element, [])
        return {
            "id": name,
            "parentActivityInstanceId": parent,
            "activityId": element,
            "activityType": kind,
            "processInstanceId": self.instance_id,
            "processDefinitionId": self.definition,
            "executionIds": [execution],
            "activityName": label or None,
            "name": label or None,
            "incidentIds": incidents,
            "incidents": self.incidents(incidents, element),
        }

    def transition(self, place: Place, parent: str) -> dict[str, Any]:
        """Return a token that waits before or behind an activity."""
        incidents = self.broken.get(place.element, [])
        return {
            "id": names.activity_instance_id(place.element, self.instance_id, place.token),
            "parentActivityInstanceId": parent,
            "processInstanceId": self.instance_id,
            "processDefinitionId": self.definition,
            "activityId": place.element,
            "activityName": place.name or None,
            "activityType": place.kind,
            "executionId": names.execution_id(self.instance_id, place.token),
            "incidentIds": incidents,
            "incidents": self.incidents(incidents, place.element),
        }

    @staticmethod
    def incidents(numbers: list[str], element: str) -> list[dict[str, Any]]:
        """Return open incidents in the short form of the tree."""
        return [{"id": number, "activityId": element} for number in numbers]
