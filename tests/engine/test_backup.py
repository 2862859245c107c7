"""`huiyin backup`: a whole copy on the disk, or a sentence and no file."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Connection, text

from engine import connections, db, sqlite_file
from engine.cli import main

#: Backs up where no file may grow beyond a few pages.
SMALL = """
import resource, sys
from engine import db
from engine.cli import main
db.bind(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
main(["backup", sys.argv[2]])
"""


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
    engine = connections.connect(f"sqlite:///{broken}")
    with pytest.raises(sqlite_file.Error):
        sqlite_file.back_up(engine, target)
    engine.dispose()
    assert not target.exists()


def test_postgresql_is_backed_up_with_its_own_tool(postgres, tmp_path):
    refused = backup(tmp_path / "copy.db")
    assert refused.exit_code == 1
    assert "pg_dump" in refused.output
    assert list(tmp_path.iterdir()) == []


def test_a_backup_that_finds_no_room_says_so_and_leaves_nothing(sqlite, tmp_path):
    command = [sys.executable, "-c", SMALL, sqlite, str(tmp_path / "copy.db")]
    refused = subprocess.run(command, capture_output=True, text=True, check=False)
    assert refused.returncode == 1
    assert "没有备份成" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert [path.name for path in tmp_path.iterdir() if "copy" in path.name] == []
    with db.reading() as session:
        assert session.scalar(text("PRAGMA integrity_check")) == "ok"


def test_a_backup_is_a_file_whatever_it_is_called(sqlite, tmp_path, monkeypatch):
    with db.engine().begin() as connection:
        take_turn(connection, "kept")
    monkeypatch.chdir(tmp_path)
    assert backup(Path(":memory:")).exit_code == 0
    assert turns(f"sqlite:///{tmp_path}/:memory:") == ["kept"]


def test_an_office_that_is_not_there_is_not_backed_up(tmp_path):
    db.bind(f"sqlite:///{tmp_path / 'none.db'}")
    refused = backup(tmp_path / "copy.db")
    assert refused.exit_code == 1
    assert "没有数据库文件" in refused.output
    assert list(tmp_path.iterdir()) == []
