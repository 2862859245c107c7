"""A real broker and a real database for real workers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic import command

from engine import migration
from tests.tasks.servers import Redis, Roles


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Redis]:
    made = Redis(tmp_path)
    made.start()
    yield made
    made.kill()


@pytest.fixture
def ready(postgres: str) -> str:
    """A PostgreSQL database that says it has every table."""
    command.stamp(migration.config(), "head")
    return postgres


@pytest.fixture
def roles(tmp_path: Path, ready: str) -> Iterator[Callable[..., Roles]]:
    """Make the roles of an installation; what a test starts ends with it."""
    made: list[Roles] = []

    def make(broker: str, **settings: Any) -> Roles:
        one = Roles(tmp_path, ready, broker, {key: str(value) for key, value in settings.items()})
        made.append(one)
        return one

    yield make
    for one in made:
        one.stop()
