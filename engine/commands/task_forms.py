"""Which form an element has: `camunda:formRef` with its binding, `formKey`, or `formData`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from engine import calendar, clock, expressions, forms
from engine.commands import definitions
from engine.commands.definitions import Definition, Form
from engine.models import HumanTask


def of_task(
    session: Session, definition: Definition, task: HumanTask, scope: Mapping[str, Any]
) -> Form | None:
    """Return the form of a human task; `scope` is what its default values may read."""
    return find(
        session, definition, task.element_id, scope, key=task.form_key, version=task.form_version
    )


def find(
    session: Session,
    definition: Definition,
    element_id: str,
    scope: Mapping[str, Any] | None,
    *,
    key: str | None = None,
    version: int | None = None,
) -> Form | None:
    """Return the form of an element, or None.

    Args:
        scope: what default values may read; None leaves them as written.
        key: the evaluated `formRef` or `formKey`; None reads the diagram's own.
        version: the evaluated `formRefVersion`.
    """
    element = definition.description.elements.get(element_id)
    attributes: Mapping[str, Any] = element.attributes if element else {}
    if key in (None, element_id) and (data := attributes.get("@formData")):
        return _generated(session, definition, element_id, data[0], scope)
    key = key or attributes.get("formRef") or attributes.get("formKey")
    if not key:
        return None
    binding = str(attributes.get("formRefBinding") or "")
    given = str(attributes.get("formRefVersion") or "")
    if version is None and given.isdecimal():
        version = int(given)
    return definitions.form(session, key, definition.deployment_id, binding, version)


def _generated(
    session: Session,
    definition: Definition,
    element_id: str,
    data: Mapping[str, Any],
    scope: Mapping[str, Any] | None,
) -> Form:
    def evaluate(text: str) -> Any:
        if scope is None:
            return text
        return expressions.evaluate(text, scope, calendar.functions(session, clock.now()))

    schema = forms.from_form_data(data, element_id, evaluate)
    return Form(element_id, definition.version, forms.parse(schema), generated=True)


def business_key(definition: Definition, element_id: str, values: Mapping[str, Any]) -> str | None:
    """Return what was entered in the field that `camunda:formData businessKey` names."""
    element = definition.description.elements.get(element_id)
    data = element.attributes.get("@formData") if element else None
    value = values.get(str(data[0].get("businessKey") or "")) if data else None
    return None if value in (None, "") else str(value)
