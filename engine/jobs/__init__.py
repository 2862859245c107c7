"""Due work: claimed with a token, run in one transaction, closed by its token.

The rows are the truth (`engine.md` §6). `drain` is what every driver calls: the embedded
worker, a Celery hint, the command line and the test clock.
"""

from engine.jobs.drain import drain, execute
from engine.jobs.reconcile import reconcile
from engine.jobs.worker import Worker

__all__ = ["Worker", "drain", "execute", "reconcile"]
