"""Timers: when they are due, what a repetition does, what is still owed after a standstill."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from engine.bpmn import cron, timers
from engine.clock import CHINA
from engine.errors import EngineError
from tests.engine.bpmn_builder import (
    beside,
    boundary,
    catch,
    diagram,
    end,
    event_sub,
    flow,
    start,
    timer,
    user,
    xor,
)
from tests.engine.walker import NOON, NoteHost, Walk


def rounds(text: str, now: datetime = NOON) -> list[str]:
    """Return the moments of a repetition, at most six."""
    armed: dict | None = timers.arm_cycle(text, now)
    found = []
    while armed is not None and len(found) < 6:
        found.append(armed["due"].astimezone(CHINA).strftime("%d %H:%M"))
        armed = timers.following(armed)
    return found


def test_a_repetition_arms_itself_again_under_a_new_key():
    walk = Walk(beside(timer("R3/PT1H", "Cycle"), interrupting=False))
    first = walk.wait("b")
    walk.fire("b").at("a", "h")
    second = walk.wait("b")
    assert second.key != first.key
    assert second.due == NOON + timedelta(hours=2)
    walk.fire("b").fire("b").at("a", "h", "h", "h")
    assert walk.events() == []


def test_what_was_missed_is_owed_each_with_its_own_moment():
    walk = Walk(beside(timer("R/PT1H", "Cycle"), interrupting=False)).later(hours=3, minutes=30)
    dues = []
    while (wait := walk.wait("b")).due <= walk.host.time:
        dues.append(wait.due)
        walk.fire("b")
    assert dues == [NOON + timedelta(hours=n) for n in (1, 2, 3)]
    assert walk.wait("b").due == NOON + timedelta(hours=4)


@pytest.mark.parametrize(
    ("text", "days"), [("P1W", 7), ("P2W3D", 17), ("P2WT12H", 14.5), ("P3D", 3)]
)
def test_a_timer_has_weeks_which_feel_has_not(text, days):
    assert timers.arm("duration", text, NOON) == {"due": NOON + timedelta(days=days)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("R3/PT1H", ["02 13:00", "02 14:00", "02 15:00"]),
        ("R2/2026-03-02T20:00:00+08:00/PT2H", ["02 20:00", "02 22:00"]),
        ("R4/2026-03-02T10:30:00+08:00/PT1H", ["02 12:30", "02 13:30"]),
        ("R2/P1D/2026-03-05T09:00:00+08:00", ["04 09:00", "05 09:00"]),
        ("R/P1D/2026-03-05T09:00:00+08:00", ["03 09:00", "04 09:00", "05 09:00"]),
        ("R/P1D/2026-03-04T12:00:00+08:00", ["03 12:00", "04 12:00"]),
        ("R2/2026-03-02T14:00:00+08:00/2026-03-02T15:30:00+08:00", ["02 14:00", "02 15:30"]),
        ("0 30 8 ? * MON-FRI", ["03 08:30", "04 08:30", "05 08:30", "06 08:30", "09 08:30",
                                "10 08:30"]),
        ("0 0 8 L * ? 2026", ["31 08:00", "30 08:00", "31 08:00", "30 08:00", "31 08:00",
                              "31 08:00"]),
        ("0 0 9 L-2 * ?", ["29 09:00", "28 09:00", "29 09:00", "28 09:00", "29 09:00", "29 09:00"]),
        ("0 0 9 LW * ?", ["31 09:00", "30 09:00", "29 09:00", "30 09:00", "31 09:00", "31 09:00"]),
        ("0 0 9 15W * ?", ["16 09:00", "15 09:00", "15 09:00", "15 09:00", "15 09:00",
                           "14 09:00"]),
        ("0 0 9 ? * 6#3", ["20 09:00", "17 09:00", "15 09:00", "19 09:00", "17 09:00",
                           "21 09:00"]),
        ("0 0 9 ? * FRIL", ["27 09:00", "24 09:00", "29 09:00", "26 09:00", "31 09:00",
                            "28 09:00"]),
        ("0 0 9 ? 3 L", ["07 09:00", "14 09:00", "21 09:00", "28 09:00", "06 09:00", "13 09:00"]),
        ("0/20 59 23 31 12 ? 2026", ["31 23:59", "31 23:59", "31 23:59"]),
        ("30 8 * * 1-5", ["03 08:30", "04 08:30", "05 08:30", "06 08:30", "09 08:30",
                          "10 08:30"]),
        ("0 9 1 * 7", ["08 09:00", "15 09:00", "22 09:00", "29 09:00", "01 09:00", "05 09:00"]),
    ],
    ids=str,
)  # fmt: skip
def test_the_moments_of_a_repetition(text, expected):
    assert rounds(text) == expected


@pytest.mark.parametrize(
    "text",
    ["R0/PT1H", "R/PT0S", "R3", "R3/PT1H/PT1H", "R3/x/PT1H", "R/2026-03-05/2026-03-04", "* * *",
     "R2/2026-01-01T08:00:00+08:00/P1M", "R/PT1H/2026-03-01", "61 0 0 * * ?", "0 0 0 W * ?",
     "0 0 0 32W * ?", "0 0 0 L-0 * ?", "0 0 0 ? * 6#6",
     "0 0 0 ? * 9L",
     "0 25 * * 1", "0 9 * * 8"],
)  # fmt: skip
def test_what_is_no_repetition_or_is_over_is_refused(text):
    with pytest.raises(EngineError):
        rounds(text)


def test_a_cron_line_that_never_comes_is_refused():
    with pytest.raises(EngineError, match="五年内"):
        cron.next_after("0 0 0 30 2 ?", datetime(2026, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize("interrupting", [True, False], ids=["instead", "beside"])
def test_event_sub_processes_by_timer(interrupting):
    xml = diagram(
        start(), user("a"), end(), "s-a-e",
        event_sub("es", timer("PT1H"), user("h"), end("eh"), "es_s-h-eh",
                  interrupting=interrupting),
    )  # fmt: skip
    walk = Walk(xml).at("a").fire("es_s")
    walk.at("h") if interrupting else walk.at("a", "h")
    assert walk.events() == []


def test_a_repetition_in_the_flow_happens_once():
    xml = diagram(start(), catch("c", timer("R5/PT1H", "Cycle")), user("a"), end(), "s-c-a-e")
    Walk(xml).fire("c").at("a")


@pytest.mark.parametrize(
    ("kind", "text", "hours"),
    [
        ("Date", "2026-03-02T20:00:00+08:00", 8),
        ("Date", "2026-03-03", 12),
        ("Date", "${when}", 24),
        ("Duration", "P1D", 24),
        ("Duration", "${wait}", 6),
        ("Duration", "P1M", 24 * 31),
        ("Cycle", "0 0 9 * * ?", 21),
        ("Cycle", "0 0 9 ? * 4", 45),
    ],
    ids=str,
)
def test_when_a_timer_is_due(kind, text, hours):
    walk = Walk(beside(timer(text, kind)), when=NOON + timedelta(days=1), wait=timedelta(hours=6))
    assert walk.wait("b").due == NOON + timedelta(hours=hours)


def test_a_deadline_object_is_kept_beside_its_moment_in_the_same_command():
    class Deadline:
        __feel__ = ("due_at",)
        due_at = NOON + timedelta(days=5)

    host = NoteHost()
    host.functions = {"workdays": lambda n: Deadline()}
    walk = Walk(beside(timer("${workdays(5)}", "Date")), host, restore=False)
    wait = walk.wait("b")
    assert wait.due == Deadline.due_at
    assert isinstance(wait.deadline, Deadline)


@pytest.mark.parametrize("value", ["P999999999Y", "tomorrow", 5, True, "R/PT0S"], ids=str)
def test_a_computed_timer_is_checked_like_a_written_one(value):
    with pytest.raises(EngineError, match=r"（b）"):
        Walk(beside(timer("${t}")), t=value)


def test_a_loop_with_a_boundary_event_is_left_clean():
    xml = diagram(
        start(), xor("m"), user("a"), boundary("b", "a", timer("PT1H")),
        xor("gw", default="f_gw_m"), end(), "s-m-a-gw-m", flow("gw", "e", "${stop}"), "b-m",
    )  # fmt: skip
    walk = Walk(xml, stop=False)
    sizes = set()
    for _ in range(10):
        walk.complete("a").fire("b").at("a")
        assert walk.events() == ["b"]
        sizes.add(len(walk.blob) // 10)
    assert len(sizes) <= 2
