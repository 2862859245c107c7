"""What the drawn diagrams promise, before anything runs."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree

from engine import decisions
from engine.bpmn import layout

ROOT = Path(__file__).resolve().parents[2] / "processes"
NS = {
    "b": "http://www.omg.org/spec/BPMN/20100524/MODEL",
    "c": "http://camunda.org/schema/1.0/bpmn",
}
CAMUNDA = "{http://camunda.org/schema/1.0/bpmn}"
DIAGRAMS = {
    "rep_promote": ROOT / "appeals" / "rep_promote.bpmn",
    "rep_invite": ROOT / "appeals" / "rep_invite.bpmn",
    "rep_legal_stage": ROOT / "appeals" / "rep_legal_stage.bpmn",
    "proposal_convert": ROOT / "proposals" / "proposal_convert.bpmn",
    "proposal_tell": ROOT / "proposals" / "proposal_tell.bpmn",
    "proposal_withdraw": ROOT / "proposals" / "proposal_withdraw.bpmn",
}
CATALOGUE = {
    "rep_promote": "brt_match_rep ut_pick_reps ut_plan ut_meeting ut_track ut_result"
    " ut_worker_confirm svc_ledger gw_legal_block gw_quorum gw_result",
    "rep_invite": "brt_contact_conflict ut_invite_reply",
    "proposal_convert": "brt_convert ut_initiate ut_support ut_material ut_draft ut_rep_confirm"
    " ut_submit ut_review_result ut_handover ut_reply ut_inform_workers gw_eligible gw_filed",
}


def tree(key):
    return etree.parse(DIAGRAMS[key]).getroot()


@pytest.mark.parametrize("key", DIAGRAMS)
def test_the_drawing_can_be_read(key):
    assert layout.problems(DIAGRAMS[key].read_bytes()) == []


@pytest.mark.parametrize("key", CATALOGUE)
def test_the_catalogue_s_elements_keep_their_ids(key):
    ids = set(tree(key).xpath("//b:process//@id", namespaces=NS))
    assert set(CATALOGUE[key].split()) <= ids


@pytest.mark.parametrize("key", DIAGRAMS)
def test_a_representative_answers_and_confirms_but_decides_nothing(key):
    """代表法 §31, L-021: two tasks may be theirs, and neither settles a case."""
    theirs = [
        task.get("id")
        for task in tree(key).iterfind(".//b:userTask", NS)
        if "rep@" in (task.get(f"{CAMUNDA}candidateGroups") or "")
    ]
    assert set(theirs) <= {"ut_invite_reply", "ut_rep_confirm"}


@pytest.mark.parametrize("key", DIAGRAMS)
def test_every_task_of_an_outsider_has_an_owner_inside(key):
    """§4.0-6: most representatives never sign in."""
    for task in tree(key).iterfind(".//b:userTask", NS):
        groups = [group.strip() for group in task.get(f"{CAMUNDA}candidateGroups").split(",")]
        assert [group for group in groups if not group.startswith("rep@")], task.get("id")


@pytest.mark.parametrize("key", DIAGRAMS)
def test_every_task_has_a_deadline_of_the_table(key):
    table = decisions.parse((ROOT / "support" / "dmn_sla.dmn").read_bytes()).decisions["dmn_sla"]
    for task in tree(key).iterfind(".//b:userTask", NS):
        due = task.get(f"{CAMUNDA}dueDate")
        assert due.startswith("${deadline('"), task.get("id")
        stage = due.split("'")[1]
        row = table.evaluate(
            {"stage": stage, "level": None, "kind": None, "urgency": None}
        ).single_result
        assert row is not None, stage
        assert row["amount"] > 0, stage


def test_nobody_is_matched_before_the_legal_question_was_asked():
    """L-021: never while in arbitration or litigation."""
    root = tree("rep_promote")
    flows = [
        (flow.get("sourceRef"), flow.get("targetRef"))
        for flow in root.iterfind(".//b:sequenceFlow", NS)
    ]
    reached, frontier = {"start"}, ["start"]
    while frontier:
        here = frontier.pop()
        for source, target in flows:
            if source == here and target != "gw_legal_block" and target not in reached:
                reached.add(target)
                frontier.append(target)
    assert "brt_match_rep" not in reached
    condition = root.find(".//b:sequenceFlow[@id='f_gw_legal_block_svc_block']/*", NS).text
    assert "arbitration" in condition
    assert "litigation" in condition


def test_the_legal_stage_stops_the_walk_at_once():
    start = tree("rep_promote").find(".//b:startEvent[@id='esp_legal_start']", NS)
    assert start.get("isInterrupting") == "true"


@pytest.mark.parametrize("way", ["gw_eligible", "gw_motion", "gw_confirm", "gw_filed"])
def test_whatever_becomes_of_a_conversion_the_workers_are_told(way):
    """§4.0-2: without `ut_inform_workers` no end can be reached from any way out."""
    root = tree("proposal_convert")
    flows = [
        (flow.get("sourceRef"), flow.get("targetRef"))
        for flow in root.iterfind(".//b:sequenceFlow", NS)
    ]
    names = {
        link.getparent().get("id"): (link.getparent().tag, link.get("name"))
        for link in root.iterfind(".//b:linkEventDefinition", NS)
    }
    for source, (kind, name) in names.items():
        for target, (other, same) in names.items():
            if kind.endswith("ThrowEvent") and other.endswith("CatchEvent") and name == same:
                flows.append((source, target))
    sides = {"tm_warn_30", "tm_warn_10", "tm_warn_3", "tm_due"}
    reached, frontier = {way}, [way]
    while frontier:
        here = frontier.pop()
        for source, target in flows:
            if source == here and source not in sides and target != "ut_inform_workers":
                if target not in reached:
                    frontier.append(target)
                reached.add(target)
    assert not [element for element in reached if element.startswith("end_")]
