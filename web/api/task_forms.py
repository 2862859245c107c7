"""`/task/{id}/…`: which form a task has, the form itself, and what it starts from."""

from __future__ import annotations

from typing import Any

from flask import render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from engine import db, forms
from engine.commands import task_forms, task_variables
from engine.commands.definitions import Form
from engine.errors import NotFound
from engine.forms.reading import settled
from engine.models import FormDefinition, Resource
from engine.queries import api_definitions, task_list
from engine.queries.task_list import Listed
from web.api import task_shapes as shapes
from web.api import typed, unknown
from web.api.access import caller, needs
from web.api.answer import answer
from web.api.blueprint import bp
from web.api.definition_shapes import media_type
from web.api.errors import missing, rest
from web.api.params import FLAG, TEXTS, Params

VARIABLES = Params("form variables", {"variableNames": TEXTS, "deserializeValues": FLAG})
#: How Camunda Modeler writes that a form lies in the deployment.
DEPLOYED = ("embedded:deployment:", "camunda-forms:deployment:")
RENDERED = "embedded:engine://engine/:engine/task/{}/rendered-form"


@bp.get("/task/<task_id>/form")
@needs("task", returns="Form")
def get_task_form(task_id: str) -> ResponseReturnValue:
    """Say which form a task has."""
    with db.reading() as session:
        found = _require(session, task_id)
        form, _ = _form(session, found)
    reference = shapes.form_reference(found)
    key = shapes.task(found)["formKey"]
    if not key and reference is None and form is not None and form.generated:
        key = RENDERED.format(task_id)
    return answer({"key": key, "camundaFormRef": reference, "contextPath": None})


@bp.get("/task/<task_id>/deployed-form")
@needs("task", returns="binary")
def get_deployed_task_form(task_id: str) -> ResponseReturnValue:
    """Return the form's own file. A page is given out as text: it is not ours to run."""
    with db.reading() as session:
        found = _require(session, task_id)
        form, _ = _form(session, found)
        if shapes.form_reference(found) is not None:
            content, name = _file(session, form), "x.form"
        else:
            name = _deployed_name(found)
            assert found.definition is not None  # noqa: S101 - it has a form key
            content = api_definitions.resource(session, found.definition.deployment_id, name)
    if content is None:
        raise missing(f"The form of task '{task_id}' is not in its deployment.")
    return Response(content, content_type=media_type(name))


def _require(session: Session, task_id: str) -> Listed:
    try:
        return task_list.require(session, caller().viewer, task_id)
    except NotFound:
        raise unknown.task(task_id) from None


def _deployed_name(found: Listed) -> str:
    key = shapes.task(found)["formKey"] or ""
    for prefix in DEPLOYED:
        if key.startswith(prefix):
            return str(key.removeprefix(prefix))
    raise rest(f"The form key '{key}' does not reference a deployed form.")


def _file(session: Session, form: Form | None) -> bytes | None:
    if form is None:
        return None
    return session.scalar(
        select(Resource.content)
        .join(FormDefinition, FormDefinition.sha == Resource.sha)
        .where(FormDefinition.key == form.key, FormDefinition.version == form.version)
    )


@bp.get("/task/<task_id>/rendered-form")
@needs("task", returns="binary")
def get_rendered_task_form(task_id: str) -> ResponseReturnValue:
    """Return the form as HTML, made from what the diagram or the form's file says."""
    with db.reading() as session:
        found = _require(session, task_id)
        form, scope = _form(session, found)
    if form is None:
        raise missing(f"No matching rendered form for task with id {task_id} found.")
    bound = forms.bind(form.schema, data=scope, scope=scope)
    page = render_template("api_form.html", fields=list(bound.flat()))
    return Response(page, content_type="text/html; charset=utf-8")


@bp.get("/task/<task_id>/form-variables")
@needs("task", query=VARIABLES, returns="Variables")
def get_task_form_variables(task_id: str) -> ResponseReturnValue:
    """Return the fields of the form with their values, and everything else the task sees."""
    asked = VARIABLES.query()
    chosen = set(asked.get("variableNames", ()))
    with db.reading() as session:
        form, scope = _form(session, _require(session, task_id))
    found = {**_defaults(form), **scope}
    return answer(
        typed.write_all(
            {name: value for name, value in found.items() if not chosen or name in chosen},
            deserialized=asked.get("deserializeValues", True),
        )
    )


def _defaults(form: Form | None) -> dict[str, Any]:
    if form is None:
        return {}
    return {
        one.key: settled(one.spec.get("defaultValue"), one.spec)
        for one, _ in form.schema.walk()
        if one.key
    }


def _form(session: Session, found: Listed) -> tuple[Form | None, dict[str, Any]]:
    """Return a task's form, or None, and what the task sees."""
    scope = task_variables.read(session, found.task)
    if found.definition is None:
        return None, scope
    return task_forms.of_task(session, found.definition, found.task, scope), scope
