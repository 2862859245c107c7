"""Forms and variables of tasks over HTTP: the wrong person first."""

from __future__ import annotations

import json

from tests.web.api.conftest import Knock, System
from tests.web.api.task_office import FORM, deploy, line, note_form, only, start, task

FIELDS = (
    "<bpmn:extensionElements><camunda:formData>"
    '<camunda:formField id="amount" label="Amount" type="long" defaultValue="7"/>'
    '<camunda:formField id="kind" label="Kind" type="enum">'
    '<camunda:value id="a" name="First"/><camunda:value id="b" name="Second"/></camunda:formField>'
    "</camunda:formData></bpmn:extensionElements>"
)
LOCAL = (
    "<bpmn:extensionElements><camunda:inputOutput>"
    '<camunda:inputParameter name="half">${amount / 2}</camunda:inputParameter>'
    "</camunda:inputOutput></bpmn:extensionElements>"
)
ROUTES = ("form", "deployed-form", "rendered-form", "form-variables", "variables",
          "localVariables", "variables/x", "localVariables/x")  # fmt: skip


def test_without_credentials_scope_or_sight_nothing_is_told(
    api: System, nobody: System, bearer: Knock
) -> None:
    deploy(api, line(task("a")))
    start(api, x=1)
    found = only(api)["id"]
    no_scope, stranger = bearer("read"), bearer("task", login="bantian_handler1")
    for route in ROUTES:
        path = f"/task/{found}/{route}"
        assert nobody.ask("GET", path).status_code == 401, path
        assert no_scope.ask("GET", path).status_code == 403, path
        assert stranger.is_kept_from("GET", path), path
    for route in ("variables", "localVariables"):
        for method, path in (("POST", route), ("PUT", f"{route}/x"), ("DELETE", f"{route}/x")):
            where = f"/task/{found}/{path}"
            assert nobody.ask(method, where, {}).status_code == 401, where
            assert no_scope.ask(method, where, {}).status_code == 403, where
            assert stranger.is_kept_from(method, where, {}), where


def test_a_form_of_the_deployment_is_named_and_given_out(api: System) -> None:
    deploy(api, line(task("a", 'camunda:formRef="note"')), note_dot_form=note_form())
    start(api)
    found = only(api)
    reference = {"key": "note", "binding": "latest", "version": None}
    assert found["camundaFormRef"] == reference
    told = api.get(f"/task/{found['id']}/form")
    assert told == {"key": None, "camundaFormRef": reference, "contextPath": None}
    given = api.ask("GET", f"/task/{found['id']}/deployed-form")
    assert json.loads(given.get_data()) == FORM
    assert given.headers["Content-Type"] == "application/json"


def test_a_form_key_is_said_as_it_stands(api: System) -> None:
    page = b"<form onload='alert(1)'></form>"
    drawn = line(
        task("a", 'camunda:formKey="embedded:deployment:page.html"'),
        task("b", 'camunda:formKey="app:mine.html"'),
    )
    deploy(api, drawn, page_dot_html=page)
    start(api)
    first = only(api)
    assert first["formKey"] == "embedded:deployment:page.html"
    given = api.ask("GET", f"/task/{first['id']}/deployed-form")
    assert given.get_data() == page
    assert given.headers["Content-Type"].startswith("text/plain")  # nothing a browser runs
    api.post(f"/task/{first['id']}/complete", {}, status=204)
    second = only(api)
    assert api.get(f"/task/{second['id']}/form")["key"] == "app:mine.html"
    assert api.ask("GET", f"/task/{second['id']}/deployed-form").status_code == 400
    assert api.ask("GET", f"/task/{second['id']}/rendered-form").status_code == 404


def test_form_fields_are_rendered_and_their_defaults_told(api: System) -> None:
    deploy(api, line(task("a", inner=FIELDS)))
    start(api, kind="b", other="<b>")
    found = only(api)["id"]
    told = api.get(f"/task/{found}/form")
    assert told["key"] == f"embedded:engine://engine/:engine/task/{found}/rendered-form"
    page = api.ask("GET", f"/task/{found}/rendered-form").get_data(as_text=True)
    assert 'cam-variable-name="amount"' in page
    assert '<option value="b" selected>Second</option>' in page
    seen = api.get(f"/task/{found}/form-variables")
    assert {name: one["value"] for name, one in seen.items()} == {
        "amount": 7, "kind": "b", "other": "<b>",
    }  # fmt: skip
    assert set(api.get(f"/task/{found}/form-variables", variableNames="kind,x")) == {"kind"}


def test_variables_are_read_set_changed_together_and_removed(api: System) -> None:
    deploy(api, line(task("a", inner=LOCAL)))
    case = start(api, amount=10)
    found = only(api)["id"]
    path = f"/task/{found}"
    assert set(api.get(f"{path}/variables")) == {"amount", "half"}
    assert set(api.get(f"{path}/localVariables")) == {"half"}
    date = {"value": "2026-01-31T08:30:00.000+0800", "type": "Date"}
    api.do("PUT", f"{path}/variables/day", date, status=204)
    assert api.get(f"/process-instance/{case}/variables")["day"]["value"] == date["value"]
    api.do("PUT", f"{path}/localVariables/mine", {"value": [1], "type": "Json"}, status=400)
    api.do("PUT", f"{path}/localVariables/mine", {"value": "[1]", "type": "Json"}, status=204)
    assert api.get(f"{path}/localVariables/mine")["value"] == "[1]"
    assert "mine" not in api.get(f"/process-instance/{case}/variables")
    changes = {"modifications": {"amount": {"value": 11}}, "deletions": ["day"]}
    api.post(f"{path}/variables", changes, status=204)
    seen = api.get(f"{path}/variables")
    assert (seen["amount"]["value"], "day" in seen) == (11, False)
    api.do("DELETE", f"{path}/localVariables/mine", {}, status=204)
    api.do("GET", f"{path}/localVariables/mine", None, status=404)
    assert api.get("/task/count", taskVariables="mine_neq_0") == {"count": 0}
    assert (
        "not a binary"
        in api.do("GET", f"{path}/variables/amount/data", None, status=400)["message"]
    )
