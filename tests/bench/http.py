"""The whole way: eight clients complete tasks through `/engine-rest` of a server of its own."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import select

from engine import db
from engine.models import HumanTask
from processes.people import accounts, tokens
from tests.bench.figures import WHO, Figure, quantile
from tests.engine import office

CLIENTS = 8
#: Answered with 204, which has no body.
REQUEST = (
    "POST /engine-rest/task/{task}/complete HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
    "Authorization: Bearer {token}\r\nContent-Type: application/json\r\n"
    "Content-Length: 2\r\n\r\n{{}}"
)
TASKS = 1_600


def completions(figures: list[Figure], database: str, url: str) -> None:
    """Completions per second, and how long the slowest twentieth took."""
    token = _token()
    tasks = _tasks(TASKS + 160)
    with _server(url) as port:
        _burst(port, token, tasks[:160])  # every thread and connection of the server is warm
        begun = time.perf_counter()
        cost = _burst(port, token, tasks[160:])
        spent = time.perf_counter() - begun
    p95 = quantile(cost, 0.95)
    note = (
        f"aim ≥ 150/s, p95 < 60 ms; p50 {quantile(cost, 0.5):.0f} ms, p95 {p95:.0f} ms, 8 clients"
    )
    label = "POST /engine-rest/task/{id}/complete"
    figures.append(Figure(label, round(len(cost) / spent), "/s", database, note))


def _token() -> str:
    login = f"bench_{secrets.token_hex(3)}"
    with db.transaction() as session:
        accounts.create(session, login, stored="!", service=True)
        return tokens.create(session, login, label="bench", scopes=["task"])


def _tasks(count: int) -> list[str]:
    cases = [office.start("ten", actor=WHO) for _ in range(count)]
    with db.reading() as session:
        return list(
            session.scalars(
                select(HumanTask.id)
                .where(HumanTask.root_id.in_(cases), HumanTask.status == "open")
                .order_by(HumanTask.root_id)
            )
        )


def _burst(port: int, token: str, tasks: list[str]) -> list[float]:
    """Complete each task once, by eight clients at the same time; milliseconds of each."""
    cost: list[float] = []
    refused: list[str] = []

    def client(mine: list[str]) -> None:
        connection = None
        for task in mine:
            asked = REQUEST.format(task=task, port=port, token=token).encode()
            begun = time.perf_counter()
            connection = connection or _connect(port)
            connection.sendall(asked)
            told = _head(connection)
            cost.append((time.perf_counter() - begun) * 1000)
            if b" 204 " not in told[:16]:
                refused.append(told[:300].decode())
                return
            if b"connection: close" in told.lower():  # waitress keeps none open behind a 204
                connection.close()
                connection = None
        if connection:
            connection.close()

    threads = [
        threading.Thread(target=client, args=(tasks[number::CLIENTS],)) for number in range(CLIENTS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not refused, refused[:3]
    assert len(cost) == len(tasks), f"{len(tasks) - len(cost)} completions got no answer"
    return cost


def _connect(port: int) -> socket.socket:
    """Open a bare socket: a library's client would take half of what the server needs."""
    return socket.create_connection(("127.0.0.1", port), timeout=30)


def _head(connection: socket.socket) -> bytes:
    told = b""
    while b"\r\n\r\n" not in told:
        more = connection.recv(65536)
        if not more:
            raise ConnectionResetError(f"the server hung up: {told[:300]!r}")
        told += more
    return told


@contextmanager
def _server(url: str) -> Iterator[int]:
    """Serve as the office would: waitress with its worker on SQLite, gunicorn on PostgreSQL."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    folder = Path(sys.executable).parent
    environment = os.environ | {
        "HUIYIN_DATABASE_URL": url, "HUIYIN_LOG_LEVEL": "WARNING", "HUIYIN_PORT": str(port),
    }  # fmt: skip
    command = [str(folder / "huiyin"), "serve"]
    if url.startswith("postgresql"):
        command = [str(folder / "gunicorn"), "-c", "python:web.gunicorn", "--log-level", "warning"]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    try:
        for _ in range(600):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        assert process.poll() is None, "the server did not start"
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)
