"""SQLite's journal: WAL where it is safe, and never a start that fails because others start too."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Connection, text

from engine import connections, db
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
from sqlalchemy import Connection, text
from engine import connections
with connections.connect(sys.argv[1]).begin() as session:
    print(
        connections.journal(),
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
    assert connections.wal_is_safe(version) is safe


def test_a_file_that_another_process_reads_is_waited_for(tmp_path):
    holder = run(HOLD, tmp_path / "office.db", 1.0)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    engine = connections.connect(f"sqlite:///{tmp_path / 'office.db'}")
    with engine.begin() as connection:
        mode = connection.execute(text("PRAGMA journal_mode")).scalar_one()
    engine.dispose()
    holder.communicate(timeout=30)
    assert mode.upper() == connections.journal()


def test_a_file_that_is_never_free_is_a_clear_refusal(tmp_path, monkeypatch):
    monkeypatch.setattr(connections, "PATIENCE", 0.2)
    monkeypatch.setattr(connections, "journal", lambda: "WAL")
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
            assert said(process) == [connections.journal()] * 2 + ["kept"]


def test_the_office_moves_to_a_machine_without_the_wheel_and_back(tmp_path):
    url = in_delete_mode(tmp_path / "office.db")
    for kind in ("own", "plain", "own"):
        wanted, mode, note = said(run(READ, url, kind))
        assert (mode, note) == (wanted, "kept")


def backup(target: Path) -> Result:
    return CliRunner().invoke(main, ["backup", str(target)])


def turns(url: str) -> list[str]:
    engine = connections.connect(url)
    with engine.begin() as connection:
        found = list(connection.execute(text("SELECT name FROM turn ORDER BY name")).scalars())
    engine.dispose()
    return found


def take_turn(connection: Connection, name: str) -> None:
    connection.execute(text("INSERT INTO turn (name, at) VALUES (:n, '2026-11-30')"), {"n": name})


def test_a_backup_holds_what_was_committed_while_others_write(sqlite, tmp_path):
    with db.engine().begin() as connection:
        take_turn(connection, "committed")
    target = tmp_path / "copy.db"
    with db.engine().connect() as connection:  # somebody is in the middle of something
        take_turn(connection, "not yet")
        said = backup(target)
        assert said.exit_code == 0, said.output
        connection.commit()
    assert "keys.json" in said.output
    assert turns(f"sqlite:///{target}") == ["committed"]
    assert turns(sqlite) == ["committed", "not yet"]
    assert target.stat().st_mode & 0o777 == 0o600


def test_a_backup_overwrites_nothing_and_says_where_it_cannot_go(sqlite, tmp_path):
    there = tmp_path / "there.db"
    there.write_text("mine")
    refused = backup(there)
    assert refused.exit_code == 1
    assert "已存在" in refused.output
    assert there.read_text() == "mine"
    refused = backup(tmp_path / "nowhere" / "copy.db")
    assert refused.exit_code == 1
    assert "没有文件夹" in refused.output


def test_a_backup_that_fails_leaves_no_file(sqlite, tmp_path):
    target = tmp_path / "copy.db"
    broken = tmp_path / "broken.db"
    broken.write_bytes(b"SQLite format 3\0" + b"\xff" * 4096)
    engine = connections.create_engine(f"sqlite:///{broken}", module=connections.sqlite3)
    with pytest.raises(connections.sqlite3.DatabaseError):
        connections.back_up(engine, target)
    engine.dispose()
    assert not target.exists()


def test_postgresql_is_backed_up_with_its_own_tool(postgres, tmp_path):
    refused = backup(tmp_path / "copy.db")
    assert refused.exit_code == 1
    assert "pg_dump" in refused.output
    assert list(tmp_path.iterdir()) == []
