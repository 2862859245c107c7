"""How often and how soon a job is tried again.

Default: three tries, 10 s, 1 min and 10 min apart (`engine.md` §6); a diagram may say
otherwise with `camunda:failedJobRetryTimeCycle`, for example `R5/PT10M` or `PT1M,PT10M`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

ATTEMPTS = 3
BACKOFF = (10, 60, 600)

_DURATION = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?")
_REPEAT = re.compile(r"R(\d{1,3})/(.+)")


def plan(attributes: Mapping[str, Any]) -> tuple[int, list[int]]:
    """Return (number of tries, seconds before each further try) for an element."""
    text = str(attributes.get("failedJobRetryTimeCycle") or "")
    for item in attributes.get("@failedJobRetryTimeCycle") or ():
        text = str(item.get("text") or text)
    if not text:
        return ATTEMPTS, list(BACKOFF)
    repeat = _REPEAT.fullmatch(text.strip())
    if repeat:
        times, seconds = max(1, int(repeat[1])), _seconds(repeat[2])
        return (times, [seconds] * times) if seconds is not None else (ATTEMPTS, list(BACKOFF))
    steps = [_seconds(part) for part in text.split(",")]
    if any(step is None for step in steps):
        return ATTEMPTS, list(BACKOFF)
    return len(steps) + 1, [step for step in steps if step is not None]


def _seconds(text: str) -> int | None:
    found = _DURATION.fullmatch(text.strip())
    if not found or not any(found.groups()):
        return None
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return ((days * 24 + hours) * 60 + minutes) * 60 + seconds
