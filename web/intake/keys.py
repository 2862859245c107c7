"""What a worker's browser remembers: which case it may open, for a short while.

There is no account. The query code is the key, so it never stands in an address, a log or a
readable cookie: it travels in POST bodies and lies encrypted in a cookie that ends with the browser
or after half an hour. The QR code on the result page leads to /track *without* the code, because
messengers send every scanned address to their own safety check.
"""

import base64
import binascii
import json
import re
from datetime import timedelta

from flask import request
from werkzeug.wrappers import Response

from engine import clock, settings, vault
from web.security import new_key

#: A phone handed on, a shared computer: half an hour after the last page the key is gone.
_LASTS = timedelta(minutes=30)
#: The code of an appeal just handed in is shown again for this long in the same browser.
_SHOWN = timedelta(hours=2)
_KEY = re.compile(r"[\w-]{24}", re.ASCII)
_TRACK, _FRESH = "huiyin_case", "huiyin_new"


def of_form() -> str:
    """Return the idempotency key of the form that was posted.

    Only keys as we make them are taken: a short one could be another person's, and with it her
    query code.
    """
    given = request.form.get("form_key", "")
    return given if _KEY.fullmatch(given) else new_key()


def hold_case(response: Response, code: str) -> None:
    """Let this browser open the case of the code for half an hour."""
    _write(response, _TRACK, code, _LASTS)


def held_case() -> str | None:
    """Return the code of the case this browser has opened."""
    return _read(_TRACK)


def hold_fresh(response: Response, number: str) -> None:
    """Let this browser see the result page of an appeal it has just handed in."""
    _write(response, _FRESH, number, _SHOWN)


def held_fresh() -> str | None:
    """Return the number of the appeal this browser has just handed in."""
    return _read(_FRESH)


def forget(response: Response) -> None:
    """Drop both keys: the person leaves, or hands the phone on."""
    for name in (_TRACK, _FRESH):
        response.delete_cookie(_cookie(name), secure=settings.current().secure_cookies)


def _cookie(name: str) -> str:
    return f"__Host-{name}" if settings.current().secure_cookies else name


def _write(response: Response, name: str, value: str, lasts: timedelta) -> None:
    until = int((clock.real() + lasts).timestamp())
    sealed = vault.seal(json.dumps({"value": value, "until": until}), f"cookie.{name}")
    response.set_cookie(
        _cookie(name),
        base64.urlsafe_b64encode(sealed).decode(),
        httponly=True,
        samesite="Lax",
        secure=settings.current().secure_cookies,
    )


def _read(name: str) -> str | None:
    try:
        sealed = base64.urlsafe_b64decode(request.cookies.get(_cookie(name), ""))
        found = json.loads(vault.open_text(sealed, f"cookie.{name}"))
    except (binascii.Error, vault.VaultClosed, ValueError):
        return None
    if found["until"] < clock.real().timestamp():
        return None
    return str(found["value"])
