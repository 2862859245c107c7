"""A resource's list and count, by address and by body: four routes from one declaration.

listing.offer("/variable-instance", "read", LIST, "VariableInstance",
rows=api_variables.variable_instances,
total=api_variables.count_variable_instances, shown=shown)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from engine import db
from engine.queries import Viewer
from engine.queries.asked import Asked
from web.api.access import caller, needs
from web.api.answer import answer, counted
from web.api.blueprint import bp
from web.api.errors import missing
from web.api.params import Params

Rows = Callable[[Session, Viewer, Asked], Sequence[Any]]
Total = Callable[[Session, Viewer, Asked], int]


def one(session: Session, rows: Rows, otherwise: str, **wanted: Any) -> Any:
    """Return the one row of a list that `wanted` names.

    Raises:
        ApiError: 404 with the words `otherwise`; there is none, or not for this caller.
    """
    found = rows(session, caller().viewer, Asked(wanted))
    if not found:
        raise missing(otherwise)
    return found[0]


def offer(
    path: str,
    scope: str,
    params: Params,
    shape: str,
    *,
    rows: Rows,
    total: Total,
    shown: Callable[..., Any],
    by_body: bool = True,
) -> None:
    """Register list and count of a resource.

    Args:
        path: of the list; the count is below it.
        shape: a name of `web.api.shapes`.
        rows: what finds the rows of one window.
        total: what counts all of them.
        shown: gets one row, taken apart, and returns its JSON. Where `deserializeValues` can be
            asked for, `deserialized` tells it.
        by_body: whether POST asks as well.
    """

    def answered(asked: Asked) -> ResponseReturnValue:
        with db.reading() as session:
            found = rows(session, caller().viewer, asked)
            return answer([shown(*row, **_told(params, asked)) for row in found])

    def numbered(asked: Asked) -> ResponseReturnValue:
        whole = Asked(asked.values)  # a window counts for nothing here
        with db.reading() as session:
            return counted(total(session, caller().viewer, whole))

    what = params.title
    name = f"{shape[:1].lower()}{shape[1:]}"
    by_address, by_post = {"query": params}, {"body": params}
    routes: list[tuple[str, str, str, dict[str, Any], Any]] = [
        ("GET", "", "list", by_address, lambda: answered(params.query())),
        ("GET", "/count", "count", by_address, lambda: numbered(params.query())),
    ]
    if by_body:
        routes += [
            ("POST", "", "query", by_post, lambda: answered(params.body())),
            ("POST", "/count", "queryCount", by_post, lambda: numbered(params.body())),
        ]
    for method, below, verb, declared, view in routes:
        counts = below == "/count"
        view.__name__ = f"{verb}_{name}"
        view.__doc__ = f"{'Count what' if counts else 'List what'} a {what} finds."
        returns = "Count" if counts else f"{shape}[]"
        guarded = needs(scope, returns=returns, **declared)(view)
        bp.add_url_rule(f"{path}{below}", view.__name__, guarded, methods=[method])


def _told(params: Params, asked: Asked) -> dict[str, bool]:
    if "deserializeValues" not in params.fields:
        return {}
    return {"deserialized": asked.get("deserializeValues", True)}
