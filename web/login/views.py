"""Signing in and out. The slow comparison of the password happens outside any transaction."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine import db
from engine.errors import InvalidInput
from processes.people import accounts, passwords, sessions, signin
from web import addresses, identity
from web.access import public
from web.security import limiter

bp = Blueprint("login", __name__, template_folder="templates")


@bp.get("/login")
@public
def form() -> ResponseReturnValue:
    """Ask for login name and password."""
    if identity.whoever() is not None:
        return redirect(addresses.wanted())
    return _page()


@bp.post("/login")
@public
@limiter.limit("20/minute")
def enter() -> ResponseReturnValue:
    """Check the password and open a session. A failure never says what was wrong."""
    name, password = request.form.get("login", ""), request.form.get("password", "")
    address, device = request.remote_addr or "", str(request.user_agent)[:80]
    with db.reading() as session:
        claim = signin.look_up(session, name, address)
    proven = signin.prove(claim, password)
    with db.transaction() as session:
        outcome = signin.finish(session, claim, proven=proven, address=address, device=device)
        if outcome.token and identity.token():
            sessions.revoke(session, identity.token(), "重新登录")
    if outcome.token is None:
        return _page(outcome.message, name), 401
    return identity.sign_in(redirect(addresses.wanted(), 303), outcome.token)


@bp.post("/logout")
@public
def logout() -> ResponseReturnValue:
    """End this browser's session on the server and forget it here."""
    with db.transaction() as session:
        sessions.revoke(session, identity.token())
    return identity.sign_out(redirect(url_for("login.form"), 303))


@bp.get("/login/password")
def password() -> ResponseReturnValue:
    """Ask for a new password."""
    return _password_page({})


@bp.post("/login/password")
@limiter.limit("10/minute")
def change_password() -> ResponseReturnValue:
    """Keep a new password; every other session of the account ends."""
    login = identity.me().profile.login
    old, new = request.form.get("old", ""), request.form.get("new", "")
    with db.reading() as session:
        claim = signin.look_up(session, login)
    if not signin.prove(claim, old):
        return _password_page({"old": "当前密码不正确"}), 422
    if new != request.form.get("again"):
        return _password_page({"again": "两次输入的新密码不一致"}), 422
    try:
        passwords.check_strength(new, login=login)
    except InvalidInput as refusal:
        return _password_page({"new": str(refusal)}), 422
    stored = passwords.hashed(new)
    with db.transaction() as session:
        accounts.change_password(
            session, login, stored_before=claim.stored, stored=stored, token=identity.token()
        )
        fresh = sessions.rotate(session, identity.token())
    flash("密码已修改，其他设备上的登录已退出。")
    response = redirect(url_for("start.index"), 303)
    return identity.sign_in(response, fresh) if fresh else response


def _page(message: str = "", name: str = "") -> str:
    return render_template("login/form.html", message=message, name=name, next=addresses.wanted(""))


def _password_page(errors: dict[str, str]) -> str:
    forced = identity.me().profile.must_change_password
    return render_template("login/password.html", errors=errors, forced=forced)
