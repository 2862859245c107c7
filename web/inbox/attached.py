"""Files that come with a task's form: one set of uploads per file field of the form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from flask import request
from sqlalchemy.orm import Session

from engine.attachments import storage
from engine.forms import BoundForm
from engine.models import Attachment
from web import uploads
from web.uploads import Kept


@dataclass
class Received:
    """Checked files by field name, and a sentence for each one that was refused."""

    kept: dict[str, list[Kept]] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)

    def admit(self, session: Session, login: str) -> Sequence[Attachment]:
        """Add the rows of the files to the command's transaction."""
        return [
            storage.admit(session, file.staged, by=login, field=name)
            for name, many in self.kept.items()
            for file in many
        ]


def receive(form: BoundForm | None) -> Received:
    """Check and stage the files of the post, field by field."""
    found = Received()
    for item in form.flat() if form else ():
        if item.type != "filepicker" or item.hidden:
            continue
        got = uploads.receive(request, name=item.name)
        found.kept[item.name] = got.kept
        found.errors.extend(f"{item.label}：{error}" for error in got.errors)
    if form:
        form.attach({name: [file.staged for file in many] for name, many in found.kept.items()})
    return found


def typed(form: BoundForm | None) -> list[tuple[str, str]]:
    """Return what was typed, with labels, to be shown if the task turns out to be closed."""
    if form is None:
        return []
    return [
        (item.label, str(item.value))
        for item in form.flat()
        if item.type in ("textfield", "textarea", "number", "datetime") and item.value
    ]
