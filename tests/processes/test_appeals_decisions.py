"""Every table of the appeals answers every question, and answers it once."""

import itertools
from pathlib import Path
from typing import Any

import pytest

from engine import decisions

FOLDER = Path(__file__).resolve().parents[2] / "processes"
BOOL = (True, False)
KINDS = ("consult", "help", "complaint", "report", "suggest")
DEPARTMENTS = ("none", "employer", "community", "street", "district", "city")
SCOPES = ("person", "employer", "park", "street", "district", "city")
URGENCIES = ("normal", "urgent", "critical")
STAGES = ("none", "mediation", "arbitration", "litigation", "reconsideration", "petition")
CATEGORIES = [f"{number:02}" for number in range(1, 16)]


def rows(bundle: str, key: str, values: dict[str, Any]) -> list[dict[str, Any]]:
    return _decision(bundle, key).evaluate(values).rows


def _decision(bundle: str, key: str) -> Any:
    if (bundle, key) not in _KNOWN:
        xml = (FOLDER / bundle / f"{key}.dmn").read_bytes()
        _KNOWN[bundle, key] = decisions.parse(xml).decisions[key]
    return _KNOWN[bundle, key]


_KNOWN: dict[tuple[str, str], Any] = {}


def combinations(**domains: Any) -> list[dict[str, Any]]:
    return [
        dict(zip(domains, values, strict=True)) for values in itertools.product(*domains.values())
    ]


def authority(**values: Any) -> dict[str, Any]:
    base = {
        "urgency": "normal", "dept_level": "none", "scope": "person", "is_common": False,
        "has_union": True, "worker_agrees_employer": True, "kind": "help",
        "industry_managed": False,
    }  # fmt: skip
    (row,) = rows("appeals", "dmn_authority", base | values)
    return row


def test_authority_hits_exactly_one_rule_for_every_combination():
    hit = set()
    for values in combinations(
        urgency=URGENCIES[1:], dept_level=DEPARTMENTS, scope=SCOPES, is_common=BOOL,
        has_union=BOOL, worker_agrees_employer=BOOL, kind=KINDS, industry_managed=BOOL,
    ):  # fmt: skip
        found = rows("appeals", "dmn_authority", values)
        assert len(found) == 1, values
        hit.add(tuple(found[0].items()))
    assert len(hit) >= 14


@pytest.mark.parametrize(
    ("values", "level"),
    [
        ({"urgency": "critical"}, "L3"),
        ({}, "L1"),
        ({"has_union": False}, "L2"),
        ({"is_common": True}, "L2"),
        ({"dept_level": "employer"}, "L1"),
        ({"dept_level": "employer", "has_union": False}, "L2"),
        ({"dept_level": "employer", "is_common": True}, "L2"),
        ({"scope": "park"}, "L2"),
        ({"dept_level": "community"}, "L2"),
        ({"scope": "street"}, "L3"),
        ({"scope": "street", "industry_managed": True}, "L3H"),
        ({"dept_level": "street"}, "L3"),
        ({"dept_level": "street", "industry_managed": True}, "L3H"),
        ({"scope": "district"}, "L4"),
        ({"dept_level": "district"}, "L4"),
        ({"dept_level": "city"}, "L4"),
    ],
)
def test_each_rule_names_its_level(values, level):
    assert authority(**values)["level"] == level


@pytest.mark.parametrize("dept", ["district", "city"])
def test_a_common_matter_of_district_or_city_departments_invites_representatives(dept):
    assert authority(dept_level=dept, is_common=True)["invite_rep"] is True
    assert authority(dept_level=dept, is_common=False)["invite_rep"] is False


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("agrees", BOOL)
@pytest.mark.parametrize("has_union", BOOL)
def test_the_enterprise_union_leads_only_if_the_worker_agrees_and_accuses_nobody(
    kind, agrees, has_union
):
    row = authority(kind=kind, worker_agrees_employer=agrees, has_union=has_union)
    leads = has_union and agrees and kind not in ("complaint", "report")
    assert (row["level"] == "L1") is leads


def test_classification_always_suggests_one_way():
    for values in combinations(
        kind=KINDS, category=CATEGORIES, legal_stage=STAGES, urgency=URGENCIES
    ):
        assert len(rows("appeals", "dmn_classify", values)) == 1, values


def test_what_is_refused_names_where_to_go():
    values = {"kind": "help", "category": "15", "legal_stage": "none", "urgency": "normal"}
    (row,) = rows("appeals", "dmn_classify", values)
    assert row["route"] == "refuse"
    assert "12345" in row["where_to"]


def test_representatives_are_never_invited_into_arbitration_or_litigation():
    for values in combinations(
        legal_stage=STAGES, is_common=BOOL, dept_level=DEPARTMENTS,
        pilot_uninvited=(True, False, None), measure_eight=(True, False, None),
    ):  # fmt: skip
        (row,) = rows("appeals", "dmn_invite_rep", values)
        forbidden = values["legal_stage"] in ("arbitration", "litigation")
        assert (row["invite"] == "forbidden") is forbidden


def test_every_reply_has_a_form():
    for values in combinations(
        identity_mode=("real", "hidden", "anonymous"), has_phone=(True, False, None),
        is_common=BOOL, persons_affected=(1, 36), result_class=("A", "B", "C", "D"),
    ):  # fmt: skip
        found = {row["form"] for row in rows("appeals", "dmn_reply_form", values)}
        assert found & {"direct", "one_way"}, values
        if values["identity_mode"] == "anonymous":
            assert "direct" not in found


def test_a_hidden_name_with_a_phone_is_answered_directly():
    values = {
        "identity_mode": "hidden", "has_phone": True, "is_common": False,
        "persons_affected": 1, "result_class": "A",
    }  # fmt: skip
    assert [row["form"] for row in rows("appeals", "dmn_reply_form", values)] == ["direct"]


def test_duplicates_have_one_answer():
    for values in combinations(
        dup_same_person=BOOL, dup_same_employer=BOOL, dup_same_matter=BOOL,
        dup_final=BOOL, dup_days=(0, 30, 31, 90, 91),
    ):  # fmt: skip
        assert len(rows("appeals", "dmn_duplicate", values)) == 1, values


@pytest.mark.parametrize(
    ("person", "days", "result"),
    [(True, 90, "same"), (True, 91, "new"), (False, 30, "follower"), (False, 31, "new")],
)
def test_ninety_days_for_the_same_person_thirty_for_others(person, days, result):
    values = {
        "dup_same_person": person, "dup_same_employer": True, "dup_same_matter": True,
        "dup_final": False, "dup_days": days,
    }  # fmt: skip
    (row,) = rows("appeals", "dmn_duplicate", values)
    assert row["result"] == result


def test_publicity_and_masks_have_one_answer():
    for values in combinations(secret=BOOL, personal_without_consent=BOOL, is_common=BOOL):
        assert len(rows("appeals", "dmn_publicity", values)) == 1, values
    for values in combinations(
        field=("name", "phone", "id_no", "employer_name", "place", "content"),
        audience=("self", "handler", "reviewer", "employer", "rep", "liaison", "public", "other"),
        purpose=("view", "contact"),
    ):
        assert len(rows("appeals", "dmn_mask", values)) == 1, values


def test_an_employer_never_sees_who_complained_nor_what_was_said():
    for field in ("name", "phone", "id_no", "content"):
        values = {"field": field, "audience": "employer", "purpose": "contact"}
        assert rows("appeals", "dmn_mask", values) == [{"mask": "hidden"}]


@pytest.mark.parametrize(
    ("days", "tier"), [(0, 0), (1, 1), (2, 1), (3, 2), (5, 2), (6, 3), (10, 3), (11, 4), (300, 4)]
)
def test_supervision_rises_with_the_days(days, tier):
    (row,) = rows("support", "dmn_escalation", {"overdue_days": days})
    assert row["tier"] == tier


@pytest.mark.parametrize(
    ("stage", "level", "urgency", "amount", "unit"),
    [
        ("handle", "L1", "normal", 5, "W"),
        ("handle", "L2", "normal", 5, "W"),
        ("handle", "L3", "urgent", 10, "W"),
        ("handle", "L3H", "normal", 10, "W"),
        ("handle", "L4", "normal", 10, "W"),
        ("handle", "L5", "normal", 15, "W"),
        ("handle", "L6", "normal", 30, "W"),
        ("handle", "L2", "critical", 24, "H"),
        ("total", None, None, 60, "C"),
        ("accept_notice", None, None, 15, "C"),
        ("sign", "L3", "normal", 1, "W"),
        ("deliver", None, None, 5, "W"),
        ("periodic", None, None, 10, "W"),
        ("return_review", None, None, 5, "W"),
        ("triage", None, None, 1, "W"),
        ("promote_reply", None, None, 5, "W"),
        ("promote_total", None, None, 40, "W"),
    ],
)
def test_the_deadlines_of_the_table(stage, level, urgency, amount, unit):
    values = {"stage": stage, "level": level, "kind": None, "urgency": urgency}
    (row,) = rows("support", "dmn_sla", values)
    assert (row["amount"], row["unit"]) == (amount, unit)


def test_no_stage_has_two_deadlines():
    stages = {
        rule.split('"')[1]
        for rule in (FOLDER / "support" / "dmn_sla.dmn").read_text("utf-8").split("_i_stage")[2:]
        if '"' in rule
    }
    for values in combinations(
        stage=sorted(stages), level=(None, "L1", "L2", "L3", "L3H", "L4", "L5", "L6"),
        kind=(None, "council", "hard", "help"), urgency=(None, *URGENCIES),
    ):  # fmt: skip
        assert len(rows("support", "dmn_sla", values)) <= 1, values
