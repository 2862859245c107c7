"""Who calls `/engine-rest`: a service account by Basic, or a bearer token with scopes.

    @bp.get("/process-instance")
    @needs("read", query=LIST, returns="ProcessInstance[]")
    def listed() -> ResponseReturnValue: …

The browser's cookie counts for nothing here. A password costs argon2 once in five minutes
per process; in between the credentials are recognised by a keyed hash, and the account's
row says with each request that they still hold.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar, cast

from flask import g, request
from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from engine import db
from engine.errors import NotFound
from engine.hooks import Actor
from engine.queries import Viewer
from processes.people import identity, signin, tokens
from processes.people.models import Account
from web.access import public
from web.api.errors import ApiError, forbidden, invalid
from web.api.params import Params

View = TypeVar("View", bound=Callable[..., Any])

REMEMBERED_SECONDS = 300.0
REMEMBERED = 2_000

#: What the password of a system's open account is compared with. Built once: each request asks.
_STORED = select(Account.password).where(
    Account.login == bindparam("login"), Account.active, Account.kind == "service"
)
_secret = secrets.token_bytes(32)
#: keyed hash of credentials → (the stored password they matched, until when).
_proven: OrderedDict[bytes, tuple[str, float]] = OrderedDict()
_lock = threading.Lock()


@dataclass(frozen=True)
class Caller:
    """Who calls: as whom it acts, what it may see, what it may do."""

    actor: Actor
    viewer: Viewer
    scopes: frozenset[str]


@dataclass(frozen=True)
class Contract:
    """What a route asks for and answers: enforced here, written out by `openapi`."""

    scope: str
    query: Params | None = None
    body: Params | None = None
    returns: str = ""
    #: The body is a form with files.
    multipart: bool = False


def needs(
    scope: str,
    *,
    query: Params | None = None,
    body: Params | None = None,
    returns: str = "",
    multipart: bool = False,
) -> Callable[[View], View]:
    """Let only callers with a scope in; refuse query parameters the route does not know.

    Args:
        query: the declared parameters of the address; none means none are allowed.
        body: the declared fields of the JSON body, for the document.
        returns: a name of `web.api.shapes`, with `[]` for a list; "" for 204.
        multipart: the body is a form with files.
    """
    assert scope in tokens.SCOPES, scope  # noqa: S101 - a programmer's slip, found at import

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            if "\0" in request.path or any("\0" in value for value in request.args.values()):
                raise invalid("The address contains a NUL character, which no text can hold.")
            found = _authenticate()
            g.api_caller = found
            require_scope(scope)
            _refuse_unknown(query, body)
            return view(*args, **kwargs)

        guarded.contract = Contract(  # type: ignore[attr-defined]  # a mark on a function
            scope, query, body, returns, multipart
        )
        return cast("View", public(guarded))  # the pages' login is not asked

    return guard


def contract_of(view: Callable[..., Any]) -> Contract | None:
    """Return what a view declared with `needs`, or None."""
    return getattr(view, "contract", None)


def caller() -> Caller:
    """Return who calls; only inside a view guarded by `needs`."""
    return cast("Caller", g.api_caller)


def require_scope(scope: str) -> None:
    """Refuse a caller without a scope that only a part of a route asks for. Raises ApiError 403."""
    if scope not in caller().scopes:
        raise forbidden(f"The token lacks the scope '{scope}'.", "ACCESS", scope, request.endpoint)


def oversee(resource: str, name: str | None) -> None:
    """Let only those in who see every case: what they change holds for all of them.

    Raises:
        ApiError: 403.
    """
    if caller().viewer.scope != "all":
        raise forbidden("Only who sees every case may do this.", "UPDATE", resource, name)


def _refuse_unknown(query: Params | None, body: Params | None) -> None:
    known = set(query.names) if query else set()
    if body is not None and body.paged:
        known |= {"firstResult", "maxResults"}
    for name in request.args:
        if name not in known:
            raise invalid(f"Cannot set query parameter '{name}': there is no such parameter here.")


def _authenticate() -> Caller:
    given = request.authorization
    if given is not None and given.type == "basic" and given.username and given.password:
        if "\0" in given.username:
            raise _stranger(signin.WRONG)  # a name that no database can be asked for
        return _by_password(given.username, given.password)
    if given is not None and given.type == "bearer" and given.token:
        return _by_token(given.token)
    raise _stranger()


def _stranger(message: str = "Basic credentials or a bearer token are required.") -> ApiError:
    return ApiError("AuthenticationException", message, 401)


def _by_token(token: str) -> Caller:
    with db.reading() as session:
        found = tokens.check(session, token)
        who = _owner(session, found) if found is not None else None
    if found is None or who is None:
        raise _stranger("The token is unknown, expired or revoked.")
    if tokens.needs_touch(found):
        with db.transaction() as session:
            tokens.touch(session, found.id)
    return Caller(who.actor, who.viewer, found.scopes)


def _owner(session: Session, found: tokens.Live) -> identity.Identity | None:
    if found.is_service:
        return identity.of_service(found.account)
    return _identity(session, found.account)


def _by_password(login: str, password: str) -> Caller:
    credentials = f"{login}\0{password}".encode()
    key = hmac.digest(_secret, credentials, hashlib.sha256)
    stored = _remembered(key)
    if stored is not None:
        with db.reading() as session:
            kept = session.scalar(_STORED, {"login": login})
        if kept == stored:
            return _everything(identity.of_service(login))
    stored = prove(login, password)
    with db.reading() as session:
        who = _identity(session, login)
    if who is None:
        raise _stranger(signin.WRONG)
    _remember(key, stored)
    return _everything(who)


def prove(login: str, password: str) -> str:
    """Compare a system's password outside any transaction; return the hash it matched.

    Raises:
        ApiError: 401, it is wrong; 429, there were too many wrong ones.
    """
    address = request.remote_addr or ""
    with db.reading() as session:
        claim = signin.look_up(session, login, address, service=True)
    if signin.prove(claim, password):
        return claim.stored
    if claim.blocked_until is not None:
        raise ApiError("AuthenticationException", "Too many failed attempts; wait.", 429)
    with db.transaction() as session:
        signin.count_failure(session, claim, address)
    raise _stranger(signin.WRONG)


def _identity(session: Session, login: str) -> identity.Identity | None:
    try:
        return identity.identify(session, login)
    except NotFound:
        return None


def _everything(who: identity.Identity) -> Caller:
    return Caller(who.actor, who.viewer, frozenset(tokens.SCOPES))


def _remembered(key: bytes) -> str | None:
    with _lock:
        stored, until = _proven.get(key, ("", 0.0))
    return stored if until > time.monotonic() else None


def _remember(key: bytes, stored: str) -> None:
    with _lock:
        _proven[key] = (stored, time.monotonic() + REMEMBERED_SECONDS)
        while len(_proven) > REMEMBERED:
            _proven.popitem(last=False)
