"""The roles of the product with the model's handlers known to them.

`gunicorn -c python:web.gunicorn tests.chaos.served:web()` and `celery -A tests.chaos.served …`.
"""

from __future__ import annotations

import contextlib
from typing import Any

from flask import Flask

from engine import commands
from engine.errors import EngineError
from tasks.app import app as celery
from tests.chaos import model
from web.app import create_app

__all__ = ["celery", "web"]


def web() -> Flask:
    """Return the application; with the planted fault it tells every rival that he was first."""
    if model.planted("polite"):
        honest = commands.complete

        def polite(*words: Any, **more: Any) -> Any:
            with contextlib.suppress(EngineError):
                return honest(*words, **more)

        commands.complete = polite
    return create_app()
