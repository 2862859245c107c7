"""Personal data cannot be read, moved, changed or lost without being noticed."""

import json
import os
import stat

import pytest
from sqlalchemy import Column, Integer, LargeBinary, MetaData, String, Table, insert, select, text
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from engine import db, settings, vault

PHONE = "13800000001"


@pytest.fixture
def key_file(tmp_path, monkeypatch):
    path = tmp_path / "keys.json"
    monkeypatch.setenv("HUIYIN_KEY_FILE", str(path))
    settings.current.cache_clear()
    vault.create(path)
    yield path
    settings.current.cache_clear()


class Base(DeclarativeBase):
    pass


class Worker(Base):
    __tablename__ = "worker"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(vault.EncryptedText)
    note: Mapped[str | None] = mapped_column(vault.EncryptedText())
    extra: Mapped[dict | None] = mapped_column(vault.EncryptedJSON)


@pytest.fixture
def office(tmp_path, key_file):
    engine = db.connect(f"sqlite:///{tmp_path}/vault.db")
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        yield session
    engine.dispose()


def test_the_key_file_is_private_and_made_only_once(key_file):
    before = key_file.read_text()
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    assert vault.create(key_file) is False
    assert key_file.read_text() == before


def test_what_is_sealed_can_be_opened_and_not_be_read(key_file):
    sealed = vault.seal("张某甲 拖欠工资", "submission.payload")
    assert vault.open_text(sealed, "submission.payload") == "张某甲 拖欠工资"
    assert "张".encode() not in sealed
    assert vault.seal("张某甲 拖欠工资", "submission.payload") != sealed


def test_a_value_does_not_open_in_another_place(key_file):
    sealed = vault.seal(PHONE, "person.phone")
    with pytest.raises(vault.VaultClosed, match="挪用"):
        vault.open_text(sealed, "person.name")


@pytest.mark.parametrize("position", [0, 4, 5, 8, 20, -1])
def test_one_changed_bit_is_noticed(key_file, position):
    sealed = bytearray(vault.seal(PHONE, "person.phone"))
    sealed[position] ^= 1
    with pytest.raises(vault.VaultClosed):
        vault.open_bytes(bytes(sealed), "person.phone")


@pytest.mark.parametrize(
    "junk", [b"", b"plain", vault.MAGIC, vault.MAGIC + b"\x02k1", b"\x00" * 40]
)
def test_junk_is_refused_with_a_sentence(key_file, junk):
    with pytest.raises(vault.VaultClosed):
        vault.open_bytes(junk, "x")


def test_after_rotation_old_values_open_and_new_ones_use_the_new_key(key_file):
    old = vault.seal("旧", "x")
    found_before = vault.fingerprint("phone", PHONE)
    assert vault.rotate(key_file) == "k2"
    new = vault.seal("新", "x")
    assert (vault.key_id(old), vault.key_id(new)) == ("k1", "k2")
    assert vault.open_text(old, "x") + vault.open_text(new, "x") == "旧新"
    assert vault.fingerprint("phone", PHONE) == found_before
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    assert list(key_file.parent.glob("keys.json.*")) == []


def test_a_key_added_by_another_process_is_seen(key_file):
    content = json.loads(key_file.read_text())
    vault.seal("先用一次", "x")
    content["sealing"]["k9"] = content["sealing"]["k1"]
    content["current"] = "k9"
    key_file.write_text(json.dumps(content))
    os.utime(key_file, ns=(1, 1))
    assert vault.key_id(vault.seal("再用一次", "x")) == "k9"


def test_a_missing_key_file_is_a_clear_refusal(key_file):
    sealed = vault.seal("x", "x")
    key_file.unlink()
    with pytest.raises(vault.VaultClosed, match="找不到密钥文件"):
        vault.open_text(sealed, "x")


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"current":"k1","sealing":{"k1":"xx"}}'])
def test_a_broken_key_file_is_a_clear_refusal(key_file, content):
    key_file.write_text(content)
    with pytest.raises(vault.VaultClosed, match="损坏"):
        vault.seal("x", "x")


def test_a_key_file_that_others_can_read_is_refused(key_file):
    key_file.chmod(0o644)
    with pytest.raises(vault.VaultClosed, match="chmod 600"):
        vault.seal("x", "x")


def test_columns_are_sealed_for_their_own_place(office):
    office.add(Worker(id=1, name="张某甲", extra={"phone": PHONE}))
    office.flush()
    office.expire_all()
    worker = office.get_one(Worker, 1)
    assert (worker.name, worker.note, worker.extra) == ("张某甲", None, {"phone": PHONE})
    raw = office.execute(text("SELECT name, extra FROM worker")).one()
    assert vault.open_text(raw.name, "worker.name") == "张某甲"
    assert PHONE.encode() not in raw.extra


def test_a_column_copied_into_another_does_not_open(office):
    office.add(Worker(id=1, name="张某甲", note="备注"))
    office.flush()
    office.execute(text("UPDATE worker SET note = name"))
    with pytest.raises(vault.VaultClosed):
        office.scalars(select(Worker.note)).all()


def test_the_start_is_allowed_without_sealed_data_even_without_a_key(office, key_file):
    key_file.unlink()
    vault.check(office, Base.metadata)


def test_the_start_is_refused_when_the_key_is_lost(office, key_file):
    office.add(Worker(id=1, name="张某甲"))
    office.flush()
    vault.check(office, Base.metadata)
    key_file.unlink()
    with pytest.raises(vault.VaultClosed, match="找不到密钥文件"):
        vault.check(office, Base.metadata)


def test_the_start_is_refused_when_the_key_was_made_anew(office, key_file):
    vault.rotate(key_file)
    office.add(Worker(id=1, name="张某甲"))
    office.flush()
    key_file.unlink()
    vault.create(key_file)
    with pytest.raises(vault.VaultClosed, match="k2"):
        vault.check(office, Base.metadata)


def test_the_start_looks_at_plain_binary_columns_too_and_at_missing_tables_not(office, key_file):
    metadata = MetaData()
    draft = Table(
        "draft", metadata, Column("id", Integer, primary_key=True), Column("p", LargeBinary)
    )
    Table("later", metadata, Column("id", String, primary_key=True), Column("p", LargeBinary))
    draft.create(office.connection())
    office.execute(insert(draft), [{"p": b"\x89PNG"}, {"p": vault.seal("x", "draft.p")}])
    vault.check(office, metadata)
    key_file.unlink()
    with pytest.raises(vault.VaultClosed):
        vault.check(office, metadata)


def test_fingerprints_find_equal_values_of_one_kind_only(key_file):
    assert vault.fingerprint("phone", PHONE) == vault.fingerprint("phone", PHONE)
    assert vault.fingerprint("phone", PHONE) != vault.fingerprint("tail", PHONE)
    assert len(vault.fingerprint("phone", PHONE)) == 64


def test_fingerprints_differ_between_installations(key_file, tmp_path, monkeypatch):
    here = vault.fingerprint("phone", PHONE)
    vault.create(tmp_path / "other.json")
    monkeypatch.setenv("HUIYIN_KEY_FILE", str(tmp_path / "other.json"))
    settings.current.cache_clear()
    assert vault.fingerprint("phone", PHONE) != here


@pytest.mark.parametrize(
    ("name", "shown"), [("张某甲", "张*"), (" 欧阳某 ", "欧*"), ("李", "李*"), ("", ""), (None, "")]
)
def test_names_are_masked(name, shown):
    assert vault.mask_name(name) == shown


@pytest.mark.parametrize(
    ("phone", "shown"),
    [
        (PHONE, "138****0001"),
        ("075588886666", "075*****6666"),
        ("88886666", "******66"),
        ("110", "***"),
        (None, ""),
    ],
)
def test_phones_are_masked(phone, shown):
    assert vault.mask_phone(phone) == shown


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("工资", True),
        ("拖欠工资", True),
        ("拖欠", True),
        ("加班 工资", True),
        ("资加", False),
        ("工伤", False),
        ("ph0001", True),
        ("ＰＨ", True),
    ],
)
def test_words_of_two_characters_are_found(query, found):
    index = vault.bigrams("拖欠工资，加班补偿（SQ-2026PH0001）")
    assert all(term in index for term in vault.bigram_terms(query)) is found


def test_a_text_without_letters_has_no_index():
    assert vault.bigrams("，。 ——") == ""
    assert vault.bigram_terms("") == []
