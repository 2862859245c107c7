"""A form on one page: what it shows, what was posted, what is wrong, what the process gets.

Nothing here trusts the browser: hidden fields are dropped, read-only fields keep the server's
value, choices are compared with the options that were offered.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from engine import settings
from engine.forms import checking, conditions, reading
from engine.forms.fields import Field, flat
from engine.forms.posted import Posted
from engine.forms.schema import CHOICES, MAX_ROWS, Component, FormSchema
from engine.forms.submission import outside_rows, spare_rows, values_of

_ROW = re.compile(r"(\d{1,4})\.(?!remove$)")


class FieldError(NamedTuple):
    """One line of the summary: where it leads, what the field is called, what is wrong."""

    id: str
    label: str
    message: str


class BoundForm:
    """See `bind`."""

    def __init__(
        self,
        schema: FormSchema,
        data: Mapping[str, Any],
        posted: Posted | None,
        scope: Mapping[str, Any],
    ) -> None:
        self.schema = schema
        self._posted = posted
        self._names = frozenset(posted if posted is not None else ())
        self.fields = self._fields(schema.components, data, "")
        conditions.settle(self.fields, data, {**scope, **data})

    # -- for templates and views -----------------------------------------------------------------

    def flat(self) -> Iterator[Field]:
        """Every field, also those in groups and rows."""
        return flat(self.fields)

    def field(self, name: str) -> Field | None:
        """Return a field by its HTML name."""
        return next((item for item in self.flat() if item.name == name and name), None)

    @property
    def conditional(self) -> list[Field]:
        """Fields that may appear or vanish with what is typed."""
        return [item for item in self.flat() if item.conditional]

    @property
    def reshaped(self) -> bool:
        """Whether the post asked for a row more or less: show the form again, submit nothing."""
        lists = [item.name for item in self.flat() if item.type == "dynamiclist"]
        return any(
            name == f"{start}.add" or (name.startswith(f"{start}.") and name.endswith(".remove"))
            for start in lists
            for name in self._names
        )

    def validate(self) -> bool:
        """Check everything that is visible and writable; errors stand in the fields."""
        for item in self._writable():
            if not item.errors and item.type != "filepicker":
                item.errors += checking.check(item)
        return not any(item.errors for item in self.flat())

    def attach(self, files: Mapping[str, Sequence[Any]]) -> None:
        """Check number, size and ending of the files of each filepicker, by field name.

        Args:
            files: anything with `name` and `size` (bytes). Their content was checked before.
        """
        limit = settings.current().upload_limit_mb << 20
        for item in self._writable():
            if item.type == "filepicker":
                chosen = list(files.get(item.name, ()))
                item.value = [str(file.name) for file in chosen]
                item.errors += checking.files(item, chosen, limit=limit)

    def error_list(self) -> list[FieldError]:
        """Return what is wrong, in the order of the page."""
        return [
            FieldError(item.id, item.label, message)
            for item in self.flat()
            for message in item.errors
        ]

    def errors(self) -> dict[str, str]:
        """Return the first error of each field by its name."""
        return {item.name: item.errors[0] for item in self.flat() if item.errors}

    def refuse(self, reasons: Mapping[str, str]) -> None:
        """Put errors that were found later (by a command) at their fields, by name or id."""
        for item in self.flat():
            reason = (reasons.get(item.name) if item.name else None) or reasons.get(item.id)
            if reason and reason not in item.errors:
                item.errors.append(reason)

    def values(self) -> dict[str, Any]:
        """Return the submission: what is visible and writable, nested by paths.

        Dates are ISO texts, decimals Decimal. Files are not in it: they are attachments.
        """
        return values_of(self.fields)

    def variables(self) -> dict[str, Any]:
        """Return what may become process variables: closed components and marked fields.

        Dates are dates, moments have the office's zone. Rows of lists never become variables.
        """
        found: dict[str, Any] = {}
        for item in outside_rows(self.fields):
            if item.component.is_variable and not item.readonly and not item.errors:
                value = item.value
                found[item.key] = (
                    reading.typed(value, item.spec)
                    if item.type in ("datetime", "number")
                    else value
                )
        return found

    # -- reading ---------------------------------------------------------------------------------

    def _fields(
        self, components: Sequence[Component], source: Any, prefix: str, *, posted: str = ""
    ) -> list[Field]:
        """Build the fields of one level.

        `posted` is the prefix of the browser's names where it differs: rows are numbered anew.
        """
        posted = posted or prefix
        return [
            self._one(component, source if isinstance(source, Mapping) else {}, prefix, posted)
            for component in components
        ]

    def _one(
        self, component: Component, source: Mapping[str, Any], prefix: str, posted: str
    ) -> Field:
        key = component.key
        item = Field(component, f"{prefix}{key}" if key else "", live=key in self.schema.live)
        item.readonly = component.spec.get("readonly") is True or (
            component.spec.get("disabled") is True
        )
        item.rules = component.rules
        below = source.get(key) if key else source
        if component.type == "dynamiclist":
            item.children = self._rows(component, item.name, f"{posted}{key}", below)
        elif component.type == "group":
            inner = f"{prefix}{key}." if key else prefix
            item.children = self._fields(
                component.children, below, inner, posted=f"{posted}{key}." if key else posted
            )
        elif item.is_input and component.type != "filepicker":
            self._read(item, below, f"{posted}{key}")
        return item

    def _rows(self, component: Component, name: str, posted: str, source: Any) -> list[Field]:
        stored = source if isinstance(source, list) else []
        rows = []
        for place, index in enumerate(self._indices(component, posted, stored)):
            row = Field(component, f"{name}.{place}", row=place)
            row.children = self._fields(
                component.children,
                stored[index] if index < len(stored) else {},
                f"{name}.{place}.",
                posted=f"{posted}.{index}.",
            )
            rows.append(row)
        return rows

    def _indices(self, component: Component, posted: str, stored: list[Any]) -> list[int]:
        """Which rows there are, by the browser's numbers; they may have gaps.

        `people.add` asks for one more row, `people.2.remove` for one less.
        """
        told = component.spec.get("defaultRepetitions")
        default = told if isinstance(told, int) else 1
        count = len(stored) or default
        if self._posted is None or component.spec.get("allowAddRemove") is False:
            return list(range(min(count, MAX_ROWS)))
        start = f"{posted}."
        numbers = {
            int(found[1])
            for name in self._names
            if name.startswith(start) and (found := _ROW.match(name, len(start)))
        }
        kept = sorted(row for row in numbers if f"{start}{row}.remove" not in self._names)
        if f"{start}add" in self._names:
            kept.append(max(numbers, default=-1) + 1)
        # Leaving the first row out does not spare its required fields.
        return kept[:MAX_ROWS] or [0] * min(default, 1)

    def _read(self, item: Field, stored: Any, name: str) -> None:
        item.value = reading.shown(stored if stored is not None else item.spec.get("defaultValue"))
        if item.type == "checkbox":
            item.value = item.value is True or item.value == "true"
        if self._posted is None or item.readonly:
            return
        if item.type in ("checklist", "taglist"):
            item.value = list(dict.fromkeys(filter(None, self._posted.getlist(name)[:500])))
        elif item.type == "checkbox":
            item.value = (self._posted.get(name) or "") not in ("", "false", "0")
        elif item.type in CHOICES:
            item.value = self._posted.get(name) or None
        else:
            raw = self._posted.get(name) or ""
            try:
                item.value = reading.read(item.type, raw, item.spec)
            except reading.Unreadable as reason:
                item.value, item.errors = raw[:2_000], [str(reason)]

    def _writable(self) -> Iterator[Field]:
        spare = {id(child) for row in spare_rows(self.fields) for child in flat([row])}
        for item in self.flat():
            if item.is_input and not item.hidden and not item.readonly and id(item) not in spare:
                yield item


def bind(
    schema: FormSchema,
    data: Mapping[str, Any] | None = None,
    posted: Posted | None = None,
    files: Mapping[str, Sequence[Any]] | None = None,
    scope: Mapping[str, Any] | None = None,
) -> BoundForm:
    """Return the form as it starts, or with what was posted.

    Args:
        schema: the parsed form.
        data: what fields are filled with at first, by key; the only source of read-only values.
        posted: anything with `get`, `getlist` and iteration over names; None for an empty form.
        files: the files of each filepicker by field name, if they are known already.
        scope: further names for conditions and options (process variables).
    """
    form = BoundForm(schema, data or {}, posted, scope or {})
    if files is not None:
        form.attach(files)
    return form
