"""Deployments that come by REST: any files under a name, compared with what went before.

A deployment's name says which earlier ones it replaces. It need not be whole: files that did
not change may be left out. House rules only warn (`engine.md` §2).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import structlog
from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session, aliased

from engine.bpmn.definition import Description
from engine.bundles import Bundle
from engine.commands import definitions, erasure, incidents, scheduled, starts
from engine.commands.deploy import check, write
from engine.errors import EngineError, NotAllowed, NotFound
from engine.hooks import Actor
from engine.models import (
    DecisionDefinition,
    DecisionEvaluation,
    Deployment,
    DeploymentResource,
    FormDefinition,
    Job,
    JobControl,
    ProcessDefinition,
    ProcessInstance,
    Subscription,
)
from engine.queries.access import Viewer, visible

log = structlog.get_logger()

SOURCE = "rest"
#: What happens to files that are the same as in the last deployment of this name: they are
#: deployed again, or nothing is deployed if all are, or only the changed ones are.
Unchanged = Literal["again", "keep", "skip"]


@dataclass(frozen=True)
class Made:
    """What a deployment came to."""

    deployment: Deployment
    #: Whether it is new; else nothing was written.
    fresh: bool


def publish(
    session: Session,
    name: str,
    files: Mapping[str, bytes],
    *,
    actor: Actor,
    source: str | None = None,
    unchanged: Unchanged = "again",
) -> Made:
    """Deploy files under a name.

    Args:
        name: the deployment's name; earlier ones of the same name are what “unchanged” means.
        source: what the client says of where it comes from.
        unchanged: see `Unchanged`.

    Raises:
        DeploymentRefused: nothing was written; each problem names its file.
    """
    before = _newest(session, name) if unchanged != "again" else None
    wanted = dict(files)
    if before is not None:
        known = _last_files(session, name)
        changed = {
            each: content for each, content in files.items() if known.get(each) != _sha(content)
        }
        if not changed:
            return Made(before, fresh=False)
        wanted = changed if unchanged == "skip" else wanted
    bundle = Bundle(bundle_of(session, name), wanted)
    checked = check(session, bundle, house=False, source=SOURCE)
    meta = {"title": name, "name": name, "source": source}
    made = write(session, bundle, checked, actor=actor, source=SOURCE, reason="REST", meta=meta)
    return Made(made, fresh=True)


def bundle_of(session: Session, name: str) -> str:
    """Return the bundle a deployment's name stands for; never one of the office's own."""
    slug = re.sub(r"[^\w]+", "-", name.lower()).strip("-")[:100] or SOURCE
    taken = session.scalar(
        select(Deployment.id).where(Deployment.bundle == slug, Deployment.source != SOURCE).limit(1)
    )
    return f"{slug}-{SOURCE}" if taken is not None else slug


def _newest(session: Session, name: str) -> Deployment | None:
    return session.scalar(
        select(Deployment)
        .where(Deployment.source == SOURCE, Deployment.meta["name"].as_string() == name)
        .order_by(Deployment.id.desc())
        .limit(1)
    )


def _last_files(session: Session, name: str) -> dict[str, str]:
    """Return name → hash of each file as it was last deployed under the name."""
    rows = session.execute(
        select(DeploymentResource.name, DeploymentResource.sha)
        .join(Deployment, Deployment.id == DeploymentResource.deployment_id)
        .where(Deployment.source == SOURCE, Deployment.meta["name"].as_string() == name)
        .order_by(Deployment.id)
    )
    return {row.name: row.sha for row in rows}


def _sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def withdraw(session: Session, deployment_id: int, *, cascade: bool, viewer: Viewer) -> None:
    """Delete a deployment with its definitions; the version before is then the newest.

    Args:
        cascade: also delete every instance, running or ended, of its definitions, and what
            its decisions were asked.
        viewer: who deletes; see `drop_definition`.

    Raises:
        NotFound: there is no such deployment.
        NotAllowed, EngineError, InvalidInput: see `drop_definition`.
    """
    made = session.get(Deployment, deployment_id)
    if made is None:
        raise NotFound(f"没有编号为 {deployment_id} 的部署。")
    if made.source != SOURCE:
        raise NotAllowed("这次部署来自流程包文件或在线发布，不能通过接口删除。")
    rows = session.scalars(
        select(ProcessDefinition).where(ProcessDefinition.deployment_id == made.id)
    ).all()
    starts.lock(session, {row.key for row in rows})
    for row in rows:
        drop_definition(session, row, cascade=cascade, viewer=viewer)
    if cascade:
        theirs = select(DecisionDefinition.id).where(DecisionDefinition.deployment_id == made.id)
        session.execute(
            delete(DecisionEvaluation).where(DecisionEvaluation.definition_id.in_(theirs))
        )
    for kind in (DecisionDefinition, FormDefinition, DeploymentResource):
        session.execute(delete(kind).where(kind.deployment_id == made.id))
    session.delete(made)
    session.flush()


def drop_definition(
    session: Session, row: ProcessDefinition, *, cascade: bool, viewer: Viewer
) -> None:
    """Delete one process definition; the version before starts by message and timer again.

    Instances go with the whole case they belong to; no case of the office, and none that
    the viewer is shut out of, goes this way.

    Raises:
        NotAllowed: it did not come by REST, or an instance of it must stay.
        EngineError: there are instances and `cascade` was not asked.
        InvalidInput: a record of an area refers to one of them.
    """
    if session.get_one(Deployment, row.deployment_id).source != SOURCE:
        raise NotAllowed("这个流程来自流程包文件或在线发布，不能通过接口删除。")
    roots = session.scalars(
        select(ProcessInstance.root_id).where(ProcessInstance.definition_id == row.id).distinct()
    ).all()
    if roots and not cascade:
        raise EngineError(f"流程“{row.name}”第 {row.version} 版还有实例，不能删除。")
    if roots and not _may_go(session, row.id, viewer):
        raise NotAllowed(
            f"流程“{row.name}”第 {row.version} 版还有实例，不能删除。"
            "其中有的属于办公室的流程，或者您没有权限查看。"
        )
    erasure.erase(session, roots)
    session.execute(delete(Subscription).where(Subscription.definition_id == row.id))
    incidents.erase_jobs(session, Job.definition_id == row.id)
    incidents.erase_jobs(session, scheduled.of_definition(row.id))
    session.execute(delete(JobControl).where(JobControl.definition_id == row.id))
    key = row.key
    session.delete(row)
    session.flush()
    last = session.scalar(
        select(ProcessDefinition)
        .where(ProcessDefinition.key == key)
        .order_by(ProcessDefinition.version.desc())
        .limit(1)
    )
    if last is not None:
        starts.swap(session, last, Description.from_dict(last.description))
    definitions.forget(session)
    log.info("definition deleted", process=key, cases=len(roots), by=viewer.id)


def _may_go(session: Session, definition_id: int, viewer: Viewer) -> bool:
    """Say whether every case with an instance of the definition came by REST and may be seen."""
    root = aliased(ProcessInstance)
    stays = (
        select(ProcessInstance.id)
        .join(root, root.id == ProcessInstance.root_id)
        .join(ProcessDefinition, ProcessDefinition.id == root.definition_id)
        .join(Deployment, Deployment.id == ProcessDefinition.deployment_id)
        .where(
            ProcessInstance.definition_id == definition_id,
            or_(Deployment.source != SOURCE, ~visible(viewer, root.id.expression)),
        )
    )
    return session.scalar(stays.limit(1)) is None
