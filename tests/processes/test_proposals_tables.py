"""D-06, D-16 and the forbidden kinds over every combination of what goes in."""

from itertools import product
from pathlib import Path

import pytest

from engine import decisions

ROOT = Path(__file__).resolve().parents[2] / "processes" / "proposals"
BOTH = (True, False)
PROPOSERS = ("npc", "cppcc", "party", "delegate", "none")


def table(key: str):
    return decisions.parse((ROOT / f"{key}.dmn").read_bytes()).decisions[key]


CONVERT, MOTION, FORBIDDEN = (
    table("dmn_convert"),
    table("dmn_motion_review"),
    table("dmn_forbidden"),
)

NPC = {"relative", "judicial", "complaint", "forwarded", "academic", "vague", "beyond", "illegal"}
CPPCC = {
    "secret", "prohibited", "party_personnel", "party_internal", "judicial", "academic", "relative",
    "promotion", "complaint", "vague",
}  # fmt: skip


def expected_kind(proposer, authority, forbidden):
    if forbidden or proposer == "none":
        return "report"
    if proposer == "npc":
        return "npc_suggestion" if authority in ("government", "court") else "report"
    if proposer == "delegate":
        return "union_motion" if authority == "union" else "report"
    return {"cppcc": "cppcc_proposal", "party": "party_proposal"}[proposer]


@pytest.mark.parametrize(
    ("proposer", "authority", "forbidden"),
    list(product(PROPOSERS, ("government", "court", "union", "other"), BOTH)),
)
def test_who_may_propose_what(proposer, authority, forbidden):
    rows = CONVERT.evaluate(
        {"proposer_kind": proposer, "authority": authority, "forbidden": forbidden}
    ).rows
    assert len(rows) == 1
    kind = expected_kind(proposer, authority, forbidden)
    assert rows[0]["proposal_kind"] == kind
    assert rows[0]["eligible"] is (kind.endswith(("suggestion", "proposal")))
    # a party delegate's proposal does not count for measure ten.
    assert rows[0]["counts"] is (kind in ("npc_suggestion", "cppcc_proposal"))
    assert rows[0]["reason"]


def expected_review(qualified, forbidden, nature, duplicate, units, separate):
    if not qualified or forbidden:
        return "not_filed"
    if not nature:
        return "opinion"
    if duplicate:
        return "merge"
    if units <= 1:
        return "main"
    return "split" if separate else "main_co"


@pytest.mark.parametrize(
    ("qualified", "forbidden", "nature", "duplicate", "units", "separate"),
    list(product(BOTH, BOTH, BOTH, BOTH, (0, 1, 2, 5), BOTH)),
)
def test_the_review_before_submission(qualified, forbidden, nature, duplicate, units, separate):
    rows = MOTION.evaluate(
        {
            "qualified": qualified,
            "forbidden": forbidden,
            "proposal_nature": nature,
            "duplicate": duplicate,
            "unit_count": units,
            "duties_separate": separate,
        }
    ).rows
    assert len(rows) == 1
    wanted = expected_review(qualified, forbidden, nature, duplicate, units, separate)
    assert rows[0]["result"] == wanted
    assert rows[0]["submit"] is (wanted not in ("not_filed", "opinion"))


@pytest.mark.parametrize("mark", sorted(NPC | CPPCC))
@pytest.mark.parametrize("proposer", PROPOSERS)
def test_eight_kinds_bind_deputies_and_ten_bind_the_others(proposer, mark):
    rows = FORBIDDEN.evaluate({"proposer_kind": proposer, "mark": mark}).rows
    binding = {"npc": NPC, "none": set()}.get(proposer, CPPCC)
    assert len(rows) == (mark in binding)


def test_there_are_eight_and_ten():
    assert (len(NPC), len(CPPCC)) == (8, 10)
