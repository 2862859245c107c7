"""The recipes name only programs, options, modules and variables that exist."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from engine import settings
from tasks import app, cluster
from tests.tasks.servers import ROOT

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
SERVICES: dict[str, Any] = COMPOSE["services"]
OURS = {name for name, service in SERVICES.items() if service["image"] == "huiyin"}
OPERATORS = (ROOT / "tasks/README.md").read_text("utf-8")


def commands() -> dict[str, list[list[str]]]:
    """Return what each of our services runs, shells unrolled."""
    found = {}
    for name in sorted(OURS):
        words = SERVICES[name]["command"]
        lines = words[2].split("&&") if words[0] == "sh" else [" ".join(words)]
        found[name] = [line.split() for line in lines]
    image = (ROOT / "Dockerfile").read_text("utf-8")
    default = re.search(r"^CMD \[(.*)\]$", image, re.M)
    assert default
    found["image"] = [re.findall(r'"([^"]+)"', default[1])]
    return found


def units() -> list[list[str]]:
    """Return the ExecStart lines of the operator's page."""
    lines = re.findall(r"ExecStart=/srv/huiyin/\.venv/bin/(.*)", OPERATORS)
    assert len(lines) == 3
    return [line.replace("%i@%%h", "w1@%h").split() for line in lines]


LINES = [line for lines in commands().values() for line in lines] + units()


@pytest.mark.parametrize("line", LINES, ids=" ".join)
def test_every_command_exists(line: list[str]) -> None:
    assert shutil.which(line[0], path=str(Path(sys.executable).parent)), line[0]
    answer = subprocess.run(
        [*cluster.argv(tuple(line)), "--help"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    options = [word for word in line[1:] if word.startswith("--")]
    assert not [option for option in options if option not in answer.stdout]


def test_every_role_has_its_service() -> None:
    assert set(SERVICES) == {"postgres", "redis", "migrate", "web", "worker", "beat"}
    assert SERVICES["worker"]["deploy"]["replicas"] >= 2
    assert SERVICES["beat"]["deploy"]["replicas"] == 2


@pytest.mark.parametrize("name", sorted(OURS))
def test_every_variable_is_a_setting(name: str) -> None:
    known = {f"HUIYIN_{field.upper()}" for field in settings.Settings.model_fields}
    given = {key for key in SERVICES[name]["environment"] if key.startswith("HUIYIN_")}
    assert given <= known
    assert {"HUIYIN_DATABASE_URL", "HUIYIN_REDIS_URL"} <= given


def test_every_volume_and_dependency_is_declared() -> None:
    for service in SERVICES.values():
        for volume in service.get("volumes", ()):
            assert volume.split(":")[0] in COMPOSE["volumes"]
        assert set(service.get("depends_on", ())) <= set(SERVICES)


def test_what_the_image_copies_exists() -> None:
    for line in (ROOT / "Dockerfile").read_text("utf-8").splitlines():
        if line.startswith("COPY ") and "--from" not in line:
            for source in line.split()[1:-1]:
                assert (ROOT / source).exists(), source


def test_the_roles_start_what_the_recipes_start() -> None:
    worker, beat = (SERVICES[name]["command"] for name in ("worker", "beat"))
    assert set(cluster.WORKER) <= set(worker)
    assert list(cluster.BEAT) == beat
    assert list(cluster.WEB) == SERVICES["web"]["command"]


def test_celery_is_set_as_the_page_says() -> None:
    conf = app.app.conf
    assert conf.accept_content == ["json"]
    assert conf.task_serializer == "json"
    assert not conf.result_backend
    assert conf.task_acks_late
    assert conf.task_reject_on_worker_lost
    assert conf.worker_prefetch_multiplier == 1
    assert conf.task_soft_time_limit < conf.task_time_limit
    assert conf.broker_connection_max_retries is None
    assert conf.broker_transport_options["visibility_timeout"] < conf.task_time_limit
    named = set(re.findall(r"`([a-z_]+)`", OPERATORS))
    explained = set(app.CONF) | set(app.CONF["broker_transport_options"])
    plain = {"task_serializer", "task_ignore_result", "worker_send_task_events"}
    assert explained & named >= {
        "accept_content",
        "result_backend",
        "task_acks_late",
        "task_reject_on_worker_lost",
        "worker_prefetch_multiplier",
        "task_soft_time_limit",
        "task_time_limit",
        "visibility_timeout",
        "socket_timeout",
        "socket_connect_timeout",
        "health_check_interval",
        "broker_connection_max_retries",
        "worker_soft_shutdown_timeout",
        "beat_scheduler",
    }
    assert plain <= set(app.CONF)


def test_the_page_names_every_metric(postgres: str) -> None:
    from engine import db
    from engine.queries.figures import figures
    from web.metrics import _Collected

    with db.reading() as session:
        names = {metric.name for metric in _Collected(figures(session)).collect()}
    named = set(re.findall(r"`(huiyin_[a-z_]+)", OPERATORS))
    assert {name for name in named if name not in names} <= {"huiyin_drain_age_seconds"}
