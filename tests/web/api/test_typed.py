"""Typed values there and back, and each that cannot be read."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest

from engine.expressions import feel
from engine.expressions.values import YearsMonths
from engine.state import values
from engine.state.values import FileReference
from web.api import typed
from web.api.answer import moment, parse_moment
from web.api.errors import ApiError


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("String", "回音"),
        ("Boolean", False),
        ("Integer", 7),
        ("Long", 2**40),
        ("Long", 7),
        ("Short", 7),
        ("Double", 1.5),
        ("Date", "2026-01-31T08:30:00.000+0800"),
        ("Json", '{"a":[1,null]}'),
        ("Null", None),
    ],
)
def test_there_and_back(kind: str, value: Any) -> None:
    given = {"type": kind, "value": value, "valueInfo": {}}
    assert typed.write(typed.read(given)) == given


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({"value": 5}, 5),
        ({"value": "5", "type": "Integer"}, 5),
        ({"value": 3, "type": "short"}, 3),
        ({"value": 3, "type": "long"}, 3),
        ({"value": "true", "type": "boolean"}, True),
        ({"value": None, "type": "String"}, None),
        (
            {"value": "2026-01-31T00:30:00Z", "type": "Date"},
            datetime(2026, 1, 31, 0, 30, tzinfo=UTC),
        ),
        (
            {
                "value": '{"a": 1}',
                "type": "Object",
                "valueInfo": {"serializationDataFormat": "application/json"},
            },
            {"a": 1},
        ),
        ({"value": {"a": 1}, "type": "Object"}, {"a": 1}),
    ],
)
def test_reading(given: dict[str, Any], kept: Any) -> None:
    assert typed.read(given) == kept


@pytest.mark.parametrize("content", [{"a": [1, None], "$": 2.5}, ["x", {}]])
def test_an_object_keeps_the_name_of_its_class(content: Any) -> None:
    info = {"objectTypeName": "org.example.Order", "serializationDataFormat": "application/json"}
    text = json.dumps(content, separators=(",", ":"))
    given = {"type": "Object", "value": text, "valueInfo": info}
    value = values.decode(json.loads(values.to_json(values.encode(typed.read(given)))))
    assert value == content
    assert typed.write(value) == given
    assert typed.write(value, deserialized=True) == {**given, "value": content}


@pytest.mark.parametrize("kind", ["Long", "Short", "Integer", "Double"])
def test_a_declared_number_is_saved_with_its_type(kind: str) -> None:
    value = typed.read({"type": kind, "value": 7})
    again = values.decode(json.loads(values.to_json(values.encode(value))))
    assert typed.write(again) == {"type": kind, "value": 7, "valueInfo": {}}


@pytest.mark.parametrize(
    ("value", "kind", "shown"),
    [
        (Decimal("3"), "Double", 3),
        (date(2026, 1, 31), "Date", "2026-01-31T00:00:00.000+0800"),
        (time(8, 30), "String", "08:30:00"),
        (timedelta(hours=2), "String", "PT2H"),
        (YearsMonths(14), "String", "P1Y2M"),
        (
            feel('@"2026-01-31T08:30:00.123456789+08:00"', {}),
            "Date",
            "2026-01-31T08:30:00.123+0800",
        ),
        (feel('@"08:30:00.000000001"', {}), "String", "08:30:00.000000001"),
        (feel('@"12026-01-31"', {}), "String", "12026-01-31"),
        (feel("[1..5)", {}), "String", "[1..5)"),
        ([Decimal("0.5"), date(2026, 1, 31)], "Json", '[0.5,"2026-01-31T00:00:00.000+0800"]'),
    ],
)
def test_what_only_we_have_goes_out_as_the_nearest(value: Any, kind: str, shown: Any) -> None:
    assert typed.write(value) == {"type": kind, "value": shown, "valueInfo": {}}


def test_a_file_goes_out_without_its_content() -> None:
    assert typed.write(FileReference("x", "a.pdf", "application/pdf", 9)) == {
        "type": "File",
        "value": None,
        "valueInfo": {"filename": "a.pdf", "mimeType": "application/pdf", "encoding": None},
    }


@pytest.mark.parametrize(
    "given",
    [
        5,
        {"value": 1, "type": "Money"},
        {"value": "x", "type": "Integer"},
        {"value": 1.5, "type": "Integer"},
        {"value": True, "type": "Integer"},
        {"value": 2**31, "type": "Integer"},
        {"value": 40000, "type": "Short"},
        {"value": "maybe", "type": "Boolean"},
        {"value": 5, "type": "String"},
        {"value": "31.1.2026", "type": "Date"},
        {"value": "{", "type": "Json"},
        {"value": {"a": 1}, "type": "Json"},
        {
            "value": "rO0AB",
            "type": "Object",
            "valueInfo": {"serializationDataFormat": "application/x-java-serialized-object"},
        },
        {"value": "x", "type": "Null"},
        {"value": "x", "type": "File", "valueInfo": {"filename": "a.txt"}},
        {"value": "QQ==", "type": "File"},
        {"value": "QQ==", "type": "File", "valueInfo": {"filename": "a\0"}},
        {"value": "QQ==", "type": "File", "valueInfo": {"filename": 5}},
        {"value": "QQ==", "type": "File", "valueInfo": {"filename": "a" * 300}},
        {"value": "x", "type": "Bytes"},
        {"value": "QUFB" * 30_000, "type": "Bytes"},
        {"value": 5, "type": "Bytes"},
        {"value": 5, "type": "Integer", "valueInfo": "x"},
    ],
)
def test_what_cannot_be_read(given: Any) -> None:
    with pytest.raises(ApiError) as refused:
        typed.read_all({"thing": given})
    assert refused.value.status == 400
    assert "thing" in str(refused.value)


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        (Decimal("1E+400"), ("String", "1E+400")),
        (Decimal("-1E+6000"), ("String", "-1E+6000")),
        (Decimal("1E+300"), ("Double", 1e300)),
        ([Decimal("1E+5000"), Decimal(3)], ("Json", '["1E+5000",3]')),
    ],
)
def test_a_number_that_no_double_holds_is_written_as_a_text(number: Any, shown: Any) -> None:
    """Decisions reckon to 10**6144; `Infinity` is no JSON, and a client cannot read on."""
    told = typed.write(number)
    assert (told["type"], told["value"]) == shown
    json.loads(json.dumps(told), parse_constant=pytest.fail)


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("0099-01-01T00:00:00.000Z", "0099-01-01T08:00:00.000+0800"),
        ("1583-02-28T16:00:00.000Z", "1583-03-01T00:00:00.000+0800"),
        ("1900-12-31T16:00:00.000Z", "1901-01-01T00:00:00.000+0800"),
        ("1988-07-01T00:00:00.000Z", "1988-07-01T09:00:00.000+0900"),  # summer time
    ],
)
def test_old_moments_are_written_so_that_they_can_be_read(given: str, shown: str) -> None:
    found = parse_moment(given)
    assert moment(found) == shown
    assert parse_moment(shown) == found
