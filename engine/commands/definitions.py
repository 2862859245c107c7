"""What was published, read once per process: definitions never change.

The cache belongs to the database it was read from, so that a process (or a test) that
turns to another database does not meet the definitions of the first.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import ColumnElement, Dialect, select
from sqlalchemy.orm import Session

from engine import db, decisions, forms, retention
from engine.bpmn.definition import Description
from engine.decisions import DecisionModel, document
from engine.decisions.codes import codes_of
from engine.errors import NotFound
from engine.forms import FormSchema
from engine.models import (
    DecisionDefinition,
    Deployment,
    DeploymentResource,
    FormDefinition,
    ProcessDefinition,
    Resource,
)

T = TypeVar("T")

#: Parsed things kept per database and kind.
LIMIT = 400


@dataclass(frozen=True)
class Definition:
    """A process definition as the runtime needs it."""

    id: int
    deployment_id: int
    bundle: str
    key: str
    version: int
    name: str
    normalized: bytes = field(repr=False)
    description: Description = field(repr=False)
    #: Where its deployment came from: `files`, `studio` or `rest`.
    source: str


@dataclass(frozen=True)
class Form:
    """A form definition with its parsed schema."""

    key: str
    version: int
    schema: FormSchema = field(repr=False)
    #: Made of `camunda:formData`, not published as a file.
    generated: bool = False


@dataclass
class _Cache:
    kept: dict[str, OrderedDict[Any, Any]] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)

    def get(self, kind: str, key: Any, make: Callable[[], T]) -> T:
        with self.lock:
            shelf = self.kept.setdefault(kind, OrderedDict())
            if key in shelf:
                shelf.move_to_end(key)
                return shelf[key]  # type: ignore[no-any-return]  # each kind holds one type
        made = make()  # nobody waits for it; two that make the same keep the later one
        with self.lock:
            shelf[key] = made
            while len(shelf) > LIMIT:
                shelf.popitem(last=False)
        return made


#: By dialect: a database's one object that is the same behind every way of connecting to it.
_caches: WeakKeyDictionary[Dialect, _Cache] = WeakKeyDictionary()
_OWN = "own definitions"


def _cache(session: Session) -> _Cache:
    own: _Cache | None = session.info.get(_OWN)
    return own or _caches.setdefault(session.get_bind().dialect, _Cache())


def keep_apart(session: Session) -> None:
    """Let this transaction read for itself: what it publishes may yet be rolled back.

    Its ids would then be given to other definitions (SQLite counts on from the last row).
    """
    session.info[_OWN] = _Cache()


def forget(session: Session) -> None:
    """Forget what was read of this database once the transaction is durable: something went."""
    dialect = session.get_bind().dialect
    db.after_commit(session, lambda: _forget(dialect))


def _forget(dialect: Dialect) -> None:
    _caches.pop(dialect, None)


def by_id(session: Session, definition_id: int) -> Definition:
    """Return one definition, from the cache where possible."""
    return _cache(session).get("process", definition_id, lambda: _read(session, definition_id))


def _read(session: Session, definition_id: int) -> Definition:
    row = session.get_one(ProcessDefinition, definition_id)
    return Definition(
        row.id,
        row.deployment_id,
        row.bundle,
        row.key,
        row.version,
        row.name,
        row.normalized,
        Description.from_dict(row.description),
        session.get_one(Deployment, row.deployment_id).source,
    )


def latest(session: Session, key: str) -> Definition:
    """Return the newest version of a process.

    Raises:
        NotFound: no process of this key was ever published.
    """
    found = session.scalar(
        select(ProcessDefinition.id)
        .where(ProcessDefinition.key == key)
        .order_by(ProcessDefinition.version.desc())
        .limit(1)
    )
    if found is None:
        raise NotFound(f"没有已发布的流程“{key}”。")
    return by_id(session, found)


def bound(
    session: Session, key: str, binding: str, version: str | None, caller: Definition
) -> Definition:
    """Return the process a call activity means: latest, deployment, version or versionTag.

    Raises:
        NotFound: there is none, or the version is no number.
    """
    wanted = select(ProcessDefinition.id).where(ProcessDefinition.key == key)
    if binding == "versionTag":
        tag = ProcessDefinition.description["version_tag"].as_string()
        wanted = wanted.where(tag == (version or ""))
    else:
        wanted = wanted.where(
            *_bound(ProcessDefinition, binding, version, caller.deployment_id, f"流程“{key}”")
        )
    found = session.scalar(wanted.order_by(ProcessDefinition.version.desc()).limit(1))
    if found is None:
        raise NotFound(f"调用的流程“{key}”{_shown(binding, version)}没有发布。")
    return by_id(session, found)


def _bound(
    kind: type[ProcessDefinition | DecisionDefinition],
    binding: str,
    version: str | None,
    deployment_id: int,
    what: str,
) -> list[ColumnElement[bool]]:
    """Return the conditions of a binding, besides the key."""
    if binding == "deployment":
        return [of(kind, deployment_id)]
    if binding != "version":
        return []
    text = (version or "").strip()
    if not text.isdecimal():
        raise NotFound(f"{what}的版本“{text:.20}”不是整数。")
    return [kind.version == int(text)]


def _shown(binding: str, version: str | None) -> str:
    """Say in words which version was meant."""
    if binding == "deployment":
        return "在同一次部署里"
    return f"的版本 {version} " if binding in ("version", "versionTag") else ""


def form(
    session: Session,
    key: str,
    deployment_id: int,
    binding: str = "",
    version: int | None = None,
) -> Form | None:
    """Return a form as `camunda:formRefBinding` says: latest, deployment or version.

    Without a binding it is the one deployed together with the diagram, else the newest.
    """
    if binding in ("", "deployment"):
        found = _cache(session).get(
            "form",
            (key, deployment_id),
            lambda: _form(session, FormDefinition.key == key, of(FormDefinition, deployment_id)),
        )
        if found is not None or binding == "deployment":
            return found
    if binding == "version":
        return _form(session, FormDefinition.key == key, FormDefinition.version == version)
    return _form(session, FormDefinition.key == key)


def of(
    kind: type[ProcessDefinition | DecisionDefinition | FormDefinition], deployment_id: int
) -> ColumnElement[bool]:
    """Return the condition that a definition came with a deployment."""
    return kind.deployment_id == deployment_id


def _form(session: Session, *wanted: ColumnElement[bool]) -> Form | None:
    row = session.execute(
        select(FormDefinition.key, FormDefinition.version, FormDefinition.sha)
        .where(*wanted)
        .order_by(FormDefinition.version.desc())
        .limit(1)
    ).first()
    if row is None:
        return None
    schema = _cache(session).get(
        "schema",
        row.sha,
        lambda: forms.parse(json.loads(session.get_one(Resource, row.sha).content)),
    )
    return Form(row.key, row.version, schema)


def decision(
    session: Session,
    key: str,
    binding: str = "latest",
    version: str | None = None,
    deployment_id: int = 0,
) -> tuple[DecisionModel, int]:
    """Return the model that holds a decision, and the decision's version.

    Raises:
        NotFound: no such decision was published, or not as the binding says.
    """
    wanted = [DecisionDefinition.key == key]
    if binding == "versionTag":
        wanted.append(DecisionDefinition.version_tag == (version or ""))
    else:
        wanted += _bound(DecisionDefinition, binding, version, deployment_id, f"决策表“{key}”")
    row = session.execute(
        select(DecisionDefinition.sha, DecisionDefinition.version, DecisionDefinition.deployment_id)
        .where(*wanted)
        .order_by(DecisionDefinition.version.desc())
        .limit(1)
    ).first()
    if row is None:
        raise NotFound(f"决策表“{key}”{_shown(binding, version)}没有发布。")
    return decision_model(session, row.sha, row.deployment_id), row.version


def decision_model(session: Session, sha: str, deployment_id: int) -> DecisionModel:
    """Return the decisions of one file; what it imports was deployed together with it."""
    cache = _cache(session)

    def content() -> bytes:
        return session.get_one(Resource, sha).content

    if not cache.get("decision-imports", sha, lambda: decisions.imports_files(content())):
        return cache.get("decision", sha, lambda: decisions.parse(content()))
    return cache.get(
        "decision",
        (sha, deployment_id),
        lambda: decisions.parse(content(), others=_tables(session, deployment_id)),
    )


@dataclass(frozen=True)
class DecisionFacts:
    """What one DMN file says besides its logic."""

    #: Decision → days its evaluations are kept.
    days: Mapping[str, int | None]
    #: Every text that its tables name: the codes they route by, and what they answer.
    codes: frozenset[str]


def decision_facts(session: Session, sha: str, deployment_id: int) -> DecisionFacts:
    """Return how long a file's decisions are kept, and which texts it knows."""

    def make() -> DecisionFacts:
        model = decision_model(session, sha, deployment_id)
        said = document.root_of(session.get_one(Resource, sha).content).iter()
        days = {
            one.get("id", ""): retention.days(one.get(f"{document.CAMUNDA}historyTimeToLive"))
            for one in said
        }
        return DecisionFacts({key: days.get(key) for key in model.decisions}, codes_of(model))

    return _cache(session).get("decision-facts", sha, make)


def decision_days(session: Session, row: DecisionDefinition) -> int | None:
    """Return the days evaluations are kept: as set by hand, else as the file says."""
    if row.history_ttl is not None:
        return row.history_ttl
    return decision_facts(session, row.sha, row.deployment_id).days.get(row.key)


def _tables(session: Session, deployment_id: int) -> list[bytes]:
    found = files(session, deployment_id).items()
    return [content for name, content in found if name.endswith((".dmn", ".dmn11.xml"))]


def original(session: Session, definition_id: int) -> bytes:
    """Return the diagram as the analyst drew it."""
    return session.scalars(
        select(Resource.content)
        .join(ProcessDefinition, ProcessDefinition.original_sha == Resource.sha)
        .where(ProcessDefinition.id == definition_id)
    ).one()


def end_name(session: Session, definition_id: int, outcome: str | None) -> str:
    """Return how an instance ended, in words: its end event's name, or why it was cancelled."""
    if not outcome:
        return ""
    end = by_id(session, definition_id).description.elements.get(outcome)
    return end.name if end else outcome


def current_deployment(session: Session, bundle: str) -> Deployment | None:
    """Return the deployment that is current for a bundle."""
    return session.scalar(
        select(Deployment)
        .where(Deployment.bundle == bundle)
        .order_by(Deployment.id.desc())
        .limit(1)
    )


def files(session: Session, deployment_id: int) -> dict[str, bytes]:
    """Return the files of a deployment by name."""
    rows = session.execute(
        select(DeploymentResource.name, Resource.content)
        .join(Resource, Resource.sha == DeploymentResource.sha)
        .where(DeploymentResource.deployment_id == deployment_id)
    )
    return {row.name: row.content for row in rows}
