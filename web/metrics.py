"""`/metrics` for Prometheus: figures only, computed from the database at each scrape.

Every process of the installation answers the same: nothing is counted in memory.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Iterator

from flask import Blueprint, Response, abort, request
from flask.typing import ResponseReturnValue
from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest

from engine import db, settings
from engine.queries.figures import Figures, figures, quantile
from web.access import is_from_here, public

QUANTILES = (0.5, 0.9, 0.99)
#: Seconds; how many of the last timers came later than promised by no more than this.
BUCKETS = (0.05, 0.25, 1.0, 3.0, 10.0, 60.0, 600.0, 3600.0)

bp = Blueprint("metrics", __name__)


@bp.get("/metrics")
@public
def show() -> ResponseReturnValue:
    """Answer a scrape from this machine, or one that brings the token."""
    _only_for_operators()
    with db.reading() as session:
        found = figures(session)
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Collected(found))
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_PLAIN_0_0_4)


def _only_for_operators() -> None:
    token = settings.current().metrics_token
    if token:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if not hmac.compare_digest(given.encode(), token.encode()):
            abort(404)
    elif not is_from_here():
        abort(404)


class _Collected:
    """One look at the database as a collector."""

    def __init__(self, found: Figures) -> None:
        self._found = found

    def collect(self) -> Iterator[Metric]:
        """Yield every metric."""
        yield from self._timers()
        yield from self._work()
        yield from self._workers()

    def _timers(self) -> Iterator[Metric]:
        late = self._found.lateness
        quantiles = GaugeMetricFamily(
            "huiyin_timer_lateness_seconds",
            "How late the last timers fired.",
            labels=("quantile",),
        )
        for part in QUANTILES:
            quantiles.add_metric((str(part),), quantile(late, part))
        yield quantiles
        recent = GaugeMetricFamily(
            "huiyin_timers_recent",
            "The last timers, by how late they fired at most.",
            labels=("le",),
        )
        for bound in BUCKETS:
            recent.add_metric((str(bound),), sum(1 for seconds in late if seconds <= bound))
        recent.add_metric(("+Inf",), len(late))
        yield recent

    def _work(self) -> Iterator[Metric]:
        found = self._found
        yield _gauge(
            "oldest_due_job_seconds", "How long the oldest due job has waited.", found.oldest_due
        )
        yield _labelled(
            "jobs",
            "Jobs that are not done.",
            ("kind", "status"),
            ((key, count) for key, count in sorted(found.jobs.items())),
        )
        yield _gauge("jobs_failing", "Open jobs that failed and are tried again.", found.failing)
        yield CounterMetricFamily(
            "huiyin_completions", "Human tasks that people completed.", found.completions
        )
        yield _gauge("human_tasks_open", "Human tasks that wait for people.", found.tasks_open)
        yield _gauge("incidents_open", "What an operator must mend.", found.incidents)
        yield _labelled(
            "instances",
            "Process instances by status.",
            ("status",),
            (((status,), count) for status, count in sorted(found.instances.items())),
        )
        yield _gauge("instances_stranded", "Active instances without a wait.", found.stranded)
        yield _gauge("outbox_undelivered", "Messages that are due and not sent.", found.undelivered)
        yield _gauge(
            "outbox_oldest_seconds", "How long the oldest of them waits.", found.oldest_outbox
        )

    def _workers(self) -> Iterator[Metric]:
        found = self._found
        yield _labelled(
            "workers",
            "Worker processes seen lately, by role.",
            ("role",),
            (((role,), count) for role, count in sorted(found.workers.items())),
        )
        yield _gauge("workers_silent", "Worker processes that fell silent.", found.silent)
        yield _gauge("workers_drained", "Jobs run by the processes that live.", found.drained)
        if found.drain_age is not None:
            yield _gauge(
                "drain_age_seconds", "Since a worker last looked for work.", found.drain_age
            )


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(f"huiyin_{name}", text, value)


def _labelled(
    name: str, text: str, labels: tuple[str, ...], values: Iterable[tuple[tuple[str, ...], int]]
) -> Metric:
    made = GaugeMetricFamily(f"huiyin_{name}", text, labels=labels)
    for key, value in values:
        made.add_metric(key, value)
    return made
