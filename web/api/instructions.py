"""What a modification or a start somewhere else says: JSON → `engine.commands.modification`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from engine.commands.execution import Skips
from engine.commands.modification import PROCESS, Instruction, modify
from engine.errors import NotFound
from engine.queries.asked import Asked
from web.api import names, typed
from web.api.access import caller
from web.api.errors import ApiError, invalid
from web.api.params import FLAG

#: What an operator's command may leave out; read by `skips`.
SKIPS = {"skipCustomListeners": FLAG, "skipIoMappings": FLAG}
START = ("startBeforeActivity", "startAfterActivity", "startTransition")
KNOWN = frozenset({
    "type", "activityId", "transitionId", "activityInstanceId", "transitionInstanceId",
    "ancestorActivityInstanceId", "ancestorTransitionInstanceId", "variables",
    "cancelCurrentActiveActivityInstances",
})  # fmt: skip


def read(given: Sequence[Mapping[str, Any]], *, start: bool = False) -> list[Instruction]:
    """Return the instructions of a body.

    Args:
        start: a process is started: nothing can be cancelled.

    Raises:
        ApiError: 400, with what is missing.
    """
    return [_one(one, start) for one in given]


def perform(session: Session, instance_id: str, steps: Sequence[Instruction], asked: Asked) -> None:
    """Modify an instance now, as a body asks.

    Raises:
        ApiError: 400, an instruction names a part of the instance that is not there.
    """
    try:
        modify(
            session,
            instance_id,
            steps,
            actor=caller().actor,
            reason=asked.get("annotation", ""),
            skips=skips(asked),
        )
    except NotFound as lost:  # a part of the instance, not the instance
        raise invalid(f"Cannot perform instruction: {lost}") from lost


def skips(asked: Asked) -> Skips:
    """Return what a body or an address wants left out."""
    return Skips(
        bool(asked.get("skipCustomListeners", False)), bool(asked.get("skipIoMappings", False))
    )


def _one(one: Mapping[str, Any], start: bool) -> Instruction:
    kind = one.get("type")
    if kind not in (*START, "cancel") or (start and kind == "cancel"):
        raise invalid(f"Instruction type '{kind}' is unknown here.")
    unknown = sorted(set(one) - KNOWN)
    if unknown:
        raise invalid(f"For instruction type '{kind}': '{unknown[0]}' is no field.")
    return _cancel(one) if kind == "cancel" else _start(one)


def _cancel(one: Mapping[str, Any]) -> Instruction:
    given = [
        name
        for name in ("activityId", "activityInstanceId", "transitionInstanceId")
        if one.get(name)
    ]
    if len(given) != 1:
        raise invalid(
            "For instruction type 'cancel': exactly one, 'activityId', 'activityInstanceId',"
            " or 'transitionInstanceId', is required"
        )
    if given == ["activityId"]:
        only = one.get("cancelCurrentActiveActivityInstances") is True
        return Instruction("cancel", element=str(one["activityId"]), only_current=only)
    return Instruction("cancel", token=_token(str(one[given[0]])))


def _start(one: Mapping[str, Any]) -> Instruction:
    kind = one["type"]
    needed = "transitionId" if kind == "startTransition" else "activityId"
    if not one.get(needed):
        raise invalid(f"For instruction type '{kind}': '{needed}' must be set")
    ancestor = one.get("ancestorActivityInstanceId") or one.get("ancestorTransitionInstanceId")
    given = one.get("variables") or {}
    if not isinstance(given, Mapping):
        raise invalid(f"For instruction type '{kind}': 'variables' must be an object")
    values = typed.read_all(given)
    local = {name for name, value in given.items() if value.get("local") is True}
    return Instruction(
        kind,
        element=str(one.get("activityId") or ""),
        flow=str(one.get("transitionId") or ""),
        ancestor=_ancestor(str(ancestor)) if ancestor else "",
        variables={name: value for name, value in values.items() if name not in local},
        local={name: value for name, value in values.items() if name in local},
    )


def _ancestor(name: str) -> str:
    if ":" not in name:
        return PROCESS
    return _token(name)


def _token(name: str) -> str:
    try:
        return names.split_activity_instance(name)[2]
    except ApiError as strange:
        raise invalid(f"Cannot perform instruction: {strange}") from None
