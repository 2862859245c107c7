"""What every response carries and every form must bring: headers, CSRF, rate limits."""

from __future__ import annotations

import secrets

from flask import Flask, Response, current_app, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_wtf.csrf import CSRFProtect

from engine.settings import Settings

#: No inline script, no eval, no framing, nothing from elsewhere.
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "media-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), microphone=(self), geolocation=(), payment=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}

#: The demo office alone shows its own pages in its own frames: the phone beside the desk.
DEMO_HEADERS = {
    **HEADERS,
    "Content-Security-Policy": POLICY.replace("frame-ancestors 'none'", "frame-ancestors 'self'")
    + "; frame-src 'self'",
    "X-Frame-Options": "SAMEORIGIN",
}

csrf = CSRFProtect()
#: Counted in this process: `make run` has one. Sign-in has its own counter in the database.
limiter = Limiter(get_remote_address, storage_uri="memory://", headers_enabled=True)


def init_app(app: Flask, settings: Settings) -> None:
    """Configure cookies, CSRF, limits and headers."""
    prefix = "__Host-" if settings.secure_cookies else ""
    app.config.update(
        SESSION_COOKIE_NAME=f"{prefix}huiyin_page",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        WTF_CSRF_TIME_LIMIT=None,  # as long as the cookie lives: a form may stay open over lunch
        MAX_CONTENT_LENGTH=(settings.upload_limit_mb * 12 + 2) * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024,
        MAX_FORM_PARTS=600,
    )
    csrf.init_app(app)
    limiter.init_app(app)
    app.config["SECURITY_HEADERS"] = DEMO_HEADERS if settings.demo else HEADERS
    app.after_request(_guard)


def new_key() -> str:
    """Return a fresh idempotency key for one rendered form."""
    return secrets.token_urlsafe(18)


def _guard(response: Response) -> Response:
    for name, value in current_app.config["SECURITY_HEADERS"].items():
        response.headers.setdefault(name, value)
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if request.path.startswith("/static/dist/") and response.status_code == 200:
        # The name carries a hash of the content: it never changes.
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    elif not request.path.startswith("/static/"):
        response.headers.setdefault("Cache-Control", "no-store")
    response.headers.add("Vary", "Cookie, HX-Request")
    return response
