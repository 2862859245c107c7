"""Where attachments lie: one folder, random names, nothing of the case in a path.

A file is checked and written *before* the transaction that tells the case about it (nothing slow
inside a transaction), into the folder of staged files; the row is added inside, and after the
commit the file moves to the kept ones. If that transaction never comes, `sweep` removes the file
after a day: until then a person whose form had an error need not choose the photo again. Kept
files are never swept, so that a wrong database address cannot empty the folder.
"""

import os
import secrets
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import clock, db, settings, vault
from engine.attachments.content import Checked
from engine.errors import Conflict, NotFound
from engine.models import Attachment

#: How long a file without a row is kept for a form that is still being filled in (real time).
STAGED_FOR = timedelta(hours=24)
_NAME = "attachment.name"
_STAGED = "staged"


@dataclass(frozen=True)
class Staged:
    """A checked file in the folder that no case knows yet."""

    stored_as: str
    name: str
    media_type: str
    kind: str
    size: int
    sha256: str

    def as_dict(self) -> dict[str, Any]:
        """Return plain data; the web signs it and gives it back to the form."""
        return asdict(self)


def put(checked: Checked) -> Staged:
    """Write the file under a random name, readable by this account only."""
    stored_as = secrets.token_hex(32)
    path = _staged(stored_as)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as out:
        out.write(checked.data)
    return Staged(
        stored_as=stored_as,
        name=checked.name,
        media_type=checked.media_type,
        kind=checked.kind,
        size=checked.size,
        sha256=checked.sha256,
    )


def admit(session: Session, staged: Staged, *, by: str, field: str = "files") -> Attachment:
    """Add the row of a staged file; the command that takes it sets instance and submission.

    Raises:
        NotFound: the file is no longer in the folder (staged more than a day ago).
        Conflict: another case took this file.
    """
    taken = select(Attachment.id).where(Attachment.stored_as == staged.stored_as)
    if session.scalar(taken) is not None:
        raise Conflict("附件已随上一次提交保存，请勿重复提交。")
    if not _staged(staged.stored_as).is_file():
        raise NotFound(f"附件“{staged.name}”已过保留时间，请重新选择。")
    attachment = Attachment(
        field=field,
        name=vault.seal(staged.name, _NAME),
        media_type=staged.media_type,
        size=staged.size,
        sha=staged.sha256,
        stored_as=staged.stored_as,
        uploaded_by=by,
        uploaded_at=clock.now(),
    )
    session.add(attachment)
    db.after_commit(session, lambda: _keep(staged.stored_as))
    return attachment


def name_of(attachment: Attachment) -> str:
    """Return the name the person gave, cleaned; it may hold a person's name."""
    return vault.open_text(attachment.name, _NAME)


def read(attachment: Attachment) -> bytes:
    """Return the content.

    Raises:
        NotFound: the folder lost the file.
    """
    # a process that died between commit and move left the file among the staged ones
    for path in (_kept(attachment.stored_as), _staged(attachment.stored_as)):
        if path.is_file():
            return path.read_bytes()
    raise NotFound("附件文件不存在，请联系系统管理员。")


def read_staged(staged: Staged) -> bytes:
    """Return the content of a file that no case knows yet.

    Raises:
        NotFound: it has been swept.
    """
    try:
        return _staged(staged.stored_as).read_bytes()
    except FileNotFoundError:
        raise NotFound(f"附件“{staged.name}”已过保留时间，请重新选择。") from None


def discard(staged: Staged) -> None:
    """Remove a staged file that has done its duty (an imported sheet)."""
    _staged(staged.stored_as).unlink(missing_ok=True)


def delete(stored_as: str) -> None:
    """Remove the file of a row that is gone."""
    for path in (_kept(stored_as), _staged(stored_as)):
        path.unlink(missing_ok=True)


def sweep(session: Session) -> int:
    """Remove staged files older than `STAGED_FOR` that no row speaks of; return how many.

    Only reads the database. A file that has its row is moved to the kept ones.
    """
    oldest = (clock.real() - STAGED_FOR).timestamp()
    folder = settings.current().attachments / _STAGED
    old = [path for path in folder.glob("*") if path.stat().st_mtime < oldest]
    for path in old:
        known = select(Attachment.id).where(Attachment.stored_as == path.name)
        if session.scalar(known) is None:
            path.unlink(missing_ok=True)
        else:
            _keep(path.name)
    return sum(not path.exists() and not _kept(path.name).exists() for path in old)


def _keep(stored_as: str) -> None:
    kept = _kept(stored_as)
    kept.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    _staged(stored_as).replace(kept)


def _staged(stored_as: str) -> Path:
    return settings.current().attachments / _STAGED / _checked(stored_as)


def _kept(stored_as: str) -> Path:
    # two letters of the name spread the files over 256 folders
    return settings.current().attachments / stored_as[:2] / _checked(stored_as)


def _checked(stored_as: str) -> str:
    if len(stored_as) != 64 or not stored_as.isalnum():
        raise NotFound("没有这个附件。")
    return stored_as
