"""What a stranger writes where a value is asked for: right, at the edge, wrong, and mad."""

from __future__ import annotations

import random
from typing import Any

#: Texts that have broken programs before.
TEXTS = (
    "", " ", "\0", "a\0b", "%", "_", "\\", "'", '"', "'; DROP TABLE job; --", "x" * 300,
    "x" * 5_000, "龙" * 300, "\U0001f409", "\ud800", "a\udfffb", "\u202e", "\u2028", "\x1b[31m",
    "\r\nX-Evil: 1", "<script>alert(1)</script>", "${1+1}", "#{execution}", "=1+1", "../../etc",
    "null", "NaN", "-0", "1e999", "9" * 40, "-1", "0x10", "١٢٣", "true", "ＴＲＵＥ", "a,b", ",",
    ",,,", "a_eq_1", "_eq_", "a_eq_\\", "a_like_%\\", "é" * 128, "\ufeff", "\ufffe", "a" * 32,
    "1:2:3", ":", "::", "p:1:1", "1", "0", "2147483648", "9223372036854775808",
)  # fmt: skip
MOMENTS = (
    "2026-01-31T08:30:00.000+0800", "2026-01-31T08:30:00", "2026-01-31",
    "2026-02-30T00:00:00.000+0800",
    "0001-01-01T00:00:00.000+0000", "9999-12-31T23:59:59.999-1200", "9998-12-31T23:59:59.999+0000",
    "0002-01-01T00:00:00.000+2359", "2026-01-31T24:00:00.000+0800", "2026-01-31T08:30:00.000+9999",
    "2026-W05-6", "20260131T083000Z", "1583-02-29T00:00:00.000Z", "0099-01-01T00:00:00.000-0800",
    "2026-06-30T23:59:60.000Z", "+2026-01-31T08:30:00Z", "P1D", "now", "０００１-01-01", "1",
)  # fmt: skip
NUMBERS: tuple[Any, ...] = (
    0, 1, -1, 2, 50, 2**31 - 1, 2**31, -(2**31) - 1, 2**63 - 1, 2**63, 10**30, 0.5, 1e308, -0.0,
    True, "1", " 1 ", "1_0", "+1", "１", "1.0", "1e2", None,
)  # fmt: skip
ODD: tuple[Any, ...] = (
    None, True, False, 0, -1, 10**30, 1.5, "", "x", [], {}, [[]], [None], [{}], {"": None},
    {"a": {}}, {"a": {"value": 1}}, [1, "a", None, {}], {"\0": 1}, {"\ud800": 1},
)  # fmt: skip
TYPES = (
    "String", "Boolean", "Short", "Integer", "Long", "Double", "Number", "Date", "Json", "Object",
    "Null", "File", "Bytes", "Xml", "string", "", "NULL", "İnteger", "x", None, 5, [],
)  # fmt: skip
VARIABLES = ("amount", "word", "list", "level", "day", "x", "n", "a.b", "a b", "变量", "",
             "v" * 200, "v" * 201, "\0", "\ud800", "__class__", "execution", "null",
             "nrOfInstances")  # fmt: skip


def deep(dice: random.Random) -> Any:
    """Return lists or objects in each other, from a few to more than anybody reads."""
    found: Any = dice.choice((1, "x", None))
    for _ in range(dice.choice((3, 20, 60, 200, 600))):
        found = [found] if dice.random() < 0.5 else {"a": found}
    return found


def odd(dice: random.Random) -> Any:
    """Return a value of whatever type."""
    kind = dice.random()
    if kind < 0.05:
        return deep(dice)
    if kind < 0.4:
        return dice.choice(TEXTS)
    if kind < 0.6:
        return dice.choice(NUMBERS)
    return dice.choice(ODD)


PLAIN: tuple[dict[str, Any], ...] = (
    {"value": 4}, {"value": 9, "type": "Integer"}, {"value": "x", "type": "String"},
    {"value": ["a", "b"]}, {"value": True, "type": "Boolean"}, {"value": None}, {"value": 1.5},
    {"value": "2026-01-31T08:30:00.000+0800", "type": "Date"}, {"value": '{"a":[1]}',
    "type": "Json"}, {"value": "YQ==", "type": "File", "valueInfo": {"filename": "a.txt"}},
    {"value": 5, "type": "Long", "valueInfo": {"transient": True}},
)  # fmt: skip


def typed(dice: random.Random) -> Any:
    """Return one of Camunda's typed values: mostly right, now and then in part wrong."""
    if dice.random() < 0.06:
        return odd(dice)
    kind = dice.choice(TYPES)
    value = dice.choice(FITTING.get(str(kind), ODD)) if dice.random() < 0.7 else odd(dice)
    found: dict[str, Any] = {"value": value}
    if dice.random() < 0.75:
        found["type"] = kind
    if dice.random() < 0.25:
        found["valueInfo"] = dice.choice((
            {}, None, [], {"transient": True}, {"objectTypeName": "java.util.ArrayList",
            "serializationDataFormat": "application/json"}, {"filename": "a.txt"},
            {"filename": "x" * 300}, {"filename": "\ud800"}, {"filename": "a", "mimeType": 5},
            {"serializationDataFormat": "application/x-java-serialized-object"},
            {"filename": "a.txt", "encoding": "utf-77"}, {"objectTypeName": 5},
        ))  # fmt: skip
    if dice.random() < 0.1:
        found["local"] = dice.choice((True, False, "x", None))
    return found


FITTING: dict[str, tuple[Any, ...]] = {
    "String": TEXTS,
    "Boolean": (True, False, "true", "x", 1, None),
    "Short": NUMBERS, "Integer": NUMBERS, "Long": NUMBERS, "Double": (*NUMBERS, "nan", "inf"),
    "Number": NUMBERS, "Date": MOMENTS,
    "Json": ("{}", "[]", "1", '"x"', "", "{", "[" * 5_000, '{"a":1e999}', '{"a":"\\ud800"}',
             '{"a":1,"a":2}', "NaN", '{"":{"":[null]}}', "9" * 5_000, '"\\u0000"'),
    "Object": ("{}", "[1,2]", {}, [], 5, '{"a":NaN}', None, "rO0ABQ=="),
    "Null": (None, 1, "x"),
    "File": ("", "YQ==", "YQ", "!", "龙", 5, None), "Bytes": ("", "YQ==", "x", None),
}  # fmt: skip


def variables(dice: random.Random, rude: float) -> Any:
    """Return an object of variables.

    Args:
        rude: how likely each is nonsense.
    """
    if dice.random() < rude / 4:
        return odd(dice)
    names = dice.choices(VARIABLES[: 19 if rude else 8], k=dice.choice((0, 1, 1, 2, 3)))
    return {
        name: typed(dice) if dice.random() < rude else dict(dice.choice(PLAIN)) for name in names
    }
