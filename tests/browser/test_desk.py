"""One's own work in a browser: keyboard, draft, dependent fields, no script, the phone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE, Open
from tests.browser.test_pages import open_first

pytestmark = pytest.mark.browser


def test_the_list_is_walked_with_the_keyboard(open_page: Open) -> None:
    page = open_page("pinghu_handler1")
    page.goto("/inbox/?box=unsigned")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    expect(page.locator(".task-item").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/inbox/[0-9a-f]{32}"))
    expect(page.locator("#detail").get_by_role("heading", level=1)).to_be_focused()
    page.keyboard.press("/")
    expect(page.get_by_label("搜索")).to_be_focused()


def test_a_dependent_field_appears_and_focus_stays(open_page: Open) -> None:
    page = open_page("pinghu_handler1")
    open_first(page)
    expect(page.get_by_label("涉及金额（元）")).to_have_count(0)
    choice = page.get_by_label("属实", exact=True)
    choice.check()
    expect(page.get_by_label("涉及金额（元）")).to_be_visible()
    expect(choice).to_be_focused()


def test_a_draft_survives_leaving_the_page(open_page: Open) -> None:
    page = open_page("pinghu_handler1")
    open_first(page)
    page.get_by_label("办理意见").fill("写到一半被叫去开会")
    expect(page.get_by_text("草稿已保存")).to_be_visible()
    page.goto("/monitor/")
    open_first(page)
    expect(page.get_by_label("办理意见")).to_have_value("写到一半被叫去开会")


def test_on_a_phone_content_and_latest_record_stand_before_the_form(open_page: Open) -> None:
    page = open_page("pinghu_handler1", size=PHONE)
    open_first(page)

    def top(name: str) -> float:
        box = page.get_by_role("heading", name=name).bounding_box()
        assert box is not None
        return box["y"]

    assert top("最近一步") < top("办理过程")
    folded = page.get_by_role("group").filter(has_text="办到哪一步")
    expect(folded.locator("svg.bpmn-diagram")).to_be_hidden()
    page.get_by_text("办到哪一步").click()
    expect(page.locator("svg.bpmn-diagram")).to_be_visible()


def test_without_a_script_a_task_is_done_from_login_to_the_next_step(open_page: Open) -> None:
    page = open_page("pinghu_handler1", scripts=False)
    page.goto("/inbox/?box=unsigned")
    page.get_by_role("link", name="宿舍没有热水").click()
    page.get_by_role("button", name="签收").click()
    expect(page.get_by_role("status")).to_contain_text("已签收")
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_role("alert")).to_contain_text("需要修改")
    page.get_by_label("部分属实").check()
    page.get_by_label("办理意见").fill("热水器已报修")
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_role("status")).to_contain_text("已提交")
    expect(page.get_by_role("heading", name="审核签发", exact=True)).to_be_visible()


def test_signing_out_and_the_dark_room(open_page: Open) -> None:
    page = open_page("pinghu_handler1")
    page.goto("/inbox/")
    page.get_by_role("button", name="切换深色模式").click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    page.locator("summary.who").click()
    page.get_by_role("button", name="退出登录").click()
    expect(page.get_by_role("heading", name="登录")).to_be_visible()
    page.goto("/inbox/")
    expect(page).to_have_url(re.compile("/login"))
