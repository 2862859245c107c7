"""Every engine test that touches a database runs on SQLite and on PostgreSQL."""

from __future__ import annotations

import pytest


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest) -> str:
    """A fresh database, bound: the same test on both."""
    url: str = request.getfixturevalue(request.param)
    return url
