"""Where the tokens of an instance stand under another diagram, and in which scopes.

Camunda 7's rules ("Process Instance Migration", Operational Semantics). A sub process of
which the plan says nothing ends, innermost first, while the instance is still in its old
diagram: its end listeners and output parameters are called, what runs inside belongs to what
is around it. Then, outermost first, a scope is made for every sub process of the new
diagram that has none, once for everything that comes out of the same scope.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.bpmn.dialect import ScopeSpec, Spec
from engine.bpmn.nodes import mappings
from engine.bpmn.nodes.base import Node
from engine.bpmn.nodes.events import BoundaryEvent, Listener
from engine.bpmn.nodes.gateways import EventBasedGateway
from engine.bpmn.nodes.loops import Body
from engine.bpmn.nodes.timeouts import TimeoutListener
from engine.errors import EngineError
from engine.state import codec, scopes
from engine.state.migrate import split
from engine.state.tokens import AnyScope, Instance, Token, short_id

#: What a body counts in; it goes with the marker.
COUNTERS = ("nrOfInstances", "nrOfActiveInstances", "nrOfCompletedInstances", "loopCounter")


@dataclass(frozen=True)
class Made:
    """A sub process that is entered for what comes into it."""

    id: str
    element: str
    #: As it is saved: "" in the process, `>id` of the sub process around.
    up: str


class Rescoping:
    """What becomes of each token under a plan. Nothing is changed before `leave`.

    `lost` are (element, token) of which the plan says nothing; `failures` is what else
    stands against it.
    """

    def __init__(self, instance: Instance, target: Spec, pairs: Mapping[str, str]) -> None:
        self._instance, self._target, self._pairs = instance, target, pairs
        self._made: dict[str, Made] = {}
        self._made_in: dict[tuple[str, str], str] = {}
        self._paths: dict[str, list[str]] = {}
        self._counter = instance.counter
        #: Names in the new diagram, and what is around as it is saved; of what stays.
        self._names: dict[str, str] = {}
        self._ups: dict[str, str] = {}
        self._gone: list[Token] = []
        self.lost: list[tuple[str, str]] = []
        self.failures: list[str] = []
        for token in instance.tokens.values():
            self._decide(token)
        if not self.lost:
            self._check()

    @property
    def made(self) -> list[str]:
        """The tokens of the sub processes that are entered, outer ones first."""
        return list(self._made)

    @property
    def around(self) -> dict[str, list[str]]:
        """Which token and element is now around a token that had another one around it."""
        found = {}
        for token, up in self._ups.items():
            here = self._instance.tokens[token]
            old = here.hangs_on or here.scope.owner
            now = up.removeprefix(">")
            if now != ("" if old is None else old.id) and not _waits_aside(here):
                found[token] = [now, self._element_of(now)]
        return found

    @property
    def known(self) -> set[tuple[str, str]]:
        """The (token or "", event) beside what stays that are the old diagram's, too.

        They wait as they did. One that waits no more has happened, and does not begin again.
        """
        found = set()
        for token in self._instance.tokens.values():
            if token.id in self._names and not _waits_aside(token):
                for event in token.node.boundary:
                    found.add((token.id, self._beside(token, event)))
        every: list[AnyScope] = [self._instance, *self._instance.subprocesses.values()]
        for scope in every:
            if scope.owner is None or self._stays(scope.owner):
                where = scope.owner.id if scope.owner else ""
                for listener in scope.spec.listeners:
                    found.add((where, self._within(scope.owner, listener)))
        return found - {(token, "") for token, _ in found}

    def leave(self) -> None:
        """End what the plan does not take along, as long as the old diagram is in force.

        Raises:
            EngineError: a listener throws a business error, which nothing can catch.
        """
        for token in reversed(self._gone):
            if not isinstance(token.node, Body):  # listeners and mappings are its items'
                token.node.tell_dropped(token)
                mappings.apply_outputs(token)
            self._instance.trace("cancelled", token, **token.node.traits(token))

    def saved(self) -> bytes:
        """Return the instance as it is saved under the new diagram."""
        data = json.loads(codec.dump(self._instance))
        rows = {row[0]: row + [0] * (6 - len(row)) for row in data.get("t", ())}
        undoable = self._undoable(data.get("c", []), rows)
        kept: list[list[Any]] = []
        there: set[str] = set()
        for token, name in self._names.items():
            kept += self._entered_before(self._ups[token].removeprefix(">"), there)
            kept.append(self._row(rows[token], name, undoable))
        data["t"], data["k"] = [_trimmed(row) for row in kept], self._counter
        data.pop("c", None)
        if undoable.get(""):
            data["c"] = undoable[""]
        return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()

    # ---- what becomes of a token --------------------------------------------------------

    def _decide(self, token: Token) -> None:
        if _waits_aside(token):
            name = self._name_aside(token)
            if name:
                host = token.hangs_on
                self._names[token.id] = name
                self._ups[token.id] = host.id if host else _inside(token.scope.owner)
            return
        if not self._stays(token):
            if self._holds(token):
                self._gone.append(token)
            else:
                self.lost.append((token.node.element, token.id))
            return
        self._names[token.id] = self._renamed(token.node.name)
        host = token.hangs_on
        if host is not None and self._stays(host):
            self._ups[token.id] = host.id
        else:
            self._ups[token.id] = self._up(token.scope.owner, self._names[token.id])

    def _stays(self, token: Token) -> bool:
        element = token.node.element
        if element not in self._pairs:
            return False
        marker_goes = isinstance(token.node, Body) and not isinstance(
            self._node(self._pairs[element]), Body
        )
        return not (marker_goes and self._holds(token))

    def _holds(self, token: Token) -> bool:
        """Tell whether it stands for others: what runs inside, or its items."""
        is_body = any(other.node.is_item for other in token.attached)
        return is_body or token.id in self._instance.subprocesses

    def _renamed(self, name: str) -> str:
        element, suffix = split(name)
        new = self._pairs[element] + suffix
        # Without its marker an activity has no items: what was one is the activity itself.
        return new if scopes.place(self._target, new) else self._pairs[element]

    def _name_aside(self, token: Token) -> str:
        """Return what an event waits as that waits beside an activity or a scope; "": no more."""
        node, host = token.node, token.hangs_on
        if isinstance(node, BoundaryEvent) and host is not None:
            return self._beside(host, node) if self._stays(host) else ""
        owner = token.scope.owner
        return self._within(owner, node) if owner is None or self._stays(owner) else ""

    def _beside(self, host: Token, event: BoundaryEvent) -> str:
        """Return what a boundary event of an activity that stays becomes; "": nothing."""
        there = self._node(self._names.get(host.id) or self._renamed(host.node.name))
        name = self._pairs.get(event.element, "")
        if isinstance(event, TimeoutListener):
            name = f"{there.name}~{event.element}"
        return name if any(one.name == name for one in there.boundary) else ""

    def _within(self, owner: Token | None, listener: Node) -> str:
        """Return what listens, in a scope that stays, for what a listener waited for."""
        name = self._pairs.get(listener.element, "") + "!"
        return name if name in self._scope_of(owner).task_specs else ""

    # ---- scopes -------------------------------------------------------------------------

    def _up(self, owner: Token | None, name: str) -> str:
        """Return what is around a node that came out of a scope; make what is missing."""
        while owner is not None and not self._stays(owner):
            owner = owner.scope.owner
        known = scopes.path(self._target, self._scope_of(owner))
        wanted = self._path(name)
        if wanted[: len(known)] != known:
            self.failures.append(f"“{split(name)[0]}”不在它原来所在的“{known[-1]}”里面。")
        up = _inside(owner)
        for element in wanted[len(known) :]:
            if (up, element) not in self._made_in:
                self._counter += 1
                made = Made(short_id(self._counter), element, up)
                self._made[made.id], self._made_in[up, element] = made, made.id
            up = f">{self._made_in[up, element]}"
        return up

    def _scope_of(self, owner: Token | None) -> ScopeSpec:
        """Return the new diagram's scope inside a token that stays; None: the process."""
        if owner is None:
            return self._target.process
        return self._target.scopes[self._pairs[owner.node.element]]

    def _path(self, name: str) -> list[str]:
        """Return the sub processes around a node of the new diagram, the outermost first."""
        if name not in self._paths:
            self._paths[name] = scopes.path(self._target, self._place(name)[0])
        return self._paths[name]

    def _place(self, name: str) -> tuple[ScopeSpec, Node]:
        found = scopes.place(self._target, name)
        if found is None:
            raise EngineError(f"目标版本里没有“{name}”。")
        return found

    def _node(self, name: str) -> Node:
        return self._place(name)[1]

    def _element_of(self, token: str) -> str:
        if token in self._made:
            return self._made[token].element
        return self._pairs[self._instance.tokens[token].node.element] if token else ""

    # ---- saved form ---------------------------------------------------------------------

    def _entered_before(self, around: str, there: set[str]) -> Iterator[list[Any]]:
        """Yield the rows of the scopes around, outer ones first, that are not there yet."""
        made = self._made.get(around)
        if made is not None and around not in there:
            there.add(around)
            yield from self._entered_before(made.up.removeprefix(">"), there)
            yield [made.id, made.element, "s", made.up, 0, 0]

    def _row(self, row: list[Any], name: str, undoable: Mapping[str, list[Any]]) -> list[Any]:
        token = self._instance.tokens[row[0]]
        local, marks = row[4] or {}, dict(row[5] or {})
        if isinstance(token.node, Body) and not isinstance(self._node(name), Body):
            local = {key: value for key, value in local.items() if key not in COUNTERS}
        if "arms" in marks:
            marks["arms"] = self._arms(token, marks["arms"])
        if "start" in marks:
            inside = self._scope_of(token)
            start = self._pairs.get(marks["start"], "")
            marks["start"] = start if start in inside.task_specs else inside.none_start
        if "todo" in marks:
            marks["todo"] = [self._renamed(one) for one in marks["todo"] if one in self._pairs]
        if "undo" in marks:
            marks["undo"] = [
                [where, *self._records(self._inner(where), [record])]
                for where, record in marks["undo"]
            ]
        if "done" in marks or token.id in undoable:
            marks["done"] = undoable.get(token.id, [])
        return [row[0], name, row[2], self._ups[token.id], local or 0, marks or 0]

    def _arms(self, token: Token, arms: Mapping[str, Any]) -> dict[str, Any]:
        if isinstance(token.node, TimeoutListener):  # known by their own ids
            return dict(arms)
        behind = isinstance(token.node, EventBasedGateway)
        return {
            self._pairs[name]: arm
            for name, arm in arms.items()
            if not behind or name in self._pairs
        }

    # ---- what can be undone -------------------------------------------------------------

    def _undoable(self, done: list[Any], rows: Mapping[str, list[Any]]) -> dict[str, list[Any]]:
        """Return the records of what can be undone, by the token that keeps them; "": process.

        A scope that ends hands its records to the one around it.
        """
        found: dict[str, list[Any]] = {"": list(self._records([], done))}
        for token in self._instance.tokens.values():
            records = (rows[token.id][5] or {}).get("done", ())
            keeper: Token | None = token
            while keeper is not None and not self._stays(keeper):
                keeper = keeper.scope.owner
            if records:
                where = "" if keeper is None else keeper.id
                path = self._inner(where)
                found.setdefault(where, []).extend(self._records(path, records))
        return found

    def _inner(self, where: str) -> list[str]:
        """Return the path of what a token keeps records of: its inside, or its own scope."""
        if not where:
            return []
        token = self._instance.tokens[where]
        if token.id in self._instance.subprocesses and self._stays(token):
            return scopes.path(self._target, self._scope_of(token))
        return self._path(self._renamed(token.node.name))

    def _records(self, path: list[str], records: Any) -> Iterator[list[Any]]:
        """Rename records; what lies deeper than where they are kept is undone as a part of it."""
        for record in records:
            element, _ = split(record[0])
            inside = record[2] if len(record) > 2 else None
            if element not in self._pairs:
                if not inside:
                    self.failures.append(f"“{element}”已经办完、还可以补偿，但没有对应关系。")
                yield from self._records(path, inside or ())
                continue
            name = self._renamed(record[0])
            there = self._path(name)
            made = [name, record[1]]
            if inside is not None:
                made.append(list(self._records([*there, self._pairs[element]], inside)))
            elif not self._node(name).undone_by:
                self.failures.append(f"“{element}”还可以补偿，而“{self._pairs[element]}”不能。")
            for outer in reversed(there[len(path) :]):
                made = [outer, {}, [made]]
            yield made

    def _check(self) -> None:
        """Find out what else stands against the plan: write everything once, for nothing."""
        undoing = any("undo" in token.marks for token in self._instance.tokens.values())
        if undoing and (self._made or self._gone):
            self.failures.append("正在补偿，这时不能增加或去掉子流程，请等补偿做完。")
        else:
            self.saved()


def _waits_aside(token: Token) -> bool:
    return isinstance(token.node, BoundaryEvent | Listener) and "arms" in token.marks


def _inside(owner: Token | None) -> str:
    return "" if owner is None else f">{owner.id}"


def _trimmed(row: list[Any]) -> list[Any]:
    while not row[-1]:
        row.pop()
    return row
