"""`/metrics`: right figures, for operators only, and never a word about a case."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import update

from engine import clock, commands, db, jobs, settings
from engine.hooks import SYSTEM
from engine.models import Heartbeat, HumanTask, Incident, Job
from tests.engine import office as small
from tests.engine.office import diagram, flows
from tests.web.conftest import waiting

TIMER = diagram(
    '<bpmn:startEvent id="s"/><bpmn:intermediateCatchEvent id="t"><bpmn:timerEventDefinition>'
    "<bpmn:timeDuration>PT1M</bpmn:timeDuration></bpmn:timerEventDefinition>"
    '</bpmn:intermediateCatchEvent><bpmn:endEvent id="e"/>' + flows("s>t", "t>e"),
    key="clockwork",
)


@pytest.fixture
def token(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("HUIYIN_METRICS_TOKEN", "a-token-of-the-operators")
    settings.current.cache_clear()
    yield "a-token-of-the-operators"
    monkeypatch.undo()
    settings.current.cache_clear()


def scrape(client: FlaskClient) -> dict[tuple[str, ...], float]:
    """Return every sample by its name and label values, without the product's prefix."""
    answer = client.get("/metrics")
    assert answer.status_code == 200
    return {
        (sample.name.removeprefix("huiyin_"), *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(answer.get_data(as_text=True))
        for sample in family.samples
    }


def test_an_empty_office_has_figures(app: Flask) -> None:
    seen = scrape(app.test_client())
    assert seen["timer_lateness_seconds", "0.99"] == 0
    assert seen["oldest_due_job_seconds",] == 0
    assert seen["completions_total",] == 0
    assert ("drain_age_seconds",) not in seen


def test_timers_are_measured_from_when_they_were_owed(app: Flask) -> None:
    small.publish(TIMER, name="clockwork")
    for _ in range(3):
        small.start("clockwork")
    small.later(minutes=3)
    seen = scrape(app.test_client())
    assert 115 < seen["oldest_due_job_seconds",] < 130
    assert seen["jobs", "timer", "open"] == 3
    while jobs.drain():
        pass
    seen = scrape(app.test_client())
    assert 115 < seen["timer_lateness_seconds", "0.5"] < 130
    assert seen["timers_recent", "60.0"] == 0
    assert seen["timers_recent", "600.0"] == seen["timers_recent", "+Inf"] == 3
    assert seen["instances", "completed"] == 3
    assert seen["oldest_due_job_seconds",] == 0


def test_work_incidents_and_workers_are_counted(app: Flask, matter: str) -> None:
    [task] = [key for element, key in waiting(matter).items() if element == "ut_check"]
    with db.transaction() as session:
        session.execute(update(HumanTask).where(HumanTask.id == task).values(status="completed"))
        job = Job(kind="async", due_at=clock.now(), status="failed", created_at=clock.now())
        session.add(job)
        session.flush()
        session.add(Incident(job_id=job.id, code="x", message="x", opened_at=clock.now()))
        session.add(Heartbeat(worker="a:1", role="celery", at=clock.real(), drained=7))
        long_ago = clock.real() - clock.timedelta(minutes=5)
        session.add(Heartbeat(worker="b:1", role="celery", at=long_ago, drained_at=long_ago))
    seen = scrape(app.test_client())
    assert seen["completions_total",] == 1
    assert seen["incidents_open",] == 1
    assert seen["jobs", "async", "failed"] == 1
    assert seen["workers", "celery"] == 1
    assert seen["workers_silent",] == 1
    assert seen["workers_drained",] == 7
    assert 299 < seen["drain_age_seconds",] < 330


def test_a_case_that_waits_for_nothing_is_seen(app: Flask, matter: str) -> None:
    assert scrape(app.test_client())["instances_stranded",] == 0
    with db.transaction() as session:
        session.execute(update(HumanTask).values(status="completed"))
        session.execute(update(Job).values(status="done"))
    assert scrape(app.test_client())["instances_stranded",] == 1
    with db.transaction() as session:
        commands.suspend(session, matter, actor=SYSTEM, reason="looked at")
    assert scrape(app.test_client())["instances_stranded",] == 0


def test_figures_are_for_this_machine(app: Flask) -> None:
    client = app.test_client()
    elsewhere = {"REMOTE_ADDR": "192.0.2.7"}
    assert client.get("/metrics", environ_overrides=elsewhere).status_code == 404
    proxied = {"X-Forwarded-For": "192.0.2.7"}
    assert client.get("/metrics", headers=proxied).status_code == 404
    assert client.get("/metrics").status_code == 200


def test_a_token_opens_them_from_anywhere_and_closes_them_here(app: Flask, token: str) -> None:
    client = app.test_client()
    assert client.get("/metrics").status_code == 404
    wrong = {"Authorization": "Bearer guessed"}
    assert client.get("/metrics", headers=wrong).status_code == 404
    right = {"Authorization": f"Bearer {token}"}
    elsewhere = {"REMOTE_ADDR": "192.0.2.7"}
    assert client.get("/metrics", headers=right, environ_overrides=elsewhere).status_code == 200


def test_figures_name_no_case(app: Flask, matter: str) -> None:
    text = app.test_client().get("/metrics").get_data(as_text=True)
    assert matter not in text
    assert text.isascii()
