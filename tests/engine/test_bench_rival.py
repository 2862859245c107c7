"""The rival of the bench answers everything that the engine asks of a run today."""

from __future__ import annotations

from tests.bench import models, naive
from tests.bench.figures import WHO, complete
from tests.engine import office


def test_the_naive_design_walks_to_the_end(sqlite: str) -> None:
    office.publish(models.chain(2, "two"), models.wide(1, "branches"))
    with naive.design():
        for key in ("two", "branches"):
            case = office.start(key, actor=WHO, n=1)
            while office.status(case) == "active":
                complete(case)
            assert office.status(case) == "completed"
