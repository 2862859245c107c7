"""Personal data at rest: AES-256-GCM with a key id, and keyed fingerprints for exact search.

The key file (0600) is made once by `make run` or `huiyin setup` and never silently: a database
whose key is lost must stop the start, not fill up with data under a second key. The key's id stands
in front of every value, so that a new key can be added and old values still open.

A sealed value is bound to its place (“context”, for columns `table.column`): copied into another
column it does not open. Renaming a column needs `EncryptedText("old_table.old_column")`.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import secrets
import stat
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Column, Dialect, LargeBinary, MetaData, Table, event, select, type_coerce
from sqlalchemy import inspect as sql_inspect
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeDecorator

from engine import settings
from engine.errors import EngineError

#: Every sealed value begins with it: lets the start find sealed data in any table.
MAGIC = b"\x00HV1"
NONCE = 12
T = TypeVar("T")


class VaultClosed(EngineError):
    """The key of the personal data is missing, unreadable or not the right one."""

    code = "vault-closed"


@dataclass(frozen=True)
class Keys:
    """The content of the key file."""

    current: str
    sealing: Mapping[str, bytes]
    #: Behind the fingerprints. It cannot be changed without computing all of them anew.
    finding: bytes


# -- the key file --------------------------------------------------------------------------------


def create(path: Path) -> bool:
    """Make the key file unless it exists; return whether it was made."""
    if path.exists():
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    _write(path, Keys("k1", {"k1": secrets.token_bytes(32)}, secrets.token_bytes(32)))
    return True


def rotate(path: Path) -> str:
    """Add a key, seal with it from now on, return its id. Old values open with the old one."""
    keys = _read(path)
    fresh = f"k{1 + max(int(name[1:]) for name in keys.sealing)}"
    _write(path, Keys(fresh, {**keys.sealing, fresh: secrets.token_bytes(32)}, keys.finding))
    return fresh


def _write(path: Path, keys: Keys) -> None:
    text = json.dumps(
        {
            "current": keys.current,
            "sealing": {name: _encode(key) for name, key in keys.sealing.items()},
            "finding": _encode(keys.finding),
        },
        indent=1,
    )
    # A new file with its rights from the first byte, put in place in one step: a crash leaves
    # either the old key file or the new one.
    fresh = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    handle = os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    _load.cache_clear()


def _encode(key: bytes) -> str:
    return base64.b64encode(key).decode()


def _read(path: Path) -> Keys:
    try:
        mode = path.stat().st_mode
        content = json.loads(path.read_text("utf-8"))
        sealing = {
            str(name): base64.b64decode(key, validate=True)
            for name, key in content["sealing"].items()
        }
        keys = Keys(
            content["current"], sealing, base64.b64decode(content["finding"], validate=True)
        )
    except FileNotFoundError:
        raise VaultClosed(
            f"找不到密钥文件 {path}。个人信息已加密保存，没有原来的密钥无法读取；"
            "请把备份的密钥文件放回原处，或用 HUIYIN_KEY_FILE 指明位置。"
        ) from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise VaultClosed(f"密钥文件 {path} 读不出来或内容已损坏，请用备份恢复。") from None
    if stat.S_IMODE(mode) & 0o077:
        raise VaultClosed(f"密钥文件 {path} 对其他用户可读，请先执行 chmod 600 {path}。")
    if keys.current not in sealing or any(len(key) != 32 for key in sealing.values()):
        raise VaultClosed(f"密钥文件 {path} 内容已损坏，请用备份恢复。")
    return keys


@lru_cache(maxsize=4)
def _load(path: Path, _changed: int) -> Keys:
    return _read(path)


def _keys() -> Keys:
    path = settings.current().keys
    try:
        changed = path.stat().st_mtime_ns  # another process may have added a key
    except OSError:
        changed = 0
    return _load(path, changed)


# -- sealing -------------------------------------------------------------------------------------


def seal(value: str | bytes, context: str) -> bytes:
    """Encrypt a value for one place.

    Args:
        value: text is sealed as UTF-8.
        context: where it will stand, for example `submission.payload`; needed again to open it.
    """
    keys = _keys()
    plain = value.encode() if isinstance(value, str) else value
    name, nonce = keys.current.encode(), secrets.token_bytes(NONCE)
    head = MAGIC + bytes([len(name)]) + name
    cipher = AESGCM(keys.sealing[keys.current])
    return head + nonce + cipher.encrypt(nonce, plain, head + context.encode())


def open_bytes(sealed: bytes, context: str) -> bytes:
    """Decrypt what `seal` made for the same context.

    Raises:
        VaultClosed: the key is lost, or the value was changed or moved from another place.
    """
    name = key_id(sealed)
    key = _keys().sealing.get(name)
    if key is None:
        raise VaultClosed(f"密钥文件里没有编号为“{name}”的密钥，请用备份恢复密钥文件。")
    end = len(MAGIC) + 1 + len(name)
    head, nonce, body = sealed[:end], sealed[end : end + NONCE], sealed[end + NONCE :]
    try:
        return AESGCM(key).decrypt(nonce, body, head + context.encode())
    except (InvalidTag, ValueError):
        raise VaultClosed(
            f"加密内容（{context}）无法打开：密钥不对，或内容被改动、挪用过。"
        ) from None


def open_text(sealed: bytes, context: str) -> str:
    """Decrypt a text; see `open_bytes`."""
    return open_bytes(sealed, context).decode()


def key_id(sealed: bytes) -> str:
    """Return which key a value was sealed with."""
    size = len(MAGIC)
    if not sealed.startswith(MAGIC) or len(sealed) < size + 1:
        raise VaultClosed("这不是加密保存的内容。")
    return sealed[size + 1 : size + 1 + sealed[size]].decode("ascii", "replace")


def fingerprint(kind: str, value: str) -> str:
    """Return what an exact value is found by: 64 hexadecimal digits, useless without the key.

    Args:
        kind: what is compared (`phone`, `name`, …); one value has another fingerprint per kind.
        value: already in one form (a phone's digits, a name without spaces).
    """
    message = f"{kind}\x00{value}".encode()
    return hmac.new(_keys().finding, message, hashlib.sha256).hexdigest()


# -- start ---------------------------------------------------------------------------------------


def check(session: Session, metadata: MetaData) -> None:
    """Refuse the start if the database holds sealed values that this key file cannot open.

    Raises:
        VaultClosed: with what to do, in Chinese.
    """
    present = set(sql_inspect(session.connection()).get_table_names())
    names = {
        key_id(value)
        for table in metadata.sorted_tables
        if table.name in present
        for column in table.columns
        if _may_be_sealed(column)
        for value in _samples(session, column)
    }
    if not names:
        return
    missing = names - _keys().sealing.keys()
    if missing:
        raise VaultClosed(
            f"数据库里有用密钥 {'、'.join(sorted(missing))} 加密的个人信息，"
            "而密钥文件里没有这把密钥，系统不能启动；请用备份恢复密钥文件。"
        )


def _may_be_sealed(column: Column[Any]) -> bool:
    kind = column.type
    return isinstance(kind.impl if isinstance(kind, TypeDecorator) else kind, LargeBinary)


def _samples(session: Session, column: Column[Any]) -> Iterator[bytes]:
    """The first and the last value: enough to notice a lost key without reading the table."""
    raw = type_coerce(column, LargeBinary)
    order = list(column.table.primary_key.columns) or [column]
    for way in (order, [key.desc() for key in order]):
        value = session.scalar(select(raw).where(column.is_not(None)).order_by(*way).limit(1))
        if isinstance(value, bytes) and value.startswith(MAGIC):
            yield value


# -- columns -------------------------------------------------------------------------------------


class _Sealed(TypeDecorator[T]):
    """A column whose value is sealed for `table.column`."""

    impl = LargeBinary
    cache_ok = True
    _dump: Callable[[Any], str]
    _parse: Callable[[str], Any]

    def __init__(self, context: str = "") -> None:
        super().__init__()
        self.context = context

    def _place(self) -> str:
        if not self.context:
            raise VaultClosed("加密列必须属于一张表，或写明 context。")
        return self.context

    def process_bind_param(self, value: T | None, dialect: Dialect) -> bytes | None:
        return None if value is None else seal(type(self)._dump(value), self._place())

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> T | None:
        if value is None:
            return None
        opened: T = type(self)._parse(open_text(bytes(value), self._place()))
        return opened


class EncryptedText(_Sealed[str]):
    """Text that is sealed in the database. It cannot be searched or sorted; see `fingerprint`."""

    cache_ok = True
    _dump = staticmethod(str)
    _parse = staticmethod(str)


class EncryptedJSON(_Sealed[Any]):
    """A JSON value sealed in the database. Replace it as a whole; changes inside go unseen."""

    cache_ok = True
    _dump = staticmethod(lambda value: json.dumps(value, ensure_ascii=False))
    _parse = staticmethod(json.loads)


@event.listens_for(Column, "after_parent_attach")
def _name_the_place(column: Column[Any], table: Any) -> None:
    if isinstance(table, Table) and isinstance(column.type, _Sealed) and not column.type.context:
        column.type = type(column.type)(f"{table.name}.{column.name}")


# -- what may be shown or searched in clear ------------------------------------------------------


def mask_name(name: str | None) -> str:
    """张某甲 → 张*; the length of a name is not shown either."""
    name = (name or "").strip()
    return f"{name[0]}*" if name else ""


def mask_phone(phone: str | None) -> str:
    """13800000001 → 138****0001; short numbers keep their last two digits only."""
    phone = (phone or "").strip()
    if len(phone) >= 11:
        return f"{phone[:3]}{'*' * (len(phone) - 7)}{phone[-4:]}"
    return f"{'*' * (len(phone) - 2)}{phone[-2:]}" if len(phone) > 4 else "*" * len(phone)


def bigrams(text: str) -> str:
    """Return the pairs of neighbouring characters of a text, to be searched with `LIKE`.

    “拖欠工资” → “ 拖欠 欠工 工资 ”: a query's own pairs (`bigram_terms`) must all occur.
    """
    found = bigram_terms(text)
    return f" {' '.join(found)} " if found else ""


def bigram_terms(text: str) -> list[str]:
    """Return the pairs a query asks for, each once; a single character stands for itself."""
    found: dict[str, None] = {}
    for run in _runs(unicodedata.normalize("NFKC", text).casefold()):
        found.update(dict.fromkeys(run[at : at + 2] for at in range(max(1, len(run) - 1))))
    return list(found)


def _runs(text: str) -> Iterator[str]:
    run = ""
    for char in text:
        if char.isalnum():
            run += char
        elif run:
            yield run
            run = ""
    if run:
        yield run
