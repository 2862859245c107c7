"""Real Celery workers on a real Redis: hints drain, the pump does without, nothing is torn."""

from __future__ import annotations

import base64
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from typing import Any

from sqlalchemy import func, select, update

from engine import clock, db
from engine.models import Heartbeat, Job, ProcessInstance
from tests.engine import office
from tests.engine.office import diagram, flows
from tests.tasks.servers import ROOT, Redis, Roles, until

Make = Callable[..., Roles]

#: Long enough that nothing but a hint can have drained, short enough that a hint is not waited for.
NEVER, SOON = 3600, 0.5


def timer(duration: str) -> bytes:
    return diagram(
        '<bpmn:startEvent id="s"/><bpmn:intermediateCatchEvent id="t"><bpmn:timerEventDefinition>'
        f"<bpmn:timeDuration>{duration}</bpmn:timeDuration></bpmn:timerEventDefinition>"
        '</bpmn:intermediateCatchEvent><bpmn:endEvent id="e"/>' + flows("s>t", "t>e"),
    )


def begin(count: int, duration: str = "PT2S") -> None:
    office.publish(timer(duration))
    for _ in range(count):
        office.start()


def ended() -> int:
    with db.reading() as session:
        return session.scalar(
            select(func.count(ProcessInstance.id)).where(ProcessInstance.status == "completed")
        )


def alive() -> list[Heartbeat]:
    with db.reading() as session:
        return list(session.scalars(select(Heartbeat)))


def test_hints_drain_what_is_due(broker: Redis, roles: Make) -> None:
    begin(120)
    office_roles = roles(broker.url, pump_patience_seconds=NEVER)
    office_roles.worker()
    office_roles.beat()
    assert until(lambda: ended() == 120), office_roles.log("worker")
    assert {row.role for row in alive()} == {"celery"}


def test_without_any_redis_the_pump_does_it(broker: Redis, roles: Make) -> None:
    broker.kill()
    begin(60)
    office_roles = roles(broker.url, pump_patience_seconds=SOON)
    office_roles.worker()
    assert until(lambda: ended() == 60), office_roles.log("worker")


def test_without_celery_the_plain_worker_does_it(roles: Make) -> None:
    begin(60)
    office_roles = roles("redis://127.0.0.1:1/0")
    office_roles.start("plain", ("huiyin", "worker"))
    assert until(lambda: ended() == 60), office_roles.log("plain")
    assert [row.role for row in alive()] == ["worker"]
    office_roles.processes["plain"].terminate()
    assert office_roles.processes["plain"].wait(15) == 0
    assert alive() == []


def test_redis_may_be_emptied_and_killed_while_two_beats_ask(broker: Redis, roles: Make) -> None:
    begin(40)
    office_roles = roles(broker.url, pump_patience_seconds=SOON)
    # Celery itself may end when Redis goes while it works: the supervisor brings it back.
    office_roles.supervised("--no-web", "--workers", "1", "--beats", "2")
    assert until(lambda: ended() == 40), office_roles.log("cluster")
    broker.client.flushall()
    begin(40)
    broker.kill()
    assert until(lambda: ended() == 80), office_roles.log("cluster")
    begin(40)
    broker.start()
    assert until(lambda: ended() == 120), office_roles.log("cluster")
    with db.reading() as session:
        done = session.scalar(select(func.count(Job.id)).where(Job.status == "done"))
    assert done == 120


def test_sigterm_ends_a_worker_after_its_batch(broker: Redis, roles: Make) -> None:
    begin(300)
    office_roles = roles(broker.url)
    worker = office_roles.worker()
    office_roles.beat()
    assert until(lambda: ended() > 0), office_roles.log("worker")
    worker.terminate()
    assert worker.wait(30) == 0, office_roles.log("worker")
    with db.reading() as session:
        torn = session.scalar(
            select(func.count(Job.id)).where(Job.status == "open", Job.lease.is_not(None))
        )
    assert torn == 0
    assert alive() == []
    office_roles.worker("second")
    assert until(lambda: ended() == 300), office_roles.log("second")


def test_the_processes_of_a_killed_worker_do_not_stay(broker: Redis, roles: Make) -> None:
    begin(1)
    office_roles = roles(broker.url)
    worker = office_roles.worker()
    assert until(lambda: len(alive()) == 2), office_roles.log("worker")
    pids = [int(row.worker.rpartition(":")[2]) for row in alive()]
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    assert until(lambda: not any(running(pid) for pid in pids), 20)


def running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_worker_refuses_a_database_that_is_not_ready(
    broker: Redis, postgres: str, roles: Make
) -> None:
    with db.transaction() as session:
        session.connection().exec_driver_sql("DROP TABLE alembic_version")
    office_roles = roles(broker.url)
    assert office_roles.worker().wait(60) != 0
    assert "huiyin migrate" in office_roles.log("worker")


def test_a_hint_has_no_content(broker: Redis, roles: Make) -> None:
    begin(70, "P7D")
    with db.transaction() as session:
        session.execute(update(Job).values(due_at=clock.now()))
    sent = kicked(broker, roles(broker.url))
    assert len(sent) == 2, "one for each batch of fifty"
    for message in sent:
        assert message["content-type"] == "application/json"
        headers = message["headers"]
        assert headers["task"] == "huiyin.drain"
        assert (headers["argsrepr"], headers["kwargsrepr"]) == ("()", "{}")
        assert headers["expires"] is not None
        assert json.loads(base64.b64decode(message["body"]))[:2] == [[], {}]


def test_an_idle_office_sends_no_hint(broker: Redis, roles: Make) -> None:
    begin(1, "P7D")
    assert kicked(broker, roles(broker.url)) == []


def kicked(broker: Redis, office_roles: Roles) -> list[dict[str, Any]]:
    """Run one kick in a process of its own; return what it left in Redis."""
    subprocess.run(
        [
            sys.executable,
            "-c",
            "from tasks import app, drain; drain.kick()",
        ],
        env=office_roles.variables,
        cwd=ROOT,
        check=True,
    )
    return [json.loads(raw) for raw in broker.client.lrange("celery", 0, -1)]
