"""Names of the built files: `asset("app.js")` in a template is the hashed file's address."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

from flask import Flask, url_for
from markupsafe import Markup

from engine.errors import SettingsInvalid

DIST = Path(__file__).parent / "static" / "dist"
MANIFEST = DIST / "manifest.json"


def init_app(app: Flask) -> None:
    """Give templates `asset()` and `icon()`."""
    app.jinja_env.globals.update(asset=asset, icon=icon, has_asset=has_asset)


def asset(name: str) -> str:
    """Return the address of a built file, for example "app.css".

    Raises:
        SettingsInvalid: the front end was not built, or has no such file.
    """
    try:
        built = _manifest(MANIFEST.stat().st_mtime_ns)[name]
    except (FileNotFoundError, KeyError):
        raise SettingsInvalid(f"前端文件 {name} 还没有生成，请先运行 make setup。") from None
    return url_for("static", filename=f"dist/{built}")


def has_asset(name: str) -> bool:
    """Say whether an entry was built; a script without styles has no CSS file."""
    return MANIFEST.exists() and name in _manifest(MANIFEST.stat().st_mtime_ns)


def icon(name: str) -> Markup:
    """Draw one of the sprite's icons. It is decoration: the words beside it carry the meaning."""
    return Markup('<svg class="icon" aria-hidden="true"><use href="{}#{}"/></svg>').format(
        asset("icons.svg"), name
    )


@lru_cache(maxsize=2)
def _manifest(_changed: int) -> dict[str, str]:
    # The file's time is the key: a new build is picked up without a restart.
    names: dict[str, str] = json.loads(MANIFEST.read_text("utf-8"))
    return names
