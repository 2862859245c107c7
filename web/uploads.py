"""Files of a posted form: checked, staged, and not lost when the form has an error.

A file that passed is written to the folder at once and comes back to the form as a signed token in
a hidden field. The second post brings the token instead of the photo: on a phone with a weak signal
that is the difference between a corrected form and an abandoned one.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta

from flask import Request, current_app
from itsdangerous import BadSignature, URLSafeTimedSerializer
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from engine import settings
from engine.attachments import content, storage
from engine.attachments.refusal import FileRefused
from engine.attachments.storage import Staged
from engine.errors import Conflict, InvalidInput, NotFound
from engine.models import Attachment

#: Shorter than the folder keeps a file without a row, so a valid token always has its file.
_TOKEN_AGE = timedelta(hours=12)


@dataclass(frozen=True)
class Kept:
    """A staged file as the form carries it on."""

    staged: Staged
    token: str


@dataclass
class Uploads:
    """What came with one post: what was kept, and a sentence for each file that was not."""

    kept: list[Kept] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @property
    def staged(self) -> list[Staged]:
        """Return the files to hand to the command."""
        return [kept.staged for kept in self.kept]

    def admit(self, session: Session, *, by: str) -> list[Attachment]:
        """Add the rows of the files, inside the transaction that takes them.

        Raises:
            InvalidInput: a file waited too long or went with another case; the form comes back
                without it and everything else is still there.
        """
        rows = []
        for kept in list(self.kept):
            try:
                rows.append(storage.admit(session, kept.staged, by=by))
            except (NotFound, Conflict) as gone:
                self.kept.remove(kept)
                self.errors.append(str(gone))
        if len(rows) < len(self.kept) or self.errors:
            raise InvalidInput("附件没有都收到。")
        return rows


def receive(request: Request, *, name: str = "files", most: int = content.MAX_FILES) -> Uploads:
    """Check and stage the files of a post, together with those kept from the post before.

    `<name>_kept` are the tokens, `<name>_drop` the tokens the person took out again.
    """
    uploads = Uploads()
    dropped = set(request.form.getlist(f"{name}_drop"))
    for token in dict.fromkeys(request.form.getlist(f"{name}_kept")):
        if token not in dropped and (staged := _open(token)) is not None:
            uploads.kept.append(Kept(staged, token))
    for posted in _chosen(request.files.getlist(name)):
        if len(uploads.kept) >= most:
            uploads.errors.append(f"附件最多 {most} 个，多出的没有保存。")
            break
        _take(uploads, posted)
    return uploads


def _chosen(files: Iterable[FileStorage]) -> list[FileStorage]:
    return [posted for posted in files if posted.filename]


def _take(uploads: Uploads, posted: FileStorage) -> None:
    limit = settings.current().upload_limit_mb << 20
    data = posted.stream.read(limit + 1)
    try:
        checked = content.check(posted.filename or "", data, limit=limit)
    except FileRefused as refusal:
        uploads.errors.append(str(refusal))
        return
    if any(kept.staged.sha256 == checked.sha256 for kept in uploads.kept):
        return  # the same photo chosen again after an error
    staged = storage.put(checked)
    uploads.kept.append(Kept(staged, _serializer().dumps(staged.as_dict())))


def _open(token: str) -> Staged | None:
    try:
        return Staged(**_serializer().loads(token, max_age=int(_TOKEN_AGE.total_seconds())))
    except (BadSignature, TypeError):
        return None


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.secret_key), salt="staged-file")
