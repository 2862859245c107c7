"""The analysts' stories, walked by the real engine; and what holds after every one of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from engine import db, scenarios
from engine.models import Incident, ProcessInstance, Variable
from processes.appeals.models import Appeal, Document
from tests.processes import reps_walk

ROOT = Path(__file__).resolve().parents[2] / "processes"
STORIES = sorted(ROOT.glob("*/scenarios/*.toml"))
#: §4.0-3: an answer at the counter is one form; an ordinary case at most five.
BUDGET = {"onspot": 1, "ordinary": 5, "silent": 8, "direct_answer": 2}


@pytest.fixture
def office(database):
    reps_walk.furnish(database)


@pytest.mark.parametrize("path", STORIES, ids=lambda path: f"{path.parts[-3]}/{path.stem}")
def test_the_story_goes_as_told(office, path):
    walked = scenarios.walk(scenarios.read(path))
    with db.reading() as session:
        assert session.scalars(select(Incident.message)).all() == []
        _nobody_is_left_without_an_answer(session)
        _no_words_in_variables(session)
    if path.stem in BUDGET and path.parts[-3] == "appeals":
        assert walked.submissions <= BUDGET[path.stem]


@pytest.mark.postgres
@pytest.mark.parametrize("name", ["ordinary", "overdue", "withdrawn", "levels", "cooperation"])
def test_the_story_goes_the_same_way_on_postgresql(postgres, name):
    reps_walk.furnish(postgres)
    scenarios.walk(scenarios.read(ROOT / "appeals" / "scenarios" / f"{name}.toml"))
    with db.reading() as session:
        assert session.scalars(select(Incident.message)).all() == []
        _nobody_is_left_without_an_answer(session)


def test_an_ordinary_case_takes_no_more_than_five_forms_of_staff(office):
    walked = scenarios.walk(scenarios.read(ROOT / "appeals" / "scenarios" / "ordinary.toml"))
    assert walked.submissions <= 5


def test_an_answer_at_the_counter_takes_one_form_and_no_later_task(office):
    walked = scenarios.walk(scenarios.read(ROOT / "appeals" / "scenarios" / "onspot.toml"))
    assert walked.submissions == 1
    with db.reading() as session:
        (status,) = session.scalars(select(ProcessInstance.status)).all()
    assert status == "completed"


def _nobody_is_left_without_an_answer(session):
    ended = session.execute(
        select(Appeal.no, Appeal.status, ProcessInstance.outcome)
        .join(ProcessInstance, ProcessInstance.id == Appeal.instance_id)
        .where(ProcessInstance.status == "completed")
    )
    for no, status, outcome in ended:
        kind = "reply" if outcome == "end_done" else "notice"
        delivered = session.scalars(
            select(Document.delivered_by).where(
                Document.appeal_no == no,
                Document.kind == kind,
                Document.delivered_at.is_not(None),
            )
        ).all()
        assert delivered, f"{no} ended as {status} at {outcome} without a delivered {kind}"


def _no_words_in_variables(session):
    """Codes route; what a person wrote stays in sealed columns (engine.md §10)."""
    allowed = {
        "community_choices",
        "org_choices",
        "company_choices",
        "authority",
        "suggested",
        "duplicate",
    }
    rows = session.execute(select(Variable.name, Variable.text_value, Variable.value))
    for name, text, value in rows:
        told = text or str(value)
        if name.partition(".")[0] in allowed or name in ("escalation", "decided"):
            continue
        assert "示例" not in told, name
        assert "1380000" not in told, name
        assert "工资" not in told, name
