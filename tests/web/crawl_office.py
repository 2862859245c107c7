"""An office with a case nobody outside may learn of, and the people who would like to.

Built once for the whole run by walking real stories; every test gets a copy of the file. The
words of the canary appear nowhere else, so one of them in an answer is a leak.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from engine import bundles, calendar, clock, commands, db, settings
from engine.hooks import SYSTEM
from engine.models import Attachment, HumanTask, Incident, ProcessInstance
from processes.appeals import answers
from processes.appeals.models import Appeal, Coordination, Document, Reply
from processes.demo import moves as m
from processes.demo import moves_reps as r
from processes.demo import timeline
from processes.demo.stories import Story
from processes.people import access, demo, sessions
from tests.web.conftest import STORED, Browser
from web.app import create_app
from web.security import limiter

NAME, PHONE = "金丝雀甲某", "13899990001"
WORDS, TITLE, FILE = "金丝雀的加班费少发三千二百元", "金丝雀事由一件", "金丝雀签名的工资条.png"
#: What a person typed. None of it may be read by anybody but the office that works on it.
SAID = (NAME, PHONE, WORDS, FILE)
#: The organisation the canary complains of; `rep_0004` works there.
ACCUSED = "ent_001"
_MATTER: dict[str, Any] = {
    "kind": "complaint", "channel": "window", "employer": ACCUSED, "content": WORDS,
    "files": (FILE,), "extra": {"name": NAME, "phone": PHONE},
}  # fmt: skip
#: Its worker does not want her own union to know who she is.
HIDDEN = "不留名给本单位工会的一件"

STORIES = [
    # answered, with a letter to a department, waiting for the worker to open it
    Story(
        TITLE, "pinghu", "01", 20,
        (
            m.triage("01", "L3", kind="complaint", title=TITLE), *m.asks_departments("gov_hr"),
            m.handle(), m.sign(),
        ), **_MATTER,
    ),
    # on the desk, with a draft in which the name stands
    Story(
        TITLE, "pinghu", "03", 3,
        (
            m.triage("03", "L3", kind="complaint", title=TITLE),
            m.claim("ut_handle", login="pinghu_handler1", summary=f"{NAME}说：{WORDS}"),
        ), **_MATTER,
    ),
    # with representatives, one of whom has been asked
    Story(
        TITLE, "pinghu", "05", 6,
        (
            m.triage("05", "L3", kind="complaint", title=TITLE, is_common=True),
            m.handle("promote", after="1W"), r.picks(2, first="rep_0001"),
        ), **_MATTER,
    ),
    # by the worker's wish led by the union of the employer, under a hidden name
    Story(
        HIDDEN, "pinghu", "07", 4, (m.triage("07", "L1", employer_org=ACCUSED, title=HIDDEN),),
        identity="hidden", employer=ACCUSED, content="食堂的事，只说事情。",
        files=("莺歌的照片.png",), extra={"name": "莺歌乙某", "phone": "13899990002"},
    ),
    # the answer waits for a second person
    Story("等待审核的一件", "pinghu", "07", 5, (m.triage("07", "L3"), m.handle()), worker=71),
    # one person is counter and handler
    Story(
        "社区一人办理", "pinghu", "14", 3,
        (m.triage("14", "L2", community="pinghu_c1", title="社区一人办理"),), worker=74,
        form="intake",
    ),
    # what the others see of their own
    Story("坂田的一件", "bantian", "07", 5, (m.triage("07", "L3"), m.handle()), worker=72),
    Story("坂田的另一件", "bantian", "03", 3, (m.triage("03", "L2"),), form="intake", worker=73),
]  # fmt: skip

#: Everybody who must not learn of the canary, by what they are to it.
ENEMIES = {
    "stranger": None,
    "other street": "bantian_handler1",
    "other street's window": "bantian_window1",
    "other street's chair": "bantian_chair",
    "union of the accused": "ent_001_chair",
    "handler of the accused": "ent_001_handler1",
    "representative who works there": "rep_0004",
    "representative not asked": "rep_0009",
    "department not asked": "gov_medical_liaison1",
    "analyst": "analyst1",
    "administrator": "admin1",
}


@dataclass(frozen=True)
class Secrets:
    """The ids of the canary's cases, by the kind of thing they name."""

    numbers: list[str]
    roots: list[str]
    instances: list[str]
    tasks: list[str]
    open_tasks: list[str]
    files: list[str]
    incidents: list[int]
    #: (kind, key) of every paper that exists.
    papers: list[tuple[str, str]]
    code: str

    @property
    def canaries(self) -> list[str]:
        """What must not be read: words, and everything that tells that the case exists."""
        return [*SAID, TITLE, *self.numbers, *self.instances, *self.tasks, *self.files]


@pytest.fixture(scope="session")
def _walked(_schema: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The office after its stories were walked, as a file."""
    path = tmp_path_factory.mktemp("crawled") / "office.db"
    shutil.copy(_schema, path)
    db.bind(f"sqlite:///{path}")
    access.forget_known()
    with db.transaction() as session:
        calendar.seed(session)
        demo.organisations(session)
        demo.accounts(session, stored=STORED)
        answers.seed(session)
    for bundle in bundles.in_order([bundles.read(folder) for folder in bundles.installed()]):
        with db.transaction() as session:
            commands.publish_files(session, bundle, actor=SYSTEM)
    with db.unhurried_disk():
        timeline.walk(STORIES, lambda _: None)
    with db.transaction() as session:
        root = session.scalars(select(Appeal).where(Appeal.title == TITLE)).first()
        assert root is not None
        session.add(
            Incident(instance_id=root.instance_id, element_id="svc_accept", code="failed",
                     message="自动步骤没有完成", opened_at=clock.now())
        )  # fmt: skip
    clock.move(clock.timedelta(0))
    db.engine().dispose()
    access.forget_known()
    return path


@pytest.fixture
def crawled(_walked: Path, tmp_path: Path) -> Iterator[Flask]:
    """The application on a fresh copy of the walked office."""
    path = tmp_path / "office.db"
    shutil.copy(_walked, path)
    db.bind(f"sqlite:///{path}")
    access.forget_known()
    made = create_app(settings.current())
    made.config["TESTING"] = False
    limiter.reset()
    yield made
    clock.move(clock.timedelta(0))
    db.engine().dispose()
    access.forget_known()


Enter = Callable[[str | None], Browser]


@pytest.fixture
def enter(crawled: Flask) -> Enter:
    """Return a function that opens a browser for an account, or for a stranger."""

    def opened(login: str | None) -> Browser:
        client = crawled.test_client()
        if login is not None:
            with db.transaction() as session:
                client.set_cookie("huiyin_session", sessions.start(session, login))
        return Browser(client, login)

    return opened


@pytest.fixture
def secrets(crawled: Flask) -> Secrets:
    """The canary's ids, read from the database."""
    with db.reading() as session:
        appeals = session.scalars(select(Appeal).where(Appeal.title == TITLE)).all()
        roots = [appeal.instance_id for appeal in appeals]
        numbers = [appeal.no for appeal in appeals]
        instances = list(
            session.scalars(select(ProcessInstance.id).where(ProcessInstance.root_id.in_(roots)))
        )
        tasks = session.scalars(select(HumanTask).where(HumanTask.root_id.in_(roots))).all()
        return Secrets(
            numbers,
            roots,
            instances,
            [task.id for task in tasks],
            [task.id for task in tasks if task.status == "open"],
            list(
                session.scalars(select(Attachment.id).where(Attachment.instance_id.in_(instances)))
            ),
            list(session.scalars(select(Incident.id).where(Incident.instance_id.in_(instances)))),
            _papers(session, numbers),
            appeals[0].track_code,
        )


def _papers(session: Any, numbers: list[str]) -> list[tuple[str, str]]:
    keys: dict[str, list[str]] = {
        "receipt": numbers,
        "negotiation": numbers,
        "acceptance": list(
            session.scalars(
                select(Document.id).where(
                    Document.appeal_no.in_(numbers), Document.template == "accepted"
                )
            )
        ),
        "reply": list(session.scalars(select(Reply.id).where(Reply.appeal_no.in_(numbers)))),
        "coordination": [
            str(key)
            for key in session.scalars(
                select(Coordination.id).where(Coordination.appeal_no.in_(numbers))
            )
        ],
    }
    return [(kind, key) for kind, found in keys.items() for key in found]


def found_in(text: str, secrets: list[str]) -> list[str]:
    """Return which secrets a text holds."""
    return [secret for secret in secrets if secret in text]


def key_of(page: str) -> str:
    found = re.search(r'name="form_key" value="([^"]+)"', page)
    assert found
    return found[1]


def hand_in(enter: Any, **changes: Any) -> Any:
    worker = enter(None)
    form = {
        "form_key": key_of(worker.get("/submit").get_data(as_text=True)), "content": "一件事",
        "street": "pinghu", "identity_mode": "real", "phone": "13899990009", "name": "某人",
        "consent": "true", **changes,
    }  # fmt: skip
    return worker.post("/submit", form)


def newest(session: Any) -> Appeal:
    found: Appeal = session.scalars(select(Appeal).order_by(Appeal.received_at.desc())).first()
    return found


def open_task(title: str, element: str) -> str:
    with db.reading() as session:
        return session.scalars(
            select(HumanTask.id)
            .join(Appeal, Appeal.instance_id == HumanTask.root_id)
            .where(
                Appeal.title == title, HumanTask.element_id == element, HumanTask.status == "open"
            )
        ).one()
