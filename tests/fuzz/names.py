"""Names of things that are there: read from the office, chosen by what a field asks for."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.fuzz import office, values
from tests.web.api.conftest import System

#: List → the field of its members that names them, and as what.
NAMED = {
    "/deployment": {"id": "deployment"},
    "/process-definition": {"id": "definition", "key": "key"},
    "/process-instance": {"id": "instance", "businessKey": "businessKey"},
    "/execution": {"id": "execution"},
    "/task": {"id": "task", "assignee": "user"},
    "/external-task": {"id": "external", "workerId": "worker", "topicName": "topic"},
    "/variable-instance": {"id": "variable", "name": "name"},
    "/job": {"id": "job"},
    "/job-definition": {"id": "jobDefinition", "activityId": "activity"},
    "/incident": {"id": "incident"},
    "/batch": {"id": "batch"},
    "/event-subscription": {"id": "subscription", "eventName": "event", "activityId": "activity"},
    "/decision-definition": {"id": "decision", "key": "decisionKey"},
    "/decision-requirements-definition": {"id": "requirements", "key": "requirementsKey"},
    "/history/activity-instance?unfinished=true": {
        "id": "activityInstance",
        "activityId": "activity",
    },
    "/history/process-instance": {"id": "instance"},
    "/history/task": {"id": "task"},
    "/history/detail": {"id": "detail"},
    "/history/job-log": {"id": "jobLog"},
    "/history/external-task-log": {"id": "externalLog"},
    "/history/variable-instance": {"id": "historicVariable"},
    "/history/decision-instance": {"id": "decisionInstance"},
    "/history/user-operation": {"operationId": "operation"},
}
#: Beginning of a path → what its first parameter names.
OWNERS = {
    "/deployment": "deployment", "/process-definition/key": "key",
    "/process-definition": "definition", "/process-instance": "instance",
    "/execution": "execution", "/task": "task", "/external-task": "external",
    "/variable-instance": "variable", "/job-definition": "jobDefinition", "/job": "job",
    "/incident": "incident", "/batch": "batch", "/decision-definition/key": "decisionKey",
    "/decision-definition": "decision", "/decision-requirements-definition/key": "requirementsKey",
    "/decision-requirements-definition": "requirements",
    "/history/activity-instance": "activityInstance", "/history/detail": "detail",
    "/history/job-log": "jobLog", "/history/external-task-log": "externalLog",
    "/history/variable-instance": "historicVariable", "/history/process-instance": "instance",
    "/history/process-definition": "definition", "/history/batch": "batch",
    "/history/decision-instance": "decisionInstance",
}  # fmt: skip
#: Word in the name of a field → what it names; the first that fits.
WORDS = (
    ("externalTask", "external"), ("jobDefinition", "jobDefinition"), ("taskId", "task"),
    ("parentTask", "task"), ("rootProcessInstance", "instance"), ("instanceId", "instance"),
    ("processInstance", "instance"), ("executionId", "execution"), ("decisionDefinitionKey",
    "decisionKey"), ("decisionDefinition", "decision"), ("definitionKey", "key"),
    ("processDefinition", "definition"), ("deploymentId", "deployment"), ("jobId", "job"),
    ("batchId", "batch"), ("incidentId", "incident"), ("activityInstance", "activityInstance"),
    ("activity", "activity"), ("businessKey", "businessKey"), ("worker", "worker"),
    ("topic", "topic"), ("variableName", "name"), ("messageName", "event"), ("event", "event"),
    ("assignee", "user"), ("userId", "user"), ("owner", "user"), ("variableId", "variable"),
    ("errorCode", "error"), ("escalationCode", "escalation"), ("group", "group"),
)  # fmt: skip
#: Key → ids of its elements and flows.
ELEMENTS = {
    key: re.findall(r'<bpmn:\w+ id="([^"]+)"', one().decode())
    for key, one in zip(office.KEYS, office.MODELS, strict=True)
}
FIXED: dict[str, tuple[str, ...]] = {
    "user": ("ann", "engine_api", "pinghu_handler1", "nobody"), "worker": ("w", "w2"),
    "topic": ("pay",), "event": ("msg_1", "msg_2", "signal_1"), "error": ("E1", "E2", ""),
    "escalation": ("ESC1", "x"), "group": ("handler@pinghu", "g"), "name": values.VARIABLES[:6],
    "key": office.KEYS, "resource": (), "comment": (), "attachment": (),
    "tenant": ("",),
    "activity": (
        "a", "b", "z", "g", "s", "x", "x2", "sp", "i", "c", "d", "t", "k", "es", "es_s", "ek",
        "ah", "x1", "oj", "cj", "p1", "late", "stop", "a#multiInstanceBody", "sp#multiInstanceBody",
        "f_g_a", "ua", "th", "e",
    ),
}  # fmt: skip


@dataclass
class Names:
    """What can be named just now (`learn`), and what the present request is about."""

    dice: random.Random
    document: Mapping[str, Any]
    known: dict[str, list[str]] = field(default_factory=dict)
    #: How often a value of the present request is nonsense.
    rude: float = 0.0
    #: Instance → the key of its process; plans of migration with whom they fit.
    keys: dict[str, str] = field(default_factory=dict)
    plans: list[tuple[Any, list[str]]] = field(default_factory=list)
    #: The process that the present request is about, if it is about one.
    about: str = ""

    def learn(self, api: System) -> None:
        """Read the names of everything that is there."""
        self.known = {kind: list(names) for kind, names in FIXED.items()}
        for path, fields in NAMED.items():
            answer = api.ask("GET", path)
            for row in answer.get_json() if answer.status_code == 200 else ():
                for name, kind in fields.items():
                    if row.get(name):
                        self.known.setdefault(kind, []).append(row[name])
        self._fit(api)
        for kind, path in (("comment", "comment"), ("attachment", "attachment")):
            for task in self.known.get("task", [])[:10]:
                answer = api.ask("GET", f"/task/{task}/{path}")
                found = answer.get_json() if answer.status_code == 200 else ()
                self.known[kind] += [row["id"] for row in found]

    def _fit(self, api: System) -> None:
        """Read which instance is of which process, and the plans that a migration can have."""
        rows = api.ask("GET", "/process-instance").get_json()
        versions: dict[str, list[str]] = {}
        for row in rows:
            self.keys[row["id"]] = row["definitionKey"]
            versions.setdefault(row["definitionId"], []).append(row["id"])
        self.plans = []
        for source, ids in versions.items():
            key, number, _ = source.split(":")
            other = [
                one for one in self.known.get("definition", ())
                if one.startswith(f"{key}:{3 - int(number)}:")
            ]  # fmt: skip
            if other:
                body = {"sourceProcessDefinitionId": source, "targetProcessDefinitionId": other[0]}
                made = api.ask("POST", "/migration/generate", body)
                if made.status_code == 200:
                    self.plans.append((made.get_json(), ids))

    def name(self, kind: str) -> str:
        """Return a name of something of a kind, or now and then of nothing."""
        found = self.known.get(kind)
        if kind == "activity" and self.about in ELEMENTS:
            found = ELEMENTS[self.about]
        if found and self.dice.random() >= self.rude:
            return self.dice.choice(found)
        if self.dice.random() < 0.5:
            return self.dice.choice(self.dice.choice([one for one in self.known.values() if one]))
        return self.dice.choice(values.TEXTS) or "x"
