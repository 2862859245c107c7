"""Where files go: random names, nobody else's to read, gone when no case wanted them."""

import os
import stat

import pytest

from engine import db, settings
from engine.attachments import storage
from engine.attachments.content import check
from engine.errors import Conflict, NotFound
from engine.models import Attachment, Base
from tests.web import hostile_files


@pytest.fixture
def staged(database):
    return storage.put(check("王某甲的工资条.jpg", hostile_files.picture()))


def staged_file(staged):
    return settings.current().attachments / "staged" / staged.stored_as


def kept_file(staged):
    return settings.current().attachments / staged.stored_as[:2] / staged.stored_as


def test_the_name_of_a_person_is_neither_in_the_path_nor_in_the_table(staged):
    path = staged_file(staged)
    content = path.read_bytes()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "王某甲" not in str(path)
    with db.transaction() as session:
        row = storage.admit(session, staged, by="worker")
        session.flush()  # the default of the key
        assert "王某甲".encode() not in row.name
        assert storage.name_of(row) == "王某甲的工资条.jpg"
        assert storage.read(row) == content
    assert not path.exists()
    assert storage.read(row) == kept_file(staged).read_bytes() == content


def test_a_rollback_leaves_the_file_for_the_next_try(staged):
    with pytest.raises(RuntimeError), db.transaction() as session:
        storage.admit(session, staged, by="worker")
        session.flush()
        raise RuntimeError
    with db.transaction() as session:
        storage.admit(session, staged, by="worker")
    assert kept_file(staged).exists()


def test_two_cases_cannot_take_the_same_file(staged):
    with db.transaction() as session:
        storage.admit(session, staged, by="worker")
    with db.transaction() as session, pytest.raises(Conflict):
        storage.admit(session, staged, by="worker")


def grow_old(path):
    os.utime(path, (1_000_000_000, 1_000_000_000))


def test_a_file_nobody_took_is_removed_after_a_day_and_others_stay(staged, monkeypatch):
    taken = storage.put(check("b.jpg", hostile_files.picture("JPEG", (80, 80))))
    died = storage.put(check("d.jpg", hostile_files.picture("JPEG", (70, 70))))
    fresh = storage.put(check("c.jpg", hostile_files.picture("JPEG", (90, 90))))
    with db.transaction() as session:
        storage.admit(session, taken, by="worker")
    with monkeypatch.context() as patch:
        patch.setattr(storage, "_keep", lambda stored_as: None)  # killed after the commit
        with db.transaction() as session:
            row = storage.admit(session, died, by="worker")
    assert storage.read(row)
    for path in (staged_file(staged), staged_file(died), kept_file(taken)):
        grow_old(path)
    with db.reading() as session:
        assert storage.sweep(session) == 1
    assert not staged_file(staged).exists()
    assert kept_file(taken).exists()
    assert kept_file(died).exists()
    assert staged_file(fresh).exists()


def test_a_wrong_database_cannot_empty_the_folder(staged, tmp_path):
    with db.transaction() as session:
        storage.admit(session, staged, by="worker")
    grow_old(kept_file(staged))
    Base.metadata.create_all(db.bind(f"sqlite:///{tmp_path / 'other.db'}"))
    with db.reading() as session:
        storage.sweep(session)
    assert kept_file(staged).exists()


def test_a_file_that_was_swept_is_asked_for_again(staged):
    storage.discard(staged)
    with db.transaction() as session, pytest.raises(NotFound, match="重新选择"):
        storage.admit(session, staged, by="worker")


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "a" * 63, "a" * 63 + "/"])
def test_a_forged_storage_name_reaches_no_other_file(database, name):
    row = Attachment(stored_as=name, name=b"", media_type="", size=0, sha="", uploaded_by="x")
    with pytest.raises(NotFound):
        storage.read(row)
