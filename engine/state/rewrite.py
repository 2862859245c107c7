"""The saved form of an instance under another diagram: names, marks, what can be undone.

Where each token goes and in which scopes is decided before (`engine.state.rescope`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from engine.bpmn.dialect import ScopeSpec
from engine.bpmn.nodes.base import activities_of
from engine.bpmn.nodes.gateways import EventBasedGateway
from engine.bpmn.nodes.loops import Body
from engine.bpmn.nodes.timeouts import TimeoutListener
from engine.state import codec, scopes
from engine.state.migrate import split
from engine.state.tokens import Token

if TYPE_CHECKING:
    from engine.state.rescope import Rescoping

#: What a body counts in; it goes with the marker.
COUNTERS = ("nrOfInstances", "nrOfActiveInstances", "nrOfCompletedInstances", "loopCounter")


def saved(found: Rescoping) -> bytes:
    """Return the instance as it is saved under the new diagram."""
    return _Rewriting(found).saved()


def failures(found: Rescoping) -> list[str]:
    """Return what has no place in the new diagram besides tokens: what can be undone."""
    rewriting = _Rewriting(found)
    rewriting.saved()  # written once, for nothing
    return rewriting.failures


class _Rewriting:
    """One instance written under another diagram."""

    def __init__(self, found: Rescoping) -> None:
        self.found = found
        self.failures: list[str] = []

    def saved(self) -> bytes:
        data = json.loads(codec.dump(self.found.instance))
        rows = {row[0]: row + [0] * (6 - len(row)) for row in data.get("t", ())}
        undoable = self._undoable(data.get("c", []), rows)
        kept: list[list[Any]] = []
        there: set[str] = set()
        for token, name in self.found.names.items():
            kept += self._entered_before(self.found.ups[token].removeprefix(">"), there)
            kept.append(self._row(rows[token], name, undoable))
        data["t"], data["k"] = [_trimmed(row) for row in kept], self.found.counter
        data.pop("c", None)
        if undoable.get(""):
            data["c"] = undoable[""]
        return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()

    def _entered_before(self, around: str, there: set[str]) -> Iterator[list[Any]]:
        """Yield the rows of the scopes around, outer ones first, that are not there yet."""
        made = self.found.entered.get(around)
        if made is not None and around not in there:
            there.add(around)
            yield from self._entered_before(made.up.removeprefix(">"), there)
            yield [made.id, made.element, "s", made.up, 0, 0]

    def _row(self, row: list[Any], name: str, undoable: Mapping[str, list[Any]]) -> list[Any]:
        token = self.found.instance.tokens[row[0]]
        local, marks = row[4] or {}, self._marks(token, name, row[5] or {})
        if isinstance(token.node, Body) and not isinstance(self.found.node(name), Body):
            local = {key: value for key, value in local.items() if key not in COUNTERS}
        if "done" in marks or token.id in undoable:
            marks["done"] = undoable.get(token.id, [])
        return [row[0], name, row[2], self.found.ups[token.id], local or 0, marks or 0]

    def _marks(self, token: Token, name: str, kept: Mapping[str, Any]) -> dict[str, Any]:
        """Rename what the engine remembers about a token."""
        marks, pairs = dict(kept), self.found.pairs
        if "arms" in marks:
            marks["arms"] = self._arms(token, marks["arms"])
        if "in" in marks:
            marks["in"] = self._arrival(token, name, marks["in"])
        if "spent" in marks:
            marks["spent"] = [self._arrival(token, name, flow) for flow in marks["spent"]]
        if "start" in marks:
            inside = self.found.scope_of(token)
            start = pairs.get(marks["start"], "")
            marks["start"] = start if start in inside.task_specs else inside.none_start
        if "todo" in marks:
            marks["todo"] = [self.found.renamed(one) for one in marks["todo"] if one in pairs]
        if "undo" in marks:
            marks["undo"] = [
                [where, *self._records(self._inner(where), [record])]
                for where, record in marks["undo"]
            ]
        return marks

    def _arrival(self, token: Token, name: str, flow: str) -> str:
        """Return the flow by which a token came to a join, as it is in the new diagram.

        It has the same name, or comes from what its source became, or is the only new one for
        the only one that is no more. Else it stays what it was: nothing there would fit.
        """
        old, (scope, new) = token.node, self.found.place(name)
        if flow in new.arrivals:
            return flow
        became = self.found.pairs.get(_source(token.scope.spec, flow))
        fresh = [one for one in new.arrivals if one not in old.arrivals]
        fitting = [one for one in fresh if _source(scope, one) == became]
        gone = [one for one in old.arrivals if one not in new.arrivals]
        if len(fitting) != 1 and len(gone) == 1:
            fitting = fresh
        return fitting[0] if len(fitting) == 1 else flow

    def _arms(self, token: Token, arms: Mapping[str, Any]) -> dict[str, Any]:
        if isinstance(token.node, TimeoutListener):  # known by their own ids
            return dict(arms)
        behind = isinstance(token.node, EventBasedGateway)
        return {
            self.found.pairs[name]: arm
            for name, arm in arms.items()
            if not behind or name in self.found.pairs
        }

    # ---- what can be undone -------------------------------------------------------------

    def _undoable(self, done: list[Any], rows: Mapping[str, list[Any]]) -> dict[str, list[Any]]:
        """Return the records of what can be undone, by the token that keeps them; "": process.

        A scope that ends hands its records to the one around it.
        """
        found: dict[str, list[Any]] = {"": list(self._records([], done))}
        for token in self.found.instance.tokens.values():
            records = (rows[token.id][5] or {}).get("done", ())
            keeper: Token | None = token
            while keeper is not None and not self.found.stays(keeper):
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
        token = self.found.instance.tokens[where]
        if token.id in self.found.instance.subprocesses and self.found.stays(token):
            return scopes.path(self.found.target, self.found.scope_of(token))
        return self.found.path(self.found.renamed(token.node.name))

    def _records(self, path: list[str], records: Any) -> Iterator[list[Any]]:
        """Rename records; what lies deeper than where they are kept is undone as a part of it."""
        for record in records:
            element, _ = split(record[0])
            inside = record[2] if len(record) > 2 else None
            if element not in self.found.pairs:
                if not inside:
                    self.failures.append(f"“{element}”已经办完、还可以补偿，但没有对应关系。")
                yield from self._records(path, inside or ())
                continue
            name = self.found.renamed(record[0])
            there = self.found.path(name)
            if there[: len(path)] != path:
                self.failures.append(f"“{name}”还可以补偿，但不在“{path[-1]}”里面。")
            made = [name, record[1]]
            if inside is not None:
                made.append(list(self._records([*there, self.found.pairs[element]], inside)))
            elif not self.found.node(name).undone_by:
                self.failures.append(
                    f"“{element}”还可以补偿，而“{self.found.pairs[element]}”不能。"
                )
            for outer in reversed(there[len(path) :]):
                made = [outer, {}, [made]]
            yield made


def _source(scope: ScopeSpec, flow: str) -> str:
    """Return the element from which a flow comes."""
    nodes = activities_of(scope.task_specs)
    return next((n.element for n in nodes if any(one.id == flow for one in n.flows)), "")


def _trimmed(row: list[Any]) -> list[Any]:
    while not row[-1]:
        row.pop()
    return row
