"""The engine's tables (`house.md` §3 has the words, §4 what is stored where).

Position in the diagram is `ProcessInstance.state`, an opaque blob of `engine.state`;
everything a person or a query asks for is a row written in the same transaction.
Areas declare their own tables on the same `Base`.
"""

from engine.models.base import (
    Base,
    Code,
    Document,
    Id,
    InstanceRef,
    Key,
    Moment,
    new_id,
    table_of,
    utc,
)
from engine.models.batch import Batch
from engine.models.office import (
    CalendarDay,
    CalendarYear,
    CaseAccess,
    Heartbeat,
    TestClock,
    Turn,
)
from engine.models.published import (
    DecisionDefinition,
    Deployment,
    DeploymentResource,
    FormDefinition,
    ProcessDefinition,
    Resource,
)
from engine.models.running import (
    Attachment,
    Draft,
    HumanTask,
    HumanTaskCandidate,
    ProcessInstance,
    Submission,
    Variable,
)
from engine.models.tasks import TaskLink, TaskNote, TaskPaper, TaskVariable
from engine.models.work import (
    DecisionEvaluation,
    HistoryEvent,
    Incident,
    Job,
    JobControl,
    NoticeRead,
    Outbox,
    Subscription,
)

__all__ = [
    "Attachment",
    "Base",
    "Batch",
    "CalendarDay",
    "CalendarYear",
    "CaseAccess",
    "Code",
    "DecisionDefinition",
    "DecisionEvaluation",
    "Deployment",
    "DeploymentResource",
    "Document",
    "Draft",
    "FormDefinition",
    "Heartbeat",
    "HistoryEvent",
    "HumanTask",
    "HumanTaskCandidate",
    "Id",
    "Incident",
    "InstanceRef",
    "Job",
    "JobControl",
    "Key",
    "Moment",
    "NoticeRead",
    "Outbox",
    "ProcessDefinition",
    "ProcessInstance",
    "Resource",
    "Submission",
    "Subscription",
    "TaskLink",
    "TaskNote",
    "TaskPaper",
    "TaskVariable",
    "TestClock",
    "Turn",
    "Variable",
    "new_id",
    "table_of",
    "utc",
]
