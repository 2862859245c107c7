"""Event definitions from XML: messages, signals, errors and escalations by reference."""

from __future__ import annotations

from lxml import etree

from engine.bpmn.nodes import definitions
from engine.bpmn.xml import B, C, children, identifier, local, text_of

TIMER_KINDS = {"timeDate": "date", "timeDuration": "duration", "timeCycle": "cycle"}


class References:
    """The root elements of a file that events refer to, by id."""

    def __init__(self, root: etree._Element) -> None:
        self._by_id = {
            identifier(element): element
            for element in children(root, "message", "signal", "error", "escalation")
        }

    def text(self, reference: str | None, attribute: str) -> str:
        """Return an attribute of the referred element, or ""."""
        element = self._by_id.get(reference or "")
        return "" if element is None else (element.get(attribute) or "").strip()

    def message(self, reference: str | None) -> definitions.Message:
        return definitions.Message("message", self.text(reference, "name"))

    def of_task(self, task: etree._Element) -> definitions.Definition:
        """Return what a receive task waits for, or a send task throws."""
        if reference := task.get("messageRef"):
            return self.message(reference)
        waits = local(task) == "receiveTask"
        return definitions.Trigger("trigger") if waits else definitions.Definition("none")

    def definition(self, element: etree._Element) -> definitions.Definition:
        """Return what an event definition element means."""
        kind = local(element)[: -len("EventDefinition")]
        reference = element.get(f"{kind}Ref")
        if kind == "message":
            return self.message(reference)
        if kind == "signal":
            return definitions.Signal("signal", self.text(reference, "name"))
        if kind == "compensate":
            wait = element.get("waitForCompletion") != "false"
            return definitions.Compensate(element.get("activityRef") or "", wait=wait)
        if kind == "conditional":
            return conditional(element)
        if kind == "timer":
            return definitions.Timer(*timer_text(element))
        if kind == "error":
            return definitions.Definition(
                "error",
                self.text(reference, "name"),
                self.text(reference, "errorCode"),
                code_variable=element.get(C + "errorCodeVariable") or "",
                message_variable=element.get(C + "errorMessageVariable") or "",
                message=self.text(reference, C + "errorMessage"),
            )
        if kind == "escalation":
            return definitions.Definition(
                "escalation",
                self.text(reference, "name"),
                self.text(reference, "escalationCode"),
                code_variable=element.get(C + "escalationCodeVariable") or "",
            )
        return definitions.Definition("none" if kind == "link" else kind)


def conditional(element: etree._Element) -> definitions.Conditional:
    """Return what a conditional event waits for."""
    condition = element.find(B + "condition")
    text = text_of(element, "condition")
    if condition is not None and (condition.get("language") or "").lower() == "feel":
        text = "=" + text.removeprefix("=")
    events = (element.get(C + "variableEvents") or "").split(",")
    changes = frozenset(filter(None, map(str.strip, events)))
    variable = (element.get(C + "variableName") or "").strip()
    return definitions.Conditional(text, variable, changes or definitions.ANY)


def timer_text(element: etree._Element) -> tuple[str, str]:
    """Return the kind of a timer definition (`date`, `duration`, `cycle`) and its text."""
    for tag, kind in TIMER_KINDS.items():
        text = text_of(element, tag)
        if text:
            return kind, text
    return "", ""
