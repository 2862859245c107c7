"""The office over REST, on the database a test names, and the seed of a run."""

from __future__ import annotations

import logging
import os
import random
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import structlog

from tests.web.api.conftest import api
from tests.web.conftest import app, office

__all__ = ["api", "app", "office"]


@dataclass(frozen=True)
class Lots:
    """The dice of a run, and how many rounds it has."""

    dice: random.Random
    seed: int
    wanted: int

    def rounds(self, short: int) -> int:
        """Return how many rounds are asked for; `short` with everything else."""
        return self.wanted or short


@pytest.fixture
def lots() -> Lots:
    """Chance that comes again: FUZZ_SEED and FUZZ_ROUNDS, or the short run that is always alike."""
    seed = int(os.environ.get("FUZZ_SEED", "20261128"))
    sys.stdout.write(f"FUZZ_SEED={seed}\n")
    return Lots(random.Random(seed), seed, int(os.environ.get("FUZZ_ROUNDS", "0")))


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """Say nothing of each request: what matters is in the answers."""
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    yield
    structlog.configure(**before)


@pytest.fixture
def database(either_database: str) -> str:
    return either_database
