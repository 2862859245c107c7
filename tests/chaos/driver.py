"""The scenarios in order, and how one of them is run."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from tests.chaos.report import Report
from tests.chaos.scenarios import broker, clocks, crashes, deploys, kills, poison, rivals, roles
from tests.chaos.world import World, fresh
from tests.databases import PostgresServer


class Scenario(Protocol):
    """A module of `tests.chaos.scenarios`."""

    @property
    def NAME(self) -> str: ...  # noqa: N802 - a module's constant

    @property
    def DATABASES(self) -> tuple[str, ...]: ...  # noqa: N802

    @property
    def QUICK(self) -> tuple[str, ...]: ...  # noqa: N802

    @property
    def SEEN(self) -> str: ...  # noqa: N802

    def run(self, world: World) -> Report: ...


#: Victims forked on demand, and the roles of the product as real processes.
VICTIMS: tuple[Scenario, ...] = (kills, crashes, poison, clocks, deploys)
ROLES: tuple[Scenario, ...] = (broker, roles, rivals)
SCENARIOS = VICTIMS + ROLES


def perform(
    scenario: Scenario,
    database: str,
    folder: Path,
    server: PostgresServer | None,
    *,
    seed: int,
    long: bool = False,
    planted: bool = False,
) -> Report:
    """Run one scenario on a fresh database."""
    with fresh(database, folder, server) as (url, own):
        return scenario.run(World(database, url, folder, seed, long, planted, own))
