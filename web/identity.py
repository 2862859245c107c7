"""Who asks: the browser's cookie → a server-side session → a person with posts.

The cookie holds a random token and nothing else; signing out kills the token on the server.
`me()` reads it once per request.
"""

from __future__ import annotations

from typing import cast

from flask import Flask, current_app, g, redirect, request, url_for
from flask import session as page_cookie
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import Unauthorized
from werkzeug.wrappers import Response

from engine import db
from engine.errors import NotFound
from engine.hooks import Actor
from engine.queries import Viewer
from processes.people import identity, sessions
from web.access import is_public
from web.errors import wants_json

Identity = identity.Identity


def init_app(app: Flask) -> None:
    """Ask everybody for a login, but on views that are marked public."""
    app.before_request(_require_login)
    app.after_request(_keep_seen)


def me() -> Identity:
    """Return who asks.

    Raises:
        Unauthorized: nobody is signed in.
    """
    found = whoever()
    if found is None:
        raise Unauthorized
    return found


def whoever() -> Identity | None:
    """Return who asks, or None for a stranger."""
    if "identity" not in g:
        g.identity = _read()
    return cast("Identity | None", g.identity)


def viewer() -> Viewer:
    """Return what the asker may see. Raises Unauthorized for a stranger."""
    return me().viewer


def actor() -> Actor:
    """Return as whom the asker acts. Raises Unauthorized for a stranger."""
    return me().actor


def token() -> str:
    """Return the session token of this browser, or an empty string."""
    return request.cookies.get(cookie_name(), "")


def cookie_name() -> str:
    """Return the cookie's name: with the `__Host-` prefix where the site runs on HTTPS."""
    secure = current_app.config["SESSION_COOKIE_SECURE"]
    return "__Host-huiyin_session" if secure else "huiyin_session"


def sign_in(response: Response, fresh: str) -> Response:
    """Give the browser its new session; whatever it carried before is forgotten."""
    page_cookie.clear()  # a CSRF secret known before the login is worth nothing after it
    response.set_cookie(
        cookie_name(),
        fresh,
        max_age=int(sessions.ABSOLUTE.total_seconds()),
        httponly=True,
        samesite="Lax",
        secure=bool(current_app.config["SESSION_COOKIE_SECURE"]),
        path="/",
    )
    return response


def sign_out(response: Response) -> Response:
    """Take the session from the browser."""
    page_cookie.clear()
    response.delete_cookie(cookie_name(), path="/", samesite="Lax", httponly=True)
    return response


def _read() -> Identity | None:
    carried = token()
    if not carried:
        return None
    with db.reading() as session:
        found = sessions.check(session, carried)
        if found is None:
            return None
        g.touch = sessions.needs_touch(found)
        try:
            return identity.identify(session, found.account)
        except NotFound:
            return None


def _require_login() -> ResponseReturnValue | None:
    view = current_app.view_functions.get(request.endpoint or "")
    if view is None or request.endpoint == "static" or is_public(view):
        return None
    asker = whoever()
    if asker is None:
        return _to_login()
    if asker.profile.must_change_password and not str(request.endpoint).startswith("login."):
        return redirect(url_for("login.password"))
    return None


def _to_login() -> ResponseReturnValue:
    if wants_json() or request.headers.get("HX-Request"):
        raise Unauthorized
    came_for = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("login.form", next=came_for))


def _keep_seen(response: Response) -> Response:
    # A second, tiny transaction once a minute: a page view must not wait for a writer.
    if g.pop("touch", False):
        with db.transaction() as session:
            sessions.touch(session, token())
    return response
