"""Compensation: what has completed can be undone, whatever completed last first.

When an activity that can be undone completes, a record is kept with its scope: in the marks
of the sub process's token, or with the instance. A record is a short list:

* `[activity, locals]`: run the handler of its compensation boundary event;
* `[sub process, locals, records]`: undo what completed inside it, or run its compensation
  event sub process. `locals` is the snapshot of its variables (`engine.md` §4).

A token that undoes (`marks["undo"]`: what is left, the next one last) starts one handler after
the other; a handler (`marks["by"]`) reports back when it is done. Records are taken out when
their compensation begins, so nothing is undone twice. An activity with a multi-instance
marker hands its records up when all of it has completed.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from SpiffWorkflow.util.task import TaskState

from engine.bpmn.nodes import mappings

if TYPE_CHECKING:
    from engine.bpmn.nodes.base import Node
    from engine.state.tokens import AnyScope, Token

#: `[name of the activity, locals]` and, for sub processes, `[…, records inside]`.
Record = list[Any]
KIND = "compensate"


def remember(token: Token) -> None:
    """Keep what is needed to undo an activity that completes now."""
    node = token.node
    inside = token.marks.pop("done", [])
    records: list[Record] = []
    if inside or has_handler(node.inside):
        records.append([node.name, dict(token.data), inside])
    if node.undone_by:
        records.append([node.name, _item_locals(token)])
    body = token.hangs_on if node.is_item else None
    _keep(token.scope if body is None else body, records)


def hand_up(body: Token) -> None:
    """All items of a multi-instance or loop are done: their records belong to the scope now."""
    _keep(body.scope, body.marks.pop("done", []))


def begin(thrower: Token, activity: str, *, wait: bool = True) -> bool | None:
    """Begin to undo one activity, or everything the scope has completed.

    Return True when the thrower may go on at once: there was nothing, or it need not wait.
    """
    pending = _take(thrower.scope, activity)
    if not pending:
        return True
    undoer = thrower
    if not wait:
        undoer = thrower.scope.spawn(thrower.node, aside=True)
    undoer._set_state(TaskState.STARTED)
    undoer.marks["undo"] = pending
    _following(undoer)
    return None if undoer is thrower else True


def handled(token: Token) -> None:
    """One handler is done: begin with the next.

    An operator may have put the token there: then it belongs to nobody, and just ends.
    """
    scope = token.scope
    undoer = token.instance.tokens.get(token.marks.get("by", ""))
    token.retire()
    if undoer is not None:
        _following(undoer)
    else:
        scope.close_if_empty()


@contextmanager
def taking_away(token: Token) -> Iterator[None]:
    """Cancel a token; if it was a handler, what undoes goes on after the block.

    The block puts what interrupted it in its place: with the last handler of a transaction
    the scope may end, and everything in it.
    """
    undoer = token.instance.tokens.get(token.marks.get("by", ""))
    token.cancel()
    yield
    if undoer is not None and not undoer.gone:
        _following(undoer)


def take_away(token: Token) -> None:
    """Cancel a token alone; if it was a handler, what undoes goes on with the next one."""
    with taking_away(token):
        pass


def dropped(undoer: Token) -> None:
    """What undoes was cancelled: so is the handler it waits for."""
    if "undo" in undoer.marks:
        for other in list(undoer.instance.tokens.values()):
            if other.marks.get("by") == undoer.id:
                other.cancel()


def has_handler(spec: Any) -> bool:
    """Tell whether a sub process is undone by an event sub process inside it."""
    return spec is not None and _handler(spec) is not None


def is_undone_inside(spec: Any) -> bool:
    """Tell whether anything in a sub process can be undone."""
    return has_handler(spec) or any(
        getattr(node, "undoable", False) for node in spec.task_specs.values()
    )


def _handler(spec: Any) -> Any:
    return next((found for found in spec.listeners if found.event.kind == KIND), None)


def _item_locals(token: Token) -> dict[str, Any]:
    """Return which item it was. Other activities have no snapshot, as in Camunda."""
    if not token.node.is_item:
        return {}
    given = {p.get("name") for p in mappings.parameters(token.node.attributes, "inputParameter")}
    return {name: value for name, value in token.data.items() if name not in given}


def _keep(at: AnyScope | Token, records: list[Record]) -> None:
    if records:
        _records(at).extend(records)


def _records(at: Any) -> list[Record]:
    owner = getattr(at, "owner", at)
    found: list[Record] = at.done if owner is None else owner.marks.setdefault("done", [])
    return found


def _take(scope: AnyScope, activity: str) -> list[list[Any]]:
    """Take the records a thrower in this scope means, with the scope each is in.

    An event sub process speaks for the scope it stands in, too.
    """
    taken: list[list[Any]] = []
    while True:
        kept = _records(scope)
        owner = scope.owner
        where = "" if owner is None else owner.id
        meant = [not activity or _element(scope, record) == activity for record in kept]
        taken[:0] = [
            [where, record] for record, is_meant in zip(kept, meant, strict=True) if is_meant
        ]
        kept[:] = [record for record, is_meant in zip(kept, meant, strict=True) if not is_meant]
        if owner is None or not owner.node.handles_events:
            return taken
        scope = owner.scope


def _element(scope: AnyScope, record: Record) -> str:
    element: str = scope.spec.task_specs[record[0]].element
    return element


def _following(undoer: Token) -> None:
    pending = undoer.marks["undo"]
    if not pending:
        del undoer.marks["undo"]
        undoer.node.undone(undoer)
        return
    where, record = pending.pop()
    instance = undoer.instance
    scope = instance.subprocesses[where] if where else instance
    node: Node = scope.spec.task_specs[record[0]]
    if len(record) == 2:
        handler = scope.spawn(scope.spec.task_specs[node.undone_by], by=undoer.id)
        handler.data.update(record[1])
        handler.expect()
    else:
        _reopen(scope.spawn(node, by=undoer.id), record)


def _reopen(owner: Token, record: Record) -> None:
    """Open a completed sub process again, with its variables, to undo what is inside."""
    _, locals_, inside = record
    owner.data.update(locals_)
    owner._set_state(TaskState.STARTED)
    scope = owner.instance.create_subprocess(owner, owner.node.spec)
    listener = _handler(scope.spec)
    if listener is None:
        owner.marks["undo"] = [[owner.id, record] for record in inside]
        _following(owner)
        return
    owner.marks["done"] = inside
    scope.spawn(scope.spec.task_specs[listener.handler], start=listener.element).expect()
