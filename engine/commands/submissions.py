"""What a person entered in a form: checked against the published schema, stored once, encrypted.

Only closed components become variables (`engine.md` §10); everything else is read by
handlers as `call.submission` and never reaches the process's variables.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from engine import forms, vault
from engine.commands.definitions import Form
from engine.errors import Conflict, IdempotencyMismatch, InvalidInput
from engine.forms import reading
from engine.models import Attachment, Submission, new_id, table_of
from engine.state.values import bare

_INSERT = insert(table_of(Submission))
#: Additional data of the sealed payload: a submission cannot be moved to another column.
CONTEXT = "submission.payload"


@dataclass(frozen=True)
class Entered:
    """A checked submission: all values, and those that become variables."""

    id: str
    values: dict[str, Any] = field(repr=False)
    variables: dict[str, Any]
    form_key: str | None
    form_version: int | None
    digest: str


def digest(values: Mapping[str, Any]) -> str:
    """Return a fingerprint of what was posted, the same for the same content."""
    text = json.dumps(values, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()


def earlier(session: Session, key: str | None, values: Mapping[str, Any]) -> Submission | None:
    """Return what was stored under this idempotency key, if the click came twice.

    Raises:
        IdempotencyMismatch: the key was used with another content.
    """
    if key is None:
        return None
    found = session.scalar(select(Submission).where(Submission.idempotency_key == key))
    return found if same(found.digest if found else None, values) else None


def same(kept: str | None, values: Mapping[str, Any]) -> bool:
    """Say whether this click was answered before; `kept` is the digest stored under its key.

    Raises:
        IdempotencyMismatch: the key was used with another content.
    """
    if kept is not None and kept != digest(values):
        raise IdempotencyMismatch("这张表已经提交过，内容与这次不同。请返回查看已提交的内容。")
    return kept is not None


def check(form: Form | None, values: Mapping[str, Any], scope: Mapping[str, Any]) -> Entered:
    """Check values against the form of an element and split off the variables.

    An element without a form accepts nothing but an empty submission.

    Raises:
        InvalidInput: fields are missing or wrong; `fields` says which and why.
    """
    if form is None:
        if values:
            raise InvalidInput("这一步没有表单，不能提交内容。")
        return Entered(new_id(), {}, {}, None, None, digest(values))
    given = {**_defaults(form, scope), **values} if form.generated else values
    bound = forms.bind(form.schema, data=scope, posted=forms.posted(given), scope=scope)
    if not bound.validate():
        raise InvalidInput("还有内容需要修改，请按提示改好后再提交。", bound.errors())
    found = bound.variables()
    if form.generated:
        found.update(_readonly(bound, scope))
    return Entered(new_id(), bound.values(), found, form.key, form.version, digest(values))


def enter(
    form: Form | None,
    posted: Mapping[str, Any],
    variables: Mapping[str, Any] | None,
    scope: Mapping[str, Any],
    *,
    free: bool,
    checked: bool,
    trusted: bool,
) -> Entered:
    """Read what completes an element: a person's form, or variables that a program brings.

    The office's own diagrams hold their forms against programs, too, and keep what people
    type out of the variables; a diagram that came over REST is as free as in Camunda.

    Args:
        variables: what a program brings instead of `posted`; None for a person's form.
        free: the diagram came over REST.
        checked: the program submits the form (`submit-form`) and wants it checked.
        trusted: it may set other variables of the office's own diagrams than the form's.

    Raises:
        InvalidInput: as for `check`.
    """
    if variables is None:
        return check(form, posted, scope)
    fields = {item.key for item, _ in form.schema.walk() if item.key} if form else set()
    strange = sorted(set(variables) - fields)
    if strange and not (free or trusted):
        raise InvalidInput(f"这一步的表单没有这些内容，不能提交：{'、'.join(strange)[:200]}。")
    if form is None or (free and not checked):
        return Entered(new_id(), {}, dict(variables), None, None, digest(variables))
    entered = {key: bare(value) for key, value in variables.items() if key in fields}
    found = check(form, entered, scope)
    others = {key: value for key, value in variables.items() if free or key not in fields}
    return replace(found, variables={**others, **found.variables}, digest=digest(variables))


def _defaults(form: Form, scope: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a field of `camunda:formData` holds when nothing was submitted for it."""
    bound = forms.bind(form.schema, data=scope)
    return {item.name: item.value for item in bound.flat() if item.value not in (None, "")}


def _readonly(bound: forms.BoundForm, scope: Mapping[str, Any]) -> dict[str, Any]:
    """Return the defaults of fields nobody may change: they become variables all the same."""
    return {
        item.key: reading.settled(item.value, item.spec)
        for item in bound.flat()
        if item.readonly and item.key not in scope and item.value is not None
    }


def store(
    session: Session,
    entered: Entered,
    *,
    instance_id: str,
    human_task_id: str | None,
    element_id: str,
    person: str,
    now: datetime,
    idempotency_key: str | None,
    files: Sequence[Attachment] = (),
) -> None:
    """Write the submission, and hang the files that came with it on the case.

    Raises:
        Conflict: the idempotency key was used in this very moment, for another case.
    """
    row = {
        "id": entered.id,
        "instance_id": instance_id,
        "human_task_id": human_task_id,
        "element_id": element_id,
        "form_key": entered.form_key,
        "form_version": entered.form_version,
        "payload": vault.seal(json.dumps(entered.values, ensure_ascii=False, default=str), CONTEXT),
        "submitted_by": person,
        "submitted_at": now,
        "idempotency_key": idempotency_key,
        "digest": entered.digest,
    }
    try:
        session.execute(_INSERT, [row])
    except IntegrityError:
        if idempotency_key is None:
            raise
        raise Conflict("这张表刚刚在别处提交过，请刷新页面后再看。") from None
    if files:
        session.execute(
            update(Attachment)
            .where(Attachment.id.in_([item.id for item in files]))
            .values(instance_id=instance_id, submission_id=entered.id)
            .execution_options(synchronize_session="fetch")
        )


def read(row: Submission) -> dict[str, Any]:
    """Open a stored submission. The caller has checked who may see it."""
    return dict(json.loads(vault.open_text(row.payload, CONTEXT)))
