"""SQLite's journal: WAL where it is safe, and never a start that fails because others start too."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import event, text
from sqlalchemy.exc import OperationalError

from engine import connections, db, sqlite_file
from engine.cli import main

#: Opens a file with Python's own SQLite, in another process: two libraries in one would not see
#: each other's locks.
HOLD = """
import sqlite3, sys, time
held = sqlite3.connect(sys.argv[1])
held.execute("CREATE TABLE note (word)")
held.execute("INSERT INTO note VALUES ('kept')")
held.commit()
held.execute("BEGIN")
held.execute("SELECT * FROM note").fetchall()
print("held", flush=True)
time.sleep(float(sys.argv[2]))
"""
#: Reads the note through our own connection; with "plain" the wheel is not there.
READ = """
import sys
if sys.argv[2] == "plain":
    sys.modules["pysqlite3"] = None
from sqlalchemy import text
from engine import connections, sqlite_file
with connections.connect(sys.argv[1]).begin() as session:
    print(
        sqlite_file.journal(),
        session.execute(text("PRAGMA journal_mode")).scalar().upper(),
        session.execute(text("SELECT word FROM note")).scalar(),
    )
"""


def run(program: str, *words: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", program, *map(str, words)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def said(process: subprocess.Popen[str]) -> list[str]:
    return process.communicate(timeout=60)[0].split()


def in_delete_mode(path: Path) -> str:
    """Make a file as an older release left it."""
    assert said(run(HOLD, path, 0)) == ["held"]
    return f"sqlite:///{path}"


@pytest.mark.parametrize(
    ("version", "safe"),
    [
        ((3, 40, 1), False),
        ((3, 44, 6), True),
        ((3, 50, 6), False),
        ((3, 50, 7), True),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((3, 53, 4), True),
    ],
)
def test_wal_is_used_only_where_its_fault_is_mended(version, safe):
    assert sqlite_file.wal_is_safe(version) is safe


def test_a_file_that_another_process_reads_is_waited_for(tmp_path):
    holder = run(HOLD, tmp_path / "office.db", 1.0)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    engine = connections.connect(f"sqlite:///{tmp_path / 'office.db'}")
    with engine.begin() as connection:
        mode = connection.execute(text("PRAGMA journal_mode")).scalar_one()
    engine.dispose()
    holder.communicate(timeout=30)
    assert mode.upper() == sqlite_file.journal()


def test_a_file_that_is_never_free_is_a_clear_refusal(tmp_path, monkeypatch):
    monkeypatch.setattr(sqlite_file, "PATIENCE", 0.2)
    monkeypatch.setattr(sqlite_file, "journal", lambda: "WAL")
    holder = run(HOLD, tmp_path / "office.db", 30)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    engine = connections.connect(f"sqlite:///{tmp_path / 'office.db'}")
    began = time.monotonic()
    with pytest.raises(Exception, match="database is locked"):
        engine.connect()
    assert time.monotonic() - began < 20
    holder.kill()
    holder.communicate()
    engine.dispose()


def test_processes_that_start_together_all_find_the_office(tmp_path):
    """Without waiting, one of six that met an old file in four tries was refused."""
    for attempt in range(2):
        url = in_delete_mode(tmp_path / f"{attempt}.db")
        together = [run(READ, url, "own") for _ in range(6)]
        for process in together:
            assert said(process) == [sqlite_file.journal()] * 2 + ["kept"]


def test_the_office_moves_to_a_machine_without_the_wheel_and_back(tmp_path):
    url = in_delete_mode(tmp_path / "office.db")
    for kind in ("own", "plain", "own"):
        wanted, mode, note = said(run(READ, url, kind))
        assert (mode, note) == (wanted, "kept")


#: A process with the file open forks; the child writes, the parent closes, the child writes.
FORK = """
import os, sys
from sqlalchemy import text
from engine import connections
made = connections.connect(sys.argv[1])
with made.begin() as connection:
    connection.execute(text("CREATE TABLE note (word)"))
held = made.connect() if sys.argv[2] == "in use" else None
if held is not None:
    held.execute(text("SELECT * FROM note"))
wrote, closed = os.pipe(), os.pipe()
child = os.fork()
if child == 0:
    os.close(closed[1])
    for word in ("one", "two"):
        try:
            with made.begin() as connection:
                connection.execute(text("INSERT INTO note VALUES (:w)"), {"w": word})
        except Exception as refused:
            os._exit("forked" in str(refused))
        if word == "one":
            os.write(wrote[1], b"x")
            os.read(closed[0], 1)
    os._exit(0)
os.close(wrote[1])
os.read(wrote[0], 1)
if held is not None:
    held.close()
made.dispose()
os.close(closed[1])
refused = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
with made.begin() as connection:
    kept = [*connection.execute(text("SELECT word FROM note ORDER BY word")).scalars()]
print("refused" if refused else "wrote", *kept)
"""


@pytest.mark.parametrize(
    ("use", "wanted"), [("idle", ["wrote", "one", "two"]), ("in use", ["refused"])]
)
def test_what_a_forked_child_commits_is_kept_or_refused(tmp_path, use, wanted):
    """SQLite believed the child had its parent's locks; what it committed went with the log."""
    assert said(run(FORK, f"sqlite:///{tmp_path / 'office.db'}", use)) == wanted


def test_a_log_that_grew_while_somebody_read_is_cut_back(tmp_path, monkeypatch):
    monkeypatch.setattr(sqlite_file, "LONG_LOG", 100_000)
    monkeypatch.setattr(sqlite_file, "CUT_PATIENCE", 0.05)
    path, log = tmp_path / "office.db", tmp_path / "office.db-wal"
    office = connections.connect(f"sqlite:///{path}")
    if sqlite_file.journal() != "WAL":
        return  # there is no log here

    def write(count):
        with office.begin() as connection:
            connection.execute(text("CREATE TABLE IF NOT EXISTS note (word)"))
            for _ in range(count):
                connection.execute(text("INSERT INTO note VALUES (zeroblob(4000))"))

    write(1)
    sqlite_file.shorten_log(office)
    assert 0 < log.stat().st_size < sqlite_file.LONG_LOG  # not worth a moment's wait
    with office.execution_options(reads=True).connect() as reader:
        reader.execute(text("SELECT * FROM note")).all()
        write(50)
        sqlite_file.shorten_log(office)  # waits for nobody who goes on reading
        assert log.stat().st_size > sqlite_file.LONG_LOG
    sqlite_file.shorten_log(office)
    assert log.stat().st_size == 0
    with office.begin() as connection:
        assert connection.scalar(text("SELECT count(*) FROM note")) == 51
        assert connection.scalar(text("PRAGMA busy_timeout")) == sqlite_file.PATIENCE * 1000
    office.dispose()


def test_a_full_disk_loses_nothing_and_the_office_goes_on(sqlite):
    def write(word):
        with db.transaction() as session:
            session.execute(text("INSERT INTO turn VALUES (:w, '2026-11-30')"), {"w": word})
            session.execute(
                text("INSERT INTO resource VALUES (:w, zeroblob(2000000))"), {"w": word}
            )

    write("kept")
    with db.engine().connect() as connection:
        pages = connection.scalar(text("PRAGMA page_count"))
    full = f"PRAGMA max_page_count={pages + 10}"
    event.listen(db.engine(), "begin", lambda connection: connection.exec_driver_sql(full))
    with pytest.raises(OperationalError, match="is full"):
        write("lost")
    with db.transaction() as session:
        session.execute(text("DELETE FROM resource"))
    write("after")
    with db.reading() as session:
        assert session.scalars(text("SELECT name FROM turn ORDER BY name")).all() == [
            "after",
            "kept",
        ]
        assert session.scalar(text("PRAGMA integrity_check")) == "ok"


def test_a_database_that_cannot_be_used_is_a_sentence(tmp_path):
    db.bind(f"sqlite:///{tmp_path}")  # a folder
    refused = CliRunner().invoke(main, ["incidents"])
    assert refused.exit_code == 1
    assert "数据库不能使用（unable to open database file）" in refused.output
