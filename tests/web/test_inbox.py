"""The inbox: the wrong person first, then one's own work from the list to the next task."""

from __future__ import annotations

import io
import re

import openpyxl
import pytest
from sqlalchemy import select

from engine import clock, commands, db, testclock
from engine.models import Draft, HumanTask, Submission
from tests.web.conftest import Browser, Enter, act, start_matter, waiting

GOOD = {
    "result": "partly",
    "opinion": "已到企业核实，材料缺少一份考勤。",
    "ways": ["phone", "visit"],
}
#: Of another street, of another role of the same street, a representative nobody invited.
STRANGERS = ["bantian_handler1", "rep_0001", "analyst1"]


def form_of(browser: Browser, task: str) -> dict[str, str]:
    """Return the hidden fields of a task's form, as a browser would send them."""
    page = browser.get(f"/inbox/{task}").get_data(as_text=True)
    key = re.search(r'name="_key" value="([^"]+)"', page)
    assert key, "the task has no form for this person"
    return {"_key": key[1]}


def rows_of(content: bytes) -> list[tuple[object, ...]]:
    """Return the rows of an exported sheet, heading included."""
    page = openpyxl.load_workbook(io.BytesIO(content)).active
    assert page is not None
    return [tuple(cell.value for cell in row) for row in page.iter_rows()]


@pytest.mark.parametrize("login", STRANGERS)
def test_the_wrong_person_finds_nothing(enter: Enter, matter: str, login: str) -> None:
    task = waiting(matter)["ut_check"]
    stranger = enter(login)
    answers = [
        stranger.get(f"/inbox/{task}"),
        stranger.get(f"/monitor/{matter}"),
        stranger.post(f"/inbox/{task}", GOOD),
        stranger.post(f"/inbox/{task}/claim"),
        stranger.post(f"/inbox/{task}/unclaim"),
        stranger.post(f"/inbox/{task}/draft", {"opinion": "draft"}),
        stranger.post(f"/inbox/{task}/fields", {"result": "true_"}),
    ]
    for answer in answers:
        assert answer.status_code == 404
        assert "加班工资" not in answer.get_data(as_text=True)
    for path in ("/inbox/?q=加班", "/inbox/?box=unsigned", "/monitor/?q=加班"):
        answer = stranger.get(path)
        assert answer.status_code == 200
        assert "加班工资" not in answer.get_data(as_text=True)
    assert len(rows_of(stranger.get("/inbox/export.xlsx?box=unsigned").data)) == 1
    assert len(rows_of(stranger.get("/monitor/export.xlsx").data)) == 1
    assert waiting(matter) == {"ut_check": task}


def test_a_colleague_who_is_no_candidate_sees_but_cannot_act(enter: Enter, matter: str) -> None:
    task = waiting(matter)["ut_check"]
    window = enter("pinghu_window1")
    page = window.get(f"/inbox/{task}")
    assert page.status_code == 200
    assert 'id="task-form"' not in page.get_data(as_text=True)
    assert window.post(f"/inbox/{task}", GOOD).status_code == 403
    assert waiting(matter) == {"ut_check": task}


def test_signing_for_a_task_and_putting_it_back(enter: Enter, matter: str) -> None:
    task = waiting(matter)["ut_check"]
    handler = enter("pinghu_handler1")
    assert "核实加班工资一事" in handler.get("/inbox/?box=unsigned").get_data(as_text=True)
    assert handler.post(f"/inbox/{task}/claim").status_code == 303
    assert "核实加班工资一事" in handler.get("/inbox/").get_data(as_text=True)
    rival = enter("pinghu_handler2")
    assert rival.post(f"/inbox/{task}/claim").status_code == 403
    assert handler.post(f"/inbox/{task}/unclaim").status_code == 303
    assert rival.post(f"/inbox/{task}/claim").status_code == 303


def test_a_form_without_a_script_completes_and_opens_my_next_task(
    enter: Enter, matter: str
) -> None:
    task = waiting(matter)["ut_check"]
    handler = enter("pinghu_handler1")
    answer = handler.post(f"/inbox/{task}", {**form_of(handler, task), **GOOD})
    following = waiting(matter)["ut_sign"]
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"/inbox/{following}"
    page = handler.get(f"/inbox/{following}").get_data(as_text=True)
    assert "已提交" in page
    assert "审核签发" in page


def test_a_second_press_gets_the_same_answer(enter: Enter, matter: str) -> None:
    task = waiting(matter)["ut_check"]
    handler = enter("pinghu_handler1")
    posted = {**form_of(handler, task), **GOOD}
    first = handler.post(f"/inbox/{task}", posted)
    second = handler.post(f"/inbox/{task}", posted)
    assert second.status_code == 303
    assert second.headers["Location"] == first.headers["Location"]
    with db.reading() as session:
        assert (
            len(session.scalars(select(Submission).where(Submission.human_task_id == task)).all())
            == 1
        )


def test_whoever_comes_second_sees_it_and_keeps_the_text(enter: Enter, matter: str) -> None:
    task = waiting(matter)["ut_check"]
    slow = enter("pinghu_handler2")
    hidden = form_of(slow, task)
    quick = enter("pinghu_handler1")
    quick.post(f"/inbox/{task}", {**form_of(quick, task), **GOOD})
    answer = slow.post(f"/inbox/{task}", {**hidden, **GOOD, "opinion": "我辛苦写的一段话"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "我辛苦写的一段话" in page
    assert "这项待办已由 范某甲（示例） 办理" in page


def test_what_is_wrong_is_said_and_what_was_typed_stays(enter: Enter, matter: str) -> None:
    task = waiting(matter)["ut_check"]
    handler = enter("pinghu_handler1")
    answer = handler.post(
        f"/inbox/{task}", {**form_of(handler, task), "result": "true_", "opinion": "写了一半"}
    )
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "写了一半" in page
    assert "还有 1 处需要修改" in page
    assert 'href="#f-amount"' in page
    assert waiting(matter) == {"ut_check": task}


@pytest.mark.parametrize(
    "more",
    [
        {"status": "completed"},
        {"actor": "pinghu_chair"},
        {"assignee": "pinghu_chair"},
        {"agree": "yes"},
        {"variables": '{"result": "untrue"}'},
    ],
)
def test_fields_the_form_does_not_have_change_nothing(
    enter: Enter, matter: str, more: dict[str, str]
) -> None:
    task = waiting(matter)["ut_check"]
    handler = enter("pinghu_handler1")
    handler.post(f"/inbox/{task}", {**form_of(handler, task), **GOOD, **more})
    with db.reading() as session:
        done = session.get_one(HumanTask, task)
        assert done.completed_by == "pinghu_handler1"
        assert done.assignee == "pinghu_handler1"
    assert set(waiting(matter)) == {"ut_sign"}


def test_a_choice_that_was_not_offered_is_refused(enter: Enter, matter: str) -> None:
    task = waiting(matter)["ut_check"]
    handler = enter("pinghu_handler1")
    answer = handler.post(f"/inbox/{task}", {**form_of(handler, task), **GOOD, "result": "made_up"})
    assert answer.status_code == 422


def test_a_draft_is_mine_alone_and_comes_back(enter: Enter, matter: str) -> None:
    task = waiting(matter)["ut_check"]
    handler = enter("pinghu_handler1")
    answer = handler.post(
        f"/inbox/{task}/draft",
        {"opinion": "还没写完", "result": "partly"},
        headers={"Accept": "application/json"},
    )
    assert answer.json is not None
    assert "草稿已保存" in answer.json["message"]
    assert "还没写完" in handler.get(f"/inbox/{task}").get_data(as_text=True)
    assert "还没写完" not in enter("pinghu_handler2").get(f"/inbox/{task}").get_data(as_text=True)
    with db.reading() as session:
        assert "还没写完".encode() not in session.scalars(select(Draft.payload)).one()


def test_fields_that_depend_on_others_are_asked_from_the_server(enter: Enter, matter: str) -> None:
    task = waiting(matter)["ut_check"]
    handler = enter("pinghu_handler1")
    shown = handler.post(f"/inbox/{task}/fields", {"result": "true_"}).get_data(as_text=True)
    hidden = handler.post(f"/inbox/{task}/fields", {"result": "untrue"}).get_data(as_text=True)
    assert "涉及金额" in shown
    assert "涉及金额" not in hidden


def test_a_file_is_kept_through_an_error_and_sent_only_to_who_may_see(
    enter: Enter, matter: str
) -> None:
    task = waiting(matter)["ut_check"]
    handler = enter("pinghu_handler1")
    photo = (io.BytesIO(PNG), "工资条.png")
    refused = handler.post(
        f"/inbox/{task}",
        {**form_of(handler, task), "result": "partly", "evidence": photo},
        content_type="multipart/form-data",
    )
    page = refused.get_data(as_text=True)
    assert refused.status_code == 422
    kept = re.search(r'name="evidence_kept" value="([^"]+)"', page)
    assert kept
    assert "工资条.png" in page
    answer = handler.post(
        f"/inbox/{task}", {**form_of(handler, task), **GOOD, "evidence_kept": kept[1]}
    )
    assert answer.status_code == 303


def test_two_characters_of_a_title_find_it(enter: Enter, matter: str) -> None:
    start_matter("宿舍没有热水", "ZX-2026-002")
    handler = enter("pinghu_handler1")
    page = handler.get("/inbox/?box=unsigned&q=热水").get_data(as_text=True)
    assert "ZX-2026-002" in page
    assert "ZX-2026-001" not in page


@pytest.mark.parametrize(
    "query",
    [
        "sort=created_at;drop table human_task",
        "sort=due&page=-1",
        "page=999999999999999999999",
        "box=everything",
        "process=' OR 1=1 --",
        "lateness=late' OR '1'='1",
        "q=%25",
        "q=<script>alert(1)</script>",
    ],
)
def test_an_odd_address_is_an_ordinary_list(enter: Enter, matter: str, query: str) -> None:
    answer = enter("pinghu_handler1").get(f"/inbox/?{query}")
    assert answer.status_code == 200
    assert "<script>alert" not in answer.get_data(as_text=True)


def test_an_exported_title_is_never_a_formula(enter: Enter, app: object) -> None:
    start_matter('=HYPERLINK("https://evil.example","x")', "＝1+1")
    answer = enter("pinghu_handler1").get("/inbox/export.xlsx?box=unsigned")
    page = openpyxl.load_workbook(io.BytesIO(answer.data)).active
    assert page is not None
    cells = [cell for row in page.iter_rows() for cell in row if cell.value]
    assert all(cell.data_type != "f" for cell in cells)
    assert any(str(cell.value).startswith("=HYPERLINK") for cell in cells)


def test_what_a_person_writes_is_never_markup(enter: Enter, app: object) -> None:
    attack = '<img src=x onerror="alert(1)">'
    instance = start_matter(attack, attack)
    handler = enter("pinghu_handler1")
    task = waiting(instance)["ut_check"]
    for path in (f"/inbox/{task}", "/inbox/?box=unsigned", f"/monitor/{instance}", "/monitor/"):
        assert "<img src=x" not in handler.get(path).get_data(as_text=True)


def test_the_page_says_why_and_what_happens_if_nobody_acts(enter: Enter, matter: str) -> None:
    task = waiting(matter)["ut_check"]
    page = enter("pinghu_handler1").get(f"/inbox/{task}").get_data(as_text=True)
    assert "平湖街道总工会承办人 办理" in page
    assert "自动启动“督促办理”；这项待办和您的草稿都保留" in page
    assert "剩 3 个工作日" in page


def test_a_passed_deadline_leaves_task_and_draft_with_their_holder(
    enter: Enter, matter: str
) -> None:
    task = waiting(matter)["ut_check"]
    handler = enter("pinghu_handler1")
    handler.post(f"/inbox/{task}/claim")
    handler.post(f"/inbox/{task}/draft", {"opinion": "办到一半"})
    testclock.advance(clock.now() + clock.timedelta(days=6), force=True)
    assert set(waiting(matter)) == {"ut_check", "ut_urge"}
    page = handler.get(f"/inbox/{task}").get_data(as_text=True)
    assert "办到一半" in page
    assert "超期" in page
    assert "督促办理" in enter("pinghu_chair").get("/inbox/?box=unsigned").get_data(as_text=True)


def test_a_closed_task_shows_who_closed_it(enter: Enter, matter: str) -> None:
    task = waiting(matter)["ut_check"]
    handler = act("pinghu_handler1")
    with db.transaction() as session:
        commands.complete(session, task, actor=handler, submission=GOOD)
    page = enter("pinghu_handler2").get(f"/inbox/{task}").get_data(as_text=True)
    assert "办理完成" in page
    assert 'id="task-form"' not in page


#: A picture of one pixel, with its check sums.
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154"
    "789c63f8cfc000000301010018dd8db00000000049454e44ae426082"
)
