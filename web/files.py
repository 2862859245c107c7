"""Attachments as a page lists them; the download itself checks who asks (`web.papers`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.attachments import storage
from engine.models import Attachment


@dataclass(frozen=True)
class File:
    """An attachment as a page lists it."""

    name: str
    size: int
    address: str


def listed(session: Session, ids: Sequence[str]) -> list[File]:
    """Return attachments by id, in the order asked for, as a page lists them."""
    rows = {
        row.id: row for row in session.scalars(select(Attachment).where(Attachment.id.in_(ids)))
    }
    return [
        File(storage.name_of(row), row.size, url_for("papers.file", file_id=row.id))
        for row in (rows[key] for key in ids if key in rows)
    ]
