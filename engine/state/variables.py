"""Variables in Camunda 7's scope tree.

Scopes from the inside: the token (input parameters, a multi-instance item's element and
counter), what it hangs on (the multi-instance body, the activity of a boundary event),
the sub process it runs in, and so on up to the instance. Reads look upward. A write goes
to the nearest scope that already holds the name, else to the instance.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from engine.errors import InvalidInput
from engine.state.host import Write
from engine.state.values import Transient, storable
from engine.writable import cleaned, is_writable

if TYPE_CHECKING:
    from engine.state.tokens import Instance, Token


def layers(instance: Instance, token: Token | None) -> list[dict[str, Any]]:
    """Return the scopes a token sees, nearest first; the last is the instance."""
    found: list[dict[str, Any]] = []
    while token is not None:
        found.append(token.data)
        token = token.hangs_on or token.scope.owner
    found.append(instance.variables)
    return found


def _holder(token: Token | None, steps: int) -> str:
    """Return the token whose scope is so many layers up; "" for the instance."""
    while token is not None and steps:
        token, steps = token.hangs_on or token.scope.owner, steps - 1
    return "" if token is None else token.id


def holders(token: Token) -> set[str]:
    """Return the tokens whose variables a token sees; "" is the instance."""
    found = {""}
    at: Token | None = token
    while at is not None:
        found.add(at.id)
        at = at.hangs_on or at.scope.owner
    return found


def visible(instance: Instance, token: Token | None) -> Mapping[str, Any]:
    """Return everything a token sees as one mapping; do not write to it."""
    found = [layer for layer in layers(instance, token) if layer]
    return ChainMap(*found) if len(found) != 1 else found[0]


def write(
    instance: Instance, token: Token | None, values: Mapping[str, Any], *, local: bool = False
) -> None:
    """Set variables as seen from a token; `local` keeps them in its own scope.

    One that is `Transient` can be read until the instance is saved, and leaves no trace.

    Raises:
        EngineError: a name is not a variable name, or a value cannot be stored.
    """
    if not values:
        return
    scopes = layers(instance, token)
    for name, value in values.items():
        if not isinstance(name, str) or not name or len(name) > 200 or not is_writable(name):
            raise InvalidInput(f"变量名“{cleaned(str(name)):.40}”无效。")
        kept = storable(value, name)
        level = 0 if local else _level(scopes, name)
        holder = _holder(token, level)
        if instance.watching:
            known = name in scopes[level]
            instance.changes.add((name, "update" if known else "create", holder))
        if isinstance(kept, Transient):
            scopes[level][name] = kept.value
            instance.passing.add((name, holder))
            continue
        scopes[level][name] = kept
        instance.passing.discard((name, holder))
        instance.writes.append(Write(name, kept, "" if token is None else token.id, holder))


def lasting(instance: Instance, values: dict[str, Any], holder: str = "") -> dict[str, Any]:
    """Return the variables of a scope (a token's; "": the instance) without transient ones."""
    if not instance.passing:
        return values
    return {name: one for name, one in values.items() if (name, holder) not in instance.passing}


def _level(scopes: list[dict[str, Any]], name: str) -> int:
    """Return which layer holds a name; the outermost when none does."""
    last = len(scopes) - 1
    return next((number for number, scope in enumerate(scopes) if name in scope), last)


def remove(
    instance: Instance, token: Token | None, names: Iterable[str], *, local: bool = False
) -> None:
    """Take variables away, each from the nearest scope that holds it; `local`: here only."""
    scopes = layers(instance, token)[: 1 if local else None]
    for name in names:
        for level, scope in enumerate(scopes):
            if name in scope:
                del scope[name]
                writer = "" if token is None else token.id
                holder = _holder(token, level)
                if instance.watching:
                    instance.changes.add((name, "delete", holder))
                instance.writes.append(Write(name, None, writer, holder, removed=True))
                break
