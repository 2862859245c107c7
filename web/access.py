"""Every route says who may call it; a test walks the URL map and finds the one that forgot."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

View = TypeVar("View", bound=Callable[..., Any])


def public(view: View) -> View:
    """Mark a view that needs no login."""
    view.is_public = True  # type: ignore[attr-defined]  # a mark on a function
    return view


def is_public(view: Callable[..., Any]) -> bool:
    """Say whether a view was marked public."""
    return bool(getattr(view, "is_public", False))
