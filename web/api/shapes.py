"""What answers look like: the fields of each shape, for the document. One line each.

Types follow from the names, which Camunda's interface uses the same way everywhere;
`tests/web/api/test_openapi.py` holds real answers against these lines.
"""

from __future__ import annotations

from typing import Any

_TYPED = "type value valueInfo"
_OF_CASE = (
    "processInstanceId processDefinitionId processDefinitionKey rootProcessInstanceId"
    " caseInstanceId caseExecutionId caseDefinitionId caseDefinitionKey tenantId removalTime"
)
_INSTANCE = (
    "links id definitionId definitionKey businessKey caseInstanceId ended suspended tenantId"
)
_DEPLOYMENT = "links id name source deploymentTime tenantId"
_BATCH = (
    "id type totalJobs jobsCreated batchJobsPerSeed invocationsPerBatchJob seedJobDefinitionId"
    " monitorJobDefinitionId batchJobDefinitionId suspended tenantId createUserId startTime"
    " executionStartTime"
)
_INCIDENT = (
    "id processDefinitionId processInstanceId executionId incidentType activityId"
    " failedActivityId causeIncidentId rootCauseIncidentId configuration incidentMessage tenantId"
    " jobDefinitionId annotation"
)
_DEFINITION = (
    "id key category description name version resource deploymentId diagram suspended"
    " tenantId versionTag historyTimeToLive startableInTasklist"
)
_STATISTICS = "@class id instances failedJobs incidents"
_EXTERNAL = (
    "id activityId activityInstanceId errorMessage executionId lockExpirationTime createTime"
    " processInstanceId retries suspended workerId topicName priority businessKey tenantId"
    " processDefinitionId processDefinitionKey processDefinitionVersionTag"
)
_JOB_LOG = (
    f"{_OF_CASE} id timestamp activityId executionId creationLog failureLog successLog deletionLog"
)

SHAPES: dict[str, str] = {
    "ActivityInstance": (
        "id parentActivityInstanceId activityId activityType processInstanceId"
        " processDefinitionId executionIds activityName name incidentIds incidents"
        " childActivityInstances childTransitionInstances"
    ),
    "ActivityStatistics": _STATISTICS,
    "Attachment": (
        "links id name description taskId type url createTime removalTime rootProcessInstanceId"
    ),
    "Authentication": "authenticatedUser authenticated",
    "AuthorizationCheck": "permissionName resourceName resourceId authorized",
    "Batch": _BATCH,
    "BatchStatistics": f"{_BATCH} remainingJobs completedJobs failedJobs",
    "Comment": (
        "links id userId taskId rootProcessInstanceId processInstanceId time message removalTime"
    ),
    "Count": "count",
    "DecisionDefinition": (
        "id key category name version resource deploymentId decisionRequirementsDefinitionId"
        " decisionRequirementsDefinitionKey tenantId historyTimeToLive versionTag"
    ),
    "DecisionDefinitionXml": "id dmnXml",
    "DecisionRequirementsDefinition": "id key category name version resource deploymentId tenantId",
    "DecisionResult": "",
    "Deployment": _DEPLOYMENT,
    "DeploymentResource": "id name deploymentId",
    "DeploymentWithDefinitions": (
        f"{_DEPLOYMENT} deployedProcessDefinitions deployedCaseDefinitions"
        " deployedDecisionDefinitions deployedDecisionRequirementsDefinitions"
    ),
    "DurationReport": "period periodUnit minimum maximum average",
    "Engine": "name",
    "EventSubscription": (
        "id eventType eventName executionId processInstanceId activityId createdDate tenantId"
    ),
    "Execution": "id processInstanceId ended tenantId",
    "ExternalTask": _EXTERNAL,
    "Form": "key camundaFormRef contextPath",
    "Group": "id name type",
    "HistoricActivityInstance": (
        f"{_OF_CASE} id parentActivityInstanceId activityId activityName activityType executionId"
        " taskId assignee calledProcessInstanceId calledCaseInstanceId startTime endTime"
        " durationInMillis canceled completeScope"
    ),
    "HistoricActivityStatistics": "id instances canceled finished completeScope openIncidents",
    "CalledProcessDefinition": f"{_DEFINITION} calledFromActivityIds callingProcessDefinitionId",
    "CleanableReport": (
        "processDefinitionId processDefinitionKey processDefinitionName processDefinitionVersion"
        " historyTimeToLive finishedProcessInstanceCount cleanableProcessInstanceCount tenantId"
    ),
    "HistoricBatch": (
        "id type totalJobs batchJobsPerSeed invocationsPerBatchJob seedJobDefinitionId"
        " monitorJobDefinitionId batchJobDefinitionId tenantId createUserId startTime endTime"
        " removalTime executionStartTime"
    ),
    "HistoricDecisionInstance": (
        f"{_OF_CASE} id decisionDefinitionId decisionDefinitionKey decisionDefinitionName"
        " evaluationTime activityId activityInstanceId userId inputs outputs collectResultValue"
        " rootDecisionInstanceId decisionRequirementsDefinitionId"
        " decisionRequirementsDefinitionKey"
    ),
    "HistoricDetail": (
        f"{_OF_CASE} id type activityInstanceId executionId taskId time userOperationId"
        " variableName variableInstanceId variableType value valueInfo initial revision"
        " errorMessage"
    ),
    "HistoricExternalTaskLog": (
        f"{_JOB_LOG} externalTaskId topicName workerId priority retries errorMessage"
        " activityInstanceId"
    ),
    "HistoricIdentityLinkLog": (
        f"{_OF_CASE} id time type userId groupId taskId operationType assignerId"
    ),
    "HistoricIncident": (
        f"{_OF_CASE} {_INCIDENT} createTime endTime historyConfiguration open resolved deleted"
    ),
    "HistoricJobLog": (
        f"{_JOB_LOG} jobId jobDueDate jobRetries jobPriority jobExceptionMessage failedActivityId"
        " jobDefinitionId jobDefinitionType jobDefinitionConfiguration deploymentId hostname"
        " batchId"
    ),
    "HistoricProcessInstance": (
        "id businessKey processDefinitionId processDefinitionKey processDefinitionName"
        " processDefinitionVersion startTime endTime removalTime durationInMillis startUserId"
        " startActivityId deleteReason rootProcessInstanceId superProcessInstanceId"
        " superCaseInstanceId caseInstanceId tenantId state"
    ),
    "HistoricTaskInstance": (
        f"{_OF_CASE} id executionId activityInstanceId name description deleteReason owner"
        " assignee startTime endTime duration taskDefinitionKey priority due parentTaskId"
        " followUp taskState"
    ),
    "HistoricVariableInstance": (
        f"{_OF_CASE} id name {_TYPED} executionId activityInstanceId taskId errorMessage state"
        " createTime"
    ),
    "IdentityLink": "userId groupId type",
    "IdentityGroups": "groups groupUsers",
    "Incident": f"{_INCIDENT} incidentTimestamp",
    "Job": (
        "id jobDefinitionId processInstanceId processDefinitionId processDefinitionKey"
        " executionId exceptionMessage failedActivityId retries dueDate suspended priority"
        " tenantId createTime batchId"
    ),
    "JobDefinition": (
        "id processDefinitionId processDefinitionKey activityId jobType jobConfiguration"
        " suspended overridingJobPriority tenantId deploymentId"
    ),
    "LockedExternalTask": f"{_EXTERNAL} errorDetails variables extensionProperties",
    "MessageResult": "resultType execution processInstance",
    "MetricsSum": "result",
    "MigrationPlan": ("sourceProcessDefinitionId targetProcessDefinitionId instructions variables"),
    "MigrationPlanReport": "instructionReports variableReports",
    "ProcessDefinition": _DEFINITION,
    "ProcessDefinitionDiagram": "id bpmn20Xml",
    "ProcessDefinitionStatistics": f"{_STATISTICS} definition",
    "ProcessInstance": _INSTANCE,
    "ProcessInstanceWithVariables": f"{_INSTANCE} variables",
    "Task": (
        "id name assignee created due followUp lastUpdated delegationState description"
        " executionId owner parentTaskId priority processDefinitionId processInstanceId"
        " taskDefinitionKey caseExecutionId caseInstanceId caseDefinitionId suspended formKey"
        " camundaFormRef tenantId taskState"
    ),
    "Tenant": "id name",
    "TaskReport": (
        "taskName processDefinitionId processDefinitionKey processDefinitionName tenantId count"
    ),
    "TaskCountByCandidateGroup": "groupName taskCount",
    "UserOperationLog": (
        f"{_OF_CASE} id deploymentId executionId taskId jobId jobDefinitionId batchId"
        " externalTaskId userId timestamp operationId operationType entityType category"
        " annotation property orgValue newValue"
    ),
    "UserProfile": "id firstName lastName displayName email",
    "Variable": _TYPED,
    "VariableInstance": (
        f"id name {_TYPED} processDefinitionId processInstanceId executionId caseInstanceId"
        " caseExecutionId taskId batchId activityInstanceId errorMessage tenantId"
    ),
    "Variables": "",
    "Version": "version",
}


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_FLAGS = _words(
    "authenticated authorized suspended ended canceled completeScope open resolved deleted"
    " initial creationLog failureLog successLog deletionLog startableInTasklist updateEventTrigger"
)
_NUMBERS = _words(
    "count version retries priority revision durationInMillis duration instances failedJobs"
    " totalJobs jobsCreated batchJobsPerSeed invocationsPerBatchJob remainingJobs completedJobs"
    " jobRetries jobPriority historyTimeToLive taskCount result overridingJobPriority"
    " processDefinitionVersion finished openIncidents period minimum maximum average"
)
_MOMENTS = _words(
    "created due followUp lastUpdated deploymentTime startTime endTime removalTime createTime time"
    " timestamp evaluationTime createdDate incidentTimestamp dueDate jobDueDate lockExpirationTime"
    " executionStartTime"
)
_LISTS = _words(
    "links executionIds incidentIds incidents childActivityInstances childTransitionInstances"
    " instructions instructionReports inputs outputs groups groupUsers calledFromActivityIds"
)
_OBJECTS = _words(
    "valueInfo variables camundaFormRef extensionProperties definition execution processInstance"
    " variableReports deployedProcessDefinitions deployedDecisionDefinitions"
    " deployedDecisionRequirementsDefinitions"
)


def schema(name: str) -> dict[str, Any]:
    """Return the JSON schema of a shape. Shapes without fields are free mappings."""
    fields = SHAPES[name].split()
    found: dict[str, Any] = {"type": "object"}
    if fields:
        found["properties"] = {one: _of(one, name) for one in fields}
    return found


def _of(field: str, shape: str) -> dict[str, Any]:
    if field == "value":
        return {}
    if field == "version" and shape == "Version":
        return {"type": "string"}
    if field in _FLAGS:
        return {"type": "boolean"}
    if field in _LISTS:
        return {"type": "array", "items": {}}
    if field in _OBJECTS:
        return {"type": ["object", "null"]}
    if field in _NUMBERS:
        return {"type": ["integer", "null"]}
    if field in _MOMENTS:
        return {"type": ["string", "null"], "format": "date-time"}
    return {"type": ["string", "null"]}
