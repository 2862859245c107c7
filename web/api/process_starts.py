"""`/process-definition/{id}/start` and its form."""

from __future__ import annotations

from typing import Any

from flask import render_template
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from engine import db, forms
from engine.commands import definitions, starting, task_forms, variables
from engine.commands.definitions import Definition, Form
from engine.models import Deployment, ProcessDefinition, ProcessInstance
from engine.queries import api_definitions as queries
from web.api import definition_shapes, instance_shapes, instructions, names, typed
from web.api.access import caller, require_scope
from web.api.answer import answer
from web.api.errors import missing, rest, saying
from web.api.params import FLAG, OBJECT, OBJECTS, TEXT, TEXTS, Params
from web.api.process_definitions import Wanted, route

START = Params(
    "process start",
    {
        "variables": OBJECT, "businessKey": TEXT, "caseInstanceId": TEXT,
        "startInstructions": OBJECTS, "withVariablesInReturn": FLAG, **instructions.SKIPS,
    },
)  # fmt: skip
SUBMIT = Params("start form", {"variables": OBJECT, "businessKey": TEXT})
#: Where the form is that the diagram itself describes (`camunda:formData`).
RENDERED = "embedded:engine://engine/:engine/process-definition/{}/rendered-form"
FORM = Params("form variables", {"variableNames": TEXTS, "deserializeValues": FLAG})


@route("POST", "/start", "start", body=START, returns="ProcessInstanceWithVariables")
def start_process_instance(wanted: Wanted) -> ResponseReturnValue:
    """Start an instance and run it to its first waits; elsewhere than drawn needs `operate`."""
    asked = START.body()
    steps = instructions.read(asked.get("startInstructions", ()), start=True)
    chosen = instructions.skips(asked)
    if steps or chosen.listeners or chosen.mappings:
        require_scope("operate")  # a process not begun as it is drawn is an operator's doing
    given = typed.read_all(asked.get("variables"), transient=True)
    with db.transaction() as session:
        row = wanted.find(session)
        with saying(f"Cannot instantiate process definition {names.definition_of(row)}"):
            made = starting.start_version(
                session,
                row.id,
                actor=caller().actor,
                variables=given,
                business_key=asked.get("businessKey"),
                instructions=steps,
                skips=chosen,
            )
        shown = _started(made, row)
        if asked.get("withVariablesInReturn", False):
            session.flush()
            shown["variables"] = typed.write_all(variables.read_variables(session, made.id))
        return answer(shown)


@route("POST", "/submit-form", "start", body=SUBMIT, returns="ProcessInstance")
def submit_start_form(wanted: Wanted) -> ResponseReturnValue:
    """Start an instance with what was entered in its start form."""
    asked = SUBMIT.body()
    given = typed.read_all(asked.get("variables"))
    with db.transaction() as session:
        row = wanted.find(session)
        form = _form(session, row)
        fields = set(_fields(form))
        entered = {name: typed.jsonable(one) for name, one in given.items() if name in fields}
        # The office's own diagrams keep what people type out of the variables.
        free = session.get_one(Deployment, row.deployment_id).source == "rest"
        with saying(f"Cannot instantiate process definition {names.definition_of(row)}"):
            made = starting.start_version(
                session,
                row.id,
                actor=caller().actor,
                submission=entered if form is not None else None,
                variables={name: one for name, one in given.items() if free or name not in fields},
                business_key=asked.get("businessKey"),
            )
        return answer(_started(made, row))


def _started(made: ProcessInstance, row: ProcessDefinition) -> dict[str, Any]:
    links = [definition_shapes.link(f"/process-instance/{made.id}")]
    return instance_shapes.instance(made, row, links=links)


@route("GET", "/startForm", "read", returns="Form")
def get_start_form(wanted: Wanted) -> ResponseReturnValue:
    """Say which form the start event has."""
    with db.reading() as session:
        row = wanted.find(session)
        attributes = _attributes(_definition(session, row))
        form = _form(session, row)
    reference = attributes.get("formRef")
    key = None if reference else attributes.get("formKey")
    if not key and not reference and form is not None and form.generated:
        key = RENDERED.format(names.definition_of(row))
    version = str(attributes.get("formRefVersion") or "")
    found = {
        "key": reference,
        "binding": attributes.get("formRefBinding") or "latest",
        "version": int(version) if version.isascii() and version.isdigit() else None,
    }
    return answer({"key": key, "camundaFormRef": found if reference else None, "contextPath": None})


@route("GET", "/deployed-start-form", "read", returns="binary")
def get_deployed_start_form(wanted: Wanted) -> ResponseReturnValue:
    """Return the form's own file."""
    with db.reading() as session:
        row = wanted.find(session)
        reference = _attributes(_definition(session, row)).get("formRef")
        if not reference:
            raise rest(f"No deployed start form is assigned to {row.key}", 400)
        found = queries.form_file(session, str(reference), row.deployment_id)
    if found is None:
        raise missing(f"The form with the key '{reference}' cannot be found.")
    return Response(found, content_type="application/json")


@route("GET", "/rendered-form", "read", returns="binary")
def get_rendered_start_form(wanted: Wanted) -> ResponseReturnValue:
    """Return the start form as HTML, made from what the diagram or the form's file says."""
    with db.reading() as session:
        row = wanted.find(session)
        form = _form(session, row)
    if form is None:
        raise missing(f"No matching rendered start form for process definition {row.key} found.")
    bound = forms.bind(form.schema, data=_fields(form), scope={})
    page = render_template("api_form.html", fields=list(bound.flat()))
    return Response(page, content_type="text/html; charset=utf-8")


@route("GET", "/form-variables", "read", query=FORM, returns="Variables")
def get_start_form_variables(wanted: Wanted) -> ResponseReturnValue:
    """Return the fields of the start form with their defaults."""
    asked = FORM.query()
    with db.reading() as session:
        form = _form(session, wanted.find(session))
    chosen = set(asked.get("variableNames", ()))
    return answer(
        {
            name: typed.write(default)
            for name, default in _fields(form).items()
            if not chosen or name in chosen
        }
    )


def _definition(session: Session, row: ProcessDefinition) -> Definition:
    return definitions.by_id(session, row.id)


def _start(definition: Definition) -> str:
    plain = (one.element for one in definition.description.starts if one.kind == "none")
    return next(plain, "")


def _attributes(definition: Definition) -> dict[str, Any]:
    element = definition.description.elements.get(_start(definition))
    return dict(element.attributes) if element is not None else {}


def _fields(form: Form | None) -> dict[str, Any]:
    """Return the fields of a form by key, with their defaults."""
    if form is None:
        return {}
    return {one.key: one.spec.get("defaultValue") for one, _ in form.schema.walk() if one.key}


def _form(session: Session, row: ProcessDefinition) -> Form | None:
    definition = _definition(session, row)
    return task_forms.find(session, definition, _start(definition), None)
