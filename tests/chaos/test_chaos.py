"""Every scenario in its short version: no fault may leave a trace.

`make chaos` runs the long versions; `HUIYIN_SEED` repeats a run.
"""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.chaos.driver import VICTIMS, Scenario, perform
from tests.databases import PostgresServer


def cases(scenarios: Sequence[Scenario]) -> list[object]:
    """Return each scenario with each database of its short version."""
    return [
        pytest.param(one, database, id=f"{one.NAME}-{database}")
        for one in scenarios
        for database in one.QUICK
    ]


def survive(scenario: Scenario, database: str, server: PostgresServer, folder: Path) -> None:
    """Run a scenario and say how to repeat it."""
    seed = int(os.environ.get("HUIYIN_SEED", random.randrange(10**6)))
    report = perform(scenario, database, folder, server, seed=seed)
    sys.stdout.write(f"{report}\n")
    assert report.verdict == "ok", report


@pytest.mark.slow
@pytest.mark.parametrize(("scenario", "database"), cases(VICTIMS))
def test_the_office_survives(
    scenario: Scenario, database: str, server: PostgresServer, tmp_path: Path
) -> None:
    survive(scenario, database, server, tmp_path)
