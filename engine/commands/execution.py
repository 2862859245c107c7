"""One command's work on one family of instances: a root and its call activities.

    with Execution(session, actor) as work:
        loaded = work.open(instance)
        loaded.run.complete(token)
        work.settle()

`settle` runs every touched instance to its next waits, starts and returns call
activities, and writes what changed (`engine.commands.rows`). It never commits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from types import TracebackType
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.orm import Session, SessionTransaction

from engine import clock, settings
from engine.bpmn import pool
from engine.commands import calls, definitions, rows, together
from engine.commands.definitions import Definition
from engine.commands.host import InstanceHost
from engine.errors import Conflict, InvalidInput, NotFound, StepBudgetExceeded
from engine.hooks import Actor, Change
from engine.models import Attachment, ProcessInstance, new_id
from engine.services import Outgoing
from engine.state.host import Wait
from engine.state.run import Run
from engine.writable import cleaned, is_writable

#: Call activities inside call activities (`engine.md` §4).
MAX_DEPTH = 20
#: Instances of one case, looked at where calls are nested deeper than an author draws them:
#: processes that call each other several times at each level grow without end otherwise.
MAX_FAMILY = 20_000
DEEP = 2
#: Times one command may go round instances before it is taken for endless.
MAX_ROUNDS = 2_000


@dataclass
class Loaded:
    """An instance in memory, and how it looked when it was loaded."""

    row: ProcessInstance
    definition: Definition
    run: Run
    host: InstanceHost
    before: dict[str, Wait] = field(default_factory=dict)
    variables: dict[str, Any] = field(default_factory=dict)
    started: bool = False
    #: Waits that were acted on, so that their rows are closed as done, not cancelled.
    acted: set[str] = field(default_factory=set)
    #: Incidents that somebody opened at its tokens.
    reported: set[int] = field(default_factory=set)


@dataclass(frozen=True)
class Skips:
    """What an operator's command leaves out."""

    listeners: bool = False
    mappings: bool = False


@dataclass
class Execution:
    """The state of one command between loading and writing."""

    session: Session
    actor: Actor
    submission: Mapping[str, Any] = field(default_factory=dict)
    submission_id: str | None = None
    files: Sequence[Attachment] = ()
    now: datetime = field(default_factory=clock.now)
    loaded: dict[str, Loaded] = field(default_factory=dict)
    history: list[dict[str, Any]] = field(default_factory=list)
    outgoing: list[tuple[str, Outgoing]] = field(default_factory=list)
    messages: list[tuple[ProcessInstance, str, str, Mapping[str, Any], str]] = field(
        default_factory=list
    )
    changes: dict[str, Change] = field(default_factory=dict)
    #: The human task this command completes, while it is not written (`together.write`).
    closing: Mapping[str, Any] | None = None
    #: Whether a failure must leave what was written before `settle` (see `protect`).
    guarded: bool = False
    #: Whether rows are being written: from here on only a rollback of everything helps.
    writing: bool = False
    _savepoint: SessionTransaction | None = None
    _dirty: list[str] = field(default_factory=list)
    _stack: ExitStack = field(default_factory=ExitStack)
    _specs: dict[int, pool.Spec] = field(default_factory=dict)

    def __enter__(self) -> Execution:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # With the exception: a spec that was in use then is not lent again.
        self._stack.__exit__(kind, value, trace)

    @cached_property
    def connection(self) -> Connection:
        """The session's connection, for statements that need nothing of the ORM's."""
        return self.session.connection()

    # ---- loading ------------------------------------------------------------------------

    def open(self, row: ProcessInstance) -> Loaded:
        """Load an instance for this command; the root's row must be locked already."""
        known = self.loaded.get(row.id)
        if known is not None:
            return known
        definition = definitions.by_id(self.session, row.definition_id)
        spec = self.spec_of(definition)
        host = InstanceHost(self, row, definition)
        run = Run.load(spec, row.state, host)
        loaded = Loaded(row, definition, run, host, run.waits(), rows.tagged(run.variables))
        loaded.reported = run.reported()
        self.loaded[row.id] = loaded
        self.change(loaded)
        self.touch(loaded)
        return loaded

    def begin(
        self,
        definition: Definition,
        *,
        variables: Mapping[str, Any],
        business_key: str | None,
        start_element: str | None = None,
        parent: Loaded | None = None,
        call: Wait | None = None,
        empty: bool = False,
    ) -> Loaded:
        """Create an instance and put its token on the start event, or nowhere yet (`empty`).

        Raises:
            StepBudgetExceeded: call activities are nested deeper than `MAX_DEPTH`, or the case
                has `MAX_FAMILY` instances.
            InvalidInput: the business key cannot be kept.
        """
        if business_key and (len(business_key) > 255 or not is_writable(business_key)):
            shown = f"{cleaned(business_key):.40}"
            raise InvalidInput(f"业务编号“{shown}”太长（最多 255 个字），或含有不能保存的字符。")
        depth = parent.row.depth + 1 if parent else 0
        if depth > MAX_DEPTH:
            raise StepBudgetExceeded(f"调用活动嵌套超过 {MAX_DEPTH} 层，请检查流程是否互相调用。")
        if parent and depth > DEEP:
            self._check_family(parent.row.root_id)
        identity = new_id()
        row = ProcessInstance(
            id=identity,
            definition_id=definition.id,
            bundle=definition.bundle,
            process_key=definition.key,
            parent_id=parent.row.id if parent else None,
            parent_token=call.token if call else None,
            parent_element=call.element if call else None,
            root_id=parent.row.root_id if parent else identity,
            depth=depth,
            business_key=business_key,
            title=parent.row.title if parent else definition.name,
            status="active",
            state=b"",
            started_at=self.now,
            started_by=self.actor.id,
            is_demo=parent.row.is_demo if parent else _is_demo(self.session),
        )
        self.protect()
        self.session.add(row)
        self.session.flush()  # handlers write rows that refer to it
        host = InstanceHost(self, row, definition)
        spec = self.spec_of(definition)
        given = {**self._initiator(definition, start_element), **variables}
        run = (
            Run.empty(spec, host, given)
            if empty
            else Run.start(spec, host, start_element=start_element, variables=given)
        )
        loaded = Loaded(row, definition, run, host, started=True)
        self.loaded[row.id] = loaded
        self.change(loaded).started = True
        self.note(row, "started", name=definition.name, version=definition.version)
        self.touch(loaded)
        return loaded

    def _check_family(self, root_id: str) -> None:
        theirs = select(ProcessInstance.id).where(ProcessInstance.root_id == root_id)
        if self.session.scalar(theirs.offset(MAX_FAMILY).limit(1)) is not None:
            raise StepBudgetExceeded(
                f"一件事项里的子流程超过 {MAX_FAMILY} 个，请检查流程是否互相调用。"
            )

    def _initiator(self, definition: Definition, start_element: str | None) -> dict[str, Any]:
        """Return who began it, under the name `camunda:initiator` gives; nobody is null."""
        description = definition.description
        plain = (start.element for start in description.starts if start.kind == "none")
        element = description.elements.get(start_element or next(plain, ""))
        name = element.attributes.get("initiator") if element else None
        return {name: None if self.actor.kind == "system" else self.actor.id} if name else {}

    def spec_of(self, definition: Definition) -> pool.Spec:
        """Return the spec of a definition: one copy serves all its instances of this command.

        Specs hold nothing of an instance; that they are lent exclusively keeps threads apart.
        """
        spec = self._specs.get(definition.id)
        if spec is None:
            lent = pool.checkout(definition.normalized, definition.key)
            spec = self._specs[definition.id] = self._stack.enter_context(lent)
        return spec

    # ---- moving -------------------------------------------------------------------------

    def touch(self, loaded: Loaded) -> None:
        """Say that this instance may have automatic steps to run."""
        if loaded.row.id not in self._dirty:
            self._dirty.append(loaded.row.id)

    def protect(self) -> None:
        """Make a savepoint before a handler or child writes, or a row changes, for the first time.

        It keeps what was changed until then. Most steps change nothing before their end and
        need none.

        Raises:
            Conflict: somebody else took the task that is completed.
        """
        self.close()
        if self.guarded and self._savepoint is None:
            self._savepoint = self.session.begin_nested()

    def close(self) -> None:
        """Close the human task now that others will look at the rows, or rows be taken back.

        Raises:
            Conflict: somebody else took it.
        """
        if self.closing is not None and not together.close(self.connection, self.closing):
            raise Conflict(rows.TOO_LATE)
        self.closing = None

    def undo(self) -> bool:
        """Take back what this command did since `protect`; False when that is impossible."""
        if self.writing:
            return False
        if self._savepoint is not None:
            self._savepoint.rollback()
        for loaded in self.loaded.values():
            if loaded.row in self.session:
                self.session.expire(loaded.row)
        return True

    def settle(self, *, advance: bool = True) -> None:
        """Run to the next waits and write what changed.

        With `advance=False` the tokens stay where the command put them; a job of kind
        `async` must take them on.
        """
        if advance:
            self._run_all()
        rows.write(self)

    def _run_all(self) -> None:
        for _ in range(MAX_ROUNDS):
            if not self._dirty:
                return
            loaded = self.loaded[self._dirty.pop()]
            if loaded.row.status == "suspended":
                calls.drop_left(self, loaded)  # what arrived may have ended a call activity
            if loaded.row.status != "active":
                continue
            loaded.run.advance()
            if loaded.row.status != "active":
                continue
            calls.begin_entered(self, loaded)
            calls.drop_left(self, loaded)
            if loaded.run.ended:
                calls.give_back(self, loaded)
        raise StepBudgetExceeded("流程在一次办理中反复调用子流程，没有停下来，请检查流程图。")

    def cancel(self, loaded: Loaded, reason: str) -> None:
        """End an instance and everything it called, for the same reason."""
        loaded.run.cancel()
        self.protect()
        loaded.row.status = "cancelled"
        loaded.row.ended_at = self.now
        loaded.row.outcome = reason
        self.note(loaded.row, "cancelled", reason=reason)
        self.change(loaded).ended = True
        calls.drop_left(self, loaded, reason)

    def instance(self, instance_id: str) -> ProcessInstance:
        """Return an instance's row. Raises NotFound."""
        row = self.session.get(ProcessInstance, instance_id)
        if row is None:
            raise NotFound("没有这个在办件，可能已经归档。")
        return row

    # ---- noting -------------------------------------------------------------------------

    def change(self, loaded: Loaded) -> Change:
        """Return what hooks will be told about this instance."""
        row = loaded.row
        if row.id not in self.changes:
            self.changes[row.id] = Change(
                row.id, row.root_id, row.bundle, row.process_key, self.actor
            )
        return self.changes[row.id]

    def note(
        self,
        row: ProcessInstance,
        kind: str,
        *,
        element: str | None = None,
        name: str | None = None,
        detail: Mapping[str, Any] | None = None,
        **data: Any,
    ) -> None:
        """Collect a line of history; it is written with everything else."""
        self.history.append(
            {
                "instance_id": row.id,
                "root_id": row.root_id,
                "at": self.now,
                "kind": kind,
                "element_id": element,
                "name": name and name[:255],  # a diagram's names may be longer
                "actor": self.actor.id,
                "data": {**(detail or {}), **data} or None,
            }
        )


def _is_demo(session: Session) -> bool:
    """What is started in a demonstration office goes with it when it is removed."""
    return bool(session.info.get("is_demo")) or settings.current().demo
