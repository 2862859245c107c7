"""Who acts, and who wants to know: the engine's two doors to the areas.

The engine knows no organisations. `processes.people` registers a hook that writes
`case_access` in the same transaction as each command (`engine.md` §11).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from sqlalchemy.orm import Session


@dataclass(frozen=True)
class Actor:
    """Who did it: an account login, a worker's case, another system, the engine. Never a name."""

    id: str
    groups: frozenset[str] = frozenset()
    kind: Literal["person", "worker", "service", "system"] = "person"


SYSTEM = Actor("system", kind="system")


@dataclass(frozen=True)
class OpenedTask:
    """A human task that this command opened."""

    id: str
    element_id: str
    assignee: str | None
    users: tuple[str, ...]
    groups: tuple[str, ...]
    excluded: tuple[str, ...] = ()

    def is_for(self, actor: Actor) -> bool:
        """Say whether this actor may do it now."""
        if actor.id in self.excluded:
            return False
        if self.assignee is not None:
            return self.assignee == actor.id
        return actor.id in self.users or bool(actor.groups & set(self.groups))


@dataclass
class Change:
    """What one command changed in one instance, told before the commit."""

    instance_id: str
    root_id: str
    bundle: str
    process: str
    actor: Actor
    started: bool = False
    ended: bool = False
    opened: list[OpenedTask] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)


ChangeHook = Callable[[Session, Sequence[Change]], None]
CaseSummary = Callable[[Session, Any, str], Mapping[str, Any] | None]

_change_hooks: list[ChangeHook] = []
_summaries: dict[str, CaseSummary] = {}


def on_change(hook: ChangeHook) -> ChangeHook:
    """Register a function that is told of every change inside its transaction."""
    if hook not in _change_hooks:
        _change_hooks.append(hook)
    return hook


def tell(session: Session, changes: Sequence[Change]) -> None:
    """Call every hook with what changed; their statements belong to the command."""
    for hook in _change_hooks:
        hook(session, changes)


Guard = Callable[[Session, str, Actor], bool]
_guards: list[Guard] = []


def guard(check: Guard) -> Guard:
    """Register who is asked before anybody acts in a case that bars somebody.

    Gets `(session, root_id, actor)`; False means the case does not exist for the actor.
    """
    if check not in _guards:
        _guards.append(check)
    return check


def admits(session: Session, root_id: str, actor: Actor) -> bool:
    """Say whether every guard lets the actor near a case."""
    return all(check(session, root_id, actor) for check in _guards)


def case_summary(bundle: str) -> Callable[[CaseSummary], CaseSummary]:
    """Register how a bundle describes its case beside a task.

    The function gets `(session, viewer, root_instance_id)` and returns a mapping with
    `number`, `title`, `tags`, `fields` [(label, value)], `sections` [(heading, text)],
    `attachments` [Attachment id], `links` [(label, path)], all masked for that viewer.
    """

    def register(function: CaseSummary) -> CaseSummary:
        _summaries[bundle] = function
        return function

    return register


Prefill = Callable[[Session, Any], Mapping[str, Any]]
_prefills: dict[str, Prefill] = {}


def prefill(bundle: str) -> Callable[[Prefill], Prefill]:
    """Register what a bundle writes into a form before the person starts typing.

    The function gets `(session, human_task)` and returns values by field key; they are
    shown, never stored, and the person's draft wins over them.
    """

    def register(function: Prefill) -> Prefill:
        _prefills[bundle] = function
        return function

    return register


def prefill_of(bundle: str) -> Prefill | None:
    """Return the registered prefill of a bundle, if it has one."""
    return _prefills.get(bundle)


def summary_of(bundle: str) -> CaseSummary | None:
    """Return the registered description of a bundle's case, if it has one."""
    return _summaries.get(bundle)


Channel = Callable[[str, str, str], None]
_channels: dict[str, Channel] = {}


def channel(kind: str) -> Callable[[Channel], Channel]:
    """Register who carries outbox messages of a kind out of the office.

    The channel gets `(recipient code, payload as JSON text, key)` outside any transaction,
    at least once; the receiver drops what it has seen by the key. It raises to be tried again.
    """

    def register(function: Channel) -> Channel:
        _channels[kind] = function
        return function

    return register


def channels() -> dict[str, Channel]:
    """Return the registered channels by kind."""
    return _channels


Seeder = Callable[[Session], None]
ActorSource = Callable[[Session, str], Actor]
_seeders: list[Seeder] = []
_actor_source: list[ActorSource] = []


def on_seed(seeder: Seeder) -> Seeder:
    """Register what a fresh demo or scenario database holds before anything is walked."""
    if seeder not in _seeders:
        _seeders.append(seeder)
    return seeder


_installers: list[Seeder] = []


def on_install(installer: Seeder) -> Seeder:
    """Register what every office needs from the first day, real or demo.

    Called after each `huiyin migrate`: it adds what is missing and changes nothing else.
    """
    if installer not in _installers:
        _installers.append(installer)
    return installer


def install(session: Session) -> None:
    """Give a database what every office needs: the library of answers, …"""
    for installer in _installers:
        installer(session)


def seed(session: Session) -> None:
    """Fill a fresh database: organisations, accounts, answer library."""
    for seeder in _seeders:
        seeder(session)


def actor_source(source: ActorSource) -> ActorSource:
    """Register who turns an account login into an actor with its groups."""
    _actor_source[:] = [source]
    return source


def actor(session: Session, login: str) -> Actor:
    """Return the actor behind a login; without a source it is a bare person."""
    return _actor_source[0](session, login) if _actor_source else Actor(login)
