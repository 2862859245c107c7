"""A served office and real browsers: desktop, phone, and one without scripts.

The server is a process of its own, started as an installation starts it. Every page that is
opened is watched for violations of the content policy and for script errors.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "web" / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser") if (path := shutil.which(name))),
    "/usr/bin/chromium",
)
DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
#: Makes an office with people, the published bundles and the desk of tests/web.
BUILD = """
import pathlib, sys
from engine import bundles, commands, db, settings, vault
from engine.hooks import SYSTEM
vault.create(settings.current().keys)
bundles.load_all()
db.bind()
from engine import migration
migration.upgrade()
from processes.people import demo, identity
with db.transaction() as session:
    session.info["is_demo"] = True
    demo.organisations(session)
    demo.accounts(session)
    folders = [*bundles.installed(), pathlib.Path(sys.argv[1])]
    for bundle in bundles.in_order([bundles.read(folder) for folder in folders]):
        commands.deploy(session, bundle, actor=SYSTEM)
    for number, title in enumerate(["核实加班工资一事", "宿舍没有热水"], 1):
        row = commands.start(
            session, "desk_matter", actor=SYSTEM, business_key=f"ZX-2026-{number:03}"
        )
        row.title = title
    clerk = identity.actor_for(session, "pinghu_window1")
    commands.start(
        session,
        "appeal_main",
        actor=clerk,
        start_element="start_window",
        submission={
            "channel": "phone", "category": "01", "kind": "help", "street": "pinghu",
            "content": "七、八月工资没发，老板说等回款。", "identity_mode": "real",
            "name": "陈某甲（示例）", "phone": "13800000001",
            "employer_name": "示例·晨光电子（平湖）", "urgency": "normal",
            "legal_stage": "none", "persons_affected": 36, "onspot": False,
            "worker_agrees_employer": False,
        },
    )
"""


@dataclass
class Site:
    """A running office."""

    address: str
    folder: Path
    process: subprocess.Popen[bytes]

    def clock(self, moment: str) -> None:
        """Move the office's time, as black-box tests do."""
        request = urllib.request.Request(  # noqa: S310 - our own server
            f"{self.address}/test/clock",
            data=json.dumps({"now": moment}).encode(),
            headers={"Content-Type": "application/json"},
            method="PUT",
        )
        with urllib.request.urlopen(request, timeout=120):  # noqa: S310 - our own server
            pass


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """An office of this module's own, served on a free port with its worker."""
    desk = str(ROOT / "tests" / "web" / "desk")
    with served(tmp_path_factory.mktemp("office"), "-c", BUILD, desk) as office:
        yield office


@contextmanager
def served(folder: Path, *build: str) -> Iterator[Site]:
    """Build an office with a Python command line and serve it while the block runs."""
    port = _free_port()
    variables = {
        **{name: value for name, value in os.environ.items() if not name.startswith("HUIYIN_")},
        "HUIYIN_DATA": str(folder),
        "HUIYIN_DEMO": "true",
        "HUIYIN_TEST_MODE": "true",
        "HUIYIN_PORT": str(port),
        "HUIYIN_JOB_POLL_SECONDS": "0.2",
    }
    subprocess.run([sys.executable, *build], cwd=ROOT, env=variables, check=True, timeout=180)
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(
            [str(Path(sys.executable).with_name("huiyin")), "serve"],
            cwd=ROOT,
            env=variables,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            _wait_until_alive(f"http://127.0.0.1:{port}", process, folder)
            yield Site(f"http://127.0.0.1:{port}", folder, process)
        finally:
            process.terminate()
            process.wait(timeout=20)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_alive(address: str, process: subprocess.Popen[bytes], folder: Path) -> None:
    for _ in range(150):
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{address}/healthz", timeout=2):  # noqa: S310
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.2)
    raise AssertionError((folder / "server.log").read_text("utf-8", "replace")[-3000:])


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for the run; every test has contexts of its own."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-dev-shm-usage", "--lang=zh-CN"],
        )
        yield browser
        browser.close()


@dataclass
class Watch:
    """What went wrong on the pages of one test."""

    complaints: list[str] = field(default_factory=list)

    def follow(self, page: Page) -> None:
        """Note script errors and violations of the content policy of a page."""
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))
        page.on(
            "console",
            lambda said: (
                self.complaints.append(f"{page.url}: {said.text}")
                if "Content Security Policy" in said.text
                else None
            ),
        )


Open = Callable[..., Page]


@pytest.fixture
def open_page(chromium: Browser, site: Site) -> Iterator[Open]:
    """Return a function that opens a browser window, for a person or a stranger.

    Nothing may violate the content policy or raise in a script; checked at the end.
    """
    contexts: list[BrowserContext] = []
    watch = Watch()

    def make(
        login: str | None = None,
        *,
        size: dict[str, int] = DESKTOP,
        scripts: bool = True,
        **more: Any,
    ) -> Page:
        context = chromium.new_context(
            base_url=site.address,
            viewport=size,  # type: ignore[arg-type]  # a plain dict of two numbers
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            java_script_enabled=scripts,
            reduced_motion="reduce",
            **more,
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        watch.follow(page)
        if login is not None:
            sign_in(page, login)
        return page

    yield make
    for context in contexts:
        context.close()
    assert watch.complaints == []


def sign_in(page: Page, login: str) -> None:
    """Sign in with the demo office's shared password."""
    from processes.people import demo

    page.goto("/login")
    page.get_by_label("登录名").fill(login)
    page.get_by_label("密码").fill(demo.PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.wait_for_url(lambda address: not address.endswith("/login"))


def assert_accessible(page: Page) -> None:
    """Run axe-core on the page as it stands: WCAG 2.2 AA and best practice, no exceptions."""
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate(
        """async () => (await axe.run(document, {
            runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
        })).violations.map(v => v.id + ': ' + v.nodes.map(n => n.target.join(' ')).join(' | '))"""
    )
    assert found == [], f"{page.url}: {found}"


def assert_fits(page: Page) -> None:
    """No page is wider than its window: nobody scrolls sideways to read."""
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= page.viewport_size["width"], f"{page.url} is {wide} wide"  # type: ignore[index]
