"""The people of the stories: they step in from the start page, read, write, and go on.

Everything is found by role and label, as somebody with a screen reader finds it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import DESKTOP, PHONE, ROOT, Open, Site, served

#: Makes an office with people and every bundle, in which nothing has happened yet.
BUILD = """
from engine import bundles, calendar, commands, db, hooks, migration, settings, vault
from engine.models import Base
vault.create(settings.current().keys)
bundles.load_all()
db.bind()
migration.upgrade()
Base.metadata.create_all(db.engine())
from processes.appeals import answers
from processes.people import demo
with db.transaction() as session:
    calendar.seed(session)
    demo.organisations(session)
    demo.accounts(session)
    answers.seed(session)
    for bundle in bundles.in_order([bundles.read(path) for path in bundles.installed()]):
        commands.deploy(session, bundle, actor=hooks.SYSTEM)
"""
SHOTS = ROOT / "build" / "shots"
NAME, PHONE_NUMBER = "陈某甲（示例）", "13800000001"
COMPANY = "示例·晨光电子（平湖）"
WAGES = "我在平湖的厂里上班，七月、八月的工资到现在没有发，老板说等回款。"
Answers = Mapping[str, str | bool | Sequence[str]]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """An office of this module's own with every process; nothing has happened in it yet."""
    with served(tmp_path_factory.mktemp("office"), "-c", BUILD) as office:
        yield office


def shot(page: Page, name: str) -> None:
    """Keep a picture of the whole page, for people who look at the design."""
    SHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SHOTS / f"{name}.png", full_page=True)


def enter(page: Page | Locator, answers: Answers) -> None:
    """Fill fields by their labels: a choice by the words of its option."""
    for label, answer in answers.items():
        group = page.get_by_role("group", name=re.compile(rf"^{re.escape(label)}"))
        if not isinstance(answer, bool) and group.count():
            for option in [answer] if isinstance(answer, str) else answer:
                group.get_by_label(option, exact=True).check()
            continue
        field = page.get_by_label(label, exact=True)
        expect(field).to_be_visible()
        if isinstance(answer, bool):
            field.set_checked(answer)
        elif isinstance(answer, str) and field.evaluate("field => field.tagName") != "SELECT":
            field.fill(answer)
        else:
            field.select_option(label=answer)


# ---- the worker ------------------------------------------------------------------------------


@dataclass
class Worker:
    """A worker with a phone, and the code she was given."""

    page: Page
    code: str = ""
    number: str = ""

    @classmethod
    def hands_in(cls, open_page: Open, *, mode: str = "实名", **more: str) -> Worker:
        """Send an appeal from a phone and keep the code."""
        page = open_page(size=PHONE)
        page.goto("/submit")
        page.get_by_label("写几句话").fill(more.pop("content", WAGES))
        page.get_by_label("事情发生在哪个街道").select_option(label=more.pop("street", "平湖街道"))
        page.get_by_role("radio", name=re.compile(f"^{mode}")).check()
        if mode != "匿名":
            page.get_by_label("手机号").fill(PHONE_NUMBER)
            page.get_by_label("怎么称呼您").fill(NAME)
        page.get_by_text("再补充一点").click()
        page.get_by_label("哪家单位").fill(more.pop("employer", COMPANY))
        assert not more, more
        page.get_by_label("我看过告知书").check()
        page.get_by_role("button", name="提交给工会").click()
        expect(page.get_by_role("heading", name="工会收到了")).to_be_visible()
        ticket = page.get_by_role("region", name="您的查询码").inner_text()
        code = re.search(r"\b([0-9A-Z]{4})\s*([0-9A-Z]{4})\s*([0-9A-Z]{4})\b", ticket)
        number = re.search(r"SQ-\S+", ticket)
        assert code, ticket
        assert number, ticket
        return cls(page, "".join(code.groups()), number[0])

    def looks_up(self) -> Page:
        """Open the case with the code, as somebody who only has the slip of paper."""
        self.page.context.clear_cookies()
        self.page.goto("/track")
        self.page.get_by_label("查询码", exact=True).fill(self.code)
        self.page.get_by_role("button", name="查看").click()
        expect(self.page.get_by_role("heading", level=1)).to_be_visible()
        return self.page

    def rates(self, rating: str = "满意", words: str = "") -> None:
        """Say how satisfied she is with what she has just read."""
        self.page.get_by_role("radio", name=rating, exact=True).check()
        self.page.get_by_label("想说点什么").fill(words)
        self.page.get_by_role("button", name="提交评价").click()
        expect(self.page.get_by_text("您的评价")).to_contain_text(rating)


# ---- the staff -------------------------------------------------------------------------------


@dataclass
class Staff:
    """Somebody of the office at a desk."""

    page: Page
    login: str

    @classmethod
    def steps_in(
        cls, open_page: Open, login: str, *, size: dict[str, int] = DESKTOP, **more: Any
    ) -> Staff:
        """Find the account on the start page and become that person."""
        page = open_page(size=size, **more)
        page.goto(f"/?account={login}#others")
        page.get_by_role("region", name="查到的账号").get_by_role("button", name="进入").click()
        page.wait_for_url(lambda address: "account=" not in address)
        return cls(page, login)

    def finds(self, number: str, box: str) -> Locator:
        """Return the entries of one case in a box of the inbox."""
        self.page.goto(f"/inbox/?box={box}&q={number}")
        listed = self.page.get_by_role("region", name="事项列表")
        return listed.get_by_role("link").filter(has_text=number)

    def opens(self, number: str, step: str, *, box: str = "unsigned") -> Staff:
        """Open the waiting step of a case from the list."""
        self.finds(number, box).filter(has_text=step).first.click()
        expect(self.page.get_by_role("heading", name=step, exact=True)).to_be_visible()
        return self

    def signs_for(self) -> Staff:
        """Sign for the opened task."""
        self.page.get_by_role("button", name="签收", exact=True).click()
        expect(self.page.get_by_role("status")).to_contain_text("已签收")
        return self

    def completes(self, answers: Answers) -> Staff:
        """Fill the opened form and submit it."""
        enter(self.page.get_by_role("main"), answers)
        self.page.get_by_role("button", name="提交", exact=True).click()
        expect(self.page.get_by_role("status")).to_contain_text("已提交")
        return self

    def does(self, number: str, step: str, answers: Answers, *, sign: bool = True) -> Staff:
        """Open, sign for and complete one step."""
        self.opens(number, step)
        if sign:
            self.signs_for()
        return self.completes(answers)

    def sees_nothing_of(self, number: str, addresses: Sequence[str] = ()) -> None:
        """No list, no search and no address leads this person to the case."""
        for box in ("mine", "unsigned", "done", "started"):
            expect(self.finds(number, box)).to_have_count(0)
        self.page.goto(f"/monitor/?q={number}")
        expect(self.page.get_by_text("没有符合条件的事项")).to_be_visible()
        for address in addresses:
            answer = self.page.goto(address)
            assert answer is not None
            assert answer.status == 404, address
            expect(self.page.get_by_text(number)).to_have_count(0)
