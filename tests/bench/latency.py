"""A database far away: every answer comes 24 ms later, through a proxy on this machine."""

from __future__ import annotations

import socket
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sqlalchemy import event, make_url

from engine import db
from tests.bench.figures import WHO, Figure, complete, median
from tests.engine import office

#: One way, seconds: 24 ms there and back.
ONE_WAY = 0.012


def far_away(figures: list[Figure], database: str, url: str) -> None:
    """One completion in a process of 100 tasks, over a database 24 ms away."""
    case = office.start("hundred", actor=WHO)
    for _ in range(40):
        complete(case)
    with _proxy(url) as slow:
        bound = db.bind(slow)
        statements: list[str] = []
        event.listen(bound, "before_cursor_execute", lambda *args: statements.append(args[2]))
        complete(case)  # connects
        statements.clear()
        cost = [complete(case) for _ in range(15)]
        per_command = len(statements) / 15 - 1  # the look for the open task is not the command's
        bound.dispose()
    db.bind(url)
    note = f"bound < 400; median; {per_command:.0f} statements; the look-up of the task not counted"
    label = "complete a task of 100, database 24 ms away"
    figures.append(Figure(label, round(median(cost)), "ms", database, note))


@contextmanager
def _proxy(url: str) -> Iterator[str]:
    """Offer the database at a port of this machine that passes everything on late."""
    address = make_url(url)
    listener = socket.create_server(("127.0.0.1", 0))
    running = threading.Event()
    running.set()
    threading.Thread(
        target=_accept, args=(listener, _target(address), running), daemon=True
    ).start()
    try:
        near = address.set(host="127.0.0.1", port=listener.getsockname()[1], query={})
        yield near.render_as_string(hide_password=False)
    finally:
        running.clear()
        listener.close()


def _target(address: object) -> str | tuple[str, int]:
    folder = getattr(address, "query", {}).get("host")
    if folder:
        return f"{folder}/.s.PGSQL.{getattr(address, 'port', None) or 5432}"
    return (str(getattr(address, "host", "127.0.0.1")), int(getattr(address, "port", 0) or 5432))


def _accept(
    listener: socket.socket, target: str | tuple[str, int], running: threading.Event
) -> None:
    while running.is_set():
        try:
            client, _ = listener.accept()
        except OSError:
            return
        kind = socket.AF_UNIX if isinstance(target, str) else socket.AF_INET
        server = socket.socket(kind)
        server.connect(target)
        for source, sink in ((client, server), (server, client)):
            _pass_on(source, sink)


def _pass_on(source: socket.socket, sink: socket.socket) -> None:
    """Carry one direction: what is read now is written `ONE_WAY` later, in order."""
    waiting: deque[tuple[float, bytes]] = deque()
    arrived = threading.Condition()

    def read() -> None:
        data = b"-"
        while data:
            try:
                data = source.recv(65536)
            except OSError:
                data = b""
            with arrived:
                waiting.append((time.monotonic() + ONE_WAY, data))
                arrived.notify()

    def write() -> None:
        while True:
            with arrived:
                arrived.wait_for(lambda: waiting)
                due, data = waiting.popleft()
            time.sleep(max(0.0, due - time.monotonic()))
            with suppress(OSError):
                if not data:
                    sink.shutdown(socket.SHUT_WR)
                    return
                sink.sendall(data)

    for work in (read, write):
        threading.Thread(target=work, daemon=True).start()
