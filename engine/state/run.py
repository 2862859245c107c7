"""One instance in memory: start or load it, act on a token, advance, save.

`complete`, `fire`, `deliver` and the others only do what happened; what follows by itself
is done by `advance`. Between the two the instance may be saved: a person's work is never
lost to a broken service behind it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from SpiffWorkflow.util.task import TaskState

from engine.bpmn.dialect import Spec
from engine.bpmn.nodes import calls, compensation, listeners
from engine.bpmn.nodes.base import BEFORE, Node
from engine.bpmn.nodes.definitions import Conditional, Timer
from engine.bpmn.nodes.events import Armed, StartEvent
from engine.errors import NotFound, StepBudgetExceeded
from engine.state import codec, modify, propagation, stepper, variables
from engine.state.evaluation import Evaluation
from engine.state.host import CallInputs, Host, Thrown, Wait, Write
from engine.state.operated import Operated
from engine.state.speakers import ExternalTaskSpeaker
from engine.state.tokens import Instance, Token

MAX_STEPS = stepper.MAX_STEPS
__all__ = ["MAX_STEPS", "Run", "StepBudgetExceeded"]


class Run(Operated):
    """A process instance between two saves. Not thread-safe; one command owns it.

    Tokens are named by short ids, unique in the instance for ever. Every method that takes
    one raises `NotFound` when the token has gone on.
    """

    def __init__(self, spec: Spec, host: Host) -> None:
        self.host = host
        self._instance = Instance(spec, host, Evaluation(host.functions))
        self._instance.run = self

    @classmethod
    def start(
        cls,
        spec: Spec,
        host: Host,
        *,
        start_element: str | None = None,
        variables: Mapping[str, Any] | None = None,
    ) -> Run:
        """Put a token on a start event (default: the none start event); does not advance.

        Raises:
            NotFound: there is no such start event.
        """
        run = cls(spec, host)
        instance = run._instance
        node = spec.process.task_specs.get(start_element or spec.process.none_start)
        if not isinstance(node, StartEvent):
            raise NotFound(f"流程没有开始事件 {start_element or ''}。")
        run.set("", variables or {})
        listeners.of_process(instance, "start")
        instance.open(node)
        return run

    @classmethod
    def empty(cls, spec: Spec, host: Host, variables: Mapping[str, Any]) -> Run:
        """Return an instance that has begun and has no token yet: `modify` puts them."""
        run = cls(spec, host)
        run.set("", variables)
        modify.begin_empty(run._instance)
        return run

    @classmethod
    def load(cls, spec: Spec, blob: bytes, host: Host) -> Run:
        """Restore what `dump` saved.

        Raises:
            EngineError: an unknown format, or the definition lacks an element.
        """
        run = cls(spec, host)
        codec.restore(run._instance, blob)
        return run

    def dump(self) -> bytes:
        """Return the instance as bytes: live tokens and variables only.

        Raises:
            EngineError: nothing waits, nothing is to be done, and it has not ended.
        """
        stepper.check_alive(self._instance)
        return codec.dump(self._instance)

    def advance(self, *, budget: int = MAX_STEPS) -> int:
        """Run automatic steps until only waits are left; return how many there were.

        Raises:
            StepBudgetExceeded: more than `budget` steps, or 20,000 tokens, without waiting.
        """
        return stepper.advance(self._instance, budget)

    def hold(self) -> list[str]:
        """Let what would go on by itself wait for jobs (`stepper.hold`); return the tokens."""
        return stepper.hold(self._instance)

    @property
    def ready(self) -> bool:
        """Whether automatic steps are left, so that `advance` would do something."""
        return stepper.is_ready(self._instance)

    def waits(self) -> dict[str, Wait]:
        """Return everything the instance waits for, by key, oldest token first."""
        return {
            wait.key: wait
            for token in self._instance.tokens.values()
            for wait in token.node.waits(token)
        }

    @property
    def ended(self) -> bool:
        return self._instance.ended

    @property
    def thrown(self) -> Thrown | None:
        """The error that ended the instance uncaught, or None. Not saved."""
        return self._instance.thrown

    @property
    def outcome(self) -> list[str]:
        """Ids of the end events reached in the process itself, in order."""
        return list(self._instance.outcome)

    # what happens to a token

    def complete(self, token: str, values: Mapping[str, Any] | None = None) -> None:
        """End a wait of kind human, external, call or async; `values` become variables.

        Raises:
            NotFound: the token does not wait for that (any more).
        """
        found = self._token(token)
        waiting = found.marks.get("async")
        if waiting is None and next(Node.waits(found.node, found), None) is None:
            raise NotFound(f"“{found.node.label or found.node.element}”现在不能完成。")
        self.set(token, values or {})
        with propagation.throwing(found):
            if waiting is None:
                found.complete()
            else:
                self._continue(found)

    def fire(self, token: str, slot: str = "") -> None:
        """Let a timer happen; a repetition arms itself again, under a new key."""
        found, node = self._armed(token, slot, Timer)
        found.node.happened(found, node.element, {})

    def shift(self, token: str, slot: str, by: timedelta) -> None:
        """Let the moments of a repetition come so much later, from the one it waits for on."""
        found, node = self._armed(token, slot, Timer)
        node.event.shift(found, node.element, by)

    def deliver(self, token: str, slot: str = "", payload: Mapping[str, Any] | None = None) -> None:
        """Let a message or signal arrive; the payload becomes variables."""
        found, node = self._armed(token, slot, None)
        found.node.happened(found, node.element, dict(payload or {}))

    def throw_error(self, token: str, code: str, message: str = "") -> bool:
        """Throw a BPMN error out of an activity; return whether the diagram caught it.

        If not, the instance has ended and `thrown` says with what.
        """
        return propagation.throw_error(self._token(token), code, message)

    def escalate(self, token: str, code: str, payload: Mapping[str, Any] | None = None) -> bool:
        """Escalate out of an activity; return whether the diagram caught it here."""
        return propagation.escalate(self._token(token), code, payload)

    def catches(self, token: str, kind: propagation.Kind, code: str) -> bool:
        """Say whether something in this instance would catch it, without throwing."""
        return propagation.caught_here(self._token(token), kind, code)

    def abandon(self, token: str) -> None:
        """End a token where it stands, as an end event without a meaning would."""
        found = self._token(token)
        scope = found.scope
        if found.node.is_item:  # its body counts it as done
            for event in found.attached:
                event.cancel()
            found.node.tell_dropped(found)
            self._instance.trace("cancelled", found, **found.node.traits(found))
            found.node.go(found)
            return
        compensation.take_away(found)
        scope.close_if_empty()

    @property
    def tokens(self) -> list[str]:
        """The ids of all tokens, oldest first."""
        return list(self._instance.tokens)

    def skip(self, *, listeners: bool, mappings: bool) -> None:
        """Leave listeners, or input and output parameters, out of what this command does."""
        self._instance.skips_listeners, self._instance.skips_mappings = listeners, mappings

    def cancel(self) -> None:
        """End the instance now: every token is taken away."""
        propagation.cancel_all(self._instance.task_tree)
        self._instance.agenda.clear()
        self._instance.finish()

    # variables and expressions

    @property
    def writes(self) -> list[Write]:
        """Every variable set or taken away since the instance was loaded, in order."""
        return self._instance.writes

    @property
    def variables(self) -> dict[str, Any]:
        """The variables of the instance scope. Read only: write with `set`."""
        return self._instance.variables

    @property
    def lasting(self) -> dict[str, Any]:
        """The variables of the instance scope that are saved."""
        return variables.lasting(self._instance, self._instance.variables)

    def scope(self, token: str) -> Mapping[str, Any]:
        """Return everything a token sees, the nearest first; "" is the instance."""
        return variables.visible(self._instance, self._token(token))

    def set(self, token: str, values: Mapping[str, Any], *, local: bool = False) -> None:
        """Write variables as seen from a token; `local` keeps them at the token.

        Raises:
            EngineError: a value is of a kind that cannot be stored.
        """
        at = self._token(token) if token else None
        variables.write(self._instance, at, values, local=local)

    def remove(self, token: str, names: Iterable[str], *, local: bool = False) -> None:
        """Take variables away, each from the nearest scope that holds it; `local`: here only."""
        at = self._token(token) if token else None
        variables.remove(self._instance, at, names, local=local)

    def local(self, token: str) -> Mapping[str, Any]:
        """Return the variables of a token's own scope; "" is the instance."""
        at = self._token(token) if token else None
        return variables.layers(self._instance, at)[0]

    def evaluate(self, token: str, expression: str) -> Any:
        """Return the value of one expression, seen from a token.

        Raises:
            ExpressionError: with the element and the expression.
        """
        return self._instance.evaluation.evaluate(self._token(token), expression)

    def template(self, token: str, text: str) -> str:
        """Return a text with every `${…}` filled: names, assignees, candidate groups."""
        return self._instance.evaluation.template(self._token(token), text)

    def call_inputs(self, token: str) -> CallInputs:
        """Return what a waiting call activity hands to its child (`camunda:in`)."""
        return calls.inputs(self._token(token))

    def take_back(self, token: str, child: Mapping[str, Any]) -> None:
        """Set what the ended child of a call activity hands back (`camunda:out`)."""
        calls.take_back(self._token(token), child)

    def element(self, token: str) -> str:
        """Return the id of the drawn element a token stands on; "" for the instance."""
        return self._token(token).node.element if token else ""

    def error_event(self, token: str, facts: Mapping[str, Any]) -> str | None:
        """Return the code of the first `camunda:errorEventDefinition` that holds.

        Args:
            facts: what the expressions may read of the external task, in Camunda's words.

        Raises:
            ExpressionError: one cannot be computed, or gives neither true nor false.
        """
        found = self._token(token)
        seen = variables.visible(self._instance, found)
        names = {**seen, "externalTask": ExternalTaskSpeaker(facts)}
        for definition in found.node.attributes.get("@errorEventDefinition", ()):
            if self._instance.evaluation.over(found, names, definition["expression"]) is True:
                return str(definition["errorCode"])
        return None

    # listeners

    @property
    def event(self) -> str:
        """The event whose listener is called now: `start`, `take`, `create`, …; else ""."""
        return self._instance.event

    @property
    def task_changes(self) -> dict[str, list[tuple[str, Any]]]:
        """What listeners changed of human tasks, by token, in order; not saved."""
        return self._instance.task_changes

    def tell(self, token: str, event: str) -> None:
        """Call the listeners of a human task for `update` or `assignment`."""
        found = self._token(token)
        with propagation.throwing(found):
            listeners.of_task(found, event)

    def described(self, token: str) -> Wait:
        """Return the wait of the human task that opens, or is open, at a token."""
        found = self._token(token)
        return found.node._wait(found, "human")

    # helpers

    def _token(self, token: str) -> Token:
        return self._instance.get_task_from_id(token) if token else self._instance.task_tree

    def _continue(self, token: Token) -> None:
        waiting = token.marks.pop("async")
        token._set_state(TaskState.FUTURE)
        if waiting == BEFORE:
            token.node.enter(token)
        else:
            token.node.go(token)

    def _armed(self, token: str, slot: str, kind: type[Timer] | None) -> tuple[Token, Armed]:
        found = self._token(token)
        arms = found.marks.get("arms") or {}
        if isinstance(found.node, Armed):
            for node in found.node.armed_events():
                wanted = node.element == slot or (not slot and len(arms) == 1)
                if not wanted or node.element not in arms:
                    continue
                if kind is None and not isinstance(node.event, Timer | Conditional):
                    return found, node
                if kind is not None and isinstance(node.event, kind):
                    return found, node
        raise NotFound(f"“{found.node.label or found.node.element}”现在不等待这个事件。")
