"""How `/engine-rest` answers: JSON under exactly `application/json`, or nothing at all.

The stock JavaScript client does not understand a charset behind the type, nor a type on
an empty answer.
"""

from __future__ import annotations

import json
from datetime import date, datetime, time, timedelta, timezone
from typing import Any

from werkzeug.wrappers import Response

from engine import clock

#: Years that can be told in every zone.
EARLIEST, LATEST = 1, 9999
#: Since when China has zones: before, its offset is +08:05:43.
FIRST_ZONED, EAST_8 = 1902, timezone(timedelta(hours=8))


def answer(data: Any, status: int = 200) -> Response:
    """Return data as JSON."""
    body = json.dumps(data, ensure_ascii=False, separators=(",", ":"), default=_plain)
    return Response(body, status, content_type="application/json")


def nothing() -> Response:
    """Return 204: done, and nothing to say. No content type, no body."""
    response = Response(status=204)
    del response.headers["Content-Type"]
    return response


def counted(number: int) -> Response:
    """Return how many there are, as every `/count` does."""
    return answer({"count": number})


def moment(value: datetime | None) -> str | None:
    """Write a moment as Camunda does: `2026-01-31T08:30:00.000+0800`, the office's zone."""
    if value is None:
        return None
    local = value.astimezone(clock.CHINA)
    if local.year < FIRST_ZONED:  # the sun's own time then, which nobody's format can write
        local = value.astimezone(EAST_8)
    # The year by itself: strftime writes 99 as it is.
    year, rest = f"{local.year:04}", f"{local:%m-%dT%H:%M:%S}"
    return f"{year}-{rest}.{local.microsecond // 1000:03d}{local:%z}"


def parse_moment(text: str) -> datetime:
    """Read Camunda's form, with or without milliseconds; also `Z` and `+08:00`.

    A moment without a zone is the office's; a day is its midnight.

    Raises:
        ValueError: it is no moment.
    """
    found = datetime.fromisoformat(text.strip())
    aware = found if found.tzinfo else found.replace(tzinfo=clock.CHINA)
    if not EARLIEST < aware.year < LATEST:
        raise ValueError("the year is out of range")
    return aware


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, date):
        return moment(datetime.combine(value, time.min, clock.CHINA))
    return str(value)
