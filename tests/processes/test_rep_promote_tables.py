"""D-05, D-08 and D-09 over every combination of what goes in."""

from itertools import product
from pathlib import Path

import pytest

from engine import decisions

ROOT = Path(__file__).resolve().parents[2] / "processes"
BOTH = (True, False)


def table(path: str, key: str):
    return decisions.parse((ROOT / path).read_bytes()).decisions[key]


CONFLICT = table("appeals/dmn_contact_conflict.dmn", "dmn_contact_conflict")
MATCH = table("appeals/dmn_match_rep.dmn", "dmn_match_rep")


def expected_conflict(same_day, meeting, urgency, times, cap, outside, topic):
    """D-08 by severity, as the specification tells it."""
    if same_day:
        return "must_reschedule"
    if meeting and urgency != "critical":
        return "urgent_only"
    if times >= cap:
        return "over_cap"
    if outside:
        return "outside_window"
    return {"same": "mergeable", "other": "merge_hint", "none": "none"}[topic]


@pytest.mark.parametrize(
    ("same_day", "meeting", "urgency", "times", "outside", "topic"),
    list(
        product(
            BOTH,
            BOTH,
            ("normal", "urgent", "critical"),
            (0, 5, 6, 7),
            BOTH,
            ("same", "other", "none"),
        )
    ),
)
def test_every_contact_has_one_conclusion(same_day, meeting, urgency, times, outside, topic):
    result = CONFLICT.evaluate(
        {
            "same_day_other_unit": same_day,
            "in_session": meeting,
            "urgency": urgency,
            "contacts_this_year": times,
            "freq_cap": 6,
            "outside_window": outside,
            "recent_topic": topic,
        }
    )
    wanted = expected_conflict(same_day, meeting, urgency, times, 6, outside, topic)
    assert [row["conflict"] for row in result.rows] == [wanted]


INVITE = table("appeals/dmn_invite_rep.dmn", "dmn_invite_rep")


@pytest.mark.parametrize(
    ("legal", "common", "dept", "pilot", "eight"),
    list(
        product(
            ("none", "mediation", "arbitration", "litigation", "reconsideration", "petition"),
            BOTH,
            ("none", "employer", "community", "street", "district", "city"),
            BOTH,
            BOTH,
        )
    ),
)
def test_whether_representatives_are_invited(legal, common, dept, pilot, eight):
    rows = INVITE.evaluate(
        {
            "legal_stage": legal,
            "is_common": common,
            "dept_level": dept,
            "pilot_uninvited": pilot,
            "measure_eight": eight,
        }
    ).rows
    if legal in ("arbitration", "litigation"):  # L-021: never
        wanted = "forbidden"
    elif (common and dept in ("district", "city")) or pilot or eight:
        wanted = "should"
    else:
        wanted = "may"
    assert [row["invite"] for row in rows] == [wanted]


FACTS = (
    ("industry_match", 3),
    ("street_match", 2),
    ("skill_match", 2),
    ("level_match", 2),
    ("seldom_this_year", 1),
    ("contacted_lately", -3),
)


@pytest.mark.parametrize("values", list(product(BOTH, repeat=7)))
def test_the_score_of_a_representative_is_the_sum_of_what_hits(values):
    interest, *facts = values
    given = {"has_interest": interest} | {
        name: value for (name, _), value in zip(FACTS, facts, strict=True)
    }
    rows = MATCH.evaluate(given).rows
    assert sum(row["points"] for row in rows) == sum(
        points for (_, points), hit in zip(FACTS, facts, strict=True) if hit
    )
    assert any(row["excluded"] for row in rows) is interest
    assert len(rows) == sum(values)
