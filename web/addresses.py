"""Where to go next, without ever leaving the site."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import request

from engine import settings


def is_local(target: str) -> bool:
    r"""Say whether an address is a path of this site and nothing else.

    `//host`, `/\\host`, schemes and control characters are how browsers are led away.
    """
    if not target.startswith("/") or target.startswith(("//", "/\\")):
        return False
    if "\\" in target or any(ord(letter) < 32 for letter in target):
        return False
    parts = urlsplit(target)
    return not parts.scheme and not parts.netloc


def wanted(default: str = "/") -> str:
    """Return the `next` of the request if it is a path of this site."""
    target = request.values.get("next", "")
    return target if is_local(target) else default


def back(default: str = "/") -> str:
    """Return where the person came from on this site."""
    if "next" in request.values:
        return wanted(default)
    came = urlsplit(request.headers.get("Referer", ""))
    path = came.path + (f"?{came.query}" if came.query else "")
    return path if came.netloc == request.host and is_local(path) else default


def absolute(path: str) -> str:
    """Return the public address of a path, for codes and papers.

    The configured address wins: a forged Host header must not reach a printed QR code.
    """
    base = settings.current().base_url or request.host_url
    return base.rstrip("/") + path
