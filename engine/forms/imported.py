"""`camunda:formData` of a diagram → a form-js schema, so that both are shown and checked alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, Final

from engine.bpmn.xml import inner

#: Camunda 7 type → form-js component; unknown types become a line of text, as Camunda does.
TYPES: Final[Mapping[str, Mapping[str, Any]]] = {
    "string": {"type": "textfield"},
    "long": {"type": "number", "decimalDigits": 0, "numberType": "long"},
    "double": {"type": "number"},
    "boolean": {"type": "checkbox"},
    "date": {"type": "datetime", "subtype": "date"},
    "enum": {"type": "select"},
}
RULES: Final = {"min": "min", "max": "max", "minlength": "minLength", "maxlength": "maxLength"}

#: Letters of Java's date patterns and what `strptime` calls them; long ones first.
PATTERN: Final = (
    ("yyyy", "%Y"),
    ("yy", "%y"),
    ("MM", "%m"),
    ("dd", "%d"),
    ("HH", "%H"),
    ("mm", "%M"),
    ("ss", "%S"),
)

Evaluate = Callable[[str], Any]


def from_form_data(
    data: Mapping[str, Any], form_id: str, evaluate: Evaluate = lambda text: text
) -> dict[str, Any]:
    """Return the schema of a `camunda:formData` element, given as `engine.bpmn.xml.tree`.

    A `string` of Camunda becomes a process variable, so it does here too: the fields carry
    `huiyin:variable`. Such a form must not ask for personal data.

    Args:
        evaluate: computes what labels and default values say (`${…}`).
    """
    fields = inner(data, "formField")
    components = [_field(field, evaluate) for field in fields]
    return {"type": "default", "id": form_id, "components": components}


def _field(field: Mapping[str, Any], evaluate: Evaluate) -> dict[str, Any]:
    key = str(field.get("id") or "")
    label = evaluate(str(field.get("label") or ""))
    given = {
        entry.get("id", ""): entry.get("value", "")
        for group in inner(field, "properties")
        for entry in inner(group, "property")
    }
    spec: dict[str, Any] = {
        **TYPES.get(str(field.get("type") or "string"), TYPES["string"]),
        "id": f"field_{key}",
        "key": key,
        "label": str(label or key),
        "properties": {**given, "huiyin:variable": "true"},
    }
    if spec["type"] == "datetime":
        spec["dateLabel"] = spec.pop("label")
    if field.get("defaultValue") is not None:
        value = evaluate(str(field["defaultValue"]))
        spec["defaultValue"] = _default(value, spec["type"], str(field.get("datePattern") or ""))
    values = [
        {"value": value.get("id", ""), "label": value.get("name") or value.get("id", "")}
        for value in inner(field, "value")
    ]
    if values:
        spec["values"] = values
    rules = _rules(field, spec)
    return {**spec, "validate": rules} if rules else spec


def _rules(field: Mapping[str, Any], spec: dict[str, Any]) -> dict[str, Any]:
    rules: dict[str, Any] = {}
    for group in inner(field, "validation"):
        for constraint in inner(group, "constraint"):
            name, config = constraint.get("name", ""), constraint.get("config")
            if name == "required":
                # Camunda asks for a value; “no” is one.
                rules["required"] = config != "false" and spec["type"] != "checkbox"
            elif name == "readonly":
                spec["readonly"] = config != "false"
            elif name in RULES and config:
                rules[RULES[name]] = config
    return rules


def _default(value: Any, kind: str, pattern: str) -> Any:
    """Return a default value as the component keeps it."""
    if kind == "checkbox":
        return value is True or str(value).lower() == "true"
    if kind == "datetime" and isinstance(value, str):
        return day(value, pattern)
    if value is None or isinstance(value, bool | int | float | list):
        return value
    if isinstance(value, datetime):
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, date) else str(value)


def day(text: str, pattern: str) -> str | None:
    """Return a day, written in ISO 8601 or in Camunda's `datePattern`, in ISO 8601."""
    try:
        return date.fromisoformat(text.strip()[:10]).isoformat()
    except ValueError:
        pass
    written = pattern or "dd/MM/yyyy"
    for java, python in PATTERN:
        written = written.replace(java, python)
    try:
        # A day has no zone; the time of day is cut off.
        return datetime.strptime(text.strip(), written).date().isoformat()  # noqa: DTZ007
    except ValueError:
        return None
