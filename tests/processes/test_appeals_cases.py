"""What happens to the facts of a case: sealed words, duplicates, followers, four eyes."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text

from engine import db, queries
from engine.errors import NotAllowed
from engine.models import CaseAccess, HumanTask, ProcessInstance
from processes.appeals import tracking
from processes.appeals.models import (
    Reply,
)
from processes.people.identity import viewer_for
from tests.processes import reps_walk
from tests.processes.appeals_walk import (
    CHAIR,
    REPLY,
    STAFF,
    TRIAGE,
    answered,
    appeal,
    case,
    instance,
    rated,
    read,
)


@pytest.fixture
def office(database):
    reps_walk.furnish(database)


# -- what is kept ---------------------------------------------------------------------------------


def test_a_number_of_the_street_and_a_code_that_opens_the_case(office):
    walked = case()
    with db.reading() as session:
        found = appeal(session, walked)
        assert found.no.startswith("SQ-")
        assert "PH-" in found.no
        assert len(found.track_code) == 12
        assert tracking.open_case(session, found.track_code.lower()).appeal_no == found.no


def test_names_phones_and_words_are_sealed(office):
    case()
    with db.reading() as session:
        row = session.execute(
            text("SELECT name, phone, content, employer_name, track_code FROM appeal")
        ).one()
        told = " ".join(str(value) for value in row)
        for word in ("陈某甲", "13800000001", "工资", "晨光"):
            assert word not in told
        title = session.scalar(select(ProcessInstance.title))
    assert title == "劳动报酬（求助）"


def test_the_employer_is_shut_out_from_the_first_moment(office):
    walked = case()
    with db.reading() as session:
        barred = session.scalars(
            select(CaseAccess.organisation).where(
                CaseAccess.instance_id == walked.root, CaseAccess.relation == "barred"
            )
        ).all()
        assert barred == ["ent_001"]
        theirs = viewer_for(session, "ent_001_handler1")
        assert not queries.may_see(session, theirs, walked.root)
        assert queries.may_see(session, viewer_for(session, "pinghu_vice"), walked.root)
        assert not queries.may_see(session, viewer_for(session, "bantian_vice"), walked.root)


def test_by_her_own_wish_the_enterprise_union_leads_and_loses_sight_when_it_goes_up(office):
    walked = case(worker_agrees_employer=True)
    walked.at("ut_triage", "pinghu_vice", **{**TRIAGE, "worker_agrees_employer": True})
    assert walked.variable("level") == "L1"
    with db.reading() as session:
        assert queries.may_see(session, viewer_for(session, "ent_001_handler1"), walked.root)
    walked.at(
        "ut_handle", "ent_001_handler1", summary="企业不答复。", action="escalate",
        escalate_reason="五个工作日没有答复。",
    )  # fmt: skip
    with db.reading() as session:
        assert not queries.may_see(session, viewer_for(session, "ent_001_handler1"), walked.root)


# -- duplicates and followers ---------------------------------------------------------------------


def test_the_same_person_with_the_same_matter_is_merged_with_a_delivered_notice(office):
    first, second = case(), case()
    assert second.waits() == {"ut_merge_confirm"}
    second.at(
        "ut_merge_confirm", "pinghu_vice", merge_decision="same", main_appeal=first.number,
        merge_reason="同一件事。",
    )  # fmt: skip
    assert instance(second).status == "active"
    read(second)
    assert (instance(second).status, instance(second).outcome) == ("completed", "end_merged")
    with db.reading() as session:
        found = appeal(session, second)
        assert (found.status, found.main_no) == ("merged", first.number)
        assert appeal(session, first).status == "triage"


def test_followers_get_their_own_answer_and_rate_on_their_own(office):
    main = case()
    follower = case(phone="13800000009", name="李某甲（示例）")
    follower.at(
        "ut_merge_confirm", "pinghu_vice", merge_decision="follower", main_appeal=main.number,
        merge_reason="同一单位同一事由。",
    )  # fmt: skip
    assert follower.waits() == set()
    answered(main)
    with db.reading() as session:
        own = session.scalars(select(Reply).where(Reply.appeal_no == follower.number)).one()
        assert (own.kind, own.content, own.signed_at is not None) == ("copied", "已补发。", True)
    read(follower)
    rated(follower, "satisfied")
    assert instance(follower).outcome == "end_done"
    with db.reading() as session:
        assert appeal(session, follower).satisfaction == "satisfied"
        assert appeal(session, main).satisfaction is None
    assert instance(main).status == "active"


def test_a_follower_of_a_main_case_that_is_answered_already_gets_the_answer_at_once(office):
    main = answered(case())
    follower = case(phone="13800000009")
    follower.at(
        "ut_merge_confirm", "pinghu_vice", merge_decision="follower", main_appeal=main.number,
        merge_reason="同一事由。",
    )  # fmt: skip
    with db.reading() as session:
        assert appeal(session, follower).status == "replied"


def test_when_the_main_case_is_withdrawn_its_followers_go_on_alone(office):
    main, follower = case(), case(phone="13800000009")
    follower.at(
        "ut_merge_confirm", "pinghu_vice", merge_decision="follower", main_appeal=main.number,
        merge_reason="同一事由。",
    )  # fmt: skip
    with db.transaction() as session:
        tracking.withdraw(session, appeal(session, main), "单位已经发了")
    main.settle().at(
        "ut_withdraw", "pinghu_vice", withdraw_decision="yes", withdraw_note="电话核实。"
    )
    follower.settle()
    assert follower.waits() == {"ut_triage"}
    read(main)
    assert (instance(main).status, instance(main).outcome) == ("completed", "end_withdrawn")


# -- four eyes ------------------------------------------------------------------------------------


def test_nobody_signs_an_answer_they_drafted(office):
    walked = case(employer_name="示例·小厂")
    walked.at("ut_triage", "pinghu_vice", **{**TRIAGE, "scope": "street", "community": None})
    walked.at("ut_handle", "pinghu_handler1", **REPLY)
    (task,) = walked.tasks("ut_approve_reply")
    assert task.excluded == ["pinghu_handler1"]
    with pytest.raises(NotAllowed):
        walked.at("ut_approve_reply", "pinghu_handler1", approval="sign")


def test_in_a_small_office_the_level_above_signs(office):
    """The federation's chair worked on it herself: the street signs (§4.0-7)."""
    walked = case(employer_name="示例·小厂")
    walked.at("ut_triage", "pinghu_vice", **TRIAGE)
    with db.transaction() as session:
        task = session.scalars(select(HumanTask).where(HumanTask.element_id == "ut_handle")).one()
        task.users = [CHAIR]
    walked.at("ut_handle", CHAIR, **REPLY)
    assert walked.tasks("ut_approve_reply")[0].groups == ["reviewer@pinghu"]


def test_a_refusal_needs_two_people(office):
    walked = case(category="15", employer_name="")
    walked.at(
        "ut_triage", "pinghu_vice",
        **{**TRIAGE, "category": "15", "route": "refuse", "content_reply": "不属于工会职责。",
           "facts": "楼上噪音。", "basis": "职责清单", "where_to": "请拨 12345。"},
    )  # fmt: skip
    with pytest.raises(NotAllowed):
        walked.at("ut_refuse_approve", "pinghu_vice", refuse_decision="agree")
    walked.at("ut_refuse_approve", "pinghu_chair", refuse_decision="agree")
    with db.reading() as session:
        reply = session.scalars(select(Reply)).one()
        assert (reply.drafted_by, reply.approved_by) == ("pinghu_vice", "pinghu_chair")
        assert "12345" in (reply.where_to or "")


def test_a_second_handling_on_the_same_level_is_for_another_person(office):
    walked = answered(case(employer_name="示例·小厂", street="pinghu"))
    rated(read(walked), "unsatisfied")
    walked.at("ut_rework", CHAIR, rework_to="person", rework_note="换人再办。")
    (task,) = walked.tasks("ut_handle")
    # the federation has only one who handles: the street takes over
    assert task.groups == ["handler@pinghu"]
    assert task.excluded == [STAFF]
