"""Making a bundle current: everything is checked before anything is written.

A deployment is a whole bundle. Definitions never change afterwards; running instances
stay on theirs. Keys belong to one bundle. (`engine.md` §2)
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from lxml import etree
from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from engine import clock, db, decisions, forms, services, writable
from engine.bpmn import admit, definition, importing, layout, normalize, pool, rules
from engine.bpmn.definition import Description
from engine.bpmn.importing import judging
from engine.bundles import Bundle
from engine.commands import definitions, starts
from engine.decisions import document
from engine.errors import DeploymentRefused, Problem
from engine.hooks import Actor
from engine.models import (
    DecisionDefinition,
    Deployment,
    DeploymentResource,
    FormDefinition,
    ProcessDefinition,
    Resource,
)

#: The three kinds of definition, which share the rule that a key has one owner.
KINDS: tuple[type[ProcessDefinition | DecisionDefinition | FormDefinition], ...] = (
    ProcessDefinition,
    DecisionDefinition,
    FormDefinition,
)


@dataclass
class Checked:
    """A bundle that may be published, taken apart."""

    processes: list[tuple[str, Description, bytes]] = field(default_factory=list)
    #: Key, name, file and version tag of each decision.
    decisions: list[tuple[str, str, str, str | None]] = field(default_factory=list)
    forms: list[tuple[str, str]] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)


def check(
    session: Session, bundle: Bundle, *, house: bool = True, source: str = "files"
) -> Checked:
    """Check every file of a bundle, alone and against what is already published.

    Args:
        house: whether the house rules refuse (bundles, studio) or only warn (REST).
        source: keys move freely between deployments that came by REST, as in Camunda.

    Raises:
        DeploymentRefused: at least one problem is an error; all of them are named.
    """
    checked, problems = Checked(), list[Problem]()
    roots = dict[str, etree._Element]()
    for name, content in bundle.of(".form").items():
        problems += _in(name, _form(checked, name, content, house))
    tables = bundle.of(".dmn", ".dmn11.xml")
    for name, content in tables.items():
        problems += _in(name, _decisions(checked, name, content, tables.values(), house))
    for name, content in bundle.of(".bpmn", ".bpmn20.xml").items():
        problems += _in(name, _diagram(checked, name, content, roots))
        # How it is drawn never refuses anything: these are warnings.
        problems += layout.problems(content) if house and name in roots else []
    for problem in _owners(session, bundle, checked, source):
        problems += _in(_file_of(checked, problem.element), [problem])
    problems += _message_starts(session, checked)
    known = _known(session, checked)
    for name, description, _ in checked.processes:
        found = _in(name, rules.check(description, roots[name], known))
        problems += [
            problem if house or not problem.code.startswith("house-") else _warn(problem)
            for problem in found
        ]
    errors = [problem for problem in problems if problem.severity == "error"]
    if errors:
        raise DeploymentRefused([_located(problem, bundle.files) for problem in errors])
    checked.warnings = problems
    return checked


def _warn(problem: Problem) -> Problem:
    return replace(problem, severity="warning")


def _in(name: str, problems: Iterable[Problem]) -> list[Problem]:
    """Say in which file the problems are."""
    return [
        problem if problem.resource else replace(problem, resource=name) for problem in problems
    ]


def _located(problem: Problem, files: dict[str, bytes]) -> Problem:
    """Say in which line of its file the element of a problem stands."""
    content = files.get(problem.resource, b"")
    name = re.escape(problem.element.encode())
    found = re.search(rb"""\bid\s*=\s*["']""" + name + rb"""["']""", content)
    line = content.count(b"\n", 0, found.start()) + 1 if found else 0
    return replace(problem, line=problem.line or line)


def _file_of(checked: Checked, key: str) -> str:
    """Return the file in which a key stands."""
    found = [(description.key, name) for name, description, _ in checked.processes]
    found += [(one, name) for one, _, name, _ in checked.decisions]
    return dict([*found, *checked.forms]).get(key, "")


def _form(checked: Checked, name: str, content: bytes, house: bool) -> list[Problem]:
    key = name.rpartition("/")[2].removesuffix(".form")
    try:
        schema = forms.load(content)
    except ValueError as error:
        return [Problem(key, "form-json", f"表单文件 {name} {error}")]
    if not house and isinstance(schema.get("id"), str):
        key = schema["id"]  # Camunda finds a form by its own id, the house by its file's name
    checked.forms.append((key, name))
    found = forms.lint(schema)
    return [
        *writable.too_long(key),
        *(Problem(f"{key}#{p.element}", p.code, p.message, p.severity) for p in found),
    ]


def _decisions(
    checked: Checked, name: str, content: bytes, together: Iterable[bytes], house: bool
) -> list[Problem]:
    """Return what is wrong with decisions.

    What is doubtful can be read and has a meaning for Camunda and for the standard: an error or
    null once it is evaluated. As a house rule it refuses what the office publishes, no more.
    """
    try:
        model = decisions.parse(content, others=together)
    except DeploymentRefused as refused:
        return refused.problems
    tags = document.version_tags(content)
    checked.decisions += [
        (key, made.name, name, tags.get(key)) for key, made in model.decisions.items()
    ]
    long = [
        problem
        for key, made in model.decisions.items()
        for problem in writable.too_long(key, made.name)
    ]
    doubts = decisions.check(model)
    return [*long, *(doubts if house else map(_warn, doubts))]


def _diagram(
    checked: Checked, name: str, content: bytes, roots: dict[str, etree._Element]
) -> list[Problem]:
    try:
        diagram = importing.read(content)
    except DeploymentRefused as refused:
        return refused.problems
    try:
        root = admit.admit(diagram.executable())
    except DeploymentRefused:
        return judging.obstacles(diagram)  # the rules as well: an author sees everything at once
    roots[name] = root
    ids = definition.process_ids(root)
    if not ids:
        missing = Problem(name, "no-process", f"{name} 里没有可执行的流程，请勾选“可执行”。")
        # What else would stand in the way, so that ticking the box is not the first of many tries.
        more = (one for one in judging.obstacles(diagram) if one.code != missing.code)
        return [missing, *more]
    described = [definition.describe(root, key) for key in ids]
    # The normaliser works on a copy: the drawn tree is what the rules and pages look at.
    normal, problems = normalize.normalize(root)
    problems = [*diagram.findings, *problems]
    xml = etree.tostring(normal, encoding="utf-8")
    if not any(problem.severity == "error" for problem in problems):
        problems = [*problems, *_parses(xml, ids)]
    for description in described:
        checked.processes.append((name, description, xml))
    return problems


def _parses(xml: bytes, ids: list[str]) -> Iterator[Problem]:
    """Build each process once, so that what cannot run is refused now and not at a start."""
    for key in ids:
        try:
            with pool.checkout(xml, key):
                pass
        except DeploymentRefused as refused:
            yield from refused.problems


def _owners(session: Session, bundle: Bundle, checked: Checked, source: str) -> Iterator[Problem]:
    mine = (
        [d.key for _, d, _ in checked.processes],
        [key for key, *_ in checked.decisions],
        [key for key, _ in checked.forms],
    )
    for kind, keys in zip(KINDS, mine, strict=True):
        for key in sorted({key for key in keys if keys.count(key) > 1}):
            yield Problem(key, "key-twice", f"“{key}”在流程包里出现了两次，请改名。")
        taken = (
            select(kind.key, kind.bundle)
            .where(kind.key.in_(keys), kind.bundle != bundle.name)
            .distinct()
        )
        if source == "rest":
            own = select(Deployment.id).where(Deployment.source == "rest")
            taken = taken.where(kind.deployment_id.not_in(own))
        for key, owner in session.execute(taken):
            yield Problem(key, "key-taken", f"“{key}”已属于流程包 {owner}，请换一个标识。")


def _message_starts(session: Session, checked: Checked) -> Iterator[Problem]:
    """A message starts one process; which one must be clear."""
    for element, name, owner in starts.taken_messages(
        session, [d for _, d, _ in checked.processes]
    ):
        yield Problem(
            element, "message-taken", f"消息“{name}”已经用来启动流程 {owner}，请换一个消息。"
        )


def _known(session: Session, checked: Checked) -> rules.Known:
    def published(kind: type[ProcessDefinition | DecisionDefinition | FormDefinition]) -> set[str]:
        return set(session.scalars(select(kind.key).distinct()))

    return rules.Known(
        processes=published(ProcessDefinition) | {d.key for _, d, _ in checked.processes},
        decisions=published(DecisionDefinition) | {key for key, *_ in checked.decisions},
        forms=published(FormDefinition) | {key for key, _ in checked.forms},
        handlers={service.name for service in services.catalogue()},
    )


def deploy(
    session: Session,
    bundle: Bundle,
    *,
    actor: Actor,
    source: str = "files",
    reason: str = "",
    house: bool = True,
) -> Deployment:
    """Publish a bundle as the newest version of everything in it.

    The same files again change nothing and return the current deployment.

    Raises:
        DeploymentRefused: see `check`; nothing was written.
    """
    # Two at once would count the same next version of a key.
    db.one_at_a_time(session, "deploy")
    current = definitions.current_deployment(session, bundle.name)
    if current is not None and current.digest == bundle.digest:
        return current
    checked = check(session, bundle, house=house, source=source)
    return write(
        session, bundle, checked, actor=actor, source=source, reason=reason, meta=bundle.meta
    )


def write(
    session: Session,
    bundle: Bundle,
    checked: Checked,
    *,
    actor: Actor,
    source: str,
    reason: str,
    meta: dict[str, Any],
) -> Deployment:
    """Write a checked bundle down: everything in it becomes the newest version."""
    definitions.keep_apart(session)
    made = Deployment(
        bundle=bundle.name,
        source=source,
        digest=bundle.digest,
        deployed_at=clock.now(),
        deployed_by=actor.id,
        reason=reason,
        meta=meta,
    )
    session.add(made)
    session.flush()  # its id is what everything below refers to
    starts.lock(session, [description.key for _, description, _ in checked.processes])
    shas = _store(session, made, bundle)
    _write_forms(session, made, checked, shas)
    _write_decisions(session, made, checked, shas)
    _write_processes(session, made, checked, shas)
    return made


def _store(session: Session, made: Deployment, bundle: Bundle) -> dict[str, str]:
    shas = {name: hashlib.sha256(content).hexdigest() for name, content in bundle.files.items()}
    kept = set(session.scalars(select(Resource.sha).where(Resource.sha.in_(shas.values()))))
    contents = {shas[name]: content for name, content in bundle.files.items()}
    fresh = [{"sha": sha, "content": c} for sha, c in contents.items() if sha not in kept]
    if fresh:
        session.execute(insert(Resource), fresh)
    session.execute(
        insert(DeploymentResource),
        [{"deployment_id": made.id, "name": name, "sha": sha} for name, sha in shas.items()],
    )
    return shas


def _next(
    session: Session, kind: type[ProcessDefinition | DecisionDefinition | FormDefinition], key: str
) -> int:
    last = session.scalar(select(func.max(kind.version)).where(kind.key == key))
    return (last or 0) + 1


def _write_forms(
    session: Session, made: Deployment, checked: Checked, shas: dict[str, str]
) -> None:
    for key, name in checked.forms:
        session.add(
            FormDefinition(
                deployment_id=made.id,
                bundle=made.bundle,
                key=key,
                version=_next(session, FormDefinition, key),
                resource=name,
                sha=shas[name],
            )
        )


def _write_decisions(
    session: Session, made: Deployment, checked: Checked, shas: dict[str, str]
) -> None:
    for key, title, name, tag in checked.decisions:
        session.add(
            DecisionDefinition(
                deployment_id=made.id,
                bundle=made.bundle,
                key=key,
                version=_next(session, DecisionDefinition, key),
                version_tag=tag,
                name=title,
                resource=name,
                sha=shas[name],
            )
        )


def _write_processes(
    session: Session, made: Deployment, checked: Checked, shas: dict[str, str]
) -> None:
    for name, description, xml in checked.processes:
        row = ProcessDefinition(
            deployment_id=made.id,
            bundle=made.bundle,
            key=description.key,
            version=_next(session, ProcessDefinition, description.key),
            name=description.name,
            resource=name,
            original_sha=shas[name],
            normalized=xml,
            normalizer=normalize.VERSION,
            description=description.as_dict(),
            deployed_at=made.deployed_at,
        )
        session.add(row)
        session.flush()  # subscriptions refer to its id
        starts.swap(session, row, description)


def publish_files(
    session: Session, bundle: Bundle, *, actor: Actor, reason: str = "", forced: bool = False
) -> tuple[bool, str]:
    """Publish a folder's files if they are new and nothing else was published meanwhile.

    Returns (whether something was published, what happened in words). A publication from
    the studio is never reverted by a restart: it is reported as diverged instead.
    """
    current = definitions.current_deployment(session, bundle.name)
    if current is not None and current.digest == bundle.digest:
        return False, "没有变化"
    if current is not None and current.source != "files" and not forced:
        return False, "在线发布的版本与文件不同，保留在线版本"
    made = deploy(session, bundle, actor=actor, reason=reason)
    return True, f"已发布（第 {made.id} 次部署）"
