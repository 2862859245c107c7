"""The server that the clients of others meet."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.web.clients.served import Served, serving


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    """An office of this test's own, served on a free port of this machine."""
    with serving(tmp_path, monkeypatch) as made:
        yield made
