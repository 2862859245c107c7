"""P11 walked on a real database: an appeal becomes a proposal, or its worker learns why not."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from engine import clock, commands, db, queries
from engine.errors import NotAllowed, NotFound
from engine.models import Outbox
from processes.appeals.models import Document, Reply
from processes.ledger.models import LedgerEntry
from processes.people.identity import viewer_for
from processes.proposals.models import (
    OfficialLetter,
    Proposal,
    ProposalMaterial,
    ProposalReferral,
)
from tests.processes import reps_walk
from tests.processes.promote_walk import REP, confirmed, finished, pick
from tests.processes.reps_walk import Case

STAFF = "district_organizing1"


@pytest.fixture
def office(database):
    reps_walk.furnish(database)


def day(ahead: int = 0) -> str:
    return (clock.today().date() + timedelta(days=ahead)).isoformat()


#: What `appeal_main` says with `msg_convert_requested`.
REQUEST = {
    "org": "district",
    "street": "pinghu",
    "category": "01",
    "is_common": True,
    "dept_level": "district",
    "scope": "district",
    "persons_affected": 36,
    "legal_stage": "none",
    "identity_mode": "real",
    "source": "rep_promote",
    "rep_leader": REP,
}


def converted(**request) -> Case:
    """A conversion that was asked for in the words of `appeal_main`."""
    appeal = Case.registered()
    payload = {**REQUEST, "appeal_no": appeal.number, **request}
    return appeal.message("msg_convert_requested", **payload).follow("proposal_convert")


def initiated(case: Case, **form) -> Case:
    return case.at(
        "ut_initiate",
        STAFF,
        **{
            "proposer": REP,
            "session_kind": "closed",
            "title": "关于建立跨区欠薪联动处置机制的建议",
            "proposal_nature": True,
            "units": ["gov_hr"],
            "duties_separate": False,
            "duplicate": False,
            **form,
        },
    )


def drafted(case: Case) -> Case:
    case.at(
        "ut_support",
        STAFF,
        support_group="organizing@district",
        needs="两年的数据",
        material_departments=["rights", "publicity"],
    )
    for login in ("district_rights1", "district_publicity1"):
        case.at("ut_material", login, catalogue="统计表", measure="办结口径", masked=True)
    return written(case)


def written(case: Case) -> Case:
    return case.at(
        "ut_draft",
        STAFF,
        title="关于建立跨区欠薪联动处置机制的建议",
        cause="注册地与用工地不一致。",
        analysis="两年共三十件。",
        suggestion="由区人社局牵头。",
    )


def submitted(case: Case) -> Case:
    return case.at("ut_rep_confirm", REP, rep_confirm="agree", reply_by="self").at(
        "ut_submit", STAFF, receipt_no="示例 18 号", submitted_on=day(), submitted_to="organ_npc"
    )


def handed_over(case: Case, difficulty: str = "normal") -> Case:
    return case.at(
        "ut_review_result", STAFF, review_result="filed", filed_no="第 18 号", reviewed_on=day()
    ).at(
        "ut_handover",
        STAFF,
        main_unit="gov_hr",
        co_units=["gov_justice"],
        handed_on=day(),
        difficulty=difficulty,
    )


def answered(case: Case) -> Case:
    return case.at("ut_reply", STAFF, result_class="A", replied_on=day(), points="机制已经印发。")


def told(case: Case, element: str = "ut_inform_workers") -> Case:
    return case.at(element, STAFF, inform_text="您反映的问题已经有了结果，详情见下。")


def proposal(case: Case) -> Proposal:
    with db.reading() as session:
        return session.scalars(select(Proposal).where(Proposal.instance_id == case.root)).one()


def outcomes(case: Case) -> list[str]:
    """What the worker of the source appeal can read about the conversion's outcome."""
    with db.reading() as session:
        return list(
            session.scalars(
                select(Document.text).where(
                    Document.appeal_no == case.number, Document.template == "tell_outcome"
                )
            )
        )


# ---- the way through ---------------------------------------------------------------------


def test_a_proposal_is_filed_and_answered_and_the_worker_is_told(either_database):
    reps_walk.furnish(either_database)
    case = answered(handed_over(submitted(drafted(initiated(converted())))))
    assert case.waits() == {"ut_inform_workers"}
    assert outcomes(case) == []
    told(case)
    assert outcomes(case) == ["您反映的问题已经有了结果，详情见下。"]
    found = proposal(case)
    assert (found.kind, found.status, found.result_class) == ("npc_suggestion", "answered", "A")
    assert (found.confirmed_by, found.leader) == ("self", REP)
    assert found.counts_for_measure10
    with db.reading() as session:
        assert reps_walk.count(session, ProposalMaterial) == 2
        row = session.scalars(select(LedgerEntry).where(LedgerEntry.register == "proposals")).one()
        assert (row.label, row.category) == (found.no, "npc_suggestion")


def test_the_appeal_does_not_wait_for_the_proposal(office):
    """The whole way: promoted, not solved, converted; the answer of the appeal goes on."""
    appeal = pick(Case.promoted(), REP).at("ut_invite_reply", REP, reply="yes", reply_by="self")
    confirmed(finished(appeal, "convert"))
    case = appeal.follow("proposal_convert")
    assert case.waits() == {"ut_initiate"}
    assert case.variable("rep_leader") == REP
    assert appeal.waits() == {"ut_approve_reply"}
    with db.reading() as session:
        reply = session.scalars(select(Reply).where(Reply.appeal_no == appeal.number)).one()
        assert reply.conclusion == "transferred"


def test_several_appeals_become_one_proposal_and_each_worker_is_told(office):
    other = Case.registered(phone="13800000009", name="李某乙（示例）", category="07")
    case = initiated(converted(), more_sources=f"{other.number}\nSQ-2026PH-999999")
    told(answered(handed_over(submitted(drafted(case)))))
    assert outcomes(case) == outcomes(other) == ["您反映的问题已经有了结果，详情见下。"]


# ---- what is not proposed ---------------------------------------------------------------------


@pytest.mark.parametrize("mark", ["judicial", "vague", "relative", "complaint"])
def test_what_must_not_be_proposed_becomes_a_report(office, mark):
    case = initiated(converted(), marks=[mark])
    assert case.waits() == {"ut_referral"}
    _referred(case)
    assert outcomes(case)
    found = proposal(case)
    assert (found.status, found.counts_for_measure10) == ("referred", False)


def _referred(case: Case) -> Case:
    return told(
        case.at(
            "ut_referral",
            "district_rights1",
            referred_to="government",
            referred_on=day(),
            report="跨区欠薪情况专报",
            referral_answer="区政府办电话回复：已转人社局。",
        )
    )


def test_an_opinion_is_no_proposal(office):
    assert initiated(converted(), proposal_nature=False).waits() == {"ut_referral"}


@pytest.mark.parametrize(
    "request_",
    [
        {"category": "12", "dept_level": "none", "is_common": False},
        {"category": "01", "dept_level": "employer", "is_common": False},
        {"legal_stage": "litigation"},
        {"legal_stage": "arbitration"},
    ],
)
def test_what_nobody_may_propose_is_reported_instead(office, request_):
    case = converted(**request_)
    assert case.waits() == {"ut_referral"}
    _referred(case)
    assert outcomes(case)
    with db.reading() as session:
        assert reps_walk.count(session, Proposal) == 0


@pytest.mark.parametrize("result", ["not_filed", "opinion"])
def test_not_filed_goes_on_as_a_report(office, result):
    case = submitted(drafted(initiated(converted()))).at(
        "ut_review_result", STAFF, review_result=result, review_reason="内容空泛", reviewed_on=day()
    )
    assert case.waits() == {"ut_referral"}
    _referred(case)
    assert outcomes(case)
    assert proposal(case).status == "not_filed"
    with db.reading() as session:
        assert session.scalars(select(ProposalReferral)).one().referred_to == "government"


def test_the_representative_may_ask_for_changes_and_may_refuse(office):
    case = drafted(initiated(converted()))
    case.at(
        "ut_rep_confirm", REP, rep_confirm="revise", rep_comment="补充外区做法", reply_by="self"
    )
    written(case).at(
        "ut_rep_confirm", REP, rep_confirm="refuse", rep_comment="已有同类建议", reply_by="self"
    )
    assert case.waits() == {"ut_inform_workers"}
    told(case)
    assert outcomes(case)
    assert proposal(case).status == "refused"


# ---- withdrawn --------------------------------------------------------------------------------


def withdraw(number: str, login: str = STAFF) -> None:
    with db.transaction() as session:
        commands.start(
            session,
            "proposal_withdraw",
            actor=reps_walk.somebody(login),
            submission={
                "proposal_no": number,
                "withdrawn_on": day(),
                "withdraw_reason": "改提大会发言",
            },
        )


def test_a_written_withdrawal_stops_the_handling_and_the_worker_is_told(office):
    case = handed_over(submitted(drafted(initiated(converted()))))
    withdraw(proposal(case).no)
    case.settle()
    assert case.waits() == {"ut_inform_withdrawn"}
    told(case, "ut_inform_withdrawn")
    assert outcomes(case)
    assert proposal(case).status == "withdrawn"


def test_of_two_proposals_from_one_appeal_the_right_one_is_withdrawn(office):
    first = handed_over(submitted(drafted(initiated(converted()))))
    again = {**REQUEST, "appeal_no": first.number}
    second = Case(first.root).message("msg_convert_requested", **again).follow("proposal_convert")
    assert second.root != first.root
    drafted(initiated(second))
    withdraw(proposal(first).no)
    assert first.settle().waits() == {"ut_inform_withdrawn"}
    assert second.waits() == {"ut_rep_confirm"}


def test_only_a_running_proposal_can_be_withdrawn(office):
    with pytest.raises(NotFound):
        withdraw("TA-2026-999999")
    case = answered(handed_over(submitted(drafted(initiated(converted())))))
    with pytest.raises(NotFound):
        withdraw(proposal(case).no)


def test_withdrawals_are_recorded_by_the_district(office):
    with pytest.raises(NotAllowed):
        withdraw("TA-2026-000001", "pinghu_window1")


# ---- time -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("difficulty", "months"), [("normal", 3), ("hard", 6)])
def test_warnings_and_a_letter_beside_the_owed_answer(office, difficulty, months):
    case = handed_over(submitted(drafted(initiated(converted()))), difficulty)
    due = case.tasks("ut_reply")[0].due_at
    assert abs((due - clock.now()).days - months * 30.5) < 12
    assert proposal(case).due_at == due
    until = (due - clock.now()).total_seconds()
    case.after(seconds=until - 2 * 24 * 3600)
    assert _warned() == 3
    assert case.waits() == {"ut_reply"}
    case.after(days=3)
    assert case.waits() == {"ut_reply", "ut_urge"}
    with db.reading() as session:
        letter = session.scalars(select(OfficialLetter)).one()
        assert letter.no.startswith(f"龙工函〔{clock.today().year}〕")
        assert letter.to_org == "gov_hr"
        assert "区人" in letter.text
    case.at(
        "ut_urge",
        "district_office1",
        sent_on=day(),
        sent_by="hand",
        sent_receipt="签收单 3 号",
    )
    with db.reading() as session:
        letter = session.scalars(select(OfficialLetter)).one()
        assert (letter.signed_by, letter.receipt) == ("district_office1", "签收单 3 号")
    assert answered(case).waits() == {"ut_inform_workers"}


def test_an_answer_in_time_ends_the_warnings(office):
    case = answered(handed_over(submitted(drafted(initiated(converted())))))
    told(case)
    case.after(days=120)
    assert _warned() == 0
    with db.reading() as session:
        assert reps_walk.count(session, OfficialLetter) == 0


def _warned() -> int:
    with db.reading() as session:
        return reps_walk.count(session, Outbox, Outbox.kind == "proposal_warning")


# ---- who may see and act ----------------------------------------------------------------------


def test_only_the_proposer_confirms_and_nobody_else_of_them_sees_it(office):
    case = drafted(initiated(converted()))
    with pytest.raises(NotAllowed):
        case.at("ut_rep_confirm", "rep_0030", rep_confirm="agree", reply_by="self")
    with db.reading() as session:
        assert not queries.may_see(session, viewer_for(session, "rep_0030"), case.root)
        assert queries.may_see(session, viewer_for(session, REP), case.root)


def test_staff_who_confirm_for_the_representative_are_recorded_as_such(office):
    case = drafted(initiated(converted()))
    case.at("ut_rep_confirm", STAFF, rep_confirm="agree", reply_by="proxy", proof="短信截图 4 号")
    found = proposal(case)
    assert (found.confirmed_by, found.proof) == ("proxy", "短信截图 4 号")


def test_titles_carry_no_words_of_people(office):
    case = initiated(converted())
    with db.reading() as session:
        page = queries.instance(session, viewer_for(session, STAFF), case.root)
    assert proposal(case).no in str(page)
    assert "欠薪联动" not in str(page)
