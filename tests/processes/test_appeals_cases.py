"""What happens to the facts of a case: sealed words, duplicates, followers, limits, four eyes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, text

from engine import calendar, clock, commands, db, queries
from engine.errors import NotAllowed
from engine.models import CaseAccess, HumanTask, Outbox, ProcessInstance
from processes.appeals import intake, summary, tracking
from processes.appeals.models import (
    Appeal,
    AppealStep,
    Assignment,
    Coordination,
    Document,
    Pending,
    Reply,
)
from processes.people.identity import viewer_for
from tests.processes import reps_walk
from tests.processes.reps_walk import Case, somebody

STAFF, CHAIR = "pinghu_c1_staff1", "pinghu_c1_chair"
EMPLOYER = "示例·晨光电子（平湖）"
WORDS = "七、八月工资没发，老板说等回款。"
FORM = {
    "channel": "phone", "category": "01", "kind": "help", "content": WORDS, "street": "pinghu",
    "identity_mode": "real", "name": "陈某甲（示例）", "phone": "13800000001",
    "employer_name": EMPLOYER, "urgency": "normal", "legal_stage": "none",
    "persons_affected": 1, "onspot": False,
}  # fmt: skip
TRIAGE = {
    "route": "union", "category": "01", "kind": "help", "dept_level": "none", "scope": "person",
    "urgency": "normal", "legal_stage": "none", "is_common": False, "has_union": True,
    "industry_managed": False, "worker_agrees_employer": False, "community": "pinghu_c1",
    "persons_affected": 1,
}  # fmt: skip
REPLY = {
    "contact_way": "phone", "summary": "核对工资表。", "action": "reply",
    "conclusion": "support", "facts": "欠发两个月。", "basis": "劳动法第五十条",
    "content": "已补发。", "result_class": "A",
}  # fmt: skip


@pytest.fixture
def office(database):
    reps_walk.furnish(database)


def case(**form) -> Case:
    with db.transaction() as session:
        receipt = intake.submit(
            session,
            form="register",
            submission={**FORM, **form},
            actor=somebody("pinghu_window1"),
        )
    return Case(receipt.instance_id).settle()


def handled(walked: Case, **reply) -> Case:
    return walked.at("ut_handle", STAFF, **{**REPLY, **reply})


def answered(walked: Case) -> Case:
    walked.at("ut_triage", "pinghu_vice", **TRIAGE)
    return handled(walked).at("ut_approve_reply", CHAIR, approval="sign")


def read(walked: Case) -> Case:
    """The worker opens her page."""
    with db.transaction() as session:
        tracking.opened(session, appeal(session, walked))
    return walked.settle()


def rated(walked: Case, value: str) -> Case:
    with db.transaction() as session:
        tracking.rate(session, appeal(session, walked), value)
    return walked.settle()


def appeal(session, walked: Case) -> Appeal:
    return session.scalars(select(Appeal).where(Appeal.instance_id == walked.root)).one()


def instance(walked: Case) -> ProcessInstance:
    with db.reading() as session:
        return session.get_one(ProcessInstance, walked.root)


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


# -- time -----------------------------------------------------------------------------------------


def test_a_level_never_gets_more_time_than_the_sixty_days_leave(office):
    walked = case(employer_name="示例·小厂").at(
        "ut_triage", "pinghu_vice", **{**TRIAGE, "scope": "district", "community": None}
    )
    (task,) = walked.tasks("ut_handle")
    with db.reading() as session:
        total = appeal(session, walked).due_at
    assert task.due_at is not None
    assert task.due_at <= total - timedelta(days=10)
    walked.after(days=48)
    walked.at(
        "ut_handle", "district_rights1", summary="需报市总。", action="escalate",
        escalate_reason="市级事项。",
    )  # fmt: skip
    (later,) = walked.tasks("ut_handle")
    assert later.due_at is not None
    assert later.due_at <= clock.now() + timedelta(days=4)


def test_the_external_deadline_counts_if_it_is_earlier(office):
    early = (clock.today() + timedelta(days=12)).date()
    with db.transaction() as session:
        intake.submit(
            session, form="imported", actor=somebody("pinghu_window1"),
            submission={
                "channel": "h12345", "external_source": "12345", "external_no": "G1",
                "external_due": early.isoformat(), "content": "工资没发。", "street": "pinghu",
                "kind": "help", "category": "01", "persons_affected": 1,
            },
        )  # fmt: skip
    with db.reading() as session:
        found = session.scalars(select(Appeal)).one()
    assert found.due_at.astimezone(clock.CHINA).date() == early
    assert found.channel == "h12345"


def test_an_extension_moves_the_end_and_tells_why(office):
    walked = case(employer_name="示例·小厂").at("ut_triage", "pinghu_vice", **TRIAGE)
    with db.reading() as session:
        before = appeal(session, walked).due_at
    walked.at(
        "ut_handle", STAFF, summary="三家分包。", action="extend", extend_days=20,
        extend_reason="逐一核账。",
    )  # fmt: skip
    walked.at(
        "ut_extend", "pinghu_chair", extend_decision="yes", extend_days=20,
        extend_note="涉及三家分包。",
    )  # fmt: skip
    with db.reading() as session:
        found = appeal(session, walked)
        told = session.scalars(select(Document).where(Document.template == "extended")).one()
    assert timedelta(days=20) <= found.due_at - before <= timedelta(days=29)
    assert "三家分包" in told.text
    assert walked.waits() == {"ut_handle"}


def test_a_pause_gives_the_time_back(office):
    walked = case(employer_name="示例·小厂").at("ut_triage", "pinghu_vice", **TRIAGE)
    with db.reading() as session:
        before = appeal(session, walked).due_at
    until = (clock.today() + timedelta(days=20)).date().isoformat()
    walked.at(
        "ut_handle", STAFF, summary="等鉴定。", action="pause", pause_reason="third",
        pause_to=until,
    )  # fmt: skip
    walked.at("ut_pause", CHAIR, pause_decision="yes", pause_to=until, pause_note="等鉴定。")
    (task,) = walked.tasks("ut_handle")
    assert task.due_at is not None
    assert task.due_at > clock.now() + timedelta(days=20)
    walked.after(days=21)
    # five working days had begun to run: nobody is supervised for the time that stood still
    assert walked.waits() == {"ut_handle"}
    with db.reading() as session:
        found = appeal(session, walked)
    assert found.paused_from is None
    assert found.due_at - before >= timedelta(days=19)
    walked.after(days=12)
    assert "ut_supervise" in walked.waits()


def test_sixty_days_without_an_answer_bring_an_interim_answer_and_a_date(office):
    walked = case(employer_name="示例·小厂").at(
        "ut_triage", "pinghu_vice", **{**TRIAGE, "scope": "district", "community": None}
    )
    walked.after(days=64)
    assert "ut_interim" in walked.waits()
    assert "ut_handle" in walked.waits()
    until = (clock.today() + timedelta(days=30)).date()
    walked.at(
        "ut_interim", "district_chair", content="正在核账。", facts="已调取工资表。",
        pending_until=until.isoformat(),
    )  # fmt: skip
    with db.reading() as session:
        row = session.scalars(select(Pending)).one()
        shown = session.scalars(select(Document).where(Document.kind == "interim")).one()
        warned = session.scalars(select(Outbox.key).where(Outbox.key.like("limit_near:%"))).all()
    assert row.until == until
    assert f"{until.year}年{until.month}月{until.day}日" in shown.text
    assert len(warned) == 6  # handler and chair, at ten, five and one days
    assert "ut_handle" in walked.waits()


def test_work_that_nobody_signs_for_is_told_to_the_level_above(office):
    walked = case(employer_name="示例·小厂").at("ut_triage", "pinghu_vice", **TRIAGE)
    walked.after(days=4)
    with db.reading() as session:
        told = session.scalars(select(Outbox.recipient).where(Outbox.key.like("unsigned:%"))).all()
    assert set(told) == {"handler@pinghu_c1", "dispatcher@pinghu"}


def test_the_tenth_case_of_a_kind_asks_for_a_report_of_the_trend(office):
    for number in range(9):
        case(employer_name=f"示例·{number}号厂", phone=f"1380000010{number}")
    tenth = case(employer_name="示例·十号厂").at("ut_triage", "pinghu_vice", **TRIAGE)
    assert tenth.waits() == {"ut_handle", "ut_trend"}


def test_she_hears_of_progress_every_ten_working_days(office):
    walked = case(employer_name="示例·小厂").at("ut_triage", "pinghu_vice", **TRIAGE)
    walked.after(days=32)
    with db.reading() as session:
        told = session.scalars(select(Document).where(Document.template == "progress")).all()
    assert len(told) == 2


def test_if_nobody_triages_the_notice_goes_out_before_the_fifteenth_day(office):
    walked = case(employer_name="示例·小厂")
    received = clock.now()
    walked.after(days=16)
    assert {"ut_triage", "ut_supervise", "ut_explain_delay"} <= walked.waits() | {"ut_leader"}
    with db.reading() as session:
        notice = session.scalars(select(Document).where(Document.template == "accepted")).one()
        due = calendar.compute(calendar.load(session), received, 15, "C").due_at
    assert notice.published_at < due


# -- levels ---------------------------------------------------------------------------------------


def test_each_return_leaves_its_reason_and_who_decided(office):
    walked = case(employer_name="示例·小厂").at("ut_triage", "pinghu_vice", **TRIAGE)
    walked.at(
        "ut_handle", STAFF, summary="不在辖区。", action="return", return_basis="职责清单第三条。",
        suggested_org="pinghu_c2",
    )  # fmt: skip
    walked.at(
        "ut_return_review", "pinghu_vice", return_decision="redispatch", target_org="pinghu_c2",
        return_note="同意。",
    )  # fmt: skip
    with db.reading() as session:
        rows = session.scalars(select(Assignment).order_by(Assignment.id)).all()
    assert [(row.to_org, row.kind) for row in rows] == [
        ("pinghu_c1", "first"),
        ("pinghu_c2", "redispatch"),
    ]
    assert rows[0].return_basis == "职责清单第三条。"
    assert rows[0].decided_by == "pinghu_vice"
    assert rows[0].signed_at is not None


def test_an_opinion_without_substance_is_asked_for_again_with_a_new_letter(office):
    walked = case(employer_name="示例·小厂").at("ut_triage", "pinghu_vice", **TRIAGE)
    walked.at(
        "ut_handle", STAFF, summary="请人社会办。", action="cooperate", departments=["gov_hr"],
        question="能否垫付？",
    )  # fmt: skip
    walked.at("ut_cooperate", "gov_hr_liaison1", opinion="按规定办。", substantial_opinion=False)
    assert walked.waits() == {"ut_cooperate"}
    walked.at("ut_cooperate", STAFF, opinion="可先行垫付。", substantial_opinion=True)
    assert walked.waits() == {"ut_handle"}
    with db.reading() as session:
        rows = session.scalars(select(Coordination).order_by(Coordination.id)).all()
    assert [(row.round, row.substantial, row.opinion) for row in rows] == [
        (1, False, "按规定办。"),
        (2, True, "可先行垫付。"),
    ]
    assert rows[0].letter_no != rows[1].letter_no


def test_the_worker_reads_codes_in_plain_words_and_never_what_staff_wrote(office):
    walked = answered(case(employer_name="示例·小厂"))
    with db.reading() as session:
        found = appeal(session, walked)
        view = tracking.open_case(session, found.track_code)
        summaries = [s for s in session.scalars(select(AppealStep.summary)) if s]
    told = " ".join(sentence for _, sentence in view.timeline)
    assert "核对工资表" not in told
    assert any("核对工资表" in summary for summary in summaries)
    assert next(document.kind for document in view.documents) == "reply"


def test_a_completion_that_came_twice_changes_nothing(office):
    walked = case(employer_name="示例·小厂").at("ut_triage", "pinghu_vice", **TRIAGE)
    (task,) = walked.tasks("ut_handle")
    with db.transaction() as session:
        who = somebody(STAFF)
        commands.complete(session, task.id, actor=who, submission=REPLY, idempotency_key="once")
    with db.transaction() as session:
        commands.complete(session, task.id, actor=who, submission=REPLY, idempotency_key="once")
    with db.reading() as session:
        assert len(session.scalars(select(Reply)).all()) == 1


# -- who sees what --------------------------------------------------------------------------------


def described(walked: Case, login: str) -> dict[str, str]:
    with db.reading() as session:
        told = summary.describe(session, viewer_for(session, login), walked.root)
    assert told is not None
    return dict(told["fields"]) | {"text": "\n".join(body for _, body in told["sections"])}


def test_staff_see_masked_names_and_the_matter(office):
    walked = case(employer_name="示例·小厂")
    told = described(walked, "pinghu_vice")
    assert (told["姓名"], told["电话"]) == ("陈*", "138****0001")
    assert told["text"].startswith(WORDS)


def test_the_reviewer_reads_what_was_done_and_the_draft(office):
    walked = case(employer_name="示例·小厂").at("ut_triage", "pinghu_vice", **TRIAGE)
    told = described(handled(walked), CHAIR)["text"]
    assert "核对工资表。" in told
    assert "依据：劳动法第五十条" in told


def test_the_dispatcher_sees_which_case_looks_alike(office):
    first, second = case(), case()
    assert first.number in described(second, "pinghu_vice")["text"]


def test_departments_and_representatives_see_no_phone(office):
    walked = case(employer_name="示例·小厂").at("ut_triage", "pinghu_vice", **TRIAGE)
    handled(walked)
    for login in ("gov_hr_liaison1", "rep_0001"):
        told = described(walked, login)
        assert (told["姓名"], told["电话"]) == ("陈*", "（不显示）")
        assert "核对工资表" not in told["text"]


def test_a_hidden_name_stays_hidden_from_the_employers_own_union(office):
    walked = case(identity_mode="hidden")
    told = described(walked, "ent_001_handler1")
    assert (told["姓名"], told["电话"]) == ("（不显示）", "（不显示）")
    assert WORDS in told["text"]


def test_the_triage_form_opens_with_what_the_tables_suggest(office):
    walked = case(category="15", employer_name="")
    (task,) = walked.tasks("ut_triage")
    with db.reading() as session:
        view = queries.task(session, viewer_for(session, "pinghu_vice"), task.id)
    assert view.data["route"] == "refuse"
    assert "12345" in view.data["where_to"]
    assert "pinghu_c1" in {choice["value"] for choice in view.data["community_choices"]}
