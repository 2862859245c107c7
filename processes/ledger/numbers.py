"""Numbers without gaps, and how they are written.

A number is taken inside the caller's transaction: a rollback gives it back. Two writers of the
same series wait for each other (one row, held until commit); other series are not touched.
"""

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from engine import clock, db
from engine.errors import InvalidInput
from processes.ledger.models import NumberSeries


def next_number(session: Session, series: str, year: int | None = None, scope: str = "") -> int:
    """Return the next number of a series, from 1 on, in one statement.

    Args:
        session: the transaction the number belongs to.
        series: what is counted, for example "SQ".
        year: the calendar year in the office's zone; the current one unless told.
        scope: who counts, for example the two letters of a street.
    """
    insert = (postgresql if db.is_postgres(session) else sqlite).insert(NumberSeries)
    statement = insert.values(
        series=series, year=year if year is not None else clock.today().year, scope=scope, last=1
    )
    number: int | None = session.scalar(
        statement.on_conflict_do_update(
            index_elements=["series", "year", "scope"],
            set_={"last": NumberSeries.last + 1},
        ).returning(NumberSeries.last),
        # the row may be in this session already, with yesterday's value
        execution_options={"populate_existing": True},
    )
    if number is None:
        raise AssertionError("an upsert returns its row")
    return number


def case_number(session: Session, prefix: str, scope: str, year: int | None = None) -> str:
    """Return the next number of a case: prefix, year and street, six digits (§4.1).

    `SQ-2026PH-000001`
    """
    year = year if year is not None else clock.today().year
    return written(prefix, year, scope, next_number(session, prefix, year, scope))


def written(prefix: str, year: int, scope: str, number: int) -> str:
    """Return how a case number is written."""
    return f"{prefix}-{year}{scope}-{number:06}"


def letter_number(session: Session, office: str = "龙工函", year: int | None = None) -> str:
    """Return the next official letter number: `龙工函〔2026〕12号`.

    公文 numbers carry hexagonal brackets, the whole year and no leading zero (GB/T 9704-2012
    §7.2.5).

    Raises:
        InvalidInput: the office's mark is not two to eight Chinese characters.
    """
    if not 2 <= len(office) <= 8 or not all("\u4e00" <= sign <= "\u9fff" for sign in office):
        raise InvalidInput("发文机关代字须为 2 至 8 个汉字。", {"office": "代字不正确"})
    year = year if year is not None else clock.today().year
    return f"{office}〔{year}〕{next_number(session, office, year)}号"
