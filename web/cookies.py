"""The secret that signs the page cookie (CSRF and notices; the login is not in it)."""

from __future__ import annotations

import os
import secrets

from engine.errors import SettingsInvalid
from engine.settings import Settings

SHORTEST = 24


def cookie_secret(configured: Settings) -> str:
    """Return the configured secret, or one made once and kept in the data folder.

    Raises:
        SettingsInvalid: the configured secret is too short to protect anything.
    """
    if configured.secret_key:
        if len(configured.secret_key) < SHORTEST:
            raise SettingsInvalid(f"HUIYIN_SECRET_KEY 太短，至少 {SHORTEST} 个字符。")
        return configured.secret_key
    path = configured.data / "cookie.key"
    if not path.exists():
        configured.data.mkdir(parents=True, exist_ok=True)
        # Written whole and 0600 from the first byte; a second process that lost the race reads it.
        fresh = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48))
        try:
            os.link(fresh, path)
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_text("ascii").strip()
