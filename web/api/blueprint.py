"""The one blueprint of `/engine-rest`; resources register their routes on it.

It is mounted twice: `/engine-rest/…` and `/engine-rest/engine/default/…` are the same.
"""

from __future__ import annotations

import structlog
from flask import Blueprint, Flask, g, request
from werkzeug.wrappers import Response

from web.api import errors
from web.security import csrf

log = structlog.get_logger()

bp = Blueprint("api", __name__, url_prefix=errors.ROOT)
csrf.exempt(bp)  # no cookie counts here: every request brings its own proof
errors.register(bp)


def mount(app: Flask) -> None:
    """Put the API into the application. Call it when every resource was imported."""
    app.register_blueprint(bp)
    app.register_blueprint(bp, name="api_default", url_prefix=f"{errors.ROOT}/engine/default")
    errors.init_app(app)


@bp.after_request
def _bare(response: Response) -> Response:
    """An answer without a body has no type: what a path allows stands in its header."""
    if request.method == "OPTIONS" and not response.data:
        response.headers.pop("Content-Type", None)
    return response


@bp.after_request
def _note(response: Response) -> Response:
    """Log who called which route with what result. Never a body, a value or a query."""
    caller = g.get("api_caller")
    log.info(
        "api",
        account=caller.actor.id if caller else None,
        method=request.method,
        route=str(request.url_rule),
        status=response.status_code,
    )
    return response
