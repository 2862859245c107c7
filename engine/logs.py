"""Structured log lines without personal data: codes and ids only.

Values under names that could hold a person are dropped before a line is written. Of an
exception its kind and the places it passed are told: what it says, and what the variables
held there, may be somebody's words, a password or a token.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog
from structlog.tracebacks import ExceptionDictTransformer

from engine import settings

#: Never written, whoever logs it.
HIDDEN = frozenset(
    {"name", "phone", "payload", "submission", "values", "form", "text", "content", "password"}
)


def _without_persons(_: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for key in HIDDEN & set(line):
        line[key] = "[hidden]"
    return line


_trace = ExceptionDictTransformer(show_locals=False, use_rich=False)


def _places(_: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Replace an exception by its kinds and places, the outermost first."""
    given = line.pop("exc_info", None)
    if given is True:
        given = sys.exc_info()
    if isinstance(given, BaseException):
        given = (type(given), given, given.__traceback__)
    if given and given[0] is not None:
        line["exception"] = [
            {
                "kind": part["exc_type"],
                "places": [
                    f"{frame['filename']}:{frame['lineno']} {frame['name']}"
                    for frame in part["frames"]
                ],
            }
            for part in _trace(given)
        ]
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
            _places,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    for noisy in ("waitress", "spiff", "alembic"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
