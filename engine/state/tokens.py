"""Tokens and scopes: the library's tasks and workflows, kept as small as the live frontier.

This module is the only place where behaviour of SpiffWorkflow's run-time classes is
replaced (by subclassing; nothing is patched in place). Each override says why:

* `Token.collect_log_extras`: the library builds a dictionary of the whole state for
  every transition, read by nobody.
* `Token._inherit_data`: branches overwrite each other's values with stale copies.
  Variables live in scopes (`engine.state.variables`); task data holds locals only.
* `Token.run`: a handler may end the very token that runs it (an error is thrown and an
  interrupting event catches it); the library would complete it all the same.
* `Token.cancel`, `Token.retire`: finished tasks leave the tree at once. Without this
  each step walks the whole history, and tokens deeper than 1000 become invisible.
* `Instance._task_completed_notify`: the library updates every waiting task of the tree
  after each completed one, and timers fire as a side effect.
* Nothing is predicted (`engine.bpmn.nodes.base`): the tree holds real tokens only.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.util.subworkflow import BpmnSubWorkflow
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine.bpmn.nodes import listeners
from engine.errors import NotFound
from engine.state.host import Trace, Write

if TYPE_CHECKING:
    from engine.bpmn.dialect import Spec
    from engine.bpmn.nodes.base import Node
    from engine.bpmn.nodes.events import Listener
    from engine.state.evaluation import Evaluation
    from engine.state.host import Host, Thrown, TraceKind
    from engine.state.run import Run

#: Name, what happened to it (`create`, `update`, `delete`), and the token that holds it.
VariableChange = tuple[str, str, str]
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def short_id(number: int) -> str:
    """Write a counter in base 36."""
    text = ""
    while number:
        number, digit = divmod(number, 36)
        text = DIGITS[digit] + text
    return text or "0"


class Token(Task):
    """A token of the diagram. It exists from its arrival until it goes on.

    Its parent is the root of its scope, or the token it hangs on: boundary events on
    their activity, items on their multi-instance body.
    """

    id: str
    task_spec: Node
    workflow: Any
    data: dict[str, Any]
    internal_data: dict[str, Any]
    _parent: str
    _children: list[str]
    _state: int

    def __init__(
        self,
        scope: AnyScope,
        node: Node,
        parent: Token | None,
        *,
        token_id: str = "",
        state: int = TaskState.FUTURE,
    ) -> None:
        self.instance: Instance = scope.instance
        #: On its way here: what entering does is a step of `advance`.
        self.expected = False
        #: Its work is done: finding the way on is a step of `advance`.
        self.departing = False
        #: Its end listeners were called; being cancelled must not call them again.
        self.leaving = False
        #: The deadline object behind a timer's due time; not saved.
        self.deadlines: dict[str, Any] = {}
        super().__init__(scope, node, parent, state, token_id or self.instance.next_id())
        if parent is not None:
            self.instance.tokens[self.id] = self

    @property
    def node(self) -> Node:
        return self.task_spec

    @property
    def scope(self) -> AnyScope:
        return self.workflow  # type: ignore[no-any-return]  # the library is untyped

    @property
    def marks(self) -> dict[str, Any]:
        """What the engine remembers about this token; saved with it."""
        return self.internal_data

    @property
    def hangs_on(self) -> Token | None:
        """The token this one is attached to; None directly in its scope."""
        parent = self.workflow.tasks.get(self._parent)
        return None if parent is self.workflow.task_tree else parent

    @property
    def attached(self) -> list[Token]:
        """Boundary events and items that hang on this token."""
        return [self.workflow.tasks[child] for child in self._children]

    @property
    def gone(self) -> bool:
        return self.id not in self.instance.tokens

    def expect(self) -> None:
        """Arrive with the next step, not now: what went before can be saved first."""
        self.expected = True
        self.instance.agenda.append(self)

    def depart(self) -> None:
        """Go on with the next step, not now: what was done here can be saved first."""
        self.departing = True
        self.instance.agenda.append(self)

    def arrive(self) -> None:
        """Come to the node."""
        self.expected = False
        self.node._update(self)

    def detach(self) -> None:
        """Hang directly in the scope: a boundary event whose activity is cancelled."""
        parent = self.workflow.tasks[self._parent]
        parent._children.remove(self.id)
        root = self.workflow.task_tree
        self._parent = root.id
        root._children.append(self.id)

    def retire(self) -> None:
        """Leave the tree: this token's place is empty from now on."""
        if self.gone:
            return
        parent = self.workflow.tasks.get(self._parent)
        if parent is not None:
            parent._children.remove(self.id)
        del self.workflow.tasks[self.id]
        del self.instance.tokens[self.id]
        self.instance.joins.pop(self.id, None)
        self.instance.watching.pop(self.id, None)

    def cancel(self) -> None:
        """Take the token away, with everything that hangs on it or runs inside it.

        Its listeners are called while it is still there: handlers read its variables.
        """
        if self.gone or self._state == TaskState.CANCELLED:
            return
        for child in self.attached:
            child.cancel()
        self.instance.close_scope_of(self)
        self._set_state(TaskState.CANCELLED)
        try:
            self.node._on_cancel(self)
        finally:
            self.retire()

    def run(self) -> bool | None:
        outcome: bool | None = self.node._run(self)
        if self.gone or self._state == TaskState.CANCELLED:
            return outcome
        if outcome is None:
            self._set_state(TaskState.STARTED)
        else:
            self.complete()
        return outcome

    def collect_log_extras(self, dct: dict[str, Any] | None = None) -> dict[str, Any]:
        return {}

    def _inherit_data(self) -> None:
        return


class _ScopeMixin:
    """What the process itself and each running sub process have in common."""

    spec: Any
    tasks: dict[str, Token]
    task_tree: Token
    instance: Instance
    #: The token of the sub process that runs here; None for the process.
    owner: Token | None

    def plant(self) -> None:
        """Make the root that all tokens of this scope hang on."""
        root_id = ">" + (self.owner.id if self.owner is not None else "")
        self.task_tree = Token(
            self,  # type: ignore[arg-type]  # the mixin is only used by the two scopes
            self.spec.start,
            None,
            token_id=root_id,
            state=TaskState.COMPLETED,
        )

    def spawn(self, node: Node, *, on: Token | None = None, **marks: Any) -> Token:
        """Put a new token on a node of this scope; it has not arrived yet."""
        token = Token(self, node, on or self.task_tree)  # type: ignore[arg-type]  # as above
        token.internal_data.update(marks)
        return token

    def here(self) -> list[Token]:
        """Return the tokens directly in this scope, listeners of event sub processes too."""
        return [self.tasks[child] for child in self.task_tree._children]

    @property
    def closed(self) -> bool:
        """Whether it has ended."""
        if self.owner is None:
            return self.instance.ended
        return self.instance.subprocesses.get(self.owner.id) is not self

    def open(self, start: Node, **marks: Any) -> None:
        """Begin: listen for event sub processes, put a token on the start event."""
        for listener in self.spec.listeners:
            self.listen(listener)
        token = self.spawn(start, **marks)
        start._update(token)

    def listen(self, listener: Listener) -> None:
        """Arm one event sub process."""
        if listener.is_armed_by_token:
            listener.arm(self.spawn(listener))

    def close_if_empty(self) -> None:
        """End the scope, once, when no token is left in it: the sub process completes."""
        if self.closed or any(not token.node.is_listener for token in self.here()):
            return
        if self.owner is not None and self.owner.node.begin_next(self.owner):
            return
        for token in self.here():
            token.cancel()
        if self.owner is None:
            self.instance.finish()
            return
        del self.instance.subprocesses[self.owner.id]
        self.owner.node.scope_ended(self.owner)

    def collect_log_extras(self, dct: dict[str, Any] | None = None) -> dict[str, Any]:
        return {}

    def _task_completed_notify(self, task: Token) -> None:
        return


class Scope(_ScopeMixin, BpmnSubWorkflow):
    """A running embedded sub process."""

    def __init__(self, spec: Any, owner: Token, instance: Instance) -> None:
        self.owner = owner
        self.instance = instance
        super().__init__(spec, owner.id, instance, deserializing=True)
        self.plant()


class Instance(_ScopeMixin, BpmnWorkflow):
    """The process instance: its scopes, its tokens by id, and what is to be run next."""

    subprocesses: dict[str, Scope]
    run: Run

    def __init__(self, spec: Spec, host: Host, evaluation: Evaluation) -> None:
        self.instance = self
        self.owner = None
        self.definition = spec
        self.host = host
        self.evaluation = evaluation
        self.counter = 0
        self.ended = False
        self.thrown: Thrown | None = None
        #: Ids of the end events reached in the process itself.
        self.outcome: list[str] = []
        #: Every token but the roots, oldest first.
        self.tokens: dict[str, Token] = {}
        #: Tokens that are ready to run by themselves.
        self.agenda: deque[Token] = deque()
        #: Tokens that wait at inclusive joins: looked at when nothing else can move.
        self.joins: dict[str, Token] = {}
        self.variables: dict[str, Any] = {}
        #: What the process itself has completed and can undo (`engine.bpmn.nodes.compensation`).
        self.done: list[Any] = []
        #: Tokens that wait for a condition.
        self.watching: dict[str, Token] = {}
        #: What changed since these conditions were last looked at.
        self.changes: set[VariableChange] = set()
        #: Every variable set or taken away since the instance was loaded; not saved.
        self.writes: list[Write] = []
        #: Variables that are not saved: (name, token that holds it, "" for the instance).
        self.passing: set[tuple[str, str]] = set()
        #: An operator's command may leave these out (`Run.skip`).
        self.skips_listeners = self.skips_mappings = False
        #: `advance` is at work; what happens otherwise comes from outside.
        self.stepping = False
        #: The event whose listener is called now, whether it is one of a human task, and the
        #: sequence flow that is walked.
        self.event, self.of_task, self.flow = "", False, ""
        #: What listeners changed of human tasks, by token: for the command to write.
        self.task_changes: dict[str, list[tuple[str, Any]]] = {}
        super().__init__(spec.process, spec.scopes, script_engine=evaluation, deserializing=True)
        self.plant()

    def finish(self) -> None:
        """The last token is gone: the process ends."""
        listeners.of_process(self, "end")
        self.ended = True

    def next_id(self) -> str:
        self.counter += 1
        return short_id(self.counter)

    def create_subprocess(self, my_task: Token, spec_name: str) -> Scope:
        scope = Scope(self.definition.scopes[spec_name], my_task, self)
        self.subprocesses[my_task.id] = scope
        return scope

    def get_task_from_id(self, task_id: str) -> Token:
        token = self.tokens.get(task_id)
        if token is None:
            raise NotFound(f"流程已经离开这一步（令牌 {task_id}）。")
        return token

    def close_scope_of(self, owner: Token) -> None:
        """Cancel everything that runs inside a sub process."""
        scope = self.subprocesses.get(owner.id)
        if scope is None:
            return
        for token in scope.here():
            token.cancel()
        del self.subprocesses[owner.id]

    def trace(self, kind: TraceKind, token: Token, **detail: Any) -> None:
        node = token.node
        around = token.hangs_on or token.scope.owner
        self.host.trace(
            Trace(
                kind,
                node.element,
                token.id,
                node.label,
                node.kind,
                detail,
                around.id if around is not None else "",
            )
        )


AnyScope = Scope | Instance
