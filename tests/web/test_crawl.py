"""Every route with every id of a case, asked by everybody whom the case is no business of.

The answer must be the one for an id that does not exist, and hold nothing of the case. A new
route fails here until somebody says what it opens.
"""

from __future__ import annotations

import io
import re
from typing import Any

import openpyxl
import pytest
from sqlalchemy import func, select

from engine import db
from engine.models import CaseAccess, Draft, HumanTask, ProcessInstance
from processes.people.models import AccessLog
from tests.web.conftest import Browser
from tests.web.crawl_office import (  # noqa: F401 - fixtures
    ACCUSED,
    ENEMIES,
    FILE,
    NAME,
    PHONE,
    TITLE,
    WORDS,
    Secrets,
    _walked,
    crawled,
    enter,
    found_in,
    secrets,
)

#: Routes that open a thing of a case by its id: (endpoint, method) → the ids to try.
BY_ID = {
    "inbox.show": "tasks", "inbox.complete": "tasks", "inbox.claim": "tasks",
    "inbox.unclaim": "tasks", "inbox.draft": "tasks", "inbox.fields": "tasks",
    "inbox.show_contact": "tasks", "monitor.show": "instances", "monitor.suspend": "instances",
    "monitor.resume": "instances", "monitor.retry": "incidents", "papers.show": "papers",
    "papers.file": "files", "registration.done": "numbers", "cases.by_number": "numbers",
}  # fmt: skip
#: Lists, searches, figures and sheets of staff; what they show is filtered by who asks.
LISTS = {
    "start.index", "start.beside", "inbox.index", "inbox.export", "monitor.index", "monitor.export",
    "monitor.index_of_processes", "monitor.process", "notices.index", "notices.read",
    "registration.form", "registration.save", "registration.library", "registration.earlier",
    "registration.sheet", "registration.preview", "registration.problems", "registration.run",
    "registration.template", "registration.send_back",
}  # fmt: skip
#: A worker's own case, opened by the sealed cookie and never by anything in the address.
WORKERS = {
    "intake.submit", "intake.send", "intake.done", "intake.noted", "intake.track",
    "intake.open_case", "intake.case", "intake.rate", "intake.supplement", "intake.withdraw",
    "intake.leave", "intake.confirm",
}  # fmt: skip
#: Nothing of a case is in reach.
HARMLESS = {
    "static", "metrics.show", "health.alive", "health.ready", "health.read_clock",
    "health.move_clock", "i18n.choose", "login.form", "login.enter", "login.logout",
    "login.password", "login.change_password", "start.step_in", "start.pass_time",
    "reference.index", "reference.group", "reference.download",
}  # fmt: skip
NOTHING = "f" * 32


def test_every_route_has_been_looked_at(crawled):
    # /engine-rest opens to systems only: tests/web/api/test_access.py walks its routes.
    rules = {
        rule.endpoint: rule
        for rule in crawled.url_map.iter_rules()
        if rule.endpoint.partition(".")[0] not in ("api", "api_default")
    }
    new = sorted(set(rules) - set(BY_ID) - LISTS - WORKERS - HARMLESS)
    assert new == []
    unclassified = {name for name, rule in rules.items() if rule.arguments} - set(BY_ID)
    # a file of ours, a diagram, a page of the interface's description
    assert unclassified == {"static", "monitor.process", "reference.group"}


def addresses(crawled: Any, secrets: Secrets) -> list[tuple[str, str, str, str]]:
    """Return (method, address, the same for what does not exist, the id)."""
    found, build = [], crawled.url_map.bind("localhost").build
    for rule in crawled.url_map.iter_rules():
        kind = BY_ID.get(rule.endpoint)
        for value in getattr(secrets, kind) if kind else ():
            if kind == "papers":
                real = {"kind": value[0], "key": value[1]}
                none = {"kind": value[0], "key": NOTHING}
            else:
                argument = next(iter(rule.arguments))
                real, none = {argument: value}, {argument: _nobodys(str(kind))}
            for method in sorted((rule.methods or set()) & {"GET", "POST"}):
                path, nowhere = (build(rule.endpoint, which, method) for which in (real, none))
                found.append((method, path, nowhere, str(real.get("key", value))))
    return found


def _nobodys(kind: str) -> Any:
    return {"incidents": 987654, "numbers": "SQ-2026PH999999"}.get(kind, NOTHING)


def _ask(browser: Browser, token: str, method: str, path: str) -> Any:
    if method == "GET":
        return browser.get(path)
    form = {
        "csrf_token": token, "reason": "联系职工办理", "approval": "sign", "action": "reply",
        "contact_way": "phone", "summary": "x", "conclusion": "support", "assignee": "bantian",
    }  # fmt: skip
    return browser.client.post(path, data=form)


@pytest.mark.parametrize("enemy", ENEMIES)
def test_no_address_of_a_case_says_more_than_one_of_nothing(crawled, enter, secrets, enemy):
    browser = enter(ENEMIES[enemy])
    token, tried, before = browser.token(), 0, _state()
    nothing: dict[tuple[str, str], int] = {}
    for method, path, nowhere, told in addresses(crawled, secrets):
        answer = _ask(browser, token, method, path)
        if (method, nowhere) not in nothing:
            nothing[method, nowhere] = _ask(browser, token, method, nowhere).status_code
        assert answer.status_code == nothing[method, nowhere], f"{method} {path}: {answer.status}"
        assert answer.status_code in ((302,) if ENEMIES[enemy] is None else (403, 404)), path
        page = answer.get_data(as_text=True) + str(answer.headers)
        rest = [secret for secret in secrets.canaries if secret != told]
        if ENEMIES[enemy] is None:  # the way back after the login is the address itself
            rest = [secret for secret in rest if secret not in path]
        assert not found_in(page, rest), f"{method} {path}"
        if answer.status_code == 403:
            assert path.startswith("/register/"), path
        tried += 1
    assert tried > 100
    assert _state() == before


def _state() -> Any:
    """What an attack would have changed."""
    with db.reading() as session:
        return (
            session.execute(
                select(
                    HumanTask.id, HumanTask.status, HumanTask.assignee, HumanTask.opened_at
                ).order_by(HumanTask.id)
            ).all(),
            session.execute(
                select(ProcessInstance.id, ProcessInstance.status).order_by(ProcessInstance.id)
            ).all(),
            session.scalar(select(func.count()).select_from(Draft)),
            session.scalar(select(func.count()).select_from(AccessLog)),
        )


def test_the_office_itself_reads_what_the_others_must_not(crawled, enter, secrets):
    """The control: the same addresses do show the canary to those who work on it."""
    browser = enter("pinghu_handler1")
    seen = "".join(
        browser.get(path).data.decode(errors="replace")
        for method, path, _, _ in addresses(crawled, secrets)
        if method == "GET" and not path.startswith("/register")
    )
    for secret in (WORDS, TITLE, FILE, *secrets.numbers):
        assert secret in seen, secret


PAGES = [
    "/", "/inbox/", "/inbox/?box=unsigned", "/inbox/?box=done", "/inbox/?box=started",
    "/inbox/?q={}", "/inbox/?box=unsigned&q={}", "/inbox/?box=done&q={}", "/notices/",
    "/monitor/", "/monitor/?q={}", "/monitor/?status=incident", "/monitor/?organisation=pinghu",
    "/monitor/?organisation=ent_001", "/monitor/?process=appeal_main&sort=due",
    "/monitor/processes", "/monitor/processes/appeal_main", "/register", "/register/import",
]  # fmt: skip


@pytest.mark.parametrize("enemy", [name for name, login in ENEMIES.items() if login])
def test_no_list_search_or_sheet_holds_the_case(enter, secrets, enemy):
    browser = enter(ENEMIES[enemy])
    for page in PAGES:
        for asked in (TITLE, secrets.numbers[0]) if "{}" in page else ("",):
            answer = browser.get(page.format(asked))
            assert answer.status_code in (200, 302, 403), page
            # what was asked stands in the search field and in the addresses of the page
            text = (
                answer.get_data(as_text=True).replace(asked, "")
                if asked
                else (answer.get_data(as_text=True))
            )
            rest = [secret for secret in secrets.canaries if secret not in asked]
            assert not found_in(text, rest), page
    for sheet in (
        "/inbox/export.xlsx?box=unsigned",
        "/inbox/export.xlsx?box=done",
        "/inbox/export.xlsx",
        "/monitor/export.xlsx",
        f"/monitor/export.xlsx?q={TITLE}",
    ):
        assert not found_in(_cells(browser.get(sheet).data), secrets.canaries), sheet


def _cells(data: bytes) -> str:
    book = openpyxl.load_workbook(io.BytesIO(data))
    return "\n".join(
        str(cell.value) for page in book.worksheets for row in page.iter_rows() for cell in row
    )


@pytest.mark.parametrize("login", ["bantian_window1", "bantian_handler1", "ent_001_handler1"])
def test_a_phone_tells_a_stranger_nothing(enter, secrets, login):
    browser = enter(login)
    for path, form in (
        ("/register/earlier", {"phone": PHONE}),
        ("/register", {"phone": PHONE, "action": "earlier"}),
        ("/register/answers", {"q": "金丝雀", "category": "01"}),
    ):
        page = browser.post(path, form).get_data(as_text=True).replace(PHONE, "")
        assert not found_in(page, [item for item in secrets.canaries if item != PHONE]), path
    sheet = browser.post(
        "/register/import/answers",
        {"source": "h12345", "since": "2020-01-01", "until": "2030-01-01"},
    )
    if sheet.status_code == 200:
        assert not found_in(_cells(sheet.data), secrets.canaries)


def test_the_own_counter_finds_the_caller(enter):
    page = enter("pinghu_window1").post("/register/earlier", {"phone": PHONE})
    assert TITLE in page.get_data(as_text=True)


@pytest.mark.parametrize("login", ["ent_001_chair", "rep_0004", "rep_0009", "bantian_chair"])
def test_figures_count_only_what_one_may_see(enter, secrets, login):
    from engine import queries
    from processes.people import identity

    with db.reading() as session:
        viewer = identity.viewer_for(session, login)
        counted = sum(
            row["running"] + row["completed"] for row in queries.statistics(session, viewer)
        )
        mine = viewer.organisations | {viewer.id}
        barred = select(CaseAccess.instance_id).where(
            CaseAccess.relation == "barred",
            CaseAccess.until.is_(None),
            CaseAccess.organisation.in_(mine | viewer.affiliations),
        )
        rows = session.scalars(
            select(ProcessInstance.id)
            .join(CaseAccess, CaseAccess.instance_id == ProcessInstance.id)
            .where(
                ProcessInstance.parent_id.is_(None),
                CaseAccess.relation != "barred",
                CaseAccess.organisation.in_(mine),
                ProcessInstance.id.not_in(barred),
            )
            .distinct()
        ).all()
    assert counted == len(rows)
    assert not set(rows) & set(secrets.roots)


@pytest.mark.parametrize("login", ["ent_001_chair", "rep_0009", "bantian_chair"])
def test_a_diagram_counts_no_case_of_others(enter, secrets, login):
    """A number at a step that moves would tell that somebody complained, and when."""

    def figures() -> list[str]:
        person = enter(login)
        return [
            _figures_of(person.get(path).get_data(as_text=True))
            for path in ("/monitor/processes", "/monitor/processes/appeal_negotiate")
        ]

    overview = _figures_of(enter_page(enter, "analyst1"))
    before = figures()
    with db.transaction() as session:
        for row in session.scalars(
            select(HumanTask).where(
                HumanTask.root_id.in_(secrets.roots), HumanTask.status == "open"
            )
        ):
            row.status = "cancelled"
        for case in session.scalars(
            select(ProcessInstance).where(ProcessInstance.root_id.in_(secrets.roots))
        ):
            case.status = "cancelled"
    assert figures() == before
    assert _figures_of(enter_page(enter, "analyst1")) != overview


def enter_page(enter: Any, login: str) -> str:
    return str(enter(login).get("/monitor/processes").get_data(as_text=True))


def _figures_of(page: str) -> str:
    main = page.partition("<main")[2]
    return " ".join(re.findall(r">\s*(\d+)[^<]*<", main))


def test_the_bar_holds_against_every_way_in(secrets):
    """The employer's people are shut out by rows, not only because nobody invited them."""
    with db.reading() as session:
        barred = session.scalars(
            select(CaseAccess.instance_id).where(
                CaseAccess.organisation == ACCUSED,
                CaseAccess.relation == "barred",
                CaseAccess.until.is_(None),
            )
        ).all()
    assert set(secrets.roots) <= set(barred)


def test_a_worker_with_another_code_sees_only_her_own(crawled, enter, secrets):
    from processes.appeals.models import Appeal

    with db.reading() as session:
        other = session.scalars(select(Appeal).where(Appeal.street == "bantian")).first()
        assert other is not None
        code, number = other.track_code, other.no
    browser = enter(None)
    assert browser.post("/track", {"code": code}).status_code == 303
    for path in (
        "/track/case",
        f"/track/case?no={secrets.numbers[0]}",
        f"/track/case?code={secrets.code}",
        "/submit/done",
    ):
        page = browser.get(path).get_data(as_text=True)
        # the parameter is not read, and not repeated either
        assert not found_in(page, [*secrets.canaries, secrets.code]), path
    assert number in browser.get("/track/case").get_data(as_text=True)
    token = browser.token()
    for path in ("/track/rate", "/track/supplement", "/track/confirm", "/track/withdraw"):
        browser.client.post(path, data={
            "csrf_token": token, "satisfaction": "unsatisfied", "text": "别人", "reason": "别人",
            "code": secrets.code, "no": secrets.numbers[0], "appeal_no": secrets.numbers[0],
        })  # fmt: skip
    with db.reading() as session:
        for no in secrets.numbers:
            appeal = session.get_one(Appeal, no)
            assert appeal.satisfaction in (None, "none")
        assert NAME in (appeal.name or "")
