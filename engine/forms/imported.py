"""`camunda:formData` of a diagram → a form-js schema, so that both are shown and checked alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from lxml import etree

CAMUNDA: Final = "{http://camunda.org/schema/1.0/bpmn}"
#: Camunda 7 type → form-js component; unknown types become a line of text, as Camunda does.
TYPES: Final[Mapping[str, Mapping[str, Any]]] = {
    "string": {"type": "textfield"},
    "long": {"type": "number", "decimalDigits": 0},
    "double": {"type": "number"},
    "boolean": {"type": "checkbox"},
    "date": {"type": "datetime", "subtype": "date"},
    "enum": {"type": "select"},
}
_RULES: Final = {"min": "min", "max": "max", "minlength": "minLength", "maxlength": "maxLength"}


def from_form_data(element: etree._Element, form_id: str) -> dict[str, Any]:
    """Return the schema of a `camunda:formData` element.

    A `string` of Camunda becomes a process variable, so it does here too: the fields carry
    `huiyin:variable`. Such a form must not ask for personal data.
    """
    fields = element.iterchildren(f"{CAMUNDA}formField")
    return {"type": "default", "id": form_id, "components": [_field(node) for node in fields]}


def _field(node: etree._Element) -> dict[str, Any]:
    key = node.get("id") or ""
    spec: dict[str, Any] = {
        **TYPES.get(node.get("type") or "string", TYPES["string"]),
        "id": f"field_{key}",
        "key": key,
        "label": node.get("label") or key,
        "properties": {"huiyin:variable": "true"},
    }
    if spec["type"] == "datetime":
        spec["dateLabel"] = spec.pop("label")
    if node.get("defaultValue") is not None:
        default = str(node.get("defaultValue"))
        spec["defaultValue"] = default == "true" if spec["type"] == "checkbox" else default
    values = [
        {"value": value.get("id") or "", "label": value.get("name") or value.get("id") or ""}
        for value in node.iterchildren(f"{CAMUNDA}value")
    ]
    if values:
        spec["values"] = values
    rules: dict[str, Any] = {}
    for constraint in node.iterfind(f"{CAMUNDA}validation/{CAMUNDA}constraint"):
        name, config = constraint.get("name") or "", constraint.get("config")
        if name == "required":
            rules["required"] = config != "false"
        elif name == "readonly":
            spec["readonly"] = config != "false"
        elif name in _RULES and config:
            rules[_RULES[name]] = config
    return {**spec, "validate": rules} if rules else spec
