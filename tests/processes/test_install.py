"""What every office has after `huiyin migrate`, and keeps after the next one."""

from __future__ import annotations

from sqlalchemy import delete, func, select

from engine import db, hooks
from processes.appeals.models import AnswerTemplate


def test_an_installed_office_has_the_library_and_keeps_its_own(database: str) -> None:
    with db.transaction() as session:
        hooks.install(session)
    with db.transaction() as session:
        count = session.scalar(select(func.count()).select_from(AnswerTemplate))
        first = session.scalars(select(AnswerTemplate)).first()
        assert count
        assert count > 10
        session.execute(delete(AnswerTemplate).where(AnswerTemplate.id == first.id))
    with db.transaction() as session:
        hooks.install(session)
        assert session.scalar(select(func.count()).select_from(AnswerTemplate)) == count - 1
