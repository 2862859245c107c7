"""What depends on what is typed: which fields show, which are locked, which options they offer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine import expressions
from engine.errors import ExpressionError
from engine.forms import prose, reading
from engine.forms.fields import Field, flat
from engine.forms.schema import CHOICES
from engine.forms.submission import values_of

#: Conditions may depend on each other; after so many rounds the form is taken as it is.
ROUNDS = 8


def settle(fields: Sequence[Field], data: Mapping[str, Any], scope: Mapping[str, Any]) -> None:
    """Compute what is hidden and locked until it no longer changes, then options and texts.

    Args:
        fields: the form; written in place.
        data: the server's values, which a locked field falls back to.
        scope: names besides the form's own.
    """
    for _ in range(ROUNDS):
        before = _state(fields)
        _hide(fields, _names(fields, scope), data, hidden=False)
        if before == _state(fields):
            break
    _dress(fields, _names(fields, scope))


def _state(fields: Sequence[Field]) -> list[tuple[bool, bool]]:
    return [(item.hidden, item.readonly) for item in flat(fields)]


def _names(fields: Sequence[Field], scope: Mapping[str, Any]) -> dict[str, Any]:
    """What an expression on the outermost level can name: what is hidden counts as empty."""
    hidden = {item.name: None for item in flat(fields) if item.hidden and "." not in item.name}
    return {**scope, **hidden, **values_of(fields, readonly=True)}


def _hide(
    fields: Sequence[Field], names: Mapping[str, Any], data: Mapping[str, Any], *, hidden: bool
) -> None:
    for item in fields:
        hide = None if item.row is not None else item.component.expression("conditional.hide")
        item.hidden = hidden or (hide is not None and computed(hide, names) is True)
        if item.row is None:
            _lock(item, names, data)
        _hide(item.children, _inner(item, names), data, hidden=item.hidden)


def _lock(item: Field, names: Mapping[str, Any], data: Mapping[str, Any]) -> None:
    for name in ("readonly", "disabled"):
        text = item.component.expression(name)
        if text is not None and not item.readonly and computed(text, names) is True:
            # What the browser sent does not count: back to what the server knows.
            item.readonly, item.errors = True, []
            item.value = reading.shown(_at(data, item.name))


def _dress(fields: Sequence[Field], names: Mapping[str, Any]) -> None:
    for item in fields:
        if item.type in CHOICES:
            item.options = reading.options(_offered(item, names))
            _as_offered(item)
        elif item.type == "table":
            item.value = _table(item, names)
        elif item.type == "text":
            item.html = prose.render(str(item.spec.get("text") or ""), names)
        item.rules = {
            name: computed(rule, names) if _is_expression(name, rule) else rule
            for name, rule in item.component.rules.items()
        }
        _dress(item.children, _inner(item, names))


def _is_expression(name: str, rule: Any) -> bool:
    return isinstance(rule, str) and rule.startswith("=") and name != "pattern"


def _offered(item: Field, names: Mapping[str, Any]) -> Any:
    if text := item.component.expression("valuesExpression"):
        return computed(text, names)
    if key := item.spec.get("valuesKey"):
        return names.get(str(key))
    return item.spec.get("values")


def _as_offered(item: Field) -> None:
    """Give chosen texts the type that their option has in the schema."""
    offered = {str(option.value): option.value for option in item.options}
    if isinstance(item.value, list):
        item.value = [offered.get(str(value), value) for value in item.value]
    elif item.value is not None:
        item.value = offered.get(str(item.value), item.value)


def _table(item: Field, names: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    text = item.component.expression("dataSource")
    found = computed(text, names) if text else names.get(str(item.spec.get("dataSource")))
    rows = found if isinstance(found, list) else []
    return [row for row in rows[:200] if isinstance(row, Mapping)]


def _inner(item: Field, names: Mapping[str, Any]) -> Mapping[str, Any]:
    """Names inside a group or a row: its own values first, `this`, `parent`, and the row's `i`."""
    if item.row is None and not (item.key and item.type == "group"):
        return names
    own = values_of(item.children, readonly=True)
    inner = {**names, **own, "this": own, "parent": names}
    return inner if item.row is None else {**inner, "i": item.row + 1}


def computed(text: str, names: Mapping[str, Any]) -> Any:
    """Compute a schema's `=…`. One that fails counts as null: it must not hide or lock a field."""
    try:
        return expressions.feel(text.strip().removeprefix("="), names)
    except ExpressionError:
        return None


def _at(source: Any, name: str) -> Any:
    """Return the value at a path such as `people.0.name`."""
    for part in name.split("."):
        if isinstance(source, Mapping):
            source = source.get(part)
        elif isinstance(source, list) and part.isdigit() and int(part) < len(source):
            source = source[int(part)]
        else:
            return None
    return source
