"""Every route says who may call it; a test walks the URL map and finds the one that forgot."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import request

#: Addresses of this machine, as a connection and as a `Host` name them.
LOOPBACK = {"127.0.0.1", "::1"}
HOSTS = LOOPBACK | {"localhost"}
#: What a proxy says of the one for whom it asks. One of them is enough, trusted or not.
PASSED_ON = (
    *("X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host"),
    *("X-Real-IP", "Forwarded", "Via"),
)

View = TypeVar("View", bound=Callable[..., Any])


def public(view: View) -> View:
    """Mark a view that needs no login."""
    view.is_public = True  # type: ignore[attr-defined]  # a mark on a function
    return view


def is_public(view: Callable[..., Any]) -> bool:
    """Say whether a view was marked public."""
    return bool(getattr(view, "is_public", False))


def is_from_here() -> bool:
    """Say whether a program of this machine asks for itself.

    Not a proxy for somebody else, and not a page in a browser whose own name was made to
    point here (its requests carry that name).
    """
    try:
        host = urlsplit(f"//{request.host}").hostname
    except ValueError:
        return False
    passed_on = any(name in request.headers for name in PASSED_ON)
    return request.remote_addr in LOOPBACK and host in HOSTS and not passed_on
