"""Dates, periods and sizes in the office's words. One place, so that every page says the same.

A date is 2026年4月7日. A period that is left always says 工作日 or 自然日 (requirements §4.0-10).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from flask import Flask
from markupsafe import Markup, escape

from engine import clock
from web import workdays

WEEKDAYS = "一二三四五六日"
#: A due date nearer than this is shown in amber.
SOON = timedelta(days=2)


@dataclass(frozen=True)
class Due:
    """How a deadline stands: words, a tone (red, amber or none), the share that is used up."""

    text: str
    tone: str
    used: float | None
    at: datetime


def init_app(app: Flask) -> None:
    """Give templates the filters."""
    app.jinja_env.filters.update(
        day=day, moment=moment, since=since, size=size, marked=marked, paragraphs=paragraphs
    )


def local(when: datetime) -> datetime:
    """Return the moment in the office's zone."""
    return when.astimezone(clock.CHINA)


def day(when: datetime | date | None) -> str:
    """Return 2026年4月7日."""
    if when is None:
        return "—"
    shown = local(when).date() if isinstance(when, datetime) else when
    return f"{shown.year}年{shown.month}月{shown.day}日"


def moment(when: datetime | None) -> str:
    """Return 2026年4月7日 09:42."""
    return f"{day(when)} {local(when):%H:%M}" if when else "—"


def long_moment(when: datetime) -> str:
    """Return 2026年4月7日 星期二 09:42, for the demo clock."""
    here = local(when)
    return f"{day(here)} 星期{WEEKDAYS[here.weekday()]} {here:%H:%M}"


def since(when: datetime | None) -> str:
    """Return a short moment as lists show it: 今天 09:42, 昨天 16:10, 4月7日, 2025年4月7日."""
    if when is None:
        return "—"
    here, today = local(when), clock.today().date()
    if here.date() == today:
        return f"今天 {here:%H:%M}"
    if here.date() == today - timedelta(days=1):
        return f"昨天 {here:%H:%M}"
    if here.year == today.year:
        return f"{here.month}月{here.day}日 {here:%H:%M}"
    return day(here)


def size(count: int) -> str:
    """Return the size of a file as people read it."""
    if count < 1024:
        return f"{count} B"
    if count < 1024 * 1024:
        return f"{count / 1024:.0f} KB"
    return f"{count / 1024 / 1024:.1f} MB"


def marked(text: str, query: str) -> Markup:
    """Return the text with what was searched for marked; both are escaped."""
    if not query or query not in text:
        return escape(text)
    before, found, after = text.partition(query)
    return Markup("{}<mark>{}</mark>{}").format(before, found, after)


def paragraphs(text: str) -> Markup:
    """Return plain text with its line breaks; nothing in it becomes markup."""
    lines = (line.strip() for line in str(text).splitlines())
    return Markup("").join(Markup("<p>{}</p>").format(line) for line in lines if line)


def due(
    at: datetime | None, deadline: Mapping[str, Any] | None, created: datetime | None = None
) -> Due | None:
    """Say how a deadline stands now, or None if there is none.

    Working-day deadlines are counted in working days of the calendar, others in natural
    days; the last day is told in words.
    """
    if at is None:
        return None
    now, working = clock.now(), (deadline or {}).get("unit") == "W"
    used = _used(created, at, now)
    if at <= now:
        return Due(f"超期 {_span(at, now, working=working)}", "red", used, at)
    if local(at).date() == local(now).date():
        return Due(f"今天 {local(at):%H:%M} 到期", "amber", used, at)
    tone = "amber" if at - now <= SOON else ""
    return Due(f"剩 {_span(now, at, working=working)}", tone, used, at)


def _used(created: datetime | None, at: datetime, now: datetime) -> float | None:
    if created is None or at <= created:
        return None
    return min(1.0, max(0.0, (now - created) / (at - created)))


def _span(start: datetime, end: datetime, *, working: bool) -> str:
    if end - start < timedelta(hours=1):
        return f"{max(1, int((end - start).total_seconds() // 60))} 分钟"
    if local(start).date() == local(end).date():
        return f"{int((end - start).total_seconds() // 3600)} 小时"
    if working:
        return f"{workdays.between(local(start).date(), local(end).date())} 个工作日"
    return f"{(local(end).date() - local(start).date()).days} 个自然日"


def now() -> datetime:
    """Return engine time, as pages show it."""
    return clock.now()


def today() -> date:
    """Return the office's day."""
    return clock.today().date()
