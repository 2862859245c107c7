"""Variables from outside: read and written without completing anything.

Values are Python values as `engine.state.values` knows them. Writing follows Camunda's
scopes: upwards to the nearest scope that holds the name, else to the instance; `local`
stays at the token. A write lets conditional events look again, so it may move the
instance on.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy.orm import Session

from engine.commands import instances
from engine.commands.execution import Execution
from engine.errors import NotAllowed, NotFound
from engine.hooks import SYSTEM, Actor
from engine.models import ProcessInstance


def set_variables(
    session: Session,
    instance_id: str,
    values: Mapping[str, Any],
    *,
    actor: Actor,
    token: str = "",
    local: bool = False,
    remove: Collection[str] = (),
    task: str | None = None,
) -> None:
    """Write and remove variables of a running instance, then let its conditions look again.

    Args:
        token: whose scope to write from (a human task's or a wait's token); "" is the
            instance itself.
        local: keep them at the token, whatever the scopes around it hold.
        remove: names to take away, each from the nearest scope that holds it (with
            `local`: only from the token). A name that is nowhere is no error.
        task: the human task over which they come, for the history.

    Raises:
        NotFound: there is no such instance, or the token has gone on.
        NotAllowed: the instance has ended.
        EngineError: a name or a value cannot be stored.
    """
    row = instances.lock(session, instance_id)
    if row.status not in ("active", "suspended"):
        raise NotAllowed("这件诉求已经结束，不能再改变量。")
    with Execution(session, actor) as work:
        loaded = work.open(row)
        loaded.run.remove(token, remove, local=local)
        loaded.run.set(token, values, local=local)
        names = sorted({*values, *remove})
        over: dict[str, Any] = {"task": task} if task else {}
        element = loaded.run.element(token) or None
        work.note(row, "variables", element=element, names=names, **over)
        work.settle()


def read_variables(
    session: Session, instance_id: str, token: str = "", *, local: bool = False
) -> dict[str, Any]:
    """Return the variables that a token sees, nearest first; "" is the instance.

    Args:
        local: only those of the token's own scope.

    Raises:
        NotFound: there is no such instance, or the token has gone on.
    """
    row = session.get(ProcessInstance, instance_id)
    if row is None:
        raise NotFound("没有这个在办件，可能已经归档。")
    with Execution(session, SYSTEM) as work:
        run = work.open(row).run
        return dict(run.local(token) if local else run.scope(token))
