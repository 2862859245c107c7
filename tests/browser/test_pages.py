"""Every page at both widths, light and dark: accessible, inside its window, within the policy."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESKTOP, PHONE, Open, assert_accessible, assert_fits

pytestmark = pytest.mark.browser

STAFF = [
    "/",
    "/?account=坂田",
    "/inbox/?box=unsigned",
    "/inbox/?box=done",
    "/inbox/?box=unsigned&q=热水",
    "/monitor/",
    "/monitor/processes",
    "/monitor/processes/desk_matter",
    "/login/password",
    "/nowhere",
]
STRANGER = ["/login", "/", "/submit", "/track"]
SIZES = {"desktop": DESKTOP, "phone": PHONE}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_staff_pages_are_accessible_and_fit(open_page: Open, size: str, scheme: str) -> None:
    page = open_page("pinghu_handler1", size=SIZES[size], color_scheme=scheme)
    for path in STAFF:
        page.goto(path)
        assert_accessible(page)
        assert_fits(page)


@pytest.mark.parametrize("size", SIZES)
def test_public_pages_are_accessible_and_fit(open_page: Open, size: str) -> None:
    page = open_page(size=SIZES[size])
    for path in STRANGER:
        page.goto(path)
        assert_accessible(page)
        assert_fits(page)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_task_and_its_errors_are_accessible(open_page: Open, size: str, scheme: str) -> None:
    page = open_page("pinghu_handler1", size=SIZES[size], color_scheme=scheme)
    open_first(page)
    assert_accessible(page)
    assert_fits(page)
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_role("alert").filter(has_text="需要修改")).to_be_focused()
    assert_accessible(page)
    assert_fits(page)
    page.get_by_role("link", name="全过程").click()
    expect(page.get_by_role("heading", name="系统的判断和依据")).to_be_visible()
    assert_accessible(page)
    assert_fits(page)


@pytest.mark.parametrize("size", SIZES)
def test_a_real_case_is_accessible_from_inbox_to_paper(open_page: Open, size: str) -> None:
    page = open_page("pinghu_window1", size=SIZES[size])
    for path in ("/register", "/notices/"):
        page.goto(path)
        assert_accessible(page)
        assert_fits(page)
    page.goto("/inbox/?box=unsigned")
    page.locator(".task-item").first.click()
    expect(page).to_have_url(re.compile(r"/inbox/[0-9a-f]{32}"))
    page.get_by_text("查看姓名和电话").click()
    page.get_by_label("查看的理由").fill("联系职工办理")
    page.get_by_role("button", name="查看", exact=True).click()
    expect(page.get_by_text("13800000001")).to_be_visible()
    assert_accessible(page)
    assert_fits(page)
    page.get_by_role("link", name="全过程").click()
    expect(page.get_by_role("heading", name="系统的判断和依据")).to_be_visible()
    page.get_by_role("button", name="看全图").click()
    assert_accessible(page)
    assert_fits(page)


def open_first(page: Page) -> None:
    """Open the first task that waits to be signed for."""
    page.goto("/inbox/?box=unsigned")
    page.get_by_role("link", name="核实加班工资一事").click()
    expect(page).to_have_url(re.compile(r"/inbox/[0-9a-f]{32}"))
    expect(page.locator("#detail").get_by_role("heading", level=1)).to_be_focused()
