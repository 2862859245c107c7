"""The demonstration office: lived in, fictional, unfinished builds start again, removable."""

from __future__ import annotations

import json
import re
import time
from datetime import datetime

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select, update

from engine import clock, db, queries, settings
from engine.cli import HuiyinGroup
from engine.models import Base, HumanTask, Incident, Job, ProcessInstance, TestClock
from processes.appeals.models import Appeal, Document
from processes.demo import cli, doings, office, removal, stories, timeline
from processes.demo.models import DemoOffice
from processes.ledger.models import NumberSeries
from processes.people import demo, identity, orgs
from processes.people.models import Org

#: What an installation has before anybody works in it.
KEPT = {
    "calendar_day", "calendar_year", "deployment", "deployment_resource", "resource",
    "process_definition", "decision_definition", "form_definition", "subscription",
}  # fmt: skip


@pytest.fixture
def run(database, monkeypatch, tmp_path):
    monkeypatch.setenv("HUIYIN_FILES", str(tmp_path / "files"))
    settings.current.cache_clear()
    group = HuiyinGroup("huiyin")
    cli.register(group)
    # The tables are made already; migrations have a test of their own.
    monkeypatch.setattr("engine.migration.needed", lambda: False)

    def invoke(*words, ok=True):
        result = CliRunner().invoke(group, ["demo", *words])
        assert (result.exit_code == 0) is ok, result.output + str(result.exception)
        return result.stdout if ok else result.output

    yield invoke
    settings.current.cache_clear()


def counts() -> dict[str, int]:
    with db.reading() as session:
        return {
            name: session.scalar(select(func.count()).select_from(table))
            for name, table in Base.metadata.tables.items()
        }


def stored_files() -> int:
    folder = settings.current().attachments
    return sum(1 for path in folder.rglob("*") if path.is_file()) if folder.exists() else 0


@pytest.mark.slow
def test_the_office_is_lived_in_and_leaves_nothing_behind(run):
    run()
    with db.reading() as session:
        appeals = session.scalars(select(Appeal)).all()
        assert len(appeals) == office.APPEALS
        assert all(appeal.is_demo for appeal in appeals)
        assert not session.scalar(
            select(func.count(ProcessInstance.id)).where(ProcessInstance.is_demo.is_(False))
        )
        _nothing_is_broken(session)
        _nothing_looks_real(appeals)
        _every_way_was_gone(session, appeals)
        _something_waits_for_everybody(session)
        assert session.scalar(select(func.count(TestClock.id))) == 0
    assert clock.offset().total_seconds() == 0
    assert stored_files() >= 5
    begun = time.process_time()
    run("--if-empty")
    assert time.process_time() - begun < 5  # seconds of work: other tests run beside
    accounts = json.loads(run("--json"))["accounts"]
    assert len(accounts) == 296 + 1  # the account of another system
    assert set(accounts[0]) >= {"login", "password", "roles", "organisations"}

    run("--remove")
    left = {name: count for name, count in counts().items() if count and name not in KEPT}
    assert not left
    assert stored_files() == 0
    run("--appeals", "1")
    assert counts()["appeal"] == 1


def _nothing_is_broken(session) -> None:
    assert session.scalars(select(Job.error).where(Job.error.is_not(None))).all() == []
    assert session.scalars(select(Job.topic).where(Job.status == "parked")).all() == []
    assert session.scalars(select(Incident.message)).all() == []
    future = select(func.count(HumanTask.id)).where(HumanTask.created_at > clock.now())
    assert session.scalar(future) == 0


def _nothing_looks_real(appeals) -> None:
    assert all("（示例）" in appeal.name for appeal in appeals if appeal.name)
    assert all(re.fullmatch(r"1380000\d{4}", appeal.phone) for appeal in appeals if appeal.phone)
    assert all("示例" in appeal.employer_name for appeal in appeals if appeal.employer_name)


def _every_way_was_gone(session, appeals) -> None:
    outcomes = {appeal.status for appeal in appeals}
    assert outcomes >= {
        "closed", "merged", "withdrawn", "refused", "legal", "handling", "promoting", "triage",
        "replied", "reviewing", "registering", "following", "rework", "pending",
    }  # fmt: skip
    assert {appeal.street for appeal in appeals} == {
        row.code for row in orgs.of_kind(session, "L3")
    }
    assert {appeal.identity_mode for appeal in appeals} == {"real", "hidden", "anonymous"}
    assert any(appeal.persons_affected == 36 for appeal in appeals)
    processes = set(session.scalars(select(ProcessInstance.process_key)))
    assert processes >= {
        "appeal_main", "appeal_negotiate", "rep_promote", "rep_invite", "appeal_feedback",
        "proposal_convert", "proposal_tell", "overdue_escalation", "appeal_referral",
    }  # fmt: skip
    proofs = set(session.scalars(select(Document.delivered_by)))
    assert proofs >= {"opened", "phone", "one_way", "signed"}


def _something_waits_for_everybody(session) -> None:
    late = 0
    for card in demo.role_cards(session):
        if card.login is None or card.key == "analyst":  # both only look
            continue
        waiting = queries.counts(session, identity.identify(session, card.login).viewer)
        assert waiting.unsigned > 0, card.title
        assert waiting.mine > 0 or card.key == "rep", card.title
        late += waiting.late
    assert late > 0


@pytest.mark.slow
@pytest.mark.parametrize("now", ["2026-02-24T09:05+08:00", "2027-01-16T14:00+08:00"])
def test_the_stories_hold_on_any_day(run, monkeypatch, now):
    """After the longest holiday of the year; on a Saturday of a year not yet published."""
    real = clock.real
    ahead = datetime.fromisoformat(now) - real()
    monkeypatch.setattr(clock, "real", lambda: real() + ahead)
    run()
    with db.reading() as session:
        _nothing_is_broken(session)
        _something_waits_for_everybody(session)


def test_two_builds_tell_the_same(run):
    told = []
    for _ in range(2):
        run("--appeals", "8")
        with db.reading() as session:
            told.append(
                session.execute(
                    select(Appeal.no, Appeal.title, Appeal.status, Appeal.cur_org, Appeal.handler)
                    .order_by(Appeal.no)
                ).all()
            )  # fmt: skip
        run("--remove")
    assert told[0] == told[1]
    assert len(told[0]) == 8


def test_a_build_that_was_interrupted_starts_again(run):
    run("--appeals", "2")
    with db.transaction() as session:
        session.execute(update(DemoOffice).values(finished_at=None))
    run("--if-empty", "--appeals", "1")
    assert counts()["appeal"] == 1


def test_a_real_office_is_left_alone(run):
    with db.transaction() as session:
        orgs.add(session, "anna", "某区总工会", kind="区总工会", level="L4")
    run("--if-empty")
    assert counts()["account"] == 0
    assert "真实组织" in run(ok=False)
    with db.reading() as session:
        assert session.scalars(select(Org.code)).all() == ["anna"]


def test_what_a_visitor_adds_goes_with_the_office(run, monkeypatch):
    run("--appeals", "0")
    monkeypatch.setenv("HUIYIN_DEMO", "true")
    settings.current.cache_clear()
    story = stories.Story("访客试着反映", "pinghu", "07", 0, form="intake")
    doings.begin(doings.Told(story, 1))
    with db.reading() as session:
        assert session.scalars(select(ProcessInstance.is_demo)).all()
        assert all(session.scalars(select(ProcessInstance.is_demo)))
        assert all(session.scalars(select(Appeal.is_demo)))
    removal.remove()
    assert counts()["appeal"] == counts()["process_instance"] == counts()["submission"] == 0


def test_a_story_that_goes_wrong_is_named(run):
    run("--appeals", "0")
    wrong = stories.Story("走错的故事", "pinghu", "01", 3, ({"after": "1H", "at": "ut_nothing"},))
    with pytest.raises(timeline.StoryFailed, match=r"走错的故事.*ut_nothing"):
        timeline.walk([wrong], lambda _: None)


def test_removing_takes_nothing_of_others(run):
    run("--appeals", "1")
    with db.transaction() as session:
        real = orgs.add(session, "anna", "某区总工会", kind="区总工会", level="L4").code
        mine = session.scalars(select(ProcessInstance)).first()
        kept = ProcessInstance(
            definition_id=mine.definition_id, bundle=mine.bundle, process_key=mine.process_key,
            root_id="a" * 32, id="a" * 32, depth=0, title="真实的一件", status="active", state=b"",
            started_at=clock.now(), started_by=real, is_demo=False,
        )  # fmt: skip
        session.add(kept)
    removal.remove()
    with db.reading() as session:
        assert session.scalars(select(Org.code)).all() == [real]
        assert session.scalars(select(ProcessInstance.title)).all() == ["真实的一件"]
        # numbers already given must not be given again while cases are left
        assert session.scalar(select(func.count()).select_from(NumberSeries)) > 0
