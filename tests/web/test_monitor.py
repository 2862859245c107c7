"""The monitor: figures and cases of one's own, levers for operators only."""

from __future__ import annotations

import io
import re

import openpyxl
import pytest
from sqlalchemy import select

from engine import clock, commands, db
from engine.models import HumanTask, Incident, Job, ProcessInstance
from tests.web.conftest import Enter, act, start_matter, waiting

GOOD = {"result": "partly", "opinion": "已核实"}


def test_another_street_sees_neither_case_nor_count(enter: Enter, matter: str) -> None:
    page = enter("bantian_handler1").get("/monitor/").get_data(as_text=True)
    assert "核实加班工资一事" not in page
    assert "没有符合条件的事项" in page


def test_the_superior_sees_the_case_of_the_street(enter: Enter, matter: str) -> None:
    page = enter("district_rights1").get("/monitor/").get_data(as_text=True)
    assert "核实加班工资一事" in page
    assert "核实情况" in page


def test_a_case_tells_what_happened_and_why(enter: Enter, matter: str) -> None:
    task, handler = waiting(matter)["ut_check"], act("pinghu_handler1")
    with db.transaction() as session:
        commands.complete(session, task, actor=handler, submission=GOOD)
    page = enter("pinghu_handler1").get(f"/monitor/{matter}").get_data(as_text=True)
    assert "是否属实？" in page
    assert "已核实" in page  # what was entered, for whoever works with workers
    assert 'data-element-id="ut_sign"' in page
    walked = re.findall(r'is-passed" data-element-id="(\w+)"', page)
    assert sorted(walked) == ["f_check", "f_question", "f_sign"]
    assert "部分属实" in page  # the choice in the words of the form


def test_an_outsider_role_never_reads_what_was_entered(enter: Enter, matter: str) -> None:
    task, handler = waiting(matter)["ut_check"], act("pinghu_handler1")
    with db.transaction() as session:
        commands.complete(session, task, actor=handler, submission=GOOD)
    page = enter("privacy1").get(f"/monitor/{matter}").get_data(as_text=True)
    assert "已核实" not in page


def test_filters_narrow_and_the_export_says_the_same(enter: Enter, matter: str) -> None:
    start_matter("宿舍没有热水", "ZX-2026-002")
    handler = enter("pinghu_handler1")
    page = handler.get("/monitor/?q=热水&status=active&process=desk_matter").get_data(as_text=True)
    assert "ZX-2026-002" in page
    assert "ZX-2026-001" not in page
    sheet = openpyxl.load_workbook(
        io.BytesIO(handler.get("/monitor/export.xlsx?q=热水").data)
    ).active
    assert sheet is not None
    assert [row[0].value for row in sheet.iter_rows()] == ["编号", "ZX-2026-002"]


def broken(matter: str) -> int:
    """Plant an incident of a failed job and return its number."""
    with db.transaction() as session:
        job = session.scalars(select(Job).where(Job.instance_id == matter)).first()
        assert job is not None
        job.status, job.attempts = "failed", 3
        incident = Incident(
            instance_id=matter,
            job_id=job.id,
            element_id=job.element_id,
            code="service-failed",
            message="短信平台没有应答",
            opened_at=clock.now(),
        )
        session.add(incident)
        session.flush()  # the number is given by the database
        return incident.id


def test_only_an_operator_retries(enter: Enter, matter: str) -> None:
    incident = broken(matter)
    assert enter("bantian_handler1").post(f"/monitor/incidents/{incident}/retry").status_code == 404
    assert enter("pinghu_handler1").post(f"/monitor/incidents/{incident}/retry").status_code == 403
    # A chair decides by tasks in the diagram; the levers are the district's operators'.
    assert enter("pinghu_chair").post(f"/monitor/incidents/{incident}/retry").status_code == 403
    page = enter("district_chair").get(f"/monitor/{matter}").get_data(as_text=True)
    assert "短信平台没有应答" in page
    assert enter("district_chair").post(f"/monitor/incidents/{incident}/retry").status_code == 303
    with db.reading() as session:
        assert session.get_one(Incident, incident).resolved_at is not None


def test_only_an_operator_suspends_and_then_nobody_completes(enter: Enter, matter: str) -> None:
    task = waiting(matter)["ut_check"]
    handler, chair = enter("pinghu_handler1"), enter("district_chair")
    nobody = enter("pinghu_chair").post(f"/monitor/{matter}/suspend", {"reason": "不归我"})
    assert nobody.status_code == 403
    path = f"/monitor/{matter}/suspend"
    assert handler.post(path, {"reason": "等待第三方"}).status_code == 403
    assert chair.post(path, {"reason": "等待第三方"}).status_code == 303
    with db.reading() as session:
        assert session.get_one(ProcessInstance, matter).status == "suspended"
    assert handler.post(f"/inbox/{task}", GOOD).status_code == 403
    assert chair.post(f"/monitor/{matter}/resume", {"reason": "已答复"}).status_code == 303
    assert handler.post(f"/inbox/{task}", GOOD).status_code == 303


def test_an_analyst_sees_where_cases_wait_but_no_case(enter: Enter, matter: str) -> None:
    analyst = enter("analyst1")
    page = analyst.get("/monitor/processes/desk_matter").get_data(as_text=True)
    assert "核实情况" in page
    assert "加班工资" not in page
    assert "ZX-2026-001" not in page
    with db.reading() as session:
        assert session.scalars(select(HumanTask.status)).all() == ["open"]


def test_a_number_leads_to_its_case_but_not_a_stranger(enter: Enter, matter: str) -> None:
    answer = enter("pinghu_handler1").get("/cases/ZX-2026-001")
    assert answer.headers["Location"] == f"/monitor/{matter}"
    assert enter("bantian_handler1").get("/cases/ZX-2026-001").status_code == 404
    assert enter("pinghu_handler1").get("/cases/ZX-2026-00").status_code == 404


def test_an_unknown_process_is_not_found(enter: Enter) -> None:
    assert enter("analyst1").get("/monitor/processes/nothing").status_code == 404


@pytest.mark.parametrize("number", [2**63, 10**30])
def test_a_number_that_no_row_has_is_nowhere(enter: Enter, number: int) -> None:
    page = enter("district_chair").post(f"/monitor/incidents/{number}/retry")
    assert page.status_code == 404
    assert "没有找到" in page.get_data(as_text=True)
