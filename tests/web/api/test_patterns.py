r"""Patterns of every list: `%` and `_` stand for others, `\%` and `\_` for themselves."""

from __future__ import annotations

import pytest

from tests.web.api.conftest import System
from tests.web.api.task_office import deploy, line, start, task

WORDS = r"a 100%_[x]*?\ b"
FOUND = ("a 100%", r"a 100\%\_[x]*?\\%", r"%\\ b", r"%[x]%", r"%*?\ _", r"a 100_\_[_]%", WORDS)
MISSED = (r"a 100\%", r"%\%\%%", r"%[xy]%", r"a 100\_%", r"%\_ b", "b%", r"%x\]%")


@pytest.fixture
def database(either_database: str) -> str:
    return either_database


def test_a_pattern_means_the_same_everywhere(api: System) -> None:
    deploy(api, line(task("t", name=WORDS)))
    start(api, business_key=WORDS, x=WORDS)
    lists = [
        ("/process-instance", "businessKeyLike"),
        ("/task", "nameLike"),
        ("/history/task", "taskNameLike"),
        ("/history/process-instance", "processInstanceBusinessKeyLike"),
        ("/history/activity-instance", "activityNameLike"),
    ]
    for path, name in lists:
        for pattern, number in ((FOUND, 1), (MISSED, 0)):
            for one in pattern:
                told = api.get(path, **{name: one})
                named = [row for row in told if WORDS in row.values()]
                assert len(named) == number, (path, name, one)
    for one in FOUND:
        held = [{"name": "x", "operator": "like", "value": one}]
        assert api.post("/process-instance/count", {"variables": held}) == {"count": 1}, one
        held[0]["operator"] = "notLike"
        assert api.post("/process-instance/count", {"variables": held}) == {"count": 0}, one
    for one in MISSED:
        held = [{"name": "x", "operator": "like", "value": one}]
        assert api.post("/process-instance/count", {"variables": held}) == {"count": 0}, one
