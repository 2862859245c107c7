"""What the engine refuses, with a reason fit to show a person, in Chinese.

`code` is stable: logs, the API and the documents refer to it. Nothing here knows
about HTTP; `web/errors.py` maps classes to statuses.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Problem:
    """One thing an author must mend: which element, what, and how.

    `element` is the id in the diagram, table or form; `message` is an instruction.
    """

    element: str
    code: str
    message: str
    severity: Literal["error", "warning"] = "error"
    #: The file of the deployment it stands in, and the line, where they are known.
    resource: str = ""
    line: int = 0

    def __str__(self) -> str:
        return f"{self.element}：{self.message}［{self.code}］"


class EngineError(Exception):
    """Something the engine will not do. The message is a sentence for a person."""

    code = "engine-error"


class NotFound(EngineError):
    """There is no such thing, or the asker may not know that there is."""

    code = "not-found"


class NotAllowed(EngineError):
    """The person is known, the thing is visible, the act is not theirs."""

    code = "not-allowed"


class Suspended(NotAllowed):
    """The case is held: what is done to it has to wait until it goes on."""

    code = "suspended"


class Conflict(EngineError):
    """Somebody changed the same thing first; trying again may work."""

    code = "conflict"


class HumanTaskClosed(EngineError):
    """The human task was completed or withdrawn before this request reached it."""

    code = "human-task-closed"

    def __init__(self, human_task_id: str, status: str, closed_by: str | None = None) -> None:
        what = {"completed": "已由他人办理", "cancelled": "已撤销"}.get(status, "已关闭")
        super().__init__(f"这项待办{what}，您填写的内容没有提交，请复制保存后返回待办列表。")
        self.human_task_id = human_task_id
        self.status = status
        self.closed_by = closed_by


class AlreadyClaimed(NotAllowed):
    """Another person has signed for the human task."""

    code = "already-claimed"

    def __init__(self, human_task_id: str) -> None:
        super().__init__(f"待办 {human_task_id} 已由他人签收，请先联系对方退回待签收。")


class LockLost(EngineError):
    """The external task is not this worker's: never fetched, or fetched by another since."""

    code = "lock-lost"


class IdempotencyMismatch(EngineError):
    """The same key came with a different content."""

    code = "idempotency-mismatch"


class InvalidInput(EngineError):
    """The posted form is not acceptable. `fields` maps the field's key to the reason."""

    code = "invalid-input"

    def __init__(self, message: str, fields: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.fields = dict(fields or {})


class DeploymentRefused(EngineError):
    """A bundle or diagram cannot run correctly. `problems` names each element."""

    code = "deployment-refused"

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = list(problems)
        head = "；".join(str(problem) for problem in self.problems[:5])
        more = f"（共 {len(self.problems)} 处）" if len(self.problems) > 5 else ""
        super().__init__(f"不能发布：{head}{more}")


class ExpressionError(EngineError):
    """An expression cannot be read or computed."""

    code = "expression-error"


class CalendarMissing(EngineError):
    """A year in the period has no calendar, not even an estimated one."""

    code = "calendar-missing"


class StepBudgetExceeded(EngineError):
    """The instance went on without ever waiting; an operator must look."""

    code = "step-budget"


class CorrelationFailed(EngineError):
    """A message found nobody, or more than one instance that waits for it."""

    code = "correlation-failed"


class ServiceFailed(EngineError):
    """A service handler could not do its work.

    Raise with `retry=False` when trying again cannot help (a missing record, a
    refused address). Otherwise the job is retried, then becomes an Incident.
    """

    code = "service-failed"

    def __init__(self, message: str, *, retry: bool = True) -> None:
        super().__init__(message)
        self.retry = retry


class BpmnError(EngineError):
    """A business error that the diagram may catch with an error event of this code.

    `variables` are set where it was thrown, before anything catches it.
    """

    code = "bpmn-error"

    def __init__(
        self, error_code: str, message: str = "", variables: Mapping[str, object] | None = None
    ) -> None:
        super().__init__(message or f"业务错误 {error_code}")
        self.error_code = error_code
        #: As it was given; an event may want it in a variable.
        self.error_message = message
        self.variables = dict(variables or {})


class SettingsInvalid(EngineError):
    """A `HUIYIN_*` variable is missing or cannot be understood."""

    code = "settings-invalid"
