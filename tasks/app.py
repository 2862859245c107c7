"""The Celery application: `celery -A tasks.app worker` and `celery -A tasks.app beat`.

Celery is a driver of queues that live in the database. A message says "look for work" and
nothing else, so one that is lost, doubled, late or out of order does no harm. Never use
`countdown`, `eta`, results, chords or groups for business work: Redis is no database.
"""

from __future__ import annotations

from typing import Any

from celery import Celery

from engine import settings

#: Seconds for which a hint is worth having; Beat sends the next one anyway.
WORTH = 5

CONF: dict[str, Any] = {
    "broker_url": settings.current().redis_url,
    # JSON and nothing else: a pickled message would be code from whoever reaches Redis.
    "accept_content": ["json"],
    "task_serializer": "json",
    # Results are rows of the database.
    "result_backend": None,
    "task_ignore_result": True,
    # A hint counts as used when the drain has ended, also when its process died: draining twice
    # does nothing twice.
    "task_acks_late": True,
    "task_acks_on_failure_or_timeout": True,
    "task_reject_on_worker_lost": True,
    # One hint per process: a second one would wait behind twenty seconds of work.
    "worker_prefetch_multiplier": 1,
    # A drain stops by itself after 20 seconds. One that hangs is interrupted, then killed.
    "task_soft_time_limit": 100,
    "task_time_limit": 120,
    # Redis may be away at the start, and for as long as it likes.
    "broker_connection_retry_on_startup": True,
    "broker_connection_max_retries": None,
    # When Redis goes away, running drains end their batch. Cancelling them would cost each job
    # of the batch an attempt; a hint that is then delivered again costs nothing.
    "worker_cancel_long_running_tasks_on_connection_loss": False,
    "broker_transport_options": {
        # A hint whose worker vanished comes back after a minute; Beat's next one is faster.
        "visibility_timeout": 60,
        # Without these a dead connection is waited for for ever.
        "socket_timeout": 10,
        "socket_connect_timeout": 5,
        "socket_keepalive": True,
        "health_check_interval": 10,
        "retry_on_timeout": True,
    },
    # SIGTERM: drains end after the running batch (`tasks.pump`), at most ten seconds.
    "worker_soft_shutdown_timeout": 10,
    "worker_enable_soft_shutdown_on_idle": True,
    "worker_send_task_events": False,
    "worker_hijack_root_logger": False,
    # The schedule is one line and needs no file, so any number of Beats may run.
    "beat_scheduler": "celery.beat:Scheduler",
    "beat_max_loop_interval": 1,
    "beat_schedule": {
        "kick": {"task": "huiyin.kick", "schedule": 1.0, "options": {"expires": WORTH}}
    },
    "timezone": "UTC",
}

app = Celery("huiyin", include=["tasks.drain", "tasks.pump"])
app.conf.update(CONF)
