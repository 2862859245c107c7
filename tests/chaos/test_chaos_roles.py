"""The scenarios of the product's own roles, in a module of their own: they run beside the rest."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chaos.driver import ROLES, Scenario
from tests.chaos.test_chaos import cases, survive
from tests.databases import PostgresServer


@pytest.mark.slow
@pytest.mark.parametrize(("scenario", "database"), cases(ROLES))
def test_the_roles_survive(
    scenario: Scenario, database: str, server: PostgresServer, tmp_path: Path
) -> None:
    survive(scenario, database, server, tmp_path)
