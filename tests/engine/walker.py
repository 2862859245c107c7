"""A host that only takes notes, and a walker that saves and restores after every act."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from engine.bpmn import pool
from engine.bpmn.admit import admit
from engine.bpmn.normalize import normalize, to_bytes
from engine.state.host import Trace, Wait
from engine.state.run import Run

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)


class NoteHost:
    """Collects what an instance asks for; handlers are given by the test."""

    def __init__(self, **handlers: Callable[..., Any]) -> None:
        self.handlers = handlers
        self.functions: dict[str, Callable[..., Any]] = {}
        self.facts: dict[str, Any] = {"processBusinessKey": "BK-1"}
        self.time = NOON
        self.traces: list[Trace] = []
        self.thrown: list[tuple[str, str, dict[str, Any], str | None]] = []
        self.called: list[tuple[str, dict[str, Any]]] = []
        #: Codes of errors that a calling instance would catch.
        self.caught_above: set[str] = set()
        self.rows: dict[str, list[dict[str, Any]]] = {}

    def now(self) -> datetime:
        return self.time

    def task(self, run, token):
        return {
            "assignee": run.evaluate(token, run.described(token).attributes.get("assignee", ""))
        }

    def service(
        self, run: Run, token: str, handler: str, inputs: Mapping[str, Any]
    ) -> Mapping[str, Any] | None:
        self.called.append((handler, dict(inputs)))
        action = self.handlers.get(handler.rpartition(".")[2])
        return action(run, token, inputs) if action else None

    def decide(self, run, token, reference, binding, version):
        return self.rows.get(reference, [])

    def throw(self, run, token, kind, name, payload, correlation):
        self.thrown.append((kind, name, dict(payload), correlation))

    def catches(self, code):
        return code in self.caught_above

    def trace(self, event: Trace) -> None:
        self.traces.append(event)

    def seen(self, kind: str) -> list[str]:
        return [trace.element for trace in self.traces if trace.kind == kind]


def prepare(xml: bytes) -> bytes:
    """Admit and normalise, as a deployment does."""
    tree, problems = normalize(admit(xml))
    assert not problems, problems
    return to_bytes(tree)


class Walk:
    """One instance; every act is followed by advance, save and restore."""

    def __init__(
        self,
        xml: bytes,
        host: NoteHost | None = None,
        *,
        start: str | None = None,
        restore: bool = True,
        key: str = "p",
        **variables: Any,
    ) -> None:
        self.host = host or NoteHost()
        self.spec = pool.parse(prepare(xml), key)
        self.restore = restore
        self.run = Run.start(self.spec, self.host, start_element=start, variables=variables)
        self.go()

    def go(self) -> Walk:
        self.steps = self.run.advance()
        if self.restore:
            self.blob = self.run.dump()
            thrown = self.run.thrown
            self.run = Run.load(self.spec, self.blob, self.host)
            self.run._instance.thrown = thrown
        return self

    def at(self, *expected: str) -> Walk:
        """Assert the elements that wait (human, external, call, async), sorted."""
        found = sorted(w.element for w in self.run.waits().values() if not w.slot)
        assert found == sorted(expected), f"waits at {found}"
        assert self.run.ended is False or not expected
        return self

    def events(self) -> list[str]:
        return sorted(w.element for w in self.run.waits().values() if w.slot)

    def wait(self, element: str, nth: int = 0) -> Wait:
        found = [w for w in self.run.waits().values() if w.element == element]
        assert len(found) > nth, f"{element} does not wait; {list(self.run.waits())}"
        return found[nth]

    def complete(self, element: str, nth: int = 0, **values: Any) -> Walk:
        self.run.complete(self.wait(element, nth).token, values)
        return self.go()

    def fire(self, element: str) -> Walk:
        wait = self.wait(element)
        if wait.due is not None:
            self.host.time = max(self.host.time, wait.due)
        self.run.fire(wait.token, wait.slot)
        return self.go()

    def deliver(self, element: str, nth: int = 0, **payload: Any) -> Walk:
        wait = self.wait(element, nth)
        self.run.deliver(wait.token, wait.slot, payload)
        return self.go()

    def later(self, **period: float) -> Walk:
        self.host.time += timedelta(**period)
        return self

    def ended(self, *outcome: str) -> Walk:
        assert self.run.ended, f"still waits: {list(self.run.waits())}"
        if outcome:
            assert self.run.outcome == list(outcome)
        return self
