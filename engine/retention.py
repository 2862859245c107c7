"""For how many days the history of a definition is kept, as `camunda:historyTimeToLive` says."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

#: A number of days, or an ISO period; Camunda itself writes `P30D`.
_PERIOD = re.compile(
    r"P(?=\d)(?:(\d{1,6})Y)?(?:(\d{1,6})M)?(?:(\d{1,6})W)?(?:(\d{1,6})D)?", re.ASCII
)
#: Days of a year, a month, a week, a day: a term of keeping needs no calendar.
_DAYS = (365, 30, 7, 1)


def days(text: str | None) -> int | None:
    """Return the days of `30`, `P30D` or `P10Y`; None for nothing, or what is no such term."""
    said = (text or "").strip()
    if said.isascii() and said.isdigit() and len(said) < 10:
        return int(said)
    found = _PERIOD.fullmatch(said)
    if found is None:
        return None
    return sum(int(part or 0) * unit for part, unit in zip(found.groups(), _DAYS, strict=True))


def until(moment: datetime, term: int | None) -> datetime | None:
    """Return when something of a moment may go; None: never, or later than anybody can say."""
    try:
        return None if term is None else moment + timedelta(days=term)
    except OverflowError:
        return None


def before(moment: datetime, term: int) -> datetime:
    """Return since when something must have ended to go at a moment."""
    try:
        return moment - timedelta(days=term)
    except OverflowError:
        return datetime.min.replace(tzinfo=moment.tzinfo)
