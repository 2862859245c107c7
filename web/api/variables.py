"""The variables of one scope: read, set, changed together, removed. One code for every owner.

Instances and executions offer them here; tasks use the same functions.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from engine import db
from engine.commands import task_variables
from engine.commands import variables as commands
from engine.models import HumanTask
from web.api import typed
from web.api.access import caller, needs
from web.api.answer import answer, nothing
from web.api.blueprint import bp
from web.api.errors import invalid, missing
from web.api.params import ANY, FLAG, OBJECT, TEXT, TEXTS, Params

READ = Params("variables", {"deserializeValues": FLAG, "variableNames": TEXTS})
READ_ONE = Params("variable", {"deserializeValue": FLAG})
VALUE = Params("variable", {"value": ANY, "type": TEXT, "valueInfo": OBJECT})
CHANGES = Params("variable changes", {"modifications": OBJECT, "deletions": TEXTS})


@dataclass(frozen=True)
class Scope:
    """Whose variables: an instance, a token of it, or a human task."""

    instance_id: str
    token: str = ""
    local: bool = False
    #: A human task, which may belong to no instance.
    task: str = ""


#: Finds the scope behind an id for the caller. Raises ApiError 404.
Find = Callable[[Session, str], Scope]


def offer(path: str, kind: str, find: Find, *, read: str = "read", write: str = "operate") -> None:
    """Register the six routes of a scope.

    Args:
        path: with `<owner_id>`, for example `/process-instance/<owner_id>/variables`.
        kind: what it is in messages and names: `process instance`.
        find: turns the id into a scope the caller may use.
    """
    word = "".join(part.capitalize() for part in f"{kind} variable".split())
    shape = f"variables of a {kind}"

    def listed(owner_id: str) -> ResponseReturnValue:
        asked = READ.query()
        wanted = set(asked.get("variableNames", ()))
        found = _read(find, owner_id)
        kept = {name: one for name, one in found.items() if not wanted or name in wanted}
        return answer(typed.write_all(kept, deserialized=asked.get("deserializeValues", True)))

    def one(owner_id: str, name: str) -> ResponseReturnValue:
        deserialized = READ_ONE.query().get("deserializeValue", True)
        return answer(typed.write(_value(find, owner_id, name, kind), deserialized=deserialized))

    def data(owner_id: str, name: str) -> ResponseReturnValue:
        _value(find, owner_id, name, kind)
        raise invalid(f"Value of variable {name} is not a binary value.")

    def upload(owner_id: str, name: str) -> ResponseReturnValue:
        with db.reading() as session:
            find(session, owner_id)
        raise invalid(f"Variable '{name}': files and bytes are no variables here.")

    def put(owner_id: str, name: str) -> ResponseReturnValue:
        given = typed.read(VALUE.body().values, name, transient=True)
        return _write(find, owner_id, {name: given}, ())

    def change(owner_id: str) -> ResponseReturnValue:
        asked = CHANGES.body()
        changed = typed.read_all(asked.get("modifications"), "modifications", transient=True)
        return _write(find, owner_id, changed, asked.get("deletions", ()))

    def remove(owner_id: str, name: str) -> ResponseReturnValue:
        return _write(find, owner_id, {}, [name])

    for method, below, verb, view, scope, contract in (
        ("GET", "", "list", listed, read, {"query": READ, "returns": "Variables"}),
        ("POST", "", "change", change, write, {"body": CHANGES}),
        ("GET", "/<name>", "get", one, read, {"query": READ_ONE, "returns": "Variable"}),
        ("PUT", "/<name>", "put", put, write, {"body": VALUE}),
        ("DELETE", "/<name>", "delete", remove, write, {}),
        ("GET", "/<name>/data", "getData", data, read, {"returns": "binary"}),
        ("POST", "/<name>/data", "postData", upload, write, {}),
    ):
        view.__name__ = f"{verb}{word}"
        view.__doc__ = f"{verb.capitalize()} {shape}."
        guarded = needs(scope, **contract)(view)
        bp.add_url_rule(f"{path}{below}", view.__name__, guarded, methods=[method])


def _read(find: Find, owner_id: str) -> dict[str, Any]:
    # Loading a state marks nothing; on SQLite the reader must not wait inside a writer.
    with db.reading() as session:
        scope = find(session, owner_id)
        if scope.task:
            task = session.get_one(HumanTask, scope.task)
            return task_variables.read(session, task, local=scope.local)
        return commands.read_variables(session, scope.instance_id, scope.token, local=scope.local)


def _value(find: Find, owner_id: str, name: str, kind: str) -> Any:
    found = _read(find, owner_id)
    if name not in found:
        raise missing(f"{kind} variable with name {name} does not exist")
    return found[name]


def _write(find: Find, owner_id: str, changed: dict[str, Any], removed: Any) -> ResponseReturnValue:
    with db.transaction() as session:
        scope = find(session, owner_id)
        actor = caller().actor
        if scope.task:
            task_variables.write(
                session, scope.task, changed, actor=actor, local=scope.local, remove=removed
            )
            return nothing()
        commands.set_variables(
            session,
            scope.instance_id,
            changed,
            actor=actor,
            token=scope.token,
            local=scope.local,
            remove=removed,
        )
    return nothing()
