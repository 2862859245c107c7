"""Lists on pages: which page, how sorted, and the address of the next one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import request, url_for

#: Lines on one page of a list.
SIZE = 20


@dataclass(frozen=True)
class Pager:
    """Where we are in a list, and the addresses of the pages beside."""

    number: int
    size: int
    total: int
    endpoint: str
    kept: Mapping[str, Any]

    @property
    def pages(self) -> int:
        """How many pages there are, one at least."""
        return max(1, -(-self.total // self.size))

    def address(self, number: int) -> str:
        """Return the address of another page with the same filters."""
        return url_for(self.endpoint, **{**self.kept, "page": number})


def page_number() -> int:
    """Return the page asked for; anything that is no positive number is the first."""
    asked = request.args.get("page", "1")
    return max(1, min(int(asked), 10_000)) if asked.isascii() and asked.isdigit() else 1


def chosen(name: str, allowed: Mapping[str, Any] | set[str], default: str = "") -> str:
    """Return a query parameter if it is one of the allowed values.

    Sort columns and filters are always picked from a list; nothing from the address
    reaches a query as text.
    """
    asked = request.args.get(name, default)
    return asked if asked in allowed else default


def code(name: str) -> str:
    """Return a query parameter that is a code of the engine or the office, else nothing."""
    asked = request.args.get(name, "")
    return asked if re.fullmatch(r"[A-Za-z0-9_]{1,120}", asked) else ""


def text(name: str, longest: int = 60) -> str:
    """Return a free-text query parameter, trimmed and cut."""
    return request.args.get(name, "").strip()[:longest]


def kept(**values: Any) -> dict[str, Any]:
    """Return the parameters worth keeping in an address: those that say something."""
    return {name: value for name, value in values.items() if value not in ("", None)}
