"""What stands beside the tasks of a conversion and of a working group."""

from __future__ import annotations

import pytest

from engine import db, hooks
from processes.appeals import reps_summary
from processes.people.identity import viewer_for
from tests.processes import reps_walk
from tests.processes.promote_walk import OTHER, REP, met, pick, planned, proxy
from tests.processes.reps_walk import Case
from tests.processes.test_proposals import (
    converted,
    drafted,
    handed_over,
    initiated,
    submitted,
    withdraw,
)


@pytest.fixture
def office(database):
    reps_walk.furnish(database)


def beside(case: Case, login: str) -> dict:
    with db.reading() as session:
        return dict(hooks.summary_of("proposals")(session, viewer_for(session, login), case.root))


def starts_with(case: Case, element: str) -> dict:
    with db.reading() as session:
        return dict(hooks.prefill_of("proposals")(session, case.tasks(element)[0]))


def test_before_a_proposal_exists_the_source_says_what_it_is_about(office):
    case = converted()
    page = beside(case, "district_organizing1")
    assert page["number"] == case.number
    assert page["tags"] == ["待立项"]
    fields = dict(page["fields"])
    assert (fields["来源诉求"], fields["涉及人数"]) == (case.number, "36")
    assert "平湖" in fields["街道"]
    assert "人大建议" in fields["判定"]


def test_the_proposal_is_shown_with_its_text_and_nobody_s_name(office):
    case = handed_over(submitted(drafted(initiated(converted()))))
    page = beside(case, "district_organizing1")
    fields, sections = dict(page["fields"]), dict(page["sections"])
    assert fields["种类"] == "人大建议"
    assert fields["主办单位"] == "区人力资源局"
    assert fields["答复期限"].endswith("（自然日）")
    assert sections["具体建议"] == "由区人社局牵头。"
    assert "陈某甲" not in str(page)
    assert "13800000001" not in str(page)


def test_drafts_start_with_the_last_text(office):
    case = drafted(initiated(converted()))
    case.at("ut_rep_confirm", REP, rep_confirm="revise", rep_comment="补充数据", reply_by="self")
    assert starts_with(case, "ut_draft")["suggestion"] == "由区人社局牵头。"


def test_a_message_to_the_worker_starts_with_what_happened(office):
    case = handed_over(submitted(drafted(initiated(converted()))))
    withdraw(beside(case, "district_organizing1")["number"])
    case.settle()
    assert "撤回" in starts_with(case, "ut_inform_withdrawn")["inform_text"]


def told(case: Case, login: str) -> dict[str, str]:
    with db.reading() as session:
        return dict(reps_summary.sections(session, viewer_for(session, login), case.number))


def test_staff_see_the_whole_list_and_why(office):
    shown = told(pick(Case.promoted(), REP, OTHER), "pinghu_desk1")["代表委员"]
    assert "匹配" in shown
    assert "备选" in shown
    assert "上午" in shown


def test_a_representative_reads_the_agenda_and_who_comes_but_no_scores(office):
    case = pick(Case.promoted(), REP, OTHER)
    shown = told(case, OTHER)
    assert "议题：分期支付的时间表" in next(iter(shown.values()))
    assert OTHER in shown["代表委员"]
    assert REP not in shown["代表委员"]
    assert "分" not in shown["代表委员"].replace("分期", "")
    case.at("ut_invite_reply", REP, reply="yes", reply_by="self", opinion="先核数额")
    assert REP in told(case, OTHER)["代表委员"]


def test_minutes_are_read_beside_the_next_step(office):
    case = pick(Case.promoted(), REP)
    case = met(planned(proxy(case, "yes")))
    headings = " ".join(told(case, "pinghu_desk1"))
    assert "协调会（" in headings
