"""A form-js schema as the engine understands it: which components there are and what they hold.

The schema is data that analysts write in the form designer. Parsing is tolerant: a form that was
published under an older rule stays readable; `lint` is what refuses.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from engine.errors import ExpressionError
from engine.expressions import names

CHOICES: Final = frozenset({"select", "radio", "checklist", "taglist"})
INPUTS: Final = CHOICES | {
    "textfield",
    "textarea",
    "number",
    "checkbox",
    "datetime",
    "filepicker",
}
CONTAINERS: Final = frozenset({"group", "dynamiclist"})
SHOWN: Final = frozenset({"text", "separator", "spacer", "table"})
SUPPORTED: Final = INPUTS | CONTAINERS | SHOWN
#: These hold no free text: their values may become process variables (`engine.md` §10).
CLOSED: Final = frozenset({"select", "radio", "checkbox", "checklist", "number", "datetime"})
#: A component's custom property that lets a text become a variable; never for personal data.
VARIABLE: Final = "huiyin:variable"

#: What kind of value each property must have; others are left out (and refused by `lint`).
_WORDS = "type key path id label dateLabel timeLabel valuesKey valuesExpression subtype text accept"
SHAPES: Final[Mapping[str, tuple[type, ...]]] = {
    **dict.fromkeys((*_WORDS.split(), "description", "dataSource", "columnsExpression"), (str,)),
    **dict.fromkeys(("readonly", "disabled"), (bool, str)),
    **dict.fromkeys(("multiple", "allowAddRemove", "disallowPassedDates"), (bool,)),
    **dict.fromkeys(("decimalDigits", "defaultRepetitions"), (int,)),
    **dict.fromkeys(("values", "columns", "components"), (list,)),
    **dict.fromkeys(("conditional", "validate", "properties"), (dict,)),
    "defaultValue": (str, int, float, bool, list),
}
RULES: Final[Mapping[str, tuple[type, ...]]] = {
    "required": (bool,),
    **dict.fromkeys(("min", "max", "minLength", "maxLength", "maxFiles"), (int, float, str)),
    **dict.fromkeys(("pattern", "patternErrorMessage", "validationType"), (str,)),
}

MAX_FIELDS, MAX_ROWS, MAX_TEXT, MAX_OPTIONS, MAX_DEPTH = 200, 50, 20_000, 500, 6


@dataclass(frozen=True)
class Component:
    """One component of a schema."""

    spec: Mapping[str, Any]
    children: tuple[Component, ...] = ()

    @property
    def type(self) -> str:
        return str(self.spec.get("type", ""))

    @property
    def key(self) -> str:
        """The name of its value; groups and lists have a path instead."""
        return str(self.spec.get("path" if self.type in CONTAINERS else "key") or "")

    @property
    def label(self) -> str:
        for name in ("label", "dateLabel", "timeLabel"):
            if self.spec.get(name):
                return str(self.spec[name])
        return ""

    @property
    def rules(self) -> Mapping[str, Any]:
        found = self.spec.get("validate")
        return found if isinstance(found, Mapping) else {}

    @property
    def is_variable(self) -> bool:
        """Whether its value becomes a process variable."""
        properties = self.spec.get("properties")
        told = properties.get(VARIABLE) if isinstance(properties, Mapping) else None
        if told is not None:
            return str(told).lower() == "true" and self.type != "filepicker"
        return self.type in CLOSED

    def expressions(self) -> Iterator[tuple[str, str]]:
        """The FEEL texts of this component: (property, `=…`)."""
        conditional = self.spec.get("conditional")
        hide = conditional.get("hide") if isinstance(conditional, Mapping) else None
        if isinstance(hide, str) and hide.strip():
            # The designer writes the leading “=”, hand-written schemas often forget it.
            yield "conditional.hide", hide if hide.lstrip().startswith("=") else f"={hide}"
        for name in ("readonly", "disabled", "valuesExpression", "dataSource", "columnsExpression"):
            text = self.spec.get(name)
            if isinstance(text, str) and text.lstrip().startswith("="):
                yield name, text
        for name, rule in self.rules.items():
            if isinstance(rule, str) and rule.lstrip().startswith("=") and name != "pattern":
                yield f"validate.{name}", rule

    def expression(self, name: str) -> str | None:
        return dict(self.expressions()).get(name)


@dataclass(frozen=True)
class FormSchema:
    """A parsed form."""

    id: str
    components: tuple[Component, ...]
    #: Keys that some condition reads: changing them may change the form.
    live: frozenset[str] = field(default=frozenset())

    def walk(self) -> Iterator[tuple[Component, tuple[str, ...]]]:
        """Every component with the path it stands in."""
        yield from _walk(self.components, ())


def _walk(
    components: tuple[Component, ...], path: tuple[str, ...]
) -> Iterator[tuple[Component, tuple[str, ...]]]:
    for component in components:
        yield component, path
        below = (*path, component.key) if component.key else path
        yield from _walk(component.children, below)


def parse(schema: Mapping[str, Any]) -> FormSchema:
    """Read a form-js schema; what it does not know is left out.

    Raises:
        ExpressionError: a condition cannot be read (a published form has none such).
    """
    components = _components(schema.get("components"), 0)
    form = FormSchema(str(schema.get("id") or ""), components)
    live = {
        name
        for component, _ in form.walk()
        for _, text in component.expressions()
        for name in names(text)
    }
    return FormSchema(form.id, components, frozenset(live))


def _components(items: Any, depth: int) -> tuple[Component, ...]:
    if not isinstance(items, list) or depth > MAX_DEPTH:
        return ()
    cleaned = [clean(item) for item in items if isinstance(item, Mapping)]
    return tuple(
        Component(item, _components(item.get("components"), depth + 1))
        for item in cleaned
        if item.get("type") in SUPPORTED
    )


def clean(item: Mapping[str, Any]) -> dict[str, Any]:
    """Return a component's properties without those of a wrong kind."""
    found = {name: value for name, value in item.items() if not misshapen(SHAPES, name, value)}
    rules = found.get("validate")
    if rules:
        found["validate"] = {k: v for k, v in rules.items() if not misshapen(RULES, k, v)}
    return found


def misshapen(shapes: Mapping[str, tuple[type, ...]], name: str, value: Any) -> bool:
    """Whether a property has a value of a wrong kind; null is the same as absent."""
    if name not in shapes:
        return False
    if isinstance(value, bool) and bool not in shapes[name]:
        return True
    if isinstance(value, float) and not -1e15 < value < 1e15:
        return True
    return not isinstance(value, shapes[name])


def readable(text: str) -> str:
    """Return why an expression cannot be read; empty if it can."""
    try:
        names(text)
    except ExpressionError as error:
        return str(error)
    return ""
