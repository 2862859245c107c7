"""Every scenario in its short version: no fault may leave a trace.

`make chaos` runs the long versions; `HUIYIN_SEED` repeats a run.
"""

from __future__ import annotations

import os
import random
import sys
from pathlib import Path

import pytest

from tests.chaos.driver import SCENARIOS, Scenario, perform
from tests.databases import PostgresServer


def seed() -> int:
    return int(os.environ.get("HUIYIN_SEED", random.randrange(10**6)))


CASES = [(one, database) for one in SCENARIOS for database in one.DATABASES]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("scenario", "database"), CASES, ids=[f"{one.NAME}-{database}" for one, database in CASES]
)
def test_the_office_survives(
    scenario: Scenario, database: str, server: PostgresServer, tmp_path: Path
) -> None:
    report = perform(scenario, database, tmp_path, server, seed=seed())
    sys.stdout.write(f"{report}\n")
    assert report.verdict == "ok", report
