"""How jobs and what they are made for are called over REST."""

from __future__ import annotations

from engine.bpmn import job_definitions
from engine.bpmn.definition import Description
from engine.bpmn.job_definitions import JobDefinition
from engine.commands import batches, scheduled
from engine.models import Job, ProcessDefinition
from engine.queries.api_jobs import TIMERS
from web.api.answer import moment

_KINDS = {"message": "message", "signal": "signal", "external": "external-task"}


def made_by(job: Job | None, definition: ProcessDefinition | None) -> JobDefinition | None:
    """Return the job definition behind a job; deliveries of messages have none."""
    if job is None or definition is None or job.element_id is None:
        return None
    description = Description.from_dict(definition.description)
    element = description.elements.get(job.element_id)
    slug = job_definitions.slug_of(job.kind, job.wait, element, description)
    return next(
        (
            made
            for made in job_definitions.of(description)
            if made.element == job.element_id and made.slug == slug
        ),
        None,
    )


def job_definition_id(job: Job | None, definition: ProcessDefinition | None) -> str | None:
    """Return the name of the job definition behind a job; a batch has one for its pieces."""
    if job is not None and job.kind == batches.KIND:
        return f"{job.topic}:{batches.KIND}"
    made = made_by(job, definition)
    if made is None or definition is None:
        return None
    return f"{definition.id}:{made.element}:{made.slug}"


def kind_of(job: Job, made: JobDefinition | None) -> str:
    """Return Camunda's type of a job, also of those without a definition."""
    if job.kind == scheduled.KIND and job.topic:
        return job.topic
    return made.type if made else _KINDS.get(job.kind, job_definitions.ASYNC)


def due(job: Job) -> str | None:
    """Return when a job is due; what was owed from the start has no date, as in Camunda."""
    at_once = job.kind not in TIMERS and job.due_at == job.created_at
    return None if at_once else moment(job.due_at)
