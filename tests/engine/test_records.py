"""The history's questions on both databases: filters, orders and windows that SQL answers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from engine import clock, commands, db, jobs
from engine.hooks import SYSTEM
from engine.queries import Viewer, api_jobs, api_metrics, api_subscriptions
from engine.queries.asked import Asked, Sorting
from engine.queries.records import (
    activities,
    decisions,
    incidents,
    job_logs,
    links,
    operations,
    processes,
    tasks,
    variables,
)
from tests.web.api import story

ALL = Viewer("auditor", scope="all")
NOBODY = Viewer("stranger")
LISTS = {
    "processes": (processes.process_instances, processes.count_process_instances, processes.ORDER),
    "activities": (
        activities.activity_instances,
        activities.count_activity_instances,
        activities.ORDER,
    ),
    "tasks": (tasks.tasks, tasks.count_tasks, tasks.ORDER),
    "variables": (
        variables.variable_instances,
        variables.count_variable_instances,
        variables.KEPT_ORDER,
    ),
    "details": (variables.details, variables.count_details, variables.DETAIL_ORDER),
    "decisions": (
        decisions.decision_instances,
        decisions.count_decision_instances,
        decisions.ORDER,
    ),
    "incidents": (incidents.incidents, incidents.count_incidents, incidents.ORDER),
    "job log": (job_logs.job_log, job_logs.count_job_log, job_logs.SORTS),
    "external log": (
        job_logs.external_log,
        job_logs.count_external_log,
        job_logs.SORTS,
    ),
    "operations": (operations.operations, operations.count_operations, operations.ORDER),
    "links": (links.identity_links, links.count_identity_links, links.ORDER),
    "jobs": (api_jobs.jobs, api_jobs.count_jobs, api_jobs.ORDER),
    "job definitions": (
        api_jobs.made_jobs,
        api_jobs.count_made_jobs,
        api_jobs.DEFINITION_ORDER,
    ),
    "subscriptions": (
        api_subscriptions.subscriptions,
        api_subscriptions.count_subscriptions,
        api_subscriptions.ORDER,
    ),
}


def tell() -> tuple[story.Story, story.Story]:
    """One case that waits for its person, one that was checked, broke and was cancelled."""
    open_, broken = story.begin(), story.another(200)
    story.check(broken)
    with db.transaction() as session:
        commands.set_variables(session, broken.id, {"level": 1}, actor=SYSTEM)
    for _ in range(3):
        with db.reading() as session:
            job = api_jobs.jobs(session, ALL, Asked({"activityId": "gw"}))[0][0]
        with pytest.raises(Exception, match="没有可走的分支"):
            jobs.execute(job.id)
    with db.transaction() as session:
        commands.cancel(session, broken.id, actor=SYSTEM, reason="重复")
    return open_, broken


def test_every_order_and_window_of_every_list(either_database: str) -> None:
    tell()
    with db.reading() as session:
        for name, (rows, total, order) in LISTS.items():
            everything = rows(session, ALL, Asked())
            assert total(session, ALL, Asked()) == len(everything), name
            for key in order:
                for descending in (False, True):
                    asked = Asked({}, [Sorting(key, descending)])
                    found = rows(session, ALL, asked)
                    assert len(found) == len(everything), (name, key)
            halves = [
                one
                for first in range(0, len(everything), 2)
                for one in rows(session, ALL, Asked({}, [], first, 2))
            ]
            assert len(halves) == len(everything), name


def test_nobody_sees_a_case_that_is_not_theirs(either_database: str) -> None:
    tell()
    with db.reading() as session:
        for name, (rows, total, _) in LISTS.items():
            if name != "job definitions":  # what is published is no secret
                assert (list(rows(session, NOBODY, Asked())), total(session, NOBODY, Asked())) == (
                    [],
                    0,
                ), name


def count(session: Session, name: str, **asked: Any) -> int:
    found: int = LISTS[name][1](session, ALL, Asked(asked))
    return found


def test_filters_that_sql_must_understand(either_database: str) -> None:
    open_, broken = tell()
    now = clock.now() + timedelta(seconds=1)
    with db.reading() as session:
        for name, asked, expected in (
            ("processes", {"executedActivityIdIn": ["gw"]}, 0),  # it was never entered
            ("processes", {"executedActivityIdIn": ["check", "gw"]}, 2),
            ("processes", {"activeActivityIdIn": ["check"]}, 1),
            ("processes", {"withIncidents": True}, 1),
            ("processes", {"incidentType": "failedJob"}, 1),
            ("processes", {"incidentStatus": "open"}, 0),
            ("processes", {"incidentStatus": "resolved"}, 1),
            ("processes", {"externallyTerminated": True}, 1),
            ("processes", {"executedActivityBefore": now}, 2),
            ("processes", {"executedJobBefore": now}, 0),
            ("processes", {"executedActivityAfter": now}, 0),
            ("job log", {"executionIdIn": [f"{broken.id}.none"]}, 0),
            ("external log", {"activityInstanceIdIn": [f"pay:{broken.id}.1"]}, 0),
            ("details", {"variableInstanceIdIn": [f"{broken.id}:level"]}, 2),
            ("processes", {"superProcessInstanceId": open_.id}, 0),
            ("incidents", {"deleted": True}, 1),
            ("incidents", {"open": True}, 0),
            ("incidents", {"incidentMessageLike": "%没有可走的分支%"}, 1),
            ("incidents", {"historyConfiguration": "3-0"}, 0),
            ("incidents", {"executionId": f"{broken.id}.none"}, 0),
            ("incidents", {"executionId": broken.id}, 1),
            ("job log", {"failureLog": True}, 3),
            ("job log", {"deletionLog": True}, 2),
            ("job log", {"failedActivityIdIn": ["gw"]}, 3),
            ("job log", {"processInstanceId": open_.id}, 1),
            ("job log", {"processInstanceId": broken.id, "failureLog": True}, 3),
            ("job log", {"jobId": "1"}, 1),
            ("job log", {"jobId": "3"}, 5),
            ("job log", {"jobId": "99"}, 0),
            ("external log", {"externalTaskId": "3"}, 0),
            ("operations", {"operationType": "Claim"}, 1),
            ("operations", {"property": "assignee"}, 1),
            ("operations", {"taskId": broken.task}, 2),
            ("operations", {"category": "TaskWorker"}, 2),
            ("operations", {"categoryIn": ["Operator", "Admin"]}, 2),
            ("operations", {"operationId": "0"}, 0),
            ("tasks", {"taskInvolvedUser": "ann"}, 1),
            ("tasks", {"taskInvolvedUser": "bob"}, 0),
            ("tasks", {"taskHadCandidateGroup": "handler@pinghu"}, 2),
            ("tasks", {"taskHadCandidateUser": "ann"}, 0),
            ("tasks", {"taskDeleteReason": "deleted"}, 0),
            ("tasks", {"processInstanceId": broken.id, "finished": True}, 1),
            ("activities", {"unfinished": True}, 1),
            ("activities", {"unfinished": True, "startedAfter": now}, 0),
            ("activities", {"finishedBefore": now, "activityId": "rate"}, 2),
            ("activities", {"finishedAfter": now}, 0),
            ("variables", {"variableName": "level"}, 2),
            ("variables", {"variableName": "leve_"}, 0),
            ("variables", {"variableNameIn": ["level", "bk"]}, 4),
            ("details", {"occurredBefore": now, "processInstanceId": broken.id}, 4),
            ("details", {"occurredAfter": now}, 0),
            ("jobs", {"executable": True}, 0),
            ("jobs", {"active": True}, 1),
            ("jobs", {"dueDates": [("gt", now)]}, 1),
        ):
            assert count(session, name, **asked) == expected, (name, asked)
        assert api_metrics.total(session, ALL, "job-failed", None, now) == 3
        assert api_metrics.total(session, ALL, "process-instances", None, None) == 2
