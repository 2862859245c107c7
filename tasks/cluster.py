"""Every role on one machine, each a process that is started again when it dies.

For trying the roles out and for tests. A server has systemd for this (`tasks/README.md`).
"""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field

import structlog

log = structlog.get_logger()

#: Seconds before a dead process is started again, doubled up to the most while it keeps dying.
PAUSE = 1.0
MOST_PAUSE = 30.0
#: A process that lived so long was well: its next death counts as the first.
WELL = 30.0
#: Seconds between SIGTERM and SIGKILL.
GRACE = 15.0

Command = tuple[str, ...]

WEB = ("gunicorn", "-c", "python:web.gunicorn")
CELERY = ("celery", "-A", "tasks.app")
BEAT = (*CELERY, "beat", "--loglevel", "WARNING")
#: Workers of one installation need not know each other: the database is what they share.
WORKER = (*CELERY, "worker", "--loglevel", "WARNING", "--without-gossip", "--without-mingle")
PLAIN = ("huiyin", "worker")


def roles(
    *, web: bool, workers: int, beats: int, processes: int, plain: bool
) -> dict[str, Command]:
    """Return the command of every process by name.

    Args:
        processes: pool processes of each Celery worker.
        plain: `huiyin worker` instead of Celery; then no Beat is needed.
    """
    made: dict[str, Command] = {"web": WEB} if web else {}
    for number in range(1, workers + 1):
        name = f"worker{number}"
        made[name] = (
            PLAIN if plain else (*WORKER, "--concurrency", f"{processes}", "-n", f"{name}@%h")
        )
    if not plain:
        made |= {f"beat{number}": BEAT for number in range(1, beats + 1)}
    return made


@dataclass
class Part:
    """One process of the cluster and its deaths."""

    name: str
    command: Command
    process: subprocess.Popen[bytes] | None = None
    born: float = 0.0
    deaths: int = 0
    pause: float = PAUSE
    due: float = 0.0

    def watch(self, now: float) -> None:
        """Start the process, or start it again once its pause is over."""
        if self.process is not None and self.process.poll() is None:
            return
        if self.process is not None:
            self.deaths += 1
            self.pause = PAUSE if now - self.born > WELL else min(self.pause * 2, MOST_PAUSE)
            self.due = now + self.pause
            log.warning("process ended", role=self.name, status=self.process.returncode)
            self.process = None
        if now >= self.due:
            # A session of its own: Ctrl-C reaches the cluster, and the cluster asks each to end.
            self.process = subprocess.Popen(self.command, start_new_session=True)  # noqa: S603
            self.born = now


@dataclass
class Cluster:
    """All processes; `run` returns when `stop` was called and every one has ended."""

    commands: dict[str, Command]
    parts: list[Part] = field(default_factory=list)
    _stop: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.parts = [Part(name, argv(command)) for name, command in self.commands.items()]

    def run(self) -> None:
        """Keep every process alive until told to stop."""
        try:
            while not self._stop.is_set():
                for part in self.parts:
                    part.watch(time.monotonic())
                self._stop.wait(0.2)
        finally:
            self._end()

    def stop(self) -> None:
        """Ask for the end."""
        self._stop.set()

    def _end(self) -> None:
        alive = [part.process for part in self.parts if part.process is not None]
        for process in alive:
            process.terminate()
        until = time.monotonic() + GRACE
        for process in alive:
            try:
                process.wait(max(until - time.monotonic(), 0.1))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def argv(command: Command) -> Command:
    """Run the programs of this environment, whatever PATH says."""
    name, *rest = command
    return (sys.executable, "-m", {"huiyin": "engine"}.get(name, name), *rest)
