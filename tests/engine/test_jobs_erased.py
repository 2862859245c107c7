"""Jobs that belong to no case, and the incidents that tell of them, go together."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select

from engine import clock, db
from engine.commands import batches, rest_deploy
from engine.commands import jobs as levers
from engine.hooks import SYSTEM
from engine.jobs.reconcile import reconcile
from engine.models import Deployment, Incident, Job, ProcessDefinition
from engine.queries.access import Viewer
from tests.engine import bpmn_builder as draw
from tests.engine import office
from tests.engine.bpmn_builder import end, start, timer, user
from tests.engine.office import ANN

STARTING = draw.diagram(start("s", timer("PT1H")), user("a"), end(), "s-a-e")
PLAIN = draw.diagram(start("s"), user("a"), end(), "s-a-e")


def _gave_up(kind: str) -> int:
    """Let the one job of a kind have no tries left, and then some again."""
    with db.transaction() as session:
        [number] = session.scalars(select(Job.id).where(Job.kind == kind))
    for tries in (0, 3):
        with db.transaction() as session:
            levers.set_retries(session, levers.find(session, number), tries, actor=ANN)
    return number


def _left() -> tuple[int, int]:
    with db.reading() as session:
        counted = [session.scalar(select(func.count()).select_from(it)) for it in (Job, Incident)]
    return counted[0] or 0, counted[1] or 0


def test_a_start_timer_that_once_gave_up_is_swapped(either_database: str) -> None:
    office.publish(STARTING)
    _gave_up("start")
    office.publish(PLAIN)
    assert _left() == (0, 0)


def test_a_definition_whose_start_timer_once_gave_up_is_deleted(either_database: str) -> None:
    office.publish(STARTING)
    _gave_up("start")
    with db.transaction() as session:
        row = session.scalars(select(ProcessDefinition)).one()
        session.get_one(Deployment, row.deployment_id).source = rest_deploy.SOURCE
        rest_deploy.drop_definition(session, row, cascade=False, viewer=Viewer("x", scope="all"))
    assert _left() == (0, 0)


def test_a_piece_of_a_batch_that_once_gave_up_is_pruned(either_database: str) -> None:
    office.publish(PLAIN)
    case = office.start()
    with db.transaction() as session:
        given = batches.kept(variables={"x": 1})
        batches.create(session, batches.VARIABLES, [case], given, actor=ANN)
    _gave_up("batch")
    assert office.drain() == 1
    assert _left() == (1, 1)
    clock.move(clock.offset() + timedelta(days=31))
    reconcile()
    assert _left() == (0, 0)


def test_what_was_deleted_is_pruned_as_well(either_database: str) -> None:
    office.publish(STARTING)
    with db.transaction() as session:
        [number] = session.scalars(select(Job.id))
        levers.cancel(session, levers.find(session, number), actor=SYSTEM)
    reconcile()
    assert _left() == (1, 0)
    clock.move(clock.offset() + timedelta(days=31))
    assert office.drain() == 0
    reconcile()
    assert _left() == (0, 0)
