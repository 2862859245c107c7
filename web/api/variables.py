"""The variables of one scope: read, set, changed together, removed. One code for every owner.

Instances and executions offer them here; tasks use the same functions.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from engine import db
from engine.commands import task_variables
from engine.commands import variables as commands
from engine.errors import EngineError
from engine.models import HumanTask
from engine.state import values
from engine.state.values import FileContent
from web.api import typed, unknown
from web.api.access import caller, needs
from web.api.answer import answer, nothing
from web.api.blueprint import bp
from web.api.definition_shapes import media_type
from web.api.errors import ApiError, invalid, missing
from web.api.params import ANY, FLAG, OBJECT, TEXT, TEXTS, Params
from web.downloads import disposition

READ = Params("variables", {"deserializeValues": FLAG, "variableNames": TEXTS})
READ_ONE = Params("variable", {"deserializeValue": FLAG})
VALUE = Params("variable", {"value": ANY, "type": TEXT, "valueInfo": OBJECT})
CHANGES = Params("variable changes", {"modifications": OBJECT, "deletions": TEXTS})


#: The form of an upload: the content as a file part, and what it becomes.
UPLOAD = Params("upload", {"data": ANY, "valueType": TEXT})
#: Bytes of an upload with its form around it.
LARGEST_UPLOAD = 1 << 20


@dataclass(frozen=True)
class Scope:
    """Whose variables: an instance, a token of it, or a human task."""

    instance_id: str
    token: str = ""
    local: bool = False
    #: A human task, which may belong to no instance.
    task: str = ""


#: Finds the scope behind an id for the caller. Raises `unknown.owner`.
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
    what = f"{kind.removeprefix('local ')} variable"

    def listed(owner_id: str) -> ResponseReturnValue:
        asked = READ.query()
        wanted = set(asked.get("variableNames", ()))
        found = _read(find, owner_id)
        kept = {name: one for name, one in found.items() if not wanted or name in wanted}
        return answer(typed.write_all(kept, deserialized=asked.get("deserializeValues", True)))

    def one(owner_id: str, name: str) -> ResponseReturnValue:
        deserialized = READ_ONE.query().get("deserializeValue", True)
        return answer(typed.write(_value(find, owner_id, name, what), deserialized=deserialized))

    def data(owner_id: str, name: str) -> ResponseReturnValue:
        return download(_value(find, owner_id, name, what), name)

    def upload(owner_id: str, name: str) -> ResponseReturnValue:
        told = _telling(find, f"Cannot put {what} {name}")
        return _write(told, owner_id, {name: _uploaded(name)}, ())

    def put(owner_id: str, name: str) -> ResponseReturnValue:
        given = typed.read(VALUE.body().values, name, transient=True)
        return _write(_telling(find, f"Cannot put {what} {name}"), owner_id, {name: given}, ())

    def change(owner_id: str) -> ResponseReturnValue:
        asked = CHANGES.body()
        changed = typed.read_all(asked.get("modifications"), "modifications", transient=True)
        whose = what.removesuffix(" variable")
        told = _telling(find, f"Cannot modify variables for {whose} {owner_id}")
        return _write(told, owner_id, changed, asked.get("deletions", ()))

    def remove(owner_id: str, name: str) -> ResponseReturnValue:
        return _write(_telling(find, f"Cannot delete {what} {name}"), owner_id, {}, [name])

    for method, below, verb, view, scope, contract in (
        ("GET", "", "list", listed, read, {"query": READ, "returns": "Variables"}),
        ("POST", "", "change", change, write, {"body": CHANGES}),
        ("GET", "/<name>", "get", one, read, {"query": READ_ONE, "returns": "Variable"}),
        ("PUT", "/<name>", "put", put, write, {"body": VALUE}),
        ("DELETE", "/<name>", "delete", remove, write, {}),
        ("GET", "/<name>/data", "getData", data, read, {"returns": "binary"}),
        ("POST", "/<name>/data", "postData", upload, write, {"body": UPLOAD, "multipart": True}),
    ):
        view.__name__ = f"{verb}{word}"
        view.__doc__ = f"{verb.capitalize()} {shape}."
        guarded = needs(scope, **contract)(view)
        bp.add_url_rule(f"{path}{below}", view.__name__, guarded, methods=[method])


def _telling(find: Find, what: str) -> Find:
    """Return a `find` that says of an unknown owner what was to be done to it."""

    def found(session: Session, owner_id: str) -> Scope:
        try:
            return find(session, owner_id)
        except ApiError as lost:
            raise unknown.doing(what, lost) from None

    return found


def _read(find: Find, owner_id: str) -> dict[str, Any]:
    # Loading a state marks nothing; on SQLite the reader must not wait inside a writer.
    with db.reading() as session:
        scope = find(session, owner_id)
        if scope.task:
            task = session.get_one(HumanTask, scope.task)
            return task_variables.read(session, task, local=scope.local)
        return commands.read_variables(session, scope.instance_id, scope.token, local=scope.local)


def _value(find: Find, owner_id: str, name: str, what: str) -> Any:
    found = _read(_telling(find, f"Cannot get {what} {name}"), owner_id)
    if name not in found:
        raise missing(f"{what} with name {name} does not exist")
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


def download(value: Any, name: str) -> ResponseReturnValue:
    """Return the content of a binary value, as a download and nothing a browser would run."""
    if isinstance(value, FileContent):
        response = Response(value.content, content_type=media_type(value.name))
        response.headers["Content-Disposition"] = disposition(value.name)
        return response
    if isinstance(value, bytes):
        return Response(value, content_type="application/octet-stream")
    raise invalid(f"Value of variable {name} is not a binary value.")


def _uploaded(name: str) -> Any:
    """Read the multipart form of an upload. Raises ApiError 400."""
    request.max_content_length = LARGEST_UPLOAD
    asked = UPLOAD.asked(dict(request.form.items()))
    part, kind = request.files.get("data"), asked.get("valueType", "Bytes")
    if part is None:
        raise invalid("No 'data' part with a content in the multipart form.")
    if kind not in ("Bytes", "File"):
        raise invalid(f"Unsupported value type '{kind}': Bytes or File can be uploaded.")
    content = part.read()
    try:
        value = (
            typed.file_of(content, part.filename, part.mimetype, "") if kind == "File" else content
        )
        return values.storable(value, name)
    except (ValueError, EngineError) as refused:
        raise invalid(f"Variable '{name}': {refused}") from None
