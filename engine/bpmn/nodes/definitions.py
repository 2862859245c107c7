"""Event definitions: what is waited for or thrown, and how waiting for it begins."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from SpiffWorkflow.bpmn.specs.event_definitions.base import EventDefinition

from engine.bpmn import timers
from engine.errors import EngineError
from engine.state import variables
from engine.state.host import Wait

if TYPE_CHECKING:
    from engine.bpmn.nodes.base import Node
    from engine.state.tokens import Token, VariableChange

CORRELATION = "huiyin:correlation"
#: What may happen to a variable, in Camunda's words.
ANY = frozenset({"create", "update", "delete"})


class Definition(EventDefinition):
    """A none event, or a kind that is thrown and never waited for (terminate, link)."""

    #: Whether a token waits for it; errors are looked for when they are thrown.
    is_armed = False

    def __init__(self, kind: str, name: str = "", code: str = "", **variables: str) -> None:
        super().__init__(name)
        self.kind = kind
        self.code = code
        self.variables = variables

    def catches(self, kind: str, code: str) -> bool:
        """Tell whether an error, escalation or cancellation is meant. No code: every one."""
        return self.kind == kind and self.code in ("", code)

    def payload(self, code: str, message: str) -> dict[str, Any]:
        """Return the variables in which the diagram wants code and message; no message is null."""
        wanted = ((self.variables.get("code_variable"), code),
                  (self.variables.get("message_variable"), message or None))  # fmt: skip
        return {name: value for name, value in wanted if name}

    def full_name(self, token: Token) -> str:
        """Return the name of a message or signal with every `${…}` in it filled."""
        if "{" not in self.name:
            return str(self.name)
        filled: str = token.instance.evaluation.template(token, self.name)
        return filled

    def named(self, token: Token) -> dict[str, Any]:
        """Return what must be remembered of a name that is computed when the wait begins."""
        return {"as": self.full_name(token)} if "{" in self.name else {}

    def arm(self, token: Token, node: Node) -> dict[str, Any]:
        """Begin to wait; return what must be remembered."""
        return {}

    def wait(self, arm: dict[str, Any]) -> dict[str, Any]:
        """Return what is particular to this wait."""
        return {}

    def spend(self, token: Token, slot: str) -> bool:
        """It happened once, without interrupting; return whether it cannot happen again."""
        return False

    def shift(self, token: Token, slot: str, by: timedelta) -> None:
        """Let it happen so much later; timers only."""
        raise NotImplementedError


class Compensate(Definition):
    """Undo one activity, or everything the scope has completed."""

    def __init__(self, activity: str, *, wait: bool) -> None:
        super().__init__("compensate")
        self.activity = activity
        #: Whether the thrower goes on only when everything has been undone.
        self.wait_for_completion = wait


class Message(Definition):
    """A message for one instance, found by its correlation."""

    is_armed = True

    def arm(self, token: Token, node: Node) -> dict[str, Any]:
        armed = self.named(token)
        correlation = correlation_of(token, node)
        if correlation is not None:
            armed["for"] = correlation
        return armed

    def wait(self, arm: dict[str, Any]) -> dict[str, Any]:
        name = arm.get("as", self.name)
        return {"kind": "message", "event": name, "correlation": arm.get("for")}


class Signal(Definition):
    """A signal for everybody."""

    is_armed = True

    def arm(self, token: Token, node: Node) -> dict[str, Any]:
        return self.named(token)

    def wait(self, arm: dict[str, Any]) -> dict[str, Any]:
        return {"kind": "signal", "event": arm.get("as", self.name)}


class Trigger(Definition):
    """Nothing that could come by itself: a receive task without a message waits to be told."""

    is_armed = True

    def wait(self, arm: dict[str, Any]) -> dict[str, Any]:
        return {"kind": "trigger"}


class Conditional(Definition):
    """Happens when a condition holds: at once, or when a variable it sees has changed.

    As in Camunda 7, one that does not interrupt happens at every such change while the
    condition holds; `variableName` and `variableEvents` say which changes count.
    """

    is_armed = True

    def __init__(self, condition: str, variable: str = "", changes: frozenset[str] = ANY) -> None:
        super().__init__("conditional")
        self.condition = condition
        self.variable = variable
        self.changes = changes

    def arm(self, token: Token, node: Node) -> dict[str, Any]:
        token.instance.watching[token.id] = token
        return {"new": True}

    def wait(self, arm: dict[str, Any]) -> dict[str, Any]:
        return {"kind": "conditional"}

    def is_met(self, token: Token, slot: str, changes: Collection[VariableChange]) -> bool:
        """Tell whether it happens now, after these changes of variables."""
        is_new = token.marks["arms"][slot].pop("new", False)
        if not is_new and not self._concerns(token, changes):
            return False
        return token.instance.evaluation.holds(token, self.condition)

    def _concerns(self, token: Token, changes: Collection[VariableChange]) -> bool:
        seen: set[str] | None = None
        for name, change, holder in changes:
            if change not in self.changes or self.variable not in ("", name):
                continue
            seen = seen or variables.holders(token)
            if holder in seen:
                return True
        return False


class Timer(Definition):
    """A moment, a period, or a repetition. It happens only when the engine is told so."""

    is_armed = True

    def __init__(self, timer_kind: str, text: str) -> None:
        super().__init__("timer")
        self.timer_kind = timer_kind
        self.text = text

    def arm(self, token: Token, node: Node) -> dict[str, Any]:
        now = token.instance.host.now()
        value = token.instance.evaluation.evaluate(token, self.text)
        try:
            armed = timers.arm(self.timer_kind, value, now)
        except EngineError as error:
            raise EngineError(
                f"“{node.label or node.element}”（{node.element}）：{error}"
            ) from error
        if hasattr(value, "due_at"):
            token.deadlines[node.element] = value
        return armed

    def wait(self, arm: dict[str, Any]) -> dict[str, Any]:
        return {"kind": "timer", "due": arm["due"]}

    def spend(self, token: Token, slot: str) -> bool:
        arms = token.marks["arms"]
        following = timers.following(arms[slot])
        token.deadlines.pop(slot, None)
        if following is None:
            return True
        arms[slot] = following
        return False

    def shift(self, token: Token, slot: str, by: timedelta) -> None:
        arms = token.marks["arms"]
        arms[slot] = timers.shifted(arms[slot], by)


def correlation_of(token: Token, node: Node) -> str | None:
    """Return the evaluated correlation of a message event; None means the business key.

    Raises:
        EngineError: the expression is there but has no value.
    """
    expression = node.properties.get(CORRELATION)
    if not expression:
        return None
    value = token.instance.evaluation.evaluate(token, expression)
    if value in (None, ""):
        raise EngineError(f"“{node.label or node.element}”（{node.element}）的消息关联值为空。")
    return str(value)


def wait_for(token: Token, node: Any, arm: dict[str, Any]) -> Wait:
    """Describe one armed event to the outside."""
    special = node.event.wait(arm)
    fired = f":{arm['n']}" if arm.get("n") else ""
    host = token.hangs_on
    return Wait(
        key=f"{token.id}:{node.element}{fired}",
        token=token.id,
        element=node.element,
        name=node.label,
        type=node.kind,
        attributes=node.attributes,
        slot=node.element,
        deadline=token.deadlines.get(node.element),
        index=token.data.get("loopCounter"),
        attached_to=host.id if host is not None and not node.is_item else "",
        interrupting=node.interrupting,
        **special,
    )
