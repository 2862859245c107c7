"""What was published: deployments, their files, and the definitions in them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.models.base import Base, Code, Document, Id

#: The number of what was deleted is not given again: other processes remember what had it.
_COUNTS_ON = {"sqlite_autoincrement": True}


class Deployment(Base):
    """A bundle made current: who, when, which files, why. Never changed afterwards."""

    __tablename__ = "deployment"
    __table_args__ = _COUNTS_ON

    id: Mapped[Id]
    bundle: Mapped[Code] = mapped_column(index=True)
    #: `files`, `studio` or `rest`; start-up never reverts a publication from the studio.
    source: Mapped[str] = mapped_column(String(10))
    digest: Mapped[str] = mapped_column(String(64))
    deployed_at: Mapped[datetime]
    deployed_by: Mapped[Code]
    reason: Mapped[str] = mapped_column(Text, default="")
    #: What bundle.toml says: title, owner, legal basis, public intake.
    meta: Mapped[Document] = mapped_column(default=dict)


class Resource(Base):
    """A file's content, once, whatever number of deployments carry it."""

    __tablename__ = "resource"

    sha: Mapped[str] = mapped_column(String(64), primary_key=True)
    content: Mapped[bytes]


class DeploymentResource(Base):
    """A file of a deployment, by name."""

    __tablename__ = "deployment_resource"

    deployment_id: Mapped[int] = mapped_column(ForeignKey("deployment.id"), primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    sha: Mapped[str] = mapped_column(ForeignKey("resource.sha"))


class ProcessDefinition(Base):
    """One diagram in one deployment: key and version, immutable.

    `original` is what the analyst drew and what is shown; `normalized` is what runs,
    kept with the normaliser's version so that a better one strands nobody.
    """

    __tablename__ = "process_definition"
    __table_args__ = (UniqueConstraint("key", "version"), _COUNTS_ON)

    id: Mapped[Id]
    deployment_id: Mapped[int] = mapped_column(ForeignKey("deployment.id"), index=True)
    bundle: Mapped[Code]
    key: Mapped[Code]
    version: Mapped[int]
    name: Mapped[str]
    resource: Mapped[str]
    original_sha: Mapped[str] = mapped_column(ForeignKey("resource.sha"))
    normalized: Mapped[bytes]
    normalizer: Mapped[int]
    #: `engine.bpmn.definition.Description` as JSON.
    description: Mapped[Document]
    suspended: Mapped[bool] = mapped_column(default=False)
    deployed_at: Mapped[datetime]


class DecisionDefinition(Base):
    """One decision of one DMN file in one deployment."""

    __tablename__ = "decision_definition"
    __table_args__ = (UniqueConstraint("key", "version"), _COUNTS_ON)

    id: Mapped[Id]
    deployment_id: Mapped[int] = mapped_column(ForeignKey("deployment.id"), index=True)
    bundle: Mapped[Code]
    key: Mapped[Code]
    version: Mapped[int]
    #: `camunda:versionTag` of the decision.
    version_tag: Mapped[str | None]
    name: Mapped[str]
    resource: Mapped[str]
    sha: Mapped[str] = mapped_column(ForeignKey("resource.sha"))
    #: Days its evaluations are kept, when an operator changed what the file says.
    history_ttl: Mapped[int | None]


class FormDefinition(Base):
    """One form-js schema in one deployment; its key is the file's name."""

    __tablename__ = "form_definition"
    __table_args__ = (UniqueConstraint("key", "version"), _COUNTS_ON)

    id: Mapped[Id]
    deployment_id: Mapped[int] = mapped_column(ForeignKey("deployment.id"), index=True)
    bundle: Mapped[Code]
    key: Mapped[Code]
    version: Mapped[int]
    resource: Mapped[str]
    sha: Mapped[str] = mapped_column(ForeignKey("resource.sha"))
