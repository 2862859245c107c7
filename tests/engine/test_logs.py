"""Log lines: what went wrong and where, and never what somebody wrote."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator

import pytest
import structlog
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from engine import db, logs

WORDS = "金丝雀-13800009999"


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    before = structlog.get_config()
    lines = io.StringIO()
    monkeypatch.setattr(sys, "stderr", lines)
    logs.configure()
    yield lines
    structlog.configure(**before)


def break_with(words: str) -> None:
    held = {"said": words}
    raise ValueError(f"no number: {held['said']}")


def test_a_trace_tells_places_and_no_values(written: io.StringIO) -> None:
    log = structlog.get_logger()
    try:
        break_with(WORDS)
    except ValueError as problem:
        log.warning("failed", exc_info=problem)
        log.exception("failed")
    lines = written.getvalue().splitlines()
    assert len(lines) == 2
    for line in lines:
        assert WORDS not in line
        assert "13800009999" not in line
        (kind,) = json.loads(line)["exception"]
        assert kind["kind"] == "ValueError"
        assert kind["places"][-1].endswith(" break_with")


def test_without_an_exception_nothing_is_said_of_one(written: io.StringIO) -> None:
    structlog.get_logger().info("fine", exc_info=False, phone="13800009999")
    line = json.loads(written.getvalue())
    assert (line["event"], line["phone"]) == ("fine", "[hidden]")
    assert "exception" not in line


def test_a_refused_statement_does_not_repeat_its_values(either_database: str) -> None:
    with pytest.raises(DBAPIError) as refused, db.transaction() as session:
        session.execute(text("SELECT :words FROM no_such_table"), {"words": WORDS})
    assert WORDS not in str(refused.value)
