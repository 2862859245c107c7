"""A worker's phone: large enough, accessible, with and without scripts, by photo and by voice."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import (
    CHROMIUM,
    PHONE,
    Open,
    Site,
    assert_accessible,
    assert_fits,
)
from tests.web import hostile_files

pytestmark = pytest.mark.browser

PHOTO = {"name": "信.jpg", "mimeType": "image/jpeg", "buffer": hostile_files.picture()}
#: Everything one presses, and everything one reads, that is smaller than it must be.
SMALL = """() => [...document.querySelectorAll('main a, main button, main select, main summary,' +
    'main input, main textarea, main label.choice')]
  .filter(e => e.offsetParent && !e.closest('.visually-hidden') && !e.closest('p'))
  .filter(e => !(e.matches('input') && e.closest('.choice')))
  .filter(e => !e.closest('.errsum') && !e.matches('.facts a'))
  .filter(e => e.getBoundingClientRect().height > 2 && e.getBoundingClientRect().height < 47.5)
  .map(e => e.outerHTML.slice(0, 90) + e.getBoundingClientRect().height)"""
FINE_PRINT = """() => [...document.querySelectorAll('main *')]
  .filter(e => e.children.length === 0 && e.textContent.trim() && e.offsetParent)
  .filter(e => !e.closest('.visually-hidden'))
  .filter(e => parseFloat(getComputedStyle(e).fontSize) < 18)
  .map(e => e.textContent.slice(0, 30))"""


def fill(page: Page) -> None:
    page.get_by_label("事情发生在哪个街道").select_option(label="平湖街道")
    page.get_by_label("手机号").fill("13800000009")


def hand_in(page: Page) -> str:
    """Press the button; return the query code of the page that follows."""
    page.get_by_role("button", name="提交给工会").click()
    expect(page.get_by_role("heading", name="工会收到了")).to_be_visible()
    return "".join(page.locator("#code span").all_text_contents())


def assert_large(page: Page) -> None:
    assert page.evaluate(SMALL) == []
    assert page.evaluate(FINE_PRINT) == []


def test_every_step_is_large_accessible_and_inside_the_window(open_page: Open) -> None:
    page = open_page(size=PHONE)
    page.goto("/submit")
    page.get_by_text("再补充一点").click()
    page.get_by_label("替别人").check()
    checks = (assert_accessible, assert_fits, assert_large)
    for check in checks:
        check(page)
    page.get_by_role("button", name="提交给工会").click()
    expect(page.get_by_role("alert")).to_be_focused()
    for check in checks:
        check(page)
    page.get_by_label("写在这里").fill("七、八月工资没发。")
    page.get_by_label("替别人").uncheck()
    fill(page)
    page.get_by_label("同意").check()
    code = hand_in(page)
    for check in checks:
        check(page)
    page.get_by_label("截图或抄下").check()
    page.get_by_role("button", name="去看进度").click()
    expect(page.get_by_role("heading", name="办理过程")).to_be_visible()
    for check in checks:
        check(page)
    assert code not in page.url.replace("-", "")


def test_without_a_script_words_and_photo_survive_an_error(open_page: Open) -> None:
    page = open_page(size=PHONE, scripts=False)
    page.goto("/submit")
    page.get_by_label("拍照或选文件").set_input_files(PHOTO)
    fill(page)
    page.get_by_role("button", name="提交给工会").click()
    expect(page.get_by_role("alert")).to_contain_text("您填的内容都还在")
    expect(page.get_by_role("list", name="已收到的附件")).to_contain_text("信.jpg")
    expect(page.get_by_label("手机号")).to_have_value("13800000009")
    page.get_by_label("同意").check()
    code = hand_in(page)
    page.goto("/track")
    page.get_by_role("textbox", name="查询码").fill(code.lower())
    page.get_by_role("button", name="查看").click()
    expect(page.get_by_text(re.compile("工会收到了，正在看"))).to_be_visible()


def test_a_voice_is_recorded_in_the_page_and_is_the_whole_content(
    chromium: Browser, site: Site
) -> None:
    phone = chromium.browser_type.launch(
        executable_path=CHROMIUM,
        args=[
            "--no-sandbox",
            "--use-fake-device-for-media-stream",
            "--use-fake-ui-for-media-stream",
        ],
    )
    page = phone.new_page(base_url=site.address, locale="zh-CN", permissions=["microphone"])
    page.goto("/submit")
    page.get_by_role("button", name="录一段话").click()
    page.get_by_role("button", name=re.compile("停止 0:01")).click()
    expect(page.get_by_text("已录 1 段")).to_be_visible()
    fill(page)
    page.get_by_label("同意").check()
    hand_in(page)
    phone.close()
