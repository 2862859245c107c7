"""kill -9 while thousands of timers and completions run: 0 lost, 0 doubled, 0 torn."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from tests.chaos.storm import storm

#: 5 effects, 2 timers and 2 completions a case: 500 cases are 2,000 timers and completions.
CASES = int(os.environ.get("HUIYIN_STORM_CASES", "500"))


@pytest.mark.slow
def test_a_storm_of_kills_loses_and_doubles_nothing(either_database: str, tmp_path: Path) -> None:
    seed = int(os.environ.get("HUIYIN_SEED", random.randrange(10**6)))
    report = storm(either_database, cases=CASES, seed=seed, folder=tmp_path)
    assert report.faults >= 5, f"a storm without deaths proves nothing: {report}"
    assert (report.lost, report.doubled, report.torn) == (0, 0, 0), report


@pytest.mark.slow
def test_the_storm_sees_a_planted_fault(postgres: str, tmp_path: Path) -> None:
    report = storm(postgres, cases=150, seed=7, folder=tmp_path, planted=True)
    assert report.faults >= 3
    assert report.doubled > 0, f"the harness is blind: {report}"
