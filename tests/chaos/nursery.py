"""Where the victims come from: one process that has everything imported and forks on demand.

Killing is cheap when being born is. Run as a program it obeys one line of JSON per order;
imported it is the other end of that pipe. Each victim leaves the driver's tables, threads and
connections behind because the nursery has none.
"""

from __future__ import annotations

import importlib
import json
import os
import random
import signal
import subprocess
import sys
import threading
import traceback
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

#: What every victim needs; imported once, before the first order.
PRELOADED = ("engine.cli", "tests.chaos.worker")
ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Nursery:
    """Forks victims and says who died. Use it as a context."""

    log: Path
    environment: dict[str, str] = field(default_factory=dict)
    alive: set[int] = field(default_factory=set)
    #: Exit statuses of the dead, -9 for who was killed.
    dead: dict[int, int] = field(default_factory=dict)
    _process: subprocess.Popen[str] | None = None
    _order: threading.Lock = field(default_factory=threading.Lock)

    def __enter__(self) -> Nursery:
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.chaos.nursery"],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True,
                env={**os.environ, **self.environment}, cwd=ROOT,
            )  # fmt: skip
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.close()  # it kills whom it bore and ends
        self._process.wait(20)
        assert self._process.stdout is not None
        self._process.stdout.close()

    def bear(self, module: str, *words: Any, **environment: str) -> int:
        """Fork a victim that runs `module.main(*words)`; return its process id."""
        answer = self._ask({"module": module, "words": list(words), "env": environment})
        self.alive.add(answer["pid"])
        return int(answer["pid"])

    def bury(self) -> list[int]:
        """Return who died since the last time."""
        gone = {int(pid): status for pid, status in self._ask({})["dead"].items()}
        self.dead |= gone
        self.alive -= set(gone)
        return list(gone)

    def kill(self, pid: int) -> None:
        """kill -9."""
        os.kill(pid, signal.SIGKILL)

    def end(self) -> None:
        """Kill everybody who still lives and wait for their end."""
        for pid in self.alive:
            os.kill(pid, signal.SIGKILL)
        while self.alive:
            self.bury()

    def _ask(self, order: dict[str, Any]) -> dict[str, Any]:
        assert self._process is not None
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with self._order:
            self._process.stdin.write(json.dumps(order) + "\n")
            self._process.stdin.flush()
            answer = self._process.stdout.readline()
        assert answer, self.log.read_text("utf-8", "replace")[-4000:]
        made: dict[str, Any] = json.loads(answer)
        return made


def main() -> None:
    """Obey until the pipe is closed, then kill everybody."""
    for name in PRELOADED:
        importlib.import_module(name)
    from engine import bundles

    bundles.load_all()
    born: set[int] = set()
    for line in sys.stdin:
        order = json.loads(line)
        if "module" not in order:
            answer: dict[str, Any] = {"dead": _reap(born)}
        else:
            pid = os.fork()
            if pid == 0:
                _live(order)
            born.add(pid)
            answer = {"pid": pid}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()
    for pid in born:
        os.kill(pid, signal.SIGKILL)


def _reap(born: set[int]) -> dict[int, int]:
    dead = {}
    for pid in list(born):
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            dead[pid] = os.waitstatus_to_exitcode(status)
            born.discard(pid)
    return dead


def _live(order: dict[str, Any]) -> None:
    """Be a victim; never return to the nursery's loop."""
    status = 1
    try:
        os.environ.update(order["env"])
        nothing = os.open(os.devnull, os.O_RDWR)
        os.dup2(nothing, 0)
        os.dup2(2, 1)
        random.seed()
        from engine import failpoints, settings

        settings.current.cache_clear()
        failpoints._armed.cache_clear()
        importlib.import_module(order["module"]).main(*order["words"])
        status = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(status)


if __name__ == "__main__":
    main()
