"""A case and its time: limits, pauses, interim answers, levels, and who sees what of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from engine import calendar, clock, commands, db, queries
from engine.models import Outbox
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
from tests.processes.appeals_walk import (
    CHAIR,
    REPLY,
    STAFF,
    TRIAGE,
    WORDS,
    answered,
    appeal,
    case,
    handled,
)
from tests.processes.reps_walk import Case, somebody


@pytest.fixture
def office(database):
    reps_walk.furnish(database)


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
