"""What an instance asks of the world around it, and what it shows of itself.

`engine.commands` implements `Host`; nothing here knows a database or a diagram library.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, Protocol

if TYPE_CHECKING:
    from engine.state.run import Run

WaitKind = Literal[
    "human", "timer", "message", "signal", "conditional", "trigger", "external", "call", "async"
]
TraceKind = Literal[
    "entered",  # a token came to an element
    "left",  # it went on from there
    "cancelled",  # it was taken away: interrupted, out-voted, or the scope ended
    "taken",  # a sequence flow was walked; `element` is the flow's id
    "chosen",  # a gateway or conditional flow decided; detail["conditions"] explains why
    "decided",  # a decision was asked; detail["rows"] is what it answered
    "caught",  # an event came: timer, message, signal, error, escalation, condition
    "thrown",  # an event was sent
    "moved",  # an operator moved the token here
]


@dataclass(frozen=True, slots=True)
class Trace:
    """One thing that happened, for the history. `element` is an id of the drawn diagram."""

    kind: TraceKind
    element: str
    token: str
    name: str = ""
    #: The BPMN tag without its namespace: `userTask`, `exclusiveGateway`, `sequenceFlow`.
    type: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)
    #: The token this one is inside of: a sub process, a multi-instance body; "" for none.
    parent: str = ""


@dataclass(frozen=True, slots=True)
class Write:
    """One variable that was set or taken away, for the history."""

    name: str
    #: As kept; None as well when it was taken away.
    value: Any
    #: The token that did it; "" for what came from outside to the instance.
    token: str
    #: The token whose scope holds it; "" for the instance.
    scope: str
    removed: bool = False


@dataclass(frozen=True, slots=True)
class Wait:
    """Something outside must happen before this token goes on.

    `key` stays the same as long as this wait lasts and is never used again in the
    instance: new keys since the last save are rows to write, vanished keys rows to close.
    """

    key: str
    #: Short id of the token, unique in its instance for ever (not across instances).
    token: str
    kind: WaitKind
    #: Id in the drawn diagram. For events: of the event itself, also behind a gateway.
    element: str
    name: str = ""
    type: str = ""
    #: `camunda:` attributes and extension elements as written, see `engine.bpmn.definition`.
    attributes: Mapping[str, Any] = field(default_factory=dict)
    #: Which of the token's events this is; equals `element`. Empty for activities.
    slot: str = ""
    #: Timers: when it is due, aware UTC.
    due: datetime | None = None
    #: Timers: the `Deadline` the expression returned. Only in the command that armed it.
    deadline: Any = None
    #: Messages and signals: the name that is waited for.
    event: str = ""
    #: Messages: the evaluated `huiyin:correlation`; None means the business key.
    correlation: str | None = None
    #: Multi-instance: which one, from 0.
    index: int | None = None
    #: Boundary events: the token of the activity they sit on. Events of a sub process: "".
    attached_to: str = ""
    #: Boundary events and event sub processes: whether it stops what it is attached to.
    interrupting: bool = True


@dataclass(frozen=True, slots=True)
class Thrown:
    """An error that nothing in this instance caught: the instance ended with it.

    The command gives it to the calling instance (`throw_error` on its call token), or
    raises it when nobody called: a case must never end silently by an error.
    """

    code: str
    message: str
    element: str


@dataclass(frozen=True, slots=True)
class CallInputs:
    """What a call activity hands to the process it starts."""

    called_element: str
    variables: Mapping[str, Any]
    #: None: the child has no business key of its own.
    business_key: str | None
    #: `latest`, `deployment`, `version` or `versionTag`.
    binding: str
    version: str | None


class Host(Protocol):
    """The command that moves the instance."""

    #: Functions for expressions besides the built-in ones: `workdays`, `deadline`, …
    functions: Mapping[str, Callable[..., Any]]

    @property
    def facts(self) -> Mapping[str, Any]:
        """Return what `execution.…` may read: `processBusinessKey`, `id`, …"""

    def now(self) -> datetime:
        """Return engine time, aware."""

    def task(self, run: Run, token: str) -> Mapping[str, Any]:
        """Return what `task.…` may read of the human task at a token, in Camunda's words."""

    def service(
        self, run: Run, token: str, handler: str, inputs: Mapping[str, Any]
    ) -> Mapping[str, Any] | None:
        """Call a registered handler; what it returns become variables.

        May raise `BpmnError`, which the diagram can catch; everything else stops the step.
        """

    def decide(
        self, run: Run, token: str, reference: str, binding: str, version: str | None
    ) -> Sequence[Mapping[str, Any]]:
        """Evaluate a decision over `run.scope(token)`; return the rows that matched.

        Each row maps output names to values. COLLECT with an aggregation is one row.
        """

    def throw(
        self,
        run: Run,
        token: str,
        kind: Literal["message", "signal", "escalation"],
        name: str,
        payload: Mapping[str, Any],
        correlation: str | None,
    ) -> None:
        """Send an event out of the instance.

        `escalation` only when nothing in this instance caught it: give it to the caller
        with `escalate`, or note it. `name` is then the escalation code.
        """

    def catches(self, code: str) -> bool:
        """Say whether an instance that called this one would catch an error of this code."""

    def trace(self, event: Trace) -> None:
        """Note what happened. Called very often: collect, do not write here."""
