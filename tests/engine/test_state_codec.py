"""The saved form: exact, and readable for ever."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from engine.bpmn import pool
from engine.errors import EngineError
from engine.expressions.values import YearsMonths
from engine.state.run import Run
from engine.state.values import FileReference, decode, encode, to_json
from tests.engine.bpmn_builder import boundary, diagram, end, start, timer, user
from tests.engine.walker import NOON, NoteHost, Walk, prepare

SAVED = Path(__file__).parent / "saved"
VALUES = {
    "text": "诉求",
    "none": None,
    "yes": True,
    "int": 7,
    "big": 2**100,
    "float": 1.5,
    "money": Decimal("12.30"),
    "day": date(2026, 3, 2),
    "moment": datetime(2026, 3, 2, 4, tzinfo=UTC),
    "clock": time(9, 30),
    "period": timedelta(days=2, seconds=3, microseconds=4),
    "months": YearsMonths(14),
    "file": FileReference("f1", "照片.jpg", "image/jpeg", 120),
    "list": [1, [Decimal("0.1"), {"deep": date(2026, 1, 1)}]],
    "tricky": {"$": ["n", "1"], "typename": "UUID", "value": "x"},
    "inside": {"a": {"$": 1}},
}


def test_every_kind_of_value_comes_back_as_itself():
    walk = Walk(diagram(start(), user("a"), end(), "s-a-e"), **VALUES)
    assert walk.run.variables == VALUES
    for name, value in walk.run.variables.items():
        assert type(value) is type(VALUES[name]), name


def test_the_order_of_keys_in_the_store_does_not_matter():
    walk = Walk(
        diagram(start(), user("a"), boundary("b", "a", timer("PT1H")), end(), "s-a-e", "b-e"), x=1
    )
    data = json.loads(walk.blob)
    shuffled = json.dumps(dict(sorted(data.items(), reverse=True))).encode()
    assert Run.load(walk.spec, shuffled, NoteHost()).waits() == walk.run.waits()


def test_unknown_tags_and_formats_are_refused():
    with pytest.raises(EngineError, match="未知的值类型"):
        decode({"$": ["q", 1]})
    walk = Walk(diagram(start(), user("a"), end(), "s-a-e"))
    with pytest.raises(EngineError, match="格式"):
        Run.load(walk.spec, b'{"f":99,"v":{}}', NoteHost())
    with pytest.raises(EngineError, match="没有“gone”"):
        Run.load(walk.spec, b'{"f":1,"k":2,"t":[["2","gone","r"]],"v":{}}', NoteHost())


def test_values_of_an_unknown_kind_cannot_be_written():
    with pytest.raises(KeyError):
        to_json(encode(object()))


@pytest.mark.parametrize("path", sorted(SAVED.glob("*.json")), ids=lambda path: path.stem)
def test_instances_saved_by_every_format_go_on(path):
    """Never regenerate a file here: it stands for instances in somebody's database."""
    saved = json.loads(path.read_text("utf-8"))
    spec = pool.parse(prepare(saved["diagram"].encode()), "p")
    host = NoteHost()
    host.time = NOON
    run = Run.load(spec, saved["state"].encode(), host)
    assert sorted(run.waits()) == saved["waits"]
    assert json.loads(run.dump()) == json.loads(saved["state"])
    run.advance()
    for act, element, values in saved["acts"]:
        wait = next(wait for wait in run.waits().values() if wait.element == element)
        if act == "complete":
            run.complete(wait.token, values)
        elif act == "fire":
            run.fire(wait.token, wait.slot)
        else:
            run.deliver(wait.token, wait.slot, values)
        run.advance()
    assert run.ended
    assert run.outcome == saved["outcome"]


def test_there_are_saved_instances_of_every_format():
    formats = {json.loads(json.loads(p.read_text())["state"])["f"] for p in SAVED.glob("*.json")}
    assert formats == {1}


def test_the_pool_lends_a_spec_to_one_borrower_at_a_time():
    xml = prepare(diagram(start(), user("a"), end(), "s-a-e"))
    pool.clear()
    with pool.checkout(xml, "p") as one, pool.checkout(xml, "p") as two:
        assert one is not two
    with pool.checkout(xml, "p") as again:
        assert again in (one, two)
    with pytest.raises(EngineError), pool.checkout(xml, "p"):
        raise EngineError("in use")
    for number in range(200):
        with pool.checkout(xml + b"<!-- %d -->" % number, "p"):
            pass
    assert sum(map(len, pool._idle.values())) <= pool.CAPACITY
