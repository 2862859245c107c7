"""Every scenario with a planted fault: a harness that does not see it proves nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chaos.driver import SCENARIOS, Scenario, perform
from tests.databases import PostgresServer


@pytest.mark.slow
@pytest.mark.parametrize("scenario", SCENARIOS, ids=[one.NAME for one in SCENARIOS])
def test_the_scenario_sees_a_planted_fault(
    scenario: Scenario, server: PostgresServer, tmp_path: Path
) -> None:
    report = perform(scenario, scenario.QUICK[-1], tmp_path, server, seed=7, planted=True)
    assert report.verdict == "FAILED"
    assert getattr(report, scenario.SEEN), f"the harness is blind: {report}"
