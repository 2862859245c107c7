"""事事有回音: no appeal ends without an answer that reached the worker (§4.0-2).

Searched in the diagrams themselves, so that a redrawn process cannot lose the promise.
"""

import copy

import pytest

from tests.processes.diagram_walk import Node, diagrams, ends, reachable

CASE = "appeal_main"
#: What a proof can be: the page was opened, a call was recorded, the one-way record.
PROOFS = {"ev_opened", "bd_opened", "svc_phone", "svc_oneway"}


def nothing(node: Node) -> bool:
    return False


def replies(node: Node) -> bool:
    return node.delivers == "reply"


def replies_and_notices(node: Node) -> bool:
    return node.delivers in ("reply", "notice")


def test_every_end_of_a_case_can_be_reached():
    assert ends(CASE, nothing) == {"end_done", "end_merged", "end_withdrawn"}


def test_without_a_delivered_answer_only_withdrawal_and_merger_end_a_case():
    assert ends(CASE, replies) == {"end_merged", "end_withdrawn"}


def test_withdrawal_and_merger_need_their_own_delivered_notice():
    assert ends(CASE, replies_and_notices) == set()


@pytest.mark.parametrize("key", sorted(k for k in diagrams() if k.startswith("appeal_")))
def test_what_claims_to_deliver_does_deliver(key):
    for node in diagrams()[key].nodes.values():
        if node.delivers:
            assert node.called == "appeal_deliver" or node.handler == "appeals.answer_on_spot"


def test_a_delivery_ends_only_with_a_proof():
    def unproved(node: Node) -> bool:
        return node.id in PROOFS

    assert ends("appeal_deliver", nothing) == {"end_delivered"}
    assert ends("appeal_deliver", unproved) == set()
    assert "svc_delivered" not in reachable("appeal_deliver", unproved)


def test_a_reply_is_signed_by_a_second_person_before_it_is_delivered():
    """Only what two people settled already (a refusal, a follower's answer) is not signed again."""

    def unsigned(node: Node) -> bool:
        return node.handler in ("appeals.record_approval", "appeals.record_review")

    assert "ca_deliver" in reachable("appeal_feedback", unsigned)
    known = _without("appeal_sign", ("gw_draft", "end_sign"))
    assert "ca_deliver" not in reachable("appeal_feedback", unsigned, known)


@pytest.mark.parametrize(
    ("shortcut", "end"),
    [
        (("gw_feedback", "end_done"), None),
        (("ca_accept", "end_done"), "end_done"),
        (("gw_accept", "svc_file"), "end_done"),
        (("gw_solved", "gw_feedback"), "end_done"),
        (("svc_merge", "end_merged"), "end_merged"),
        (("svc_withdrawn", "end_withdrawn"), "end_withdrawn"),
    ],
)
def test_the_search_finds_a_shortcut(shortcut, end):
    """A planted shortcut past the delivery is found; one behind it changes nothing."""
    known = copy.deepcopy(diagrams())
    known[CASE].flows.append((*shortcut, False))
    found = ends(CASE, replies_and_notices, known)
    assert found == ({end} if end else set())


def test_a_shortcut_inside_a_called_process_is_found():
    known = copy.deepcopy(diagrams())
    known["appeal_feedback"].flows.append(("svc_sign_reply", "gw_rate", False))
    assert "end_done" in ends(CASE, replies, known)


def _without(key: str, flow: tuple[str, str]):
    known = copy.deepcopy(diagrams())
    known[key].flows = [f for f in known[key].flows if f[:2] != flow]
    return known
