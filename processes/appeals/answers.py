"""常用答复库: answers that fit most questions of a kind, found by two characters.

A clerk on the telephone types two characters, takes the text over and changes what the case needs.
The library holds the office's own words and nobody's data, so it is searched in clear. The seeds
lie in `answers.toml`, each with its legal basis, and are added once; what the office changes later
stays changed.
"""

import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from engine import hooks
from processes.appeals.models import AnswerTemplate

LIMIT = 8
_SEEDS = Path(__file__).with_name("answers.toml")


def search(
    session: Session, query: str, category: str | None = None, *, limit: int = LIMIT
) -> list[AnswerTemplate]:
    """Return the answers that hold every word of the query, those of the category first.

    An empty query returns the answers of the category, or the first ones of the library.
    """
    own = AnswerTemplate.category == (category or "")
    found = select(AnswerTemplate).order_by(own.desc(), AnswerTemplate.id).limit(limit)
    words = query.split()[:5]
    if category and not words:
        found = found.where(own)
    exact = list(session.scalars(found.where(*(_anywhere(word) for word in words))))
    if exact or not words:
        return exact
    # “年假” is said, “年休假” is written: the characters in order, in the title only
    loose = ("%".join(_literal(char) for char in word) for word in words)
    titles = (AnswerTemplate.title.like(f"%{word}%", escape="\\") for word in loose)
    return list(session.scalars(found.where(*titles)))


def _anywhere(word: str) -> ColumnElement[bool]:
    pattern = f"%{_literal(word)}%"
    columns = (AnswerTemplate.title, AnswerTemplate.body, AnswerTemplate.basis)
    return or_(*(column.like(pattern, escape="\\") for column in columns))


def get(session: Session, answer_id: int) -> AnswerTemplate | None:
    """Return one answer, or None."""
    return session.get(AnswerTemplate, answer_id)


def seed(session: Session) -> int:
    """Add the library to an empty table; return how many were added."""
    if session.scalar(select(func.count()).select_from(AnswerTemplate)):
        return 0
    rows = _read()
    session.add_all(AnswerTemplate(**row) for row in rows)
    return len(rows)


@lru_cache(maxsize=1)
def _read() -> list[dict[str, Any]]:
    content = tomllib.loads(_SEEDS.read_text("utf-8"))
    return [
        {key: str(entry[key]).strip() for key in ("category", "title", "body", "basis")}
        for entry in content["answer"]
    ]


def _literal(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


@hooks.on_install
def install(session: Session) -> None:
    """Give a new office the library; one that was edited stays as it is."""
    seed(session)
