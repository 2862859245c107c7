"""Where the tokens of an instance stand under another diagram, and in which scopes.

Camunda 7's rules ("Process Instance Migration", Operational Semantics). A sub process of
which the plan says nothing ends, innermost first, while the instance is still in its old
diagram: its end listeners and output parameters are called, what runs inside belongs to what
is around it. Then, outermost first, a scope is made for every sub process of the new
diagram that has none, once for everything that comes out of the same scope.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.bpmn.dialect import ScopeSpec, Spec
from engine.bpmn.nodes import mappings
from engine.bpmn.nodes.base import Node
from engine.bpmn.nodes.events import BoundaryEvent, Listener
from engine.bpmn.nodes.loops import Body
from engine.bpmn.nodes.timeouts import TimeoutListener
from engine.errors import EngineError
from engine.state import rewrite, scopes
from engine.state.migrate import split
from engine.state.tokens import AnyScope, Instance, Token, short_id


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
        self.instance, self.target, self.pairs = instance, target, pairs
        #: Names in the new diagram, and what is around as it is saved, of what stays.
        self.names: dict[str, str] = {}
        self.ups: dict[str, str] = {}
        #: What is entered, by token; and the last token's number.
        self.entered: dict[str, Made] = {}
        self.counter = instance.counter
        self.lost: list[tuple[str, str]] = []
        self.failures: list[str] = []
        self._entered_in: dict[tuple[str, str], str] = {}
        self._gone: list[Token] = []
        self._paths: dict[str, list[str]] = {}
        for token in instance.tokens.values():
            self._decide(token)
        if not (self.lost or self.failures):
            self._check()

    @property
    def made(self) -> list[str]:
        """The tokens of the sub processes that are entered, outer ones first."""
        return list(self.entered)

    @property
    def around(self) -> dict[str, list[str]]:
        """Which token and element is now around a token that had another one around it."""
        found = {}
        for token, up in self.ups.items():
            here = self.instance.tokens[token]
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
        for token in self.instance.tokens.values():
            if token.id in self.names and not _waits_aside(token):
                for event in token.node.boundary:
                    found.add((token.id, self._beside(token, event)))
        every: list[AnyScope] = [self.instance, *self.instance.subprocesses.values()]
        for scope in every:
            if scope.owner is None or self.stays(scope.owner):
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
            self.instance.trace("cancelled", token, **token.node.traits(token))

    def saved(self) -> bytes:
        """Return the instance as it is saved under the new diagram."""
        return rewrite.saved(self)

    # ---- what becomes of a token --------------------------------------------------------

    def _decide(self, token: Token) -> None:
        if _waits_aside(token):
            name = self._name_aside(token)
            if name:
                host = token.hangs_on
                self.names[token.id] = name
                self.ups[token.id] = host.id if host else _inside(token.scope.owner)
            return
        if not self.stays(token):
            if self._holds(token):
                self._gone.append(token)
            else:
                self.lost.append((token.node.element, token.id))
            return
        self.names[token.id] = self.renamed(token.node.name)
        host = token.hangs_on
        if host is not None and self.stays(host):
            self.ups[token.id] = host.id
        else:
            self.ups[token.id] = self._up(token.scope.owner, self.names[token.id])

    def stays(self, token: Token) -> bool:
        element = token.node.element
        if element not in self.pairs:
            return False
        marker_goes = isinstance(token.node, Body) and not isinstance(
            self.node(self.pairs[element]), Body
        )
        return not (marker_goes and self._holds(token))

    def _holds(self, token: Token) -> bool:
        """Tell whether it stands for others: what runs inside, or its items."""
        is_body = any(other.node.is_item for other in token.attached)
        return is_body or token.id in self.instance.subprocesses

    def renamed(self, name: str) -> str:
        element, suffix = split(name)
        new = self.pairs[element] + suffix
        # Without its marker an activity has no items: what was one is the activity itself.
        return new if scopes.place(self.target, new) else self.pairs[element]

    def _name_aside(self, token: Token) -> str:
        """Return what an event waits as that waits beside an activity or a scope; "": no more."""
        node, host = token.node, token.hangs_on
        if isinstance(node, BoundaryEvent) and host is not None:
            return self._beside(host, node) if self.stays(host) else ""
        owner = token.scope.owner
        return self._within(owner, node) if owner is None or self.stays(owner) else ""

    def _beside(self, host: Token, event: BoundaryEvent) -> str:
        """Return what a boundary event of an activity that stays becomes; "": nothing."""
        there = self.node(self.names.get(host.id) or self.renamed(host.node.name))
        name = self.pairs.get(event.element, "")
        if isinstance(event, TimeoutListener):
            name = f"{there.name}~{event.element}"
        return name if any(one.name == name for one in there.boundary) else ""

    def _within(self, owner: Token | None, listener: Node) -> str:
        """Return what listens, in a scope that stays, for what a listener waited for."""
        name = self.pairs.get(listener.element, "") + "!"
        return name if name in self.scope_of(owner).task_specs else ""

    # ---- scopes -------------------------------------------------------------------------

    def _up(self, owner: Token | None, name: str) -> str:
        """Return what is around a node that came out of a scope; make what is missing."""
        while owner is not None and not self.stays(owner):
            owner = owner.scope.owner
        known = scopes.path(self.target, self.scope_of(owner))
        wanted = self.path(name)
        if wanted[: len(known)] != known:
            self.failures.append(f"“{split(name)[0]}”不在它原来所在的“{known[-1]}”里面。")
        up = _inside(owner)
        for element in wanted[len(known) :]:
            if (up, element) not in self._entered_in:
                self.counter += 1
                made = Made(short_id(self.counter), element, up)
                if isinstance(self.node(element), Body):
                    self.failures.append(f"“{element}”带有多实例或循环标记，不能由迁移进入。")
                self.entered[made.id], self._entered_in[up, element] = made, made.id
            up = f">{self._entered_in[up, element]}"
        return up

    def scope_of(self, owner: Token | None) -> ScopeSpec:
        """Return the new diagram's scope inside a token that stays; None: the process."""
        if owner is None:
            return self.target.process
        return self.target.scopes[self.pairs[owner.node.element]]

    def path(self, name: str) -> list[str]:
        """Return the sub processes around a node of the new diagram, the outermost first."""
        if name not in self._paths:
            self._paths[name] = scopes.path(self.target, self.place(name)[0])
        return self._paths[name]

    def place(self, name: str) -> tuple[ScopeSpec, Node]:
        found = scopes.place(self.target, name)
        if found is None:
            raise EngineError(f"目标版本里没有“{name}”。")
        return found

    def node(self, name: str) -> Node:
        return self.place(name)[1]

    def _element_of(self, token: str) -> str:
        if token in self.entered:
            return self.entered[token].element
        return self.pairs[self.instance.tokens[token].node.element] if token else ""

    def _check(self) -> None:
        undoing = any("undo" in token.marks for token in self.instance.tokens.values())
        if undoing and (self.entered or self._gone):
            self.failures.append("正在补偿，这时不能增加或去掉子流程，请等补偿做完。")
        else:
            self.failures += rewrite.failures(self)


def _waits_aside(token: Token) -> bool:
    return isinstance(token.node, BoundaryEvent | Listener) and "arms" in token.marks


def _inside(owner: Token | None) -> str:
    return "" if owner is None else f">{owner.id}"
