"""The people of the stories: they step in from the start page, read, write, and go on.

Everything is found by role and label, as somebody with a screen reader finds it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from engine.clock import CHINA
from tests.browser.conftest import DESKTOP, PHONE, ROOT, Open, Site, assert_fits, served

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
#: Two browsers and two offices may share two cores.
expect.set_options(timeout=20_000)
SHOTS = ROOT / "build" / "shots"
NAME, PHONE_NUMBER = "何小禾（示例）", "13800009901"
COMPANY = "示例·晨光电子（平湖）"
WAGES = "我在平湖的厂里上班，七月、八月的工资到现在没有发，老板说等回款。"
Answers = Mapping[str, str | bool | Sequence[str]]
TRIAGE: dict[str, str | bool] = {
    "怎么受理": "受理，工会逐级办理",
    "类目": "劳动报酬",
    "性质": "求助",
    "需要哪级行政协调": "不需要行政部门",
    "影响范围": "个人",
    "社区或园区": "良安田社区工联会",
}
UP = {
    "办理经过": "已到厂里两次，企业说等区里的项目款。",
    "下一步": "上交上一级",
    "上交理由": "涉及街道层面的协调，本级没有职权。",
}
ANSWER = {
    "办理经过": "街道约谈企业负责人，核对了工资表。",
    "下一步": "可以答复",
    "结论": "支持",
    "事实": "七月、八月工资共欠发两个月，企业已经承认。",
    "依据": "《保障农民工工资支付条例》第三条",
    "给职工的答复": "所欠两个月工资已于今日打到您的工资卡，请查收。",
    "结果": "A 已解决或基本解决",
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """An office of this module's own with every process; nothing has happened in it yet."""
    with served(tmp_path_factory.mktemp("office"), "-c", BUILD) as office:
        yield office


def day(ahead: int) -> str:
    """Return a date that many days from today, as a date field takes it."""
    return (datetime.now(CHINA) + timedelta(days=ahead)).date().isoformat()


def shot(page: Page, name: str) -> None:
    """Keep a picture of the whole page, for people who look at the design; it must fit."""
    assert_fits(page)
    SHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SHOTS / f"{name}.png", full_page=True)


def enter(page: Page | Locator, answers: Answers) -> None:
    """Fill fields by their labels: a choice by the words of its option."""
    for label, answer in answers.items():
        group = page.get_by_role("group", name=re.compile(rf"^{re.escape(label)}"))
        field = page.get_by_label(label, exact=True)
        expect(group.or_(field).first).to_be_visible()  # it may depend on the answer before
        if isinstance(answer, bool):
            field.set_checked(answer)
        elif group.count():
            for option in [answer] if isinstance(answer, str) else answer:
                group.get_by_label(option, exact=True).check()
        elif field.evaluate("field => field.tagName") == "SELECT":
            field.select_option(label=answer)
        else:
            field.fill(str(answer))


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
        page.get_by_label("写在这里").fill(more.pop("content", WAGES))
        page.get_by_label("事情发生在哪个街道").select_option(label=more.pop("street", "平湖街道"))
        page.get_by_label("手机号").fill(PHONE_NUMBER)
        page.get_by_label("怎么称呼您").fill(NAME)
        # She may think better of it after she has typed her name.
        page.get_by_role("radio", name=re.compile(f"^{mode}")).check()
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

    @classmethod
    def with_slip(cls, open_page: Open, code: str, number: str) -> Worker:
        """Somebody who went to the window and has a printed slip."""
        return cls(open_page(size=PHONE), code, number)

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
        expect(self.page.get_by_text("您的评价：")).to_contain_text(rating)

    def waits_for(self, state: str) -> None:
        """Look again until the page says so: messages are carried by the office's worker."""
        for _ in range(40):
            if self.page.get_by_role("heading", level=1, name=state).is_visible():
                return
            self.page.wait_for_timeout(250)
            self.page.reload()
        raise AssertionError(self.page.get_by_role("main").inner_text())


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
        expect(self.page.get_by_role("region", name=re.compile(f"^{step}")).first).to_be_visible()
        expect(self.page).to_have_url(re.compile(r"/inbox/[0-9a-f]{32}"))
        return self

    def signs_for(self) -> Staff:
        """Sign for the opened task."""
        self.page.get_by_role("button", name="签收", exact=True).click()
        expect(self.page.get_by_role("status")).to_contain_text("已签收")
        return self

    def submits(self, answers: Answers) -> None:
        """Fill the opened form and press the button, whatever comes of it."""
        enter(self.page.get_by_role("main"), answers)
        self.page.get_by_role("button", name="提交", exact=True).click()

    def name(self) -> str:
        """Return this person's name, as the page shows it in its corner."""
        return self.page.get_by_role("banner").get_by_role("group").inner_text().split("\n")[1]

    def completes(self, answers: Answers) -> Staff:
        """Fill the opened form and submit it."""
        self.submits(answers)
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
