"""`camunda:failedJobRetryTimeCycle`: how often, and after which pauses, a job is tried again."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from engine.bpmn import timers

_REPEAT = re.compile(r"R(\d{1,3})/(.+)", re.A)
#: What months are counted from, to give them a length.
_THEN = datetime(2026, 1, 1, tzinfo=UTC)


def parse(text: str) -> tuple[int, list[int]]:
    """Read a retry time cycle.

    Raises:
        EngineError: it is neither a repetition nor a list of durations.
    """
    repeat = _REPEAT.fullmatch(text.strip())
    if repeat:
        times = max(1, int(repeat[1]))
        return times, [_seconds(repeat[2])] * times
    steps = [_seconds(part) for part in text.split(",")]
    return len(steps) + 1, steps


def _seconds(text: str) -> int:
    return int((timers.after(_THEN, timers.length(text)) - _THEN).total_seconds())
