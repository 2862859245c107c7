"""What may be done: one function, one transaction's work. None of them commits.

`engine.md` §5 has the order of every command; edges open the transaction (`engine.db`).
"""

from engine.commands.deploy import check, deploy, publish_files
from engine.commands.instances import cancel, resume, retry, start, suspend
from engine.commands.messages import broadcast, correlate
from engine.commands.notices import read_notices
from engine.commands.signing import claim, save_draft, unclaim
from engine.commands.starts import evaluate_conditions
from engine.commands.tasks import Completion, complete, may_act
from engine.commands.variables import read_variables, set_variables

__all__ = [
    "Completion",
    "broadcast",
    "cancel",
    "check",
    "claim",
    "complete",
    "correlate",
    "deploy",
    "evaluate_conditions",
    "may_act",
    "publish_files",
    "read_notices",
    "read_variables",
    "resume",
    "retry",
    "save_draft",
    "set_variables",
    "start",
    "suspend",
    "unclaim",
]
