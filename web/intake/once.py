"""Handing in a form: however often it is sent, one case comes of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from engine import db
from engine.errors import IdempotencyMismatch
from engine.hooks import Actor
from processes.appeals import intake
from processes.appeals.intake import Form, Receipt
from web.uploads import Uploads


def hand_in(
    once: str, form: Form, submission: Mapping[str, Any], files: Uploads, *, actor: Actor
) -> Receipt:
    """Hand in a form with its files; return the receipt, of the first time it was sent.

    Args:
        once: what all sendings of one form have in common.
    """

    def work(session: Session) -> Receipt:
        known = intake.replayed(session, once)
        if known is not None:
            return known  # the second press: the first one's files and answer stand
        return intake.submit(
            session,
            form=form,
            submission=submission,
            actor=actor,
            files=files.admit(session, by=actor.id),
            idempotency_key=once,
        )

    try:
        return db.unit(work)
    except (IntegrityError, IdempotencyMismatch):
        # two presses at the same moment, or a page left and sent again changed:
        # the first one counts, the second is shown its number
        with db.reading() as session:
            if (first := intake.replayed(session, once)) is not None:
                return first
        raise
