"""Where files go: random names, nobody else's to read, gone when no case wanted them."""

import os
import stat

import pytest

from engine import db, settings
from engine.attachments import storage
from engine.attachments.content import check
from engine.errors import Conflict, NotFound
from engine.models import Attachment
from tests.web import hostile_files


@pytest.fixture
def staged(database):
    return storage.put(check("王某甲的工资条.jpg", hostile_files.picture()))


def stored_file(staged):
    return settings.current().attachments / staged.stored_as[:2] / staged.stored_as


def test_the_name_of_a_person_is_neither_in_the_path_nor_in_the_table(staged):
    path = stored_file(staged)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "王某甲" not in str(path)
    with db.transaction() as session:
        row = storage.admit(session, staged, by="worker")
        session.flush()  # the default of the key
        assert "王某甲".encode() not in row.name
        assert storage.name_of(row) == "王某甲的工资条.jpg"
        assert storage.read(row) == path.read_bytes()


def test_two_cases_cannot_take_the_same_file(staged):
    with db.transaction() as session:
        storage.admit(session, staged, by="worker")
    with db.transaction() as session, pytest.raises(Conflict):
        storage.admit(session, staged, by="worker")


def test_a_file_nobody_took_is_removed_after_a_day_and_others_stay(staged):
    kept = storage.put(check("b.jpg", hostile_files.picture("JPEG", (80, 80))))
    with db.transaction() as session:
        storage.admit(session, kept, by="worker")
    for one in (staged, kept):
        os.utime(stored_file(one), (1_000_000_000, 1_000_000_000))
    fresh = storage.put(check("c.jpg", hostile_files.picture("JPEG", (90, 90))))
    with db.transaction() as session:
        storage.sweep(session)
    assert not stored_file(staged).exists()
    assert stored_file(kept).exists()
    assert stored_file(fresh).exists()


def test_a_file_that_was_swept_is_asked_for_again(staged):
    storage.discard(staged)
    with db.transaction() as session, pytest.raises(NotFound, match="重新选择"):
        storage.admit(session, staged, by="worker")


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "a" * 63, "a" * 63 + "/"])
def test_a_forged_storage_name_reaches_no_other_file(database, name):
    row = Attachment(stored_as=name, name=b"", media_type="", size=0, sha="", uploaded_by="x")
    with pytest.raises(NotFound):
        storage.read(row)
