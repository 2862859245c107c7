"""Reports over what has ended: how many tasks, how long they and their instances took."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from engine import clock
from tests.web.api.conftest import Knock, System
from tests.web.api.task_office import deploy, line, only, start, task

HOUR = 3_600_000
INSTANCES, TASKS = "/history/process-instance/report", "/history/task/report"
DURATION = {"reportType": "duration", "periodUnit": "month"}


@pytest.fixture
def database(either_database: str) -> str:
    return either_database


def at(month: int, day: int, hour: int) -> None:
    """Move the clock to an hour of 2027, in UTC."""
    moment = datetime(2027, month, day, hour, tzinfo=UTC)
    clock.move(moment - datetime.now(UTC))


def walk(api: System, hours: int, key: str = "p") -> None:
    """Let an instance with one task take some hours from now."""
    start(api, key)
    clock.move(clock.offset() + timedelta(hours=hours))
    api.post(f"/task/{only(api)['id']}/complete", {}, status=204)


@pytest.fixture
def past(api: System) -> None:
    deploy(api, line(task("a", name="Check")), line(task("a", name="Sign"), key="q"))
    at(1, 10, 0)
    walk(api, 2)
    walk(api, 4)
    at(1, 31, 17)  # the office is in February already
    walk(api, 1)
    at(5, 1, 0)
    walk(api, 3, "q")


def spans(told: Any) -> list[tuple[int, str, int, int, int]]:
    """Return the lines, rounded to hours: the clock goes on while the test runs."""
    return [
        (
            one["period"],
            one["periodUnit"],
            *(round(one[name] / HOUR) for name in ("minimum", "maximum", "average")),
        )
        for one in told
    ]


@pytest.mark.parametrize("path", [INSTANCES, TASKS])
def test_durations_by_month_and_quarter(api: System, past: None, path: str) -> None:
    assert spans(api.get(path, **DURATION)) == [
        (1, "MONTH", 2, 4, 3), (2, "MONTH", 1, 1, 1), (5, "MONTH", 3, 3, 3),
    ]  # fmt: skip
    quarters = api.get(path, reportType="duration", periodUnit="quarter")
    assert spans(quarters) == [(1, "QUARTER", 1, 4, 2), (2, "QUARTER", 3, 3, 3)]


def test_reports_are_narrowed(api: System, past: None) -> None:
    assert [
        one["period"] for one in api.get(INSTANCES, **DURATION, processDefinitionKeyIn="q")
    ] == [5]
    name = api.get("/process-definition/key/q")["id"]
    assert [
        one["period"] for one in api.get(INSTANCES, **DURATION, processDefinitionIdIn=name)
    ] == [5]
    since = "2027-02-01T00:00:00.000+0800"
    assert [one["period"] for one in api.get(INSTANCES, **DURATION, startedAfter=since)] == [2, 5]
    assert [one["period"] for one in api.get(INSTANCES, **DURATION, startedBefore=since)] == [1]
    assert [one["period"] for one in api.get(TASKS, **DURATION, completedAfter=since)] == [2, 5]


def test_completed_tasks_are_counted(api: System, past: None) -> None:
    start(api)  # what is open is not counted
    told = api.get(TASKS, reportType="count", groupBy="taskName")
    assert [(one["taskName"], one["processDefinitionKey"], one["count"]) for one in told] == [
        ("Check", "p", 3), ("Sign", "q", 1),
    ]  # fmt: skip
    told = api.get(TASKS, reportType="count", groupBy="processDefinition")
    assert [(one["taskName"], one["processDefinitionKey"], one["count"]) for one in told] == [
        (None, "p", 3), (None, "q", 1),
    ]  # fmt: skip
    until = "2027-02-01T00:00:00.000+0800"
    (one,) = api.get(TASKS, reportType="count", groupBy="processDefinition", completedBefore=until)
    assert one["count"] == 2


def test_a_report_as_a_table(api: System, past: None) -> None:
    told = System(api.client, {**api.headers, "Accept": "text/csv"}).ask(
        "GET", INSTANCES, query_string=DURATION
    )
    assert told.content_type.startswith("text/csv")
    heading, first, *_ = told.get_data(as_text=True).splitlines()
    assert heading == "PERIOD,PERIOD_UNIT,MINIMUM,MAXIMUM,AVERAGE"
    assert first.startswith("1,MONTH,")


@pytest.mark.parametrize(
    ("path", "query"),
    [
        (INSTANCES, {}),
        (INSTANCES, {"reportType": "duration"}),
        (INSTANCES, {"reportType": "count", "periodUnit": "month"}),
        (INSTANCES, {"reportType": "duration", "periodUnit": "year"}),
        (TASKS, {}),
        (TASKS, {"reportType": "count"}),
        (TASKS, {"reportType": "count", "groupBy": "assignee"}),
        (TASKS, {"reportType": "duration"}),
        (TASKS, {**DURATION, "completedAfter": "soon"}),
    ],
)
def test_what_a_report_needs(api: System, path: str, query: dict[str, str]) -> None:
    told = api.do("GET", path, status=400, **query)
    assert told["type"] == "InvalidRequestException"


def test_only_what_one_may_see_is_summed(api: System, bearer: Knock, past: None) -> None:
    stranger = bearer("history", login="bantian_handler1")
    assert stranger.get(INSTANCES, **DURATION) == []
    assert stranger.get(TASKS, reportType="count", groupBy="taskName") == []
    assert bearer("task").ask("GET", INSTANCES, query_string=DURATION).status_code == 403
