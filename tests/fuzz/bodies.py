"""Values for declared fields: mostly ones that fit, and the shapes the document does not tell."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from tests.fuzz import values
from tests.fuzz.names import FIXED, WORDS, Names

#: A caller may ask to be kept waiting.
PATIENCE = ("asyncResponseTimeout",)


#: Fields that hold typed values.
VARIABLES = frozenset({
    "variables", "localvariables", "processvariables", "processvariableslocal", "modifications",
    "processvariablestotriggeredscope", "correlationkeys", "localcorrelationkeys",
})  # fmt: skip
#: Periods, and how long a caller may be kept waiting: never long.
NUMBERS: dict[str, tuple[Any, ...]] = {
    **dict.fromkeys(PATIENCE, (0, -1, 1, 10**12, "x")),
    **dict.fromkeys(("lockDuration", "newDuration"), (1, 1000, 60_000, 0, -1, 2**31, 10**30)),
}


class Writer(Names):
    """Writes what stands in a query or a body."""

    def value(self, name: str, schema: Mapping[str, Any]) -> Any:
        """Return a value for a field: mostly one that fits."""
        if self.dice.random() < self.rude:
            return values.odd(self.dice)
        special = self._special(name)
        if special is not None:
            return special
        kind, dice = schema.get("type"), self.dice
        if "enum" in schema:
            return dice.choice(schema["enum"])
        if schema.get("format") == "date-time":
            return dice.choice(values.MOMENTS if self.rude else values.MOMENTS[:3])
        if kind == "integer":
            return dice.choice((0, 1, 2, 3, 10, *(values.NUMBERS if self.rude else ())))
        if kind == "boolean":
            return dice.random() < 0.5
        if kind == "array":
            items = schema.get("items", {})
            if items.get("type") == "object":
                return [self._object(name, items) for _ in range(dice.choice((0, 1, 1, 2)))]
            return [self._word(name) for _ in range(dice.choice((0, 1, 1, 2, 3)))]
        if kind == "object":
            return self._object(name, schema)
        return self._word(name)

    def _word(self, name: str) -> str:
        for word, kind in WORDS:
            if word.lower() in name.lower():
                return self.name(kind)
        if self.dice.random() < 0.3:
            return self.name(self.dice.choice(list(self.known)))
        return self.dice.choice(values.TEXTS if self.rude else ("x", "w", "龙", "BK-work"))

    def _object(self, name: str, schema: Mapping[str, Any]) -> Any:
        declared = schema.get("properties")
        if not declared:
            return values.odd(self.dice)
        return {one: self.value(one, inner) for one, inner in declared.items()}

    def _special(self, name: str) -> Any:
        """Return what the document does not tell of a field; None of all others."""
        if name.lower() in VARIABLES:
            return values.variables(self.dice, self.rude)
        if name.endswith("Query") or name == "orQueries":
            one = self._asked(name)
            return [one] if name == "orQueries" else one
        if name in NUMBERS:
            return self.dice.choice(NUMBERS[name])
        made: dict[str, Callable[[], Any]] = {
            "instructions": self._instructions, "startInstructions": self._instructions,
            "migrationPlan": self._plan, "topics": self._topics,
            "workerId": lambda: self.name("worker"),
        }  # fmt: skip
        return made[name]() if name in made else None

    def _instructions(self) -> list[Any]:
        return [self._instruction() for _ in range(self.dice.choice((1, 1, 2, 3)))]

    def _topics(self) -> list[Any]:
        return [self._topic() for _ in range(self.dice.choice((1, 1, 2)))]

    def migration(self) -> Any:
        """Return a migration of one instance by a plan that fits, or nearly."""
        plan, ids = self.dice.choice(self.plans)
        plan = json.loads(json.dumps(plan))
        if self.dice.random() < 0.5:
            plan["instructions"] = plan["instructions"][self.dice.randint(0, 3) :]
        for step in plan["instructions"]:
            if self.dice.random() < 0.1:
                step["targetActivityIds"] = [self.name("activity")]
            if self.dice.random() < 0.1:
                step["updateEventTrigger"] = True
        return {"migrationPlan": plan, "processInstanceIds": [self.dice.choice(ids)]}

    def _instruction(self) -> Any:
        dice = self.dice
        if dice.random() < 0.15:  # of a migration
            return {"sourceActivityIds": [self.name("activity")],
                    "targetActivityIds": [self.name("activity")],
                    "updateEventTrigger": dice.random() < 0.5}  # fmt: skip
        kind = dice.choice(
            ("startBeforeActivity", "startAfterActivity", "startTransition", "cancel", "x")
        )
        found: dict[str, Any] = {"type": kind}
        for name, likely in (("activityId", 0.8), ("transitionId", 0.25),
                             ("activityInstanceId", 0.15), ("transitionInstanceId", 0.05),
                             ("ancestorActivityInstanceId", 0.15)):  # fmt: skip
            if dice.random() < likely:
                what = "activityInstance" if "Instance" in name else "activity"
                found[name] = self.name(what)
        if dice.random() < 0.3:
            found["variables"] = values.variables(dice, self.rude)
        if dice.random() < 0.3:
            found["cancelCurrentActiveActivityInstances"] = dice.choice((True, False, "x"))
        return found

    def _plan(self) -> Any:
        dice = self.dice
        source = self.name("definition")
        key = source.partition(":")[0]
        alike = [one for one in self.known.get("definition", ()) if one.startswith(f"{key}:")]
        target = dice.choice(alike) if alike and dice.random() < 0.8 else self.name("definition")
        found: dict[str, Any] = {
            "sourceProcessDefinitionId": source, "targetProcessDefinitionId": target,
        }  # fmt: skip
        names = dice.sample(FIXED["activity"], dice.choice((1, 3, 12, 25)))
        found["instructions"] = [
            {"sourceActivityIds": [one],
             "targetActivityIds": [one if dice.random() < 0.9 else self.name("activity")],
             "updateEventTrigger": dice.random() < 0.3}
            for one in names
        ]  # fmt: skip
        if dice.random() < 0.3:
            found["variables"] = values.variables(dice, self.rude)
        return found

    def _topic(self) -> dict[str, Any]:
        dice = self.dice
        found: dict[str, Any] = {
            "topicName": self.name("topic"), "lockDuration": dice.choice((1, 1000, 0, -1, 10**30)),
        }  # fmt: skip
        fields = ("variables", "localVariables", "businessKey", "processDefinitionId",
                  "processDefinitionIdIn", "processVariables", "deserializeValues",
                  "includeExtensionProperties", "tenantIdIn", "withoutTenantId")  # fmt: skip
        for name in dice.sample(fields, dice.choice((0, 0, 1, 2))):
            found[name] = dice.choice((values.odd(dice), [self._word(name)], self._word(name)))
        return found

    def _asked(self, name: str) -> Any:
        """Return a question within a body: the fields of the list it is about."""
        about = {
            "processInstanceQuery": "/process-instance", "jobQuery": "/job",
            "historicProcessInstanceQuery": "/history/process-instance",
            "externalTaskQuery": "/external-task", "orQueries": "/task",
        }.get(name, "/process-instance")  # fmt: skip
        return self.fields(self.document["paths"][about]["post"], 2)

    def fields(self, operation: Mapping[str, Any], most: int = 4) -> dict[str, Any]:
        ((_, media),) = operation["requestBody"]["content"].items()
        declared = media["schema"]["properties"]
        number = len(declared) if len(declared) < 8 else self.dice.randint(0, most)
        chosen = self.dice.sample(list(declared), number)
        return {
            name: self.value(name, declared[name])
            for name in chosen
            if len(declared) >= 8 or self.dice.random() < 0.75
        }
