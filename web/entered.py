"""What somebody entered, in the words of the form: labels for keys, choices for codes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.forms.schema import CHOICES, Component, FormSchema
from web import explain


def labelled(schema: FormSchema | None, values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return (label, text) of everything that was entered, in the order of the form.

    Values whose component is no longer known keep their key as a label.
    """
    if schema is None:
        return [(key, explain.shown(value)) for key, value in values.items() if _said(value)]
    told, known = [], set()
    for component, path in schema.walk():
        value = _value(values, (*path, component.key)) if component.key else None
        if component.key and not component.children:
            known.add((*path, component.key)[0])
            if _said(value):
                told.append((component.label or component.key, _text(component, value)))
    rest = [(key, value) for key, value in values.items() if key not in known and _said(value)]
    flat = [(key, explain.shown(value)) for key, value in rest if not isinstance(value, Mapping)]
    return [*told, *flat]


def _said(value: object) -> bool:
    return value not in (None, "", [], {})


def _value(values: Mapping[str, Any], path: tuple[str, ...]) -> Any:
    found: Any = values
    for name in path:
        if not isinstance(found, Mapping):
            return None
        found = found.get(name)
    return found


def _text(component: Component, value: Any) -> str:
    if component.type not in CHOICES:
        return explain.shown(value)
    names = dict(_options(component))
    many = value if isinstance(value, list) else [value]
    return "、".join(names.get(str(item), str(item)) for item in many)


def _options(component: Component) -> Iterator[tuple[str, str]]:
    for option in component.spec.get("values") or ():
        if isinstance(option, Mapping):
            yield str(option.get("value")), str(option.get("label") or option.get("value"))
