"""The start page, stepping into a role of the demo office, and letting time pass."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine import clock, db, settings
from processes.people import sessions
from web import identity, listing, words
from web.access import public
from web.security import limiter
from web.start import cards, forward, tours

bp = Blueprint("start", __name__, template_folder="templates")


@bp.get("/")
@public
def index() -> ResponseReturnValue:
    """Show the demo office, or lead to the inbox, or to the login."""
    if not settings.current().demo:
        known = identity.whoever() is not None
        return redirect(url_for("inbox.index" if known else "login.form"))
    query = listing.text("account")
    with db.reading() as session:
        roles = cards.cards(session)
        accounts = cards.find(session, query) if query else []
    return render_template(
        "start/index.html",
        roles=roles,
        query=query,
        accounts=accounts,
        now=words.long_moment(clock.now()),
        who=identity.whoever(),
        tours=tours.TOURS,
    )


@bp.get("/beside")
@public
def beside() -> ResponseReturnValue:
    """Show the worker's phone beside the desk, in one window. Exists in the demo office only."""
    if not settings.current().demo:
        abort(404)
    known = identity.whoever() is not None
    return render_template(
        "start/beside.html",
        phone=url_for("intake.submit"),
        desk=url_for("inbox.index" if known else "start.index"),
    )


@bp.post("/start/role")
@public
@limiter.limit("60/minute")
def step_in() -> ResponseReturnValue:
    """Become somebody of the demo office. Exists only there, and only for its accounts."""
    login = request.form.get("login", "")
    with db.transaction() as session:
        if not settings.current().demo or not cards.is_demo(session, login):
            abort(404)
        sessions.revoke(session, identity.token(), "换角色")
        fresh = sessions.start(session, login, address=request.remote_addr or "")
        first = cards.path_of(session, login)
    return identity.sign_in(redirect(first, 303), fresh)


@bp.post("/start/forward")
@public
@limiter.limit("30/minute")
def pass_time() -> ResponseReturnValue:
    """Let one working day pass in the demo office; deadlines on the way take effect."""
    if not settings.current().demo:
        abort(404)
    reached = forward.one_workday()
    flash(f"时间已快进到 {words.long_moment(reached)}，到期的提醒和督办已经生成。")
    return redirect(url_for("start.index"), 303)
