"""Structured log lines without personal data: codes and ids only.

Values under names that could hold a person are dropped before a line is written.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

from engine import settings

#: Never written, whoever logs it.
HIDDEN = frozenset(
    {"name", "phone", "payload", "submission", "values", "form", "text", "content", "password"}
)


def _without_persons(_: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for key in HIDDEN & set(line):
        line[key] = "[hidden]"
    return line


def configure() -> None:
    """Write one JSON object per line to standard error (plain text on a terminal)."""
    level = logging.getLevelName(settings.current().log_level)
    pretty = sys.stderr.isatty()
    renderer: Any = (
        structlog.dev.ConsoleRenderer() if pretty else structlog.processors.JSONRenderer()
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _without_persons,
            structlog.processors.dict_tracebacks if not pretty else structlog.dev.set_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    for noisy in ("waitress", "spiff", "alembic"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
