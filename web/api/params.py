"""What a request may ask, declared once: read from an address or a body, and documented.

    LIST = Params("process instance query", {"processDefinitionKey": TEXT, "active": FLAG},
                  sort_by=("instanceId", "businessKey"))
    asked = LIST.query()          # from the address
    asked = LIST.body()           # from the JSON body, paging from the address

An unknown name, a value of the wrong kind, `sortBy` without `sortOrder`: Camunda's 400.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask import request
from werkzeug.exceptions import HTTPException

from engine.queries import matching
from engine.queries.asked import Asked, Sorting, VariableFilter
from engine.queries.matching import Written
from engine.writable import is_writable
from web.api.answer import parse_moment
from web.api.errors import invalid


@dataclass(frozen=True)
class Kind:
    """A kind of value: how it is read, and its JSON schema."""

    schema: Mapping[str, Any]
    read: Callable[[Any], Any] = field(repr=False)


#: A moment in Camunda's form: compared as one, not as text.
_DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?([+-]\d\d:?\d\d|Z)")
#: Bytes of a JSON body; files do not come this way.
LARGEST_BODY = 16 << 20
#: Members of a list; a statement of the database takes not many more.
MOST_MEMBERS = 30_000
#: Conditions of one question, however they are spread over `orQueries`; parts of one list of
#: objects. Each costs the database a piece of its statement.
MOST_CONDITIONS = 200
OPERATORS = ("eq", "neq", "gt", "gteq", "lt", "lteq", "like", "notLike")


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    raise ValueError("text expected")


def _number(value: Any) -> int:
    if isinstance(value, bool) or (isinstance(value, float) and not value.is_integer()):
        raise ValueError("whole number expected")
    number = int(value)
    if not -(2**31) <= number < 2**31:
        raise ValueError("out of range")
    return number


def _flag(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    raise ValueError("true or false expected")


def _moment(value: Any) -> datetime:
    return parse_moment(_text(value))


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    if not isinstance(value, list):
        raise ValueError("list expected")  # noqa: TRY004 - told as one kind of refusal
    if len(value) > MOST_MEMBERS:
        raise ValueError(f"a list has at most {MOST_MEMBERS} members; ask several times")
    return [_text(part) for part in value]


def _few(value: Any) -> list[str]:
    found = _texts(value)
    if len(found) > MOST_CONDITIONS:
        raise ValueError(f"a list has at most {MOST_CONDITIONS} members here; ask several times")
    return found


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise TypeError("object expected")
    return value


def _objects(value: Any) -> list[dict[str, Any]]:
    if not isinstance(value, list):
        raise TypeError("list of objects expected")
    if len(value) > MOST_CONDITIONS:
        raise ValueError(f"a list has at most {MOST_CONDITIONS} parts; ask several times")
    return [_object(part) for part in value]


def _variables(value: Any) -> list[VariableFilter]:
    if isinstance(value, str):
        parts = [part for part in value.split(",") if part]
        if len(parts) > MOST_CONDITIONS:
            raise ValueError(f"at most {MOST_CONDITIONS} conditions are compared")
        return [_written(part) for part in parts]
    return [_filter(**_known(part)) for part in _objects(value)]


def _written(part: str) -> VariableFilter:
    name, _, rest = part.partition("_")
    operator, mark, text = rest.partition("_")
    if not name or not mark:
        raise ValueError("variable query parameter has to have format VARIABLENAME_OPERATOR_VALUE")
    return _filter(name, operator, _guessed(text))


def _guessed(text: str) -> Any:
    """Read the value of an address: a text, which may also mean a truth or a number."""
    if text in ("true", "false"):
        return Written(text, text == "true")
    for kind in (int, float):
        try:
            return Written(text, kind(text))
        except ValueError:
            continue
    return text


def _known(part: dict[str, Any]) -> dict[str, Any]:
    if set(part) - {"name", "operator", "value"} or not {"name", "operator"} <= set(part):
        raise ValueError("a variable condition has name, operator and value")
    return {"value": None, **part}


def _filter(name: str, operator: str, value: Any) -> VariableFilter:
    if operator not in OPERATORS:
        raise ValueError(f"invalid variable comparator '{operator}'")
    if isinstance(value, str) and _DATE.fullmatch(value):
        value = parse_moment(value)
    matching.compared(operator, value)  # refuses what cannot be compared
    return VariableFilter(name, operator, value)


def one_of(*words: str) -> Kind:
    """Return the kind of a text that is one of a few words, however they are capitalised."""
    known = {word.lower(): word for word in words}

    def read(value: Any) -> str:
        if (found := known.get(_text(value).lower())) is None:
            raise ValueError(f"one of {', '.join(words)} expected")
        return found

    return Kind({"type": "string", "enum": list(words)}, read)


TEXT = Kind({"type": "string"}, _text)
NUMBER = Kind({"type": "integer"}, _number)
FLAG = Kind({"type": "boolean"}, _flag)
MOMENT = Kind({"type": "string", "format": "date-time"}, _moment)
TEXTS = Kind({"type": "array", "items": {"type": "string"}}, _texts)
#: Texts each of which is a condition of its own.
FEW = Kind({"type": "array", "items": {"type": "string"}}, _few)
OBJECT = Kind({"type": "object"}, _object)
OBJECTS = Kind({"type": "array", "items": {"type": "object"}}, _objects)
ANY = Kind({}, lambda value: value)
VARIABLES = Kind(
    {
        "type": "array",
        "items": {
            "type": "object",
            "properties": {
                "name": {"type": "string"},
                "operator": {"type": "string", "enum": list(OPERATORS)},
                "value": {},
            },
        },
    },
    _variables,
)

#: What can be combined with every filter by variables.
FOLDING = {"variableNamesIgnoreCase": FLAG, "variableValuesIgnoreCase": FLAG}
PAGING = {"firstResult": NUMBER, "maxResults": NUMBER}


class Params:
    """The declared names of one resource."""

    def __init__(
        self,
        title: str,
        fields: Mapping[str, Kind],
        *,
        sort_by: Sequence[str] = (),
        paged: bool = False,
        nested: bool = False,
    ) -> None:
        """Declare parameters.

        Args:
            title: what it is, for messages: "task query".
            fields: name → kind.
            sort_by: keys of the order; `sortBy`, `sortOrder` and `sorting` exist with them.
            paged: `firstResult` and `maxResults` exist.
            nested: `orQueries` exists: a list of the same.
        """
        self.title = title
        self.fields = dict(fields)
        self.sort_by = tuple(sort_by)
        self.paged = paged or bool(sort_by)
        self.nested = nested

    @property
    def names(self) -> list[str]:
        """Every name an address may carry."""
        order = ["sortBy", "sortOrder"] if self.sort_by else []
        return [*self.fields, *order, *(PAGING if self.paged else ())]

    def query(self) -> Asked:
        """Read the address. Raises ApiError 400."""
        given = request.args.to_dict()
        paging = self._paging(given)
        sorting = self._order(given.pop("sortBy", None), given.pop("sortOrder", None), {})
        return Asked(self._values(given), sorting, *paging)

    def body(self) -> Asked:
        """Read the JSON body; `firstResult` and `maxResults` stand in the address."""
        given = json_body()
        paging = self._paging({**request.args.to_dict(), **given})
        return self.asked(given, paging)

    def asked(self, body: Mapping[str, Any], paging: tuple[int, int | None] = (0, None)) -> Asked:
        """Read one object as a query: a body, or one of its `orQueries`."""
        given = {name: value for name, value in body.items() if name not in PAGING}
        order = given.pop("sorting", None) or []
        sorting = [
            one
            for part in _read("sorting", OBJECTS, order)
            for one in self._order(
                part.get("sortBy"),
                part.get("sortOrder"),
                _read("parameters", OBJECT, part.get("parameters") or {}),
            )
        ]
        more = {}
        if self.nested and given.get("orQueries") is not None:
            parts = _read("orQueries", OBJECTS, given["orQueries"])
            more["orQueries"] = [self.asked(part) for part in parts]
        if self.nested:
            given.pop("orQueries", None)
            _bounded(more.get("orQueries", []))
        # null means “not asked”, as in Camunda's own clients
        values = self._values({name: one for name, one in given.items() if one is not None})
        return Asked({**values, **more}, sorting, *paging)

    def _values(self, given: Mapping[str, Any]) -> dict[str, Any]:
        found = {}
        for name, value in given.items():
            kind = self.fields.get(name)
            if kind is None:
                raise invalid(
                    f"Cannot set query parameter '{name}': a {self.title} has no such parameter."
                )
            found[name] = _read(name, kind, value)
        return found

    def _paging(self, given: dict[str, Any]) -> tuple[int, int | None]:
        first, limit = given.pop("firstResult", None), given.pop("maxResults", None)
        if not self.paged:
            return 0, None
        start = _read("firstResult", NUMBER, first) if first is not None else 0
        size = _read("maxResults", NUMBER, limit) if limit is not None else None
        if start < 0 or (size is not None and size < 0):
            raise invalid("firstResult and maxResults must not be negative.")
        return start, size

    def _order(self, key: Any, direction: Any, parameters: Mapping[str, Any]) -> list[Sorting]:
        if key is None and direction is None:
            return []
        if key is None or direction is None:
            raise invalid(
                "Only a single sorting parameter specified. sortBy and sortOrder required"
            )
        if key not in self.sort_by:
            raise invalid(f"Cannot set query parameter 'sortBy' to value '{key}'")
        if direction not in ("asc", "desc"):
            raise invalid(f"Cannot set query parameter 'sortOrder' to value '{direction}'")
        return [Sorting(key, direction == "desc", parameters)]


def _bounded(parts: Sequence[Asked]) -> None:
    """Refuse what nobody would read within `orQueries`, and too many conditions."""
    if any("orQueries" in part or part.sorting for part in parts):
        raise invalid("Invalid query usage: orQueries and sorting within an 'or' query")
    found = sum(
        len(value) if name.lower().endswith("variables") else 1
        for part in parts
        for name, value in part.values.items()
    )
    if found > MOST_CONDITIONS:
        raise invalid(f"A query has at most {MOST_CONDITIONS} conditions in its orQueries.")


def json_body() -> dict[str, Any]:
    """Return the JSON object of the body; an empty body is an empty object.

    Raises:
        ApiError: 400, it is no JSON object, or came through broken.
        RequestEntityTooLarge: 413, it is larger than `LARGEST_BODY`.
    """
    request.max_content_length = LARGEST_BODY
    try:
        received = request.get_data(cache=True)
    except HTTPException:
        raise
    except Exception:  # noqa: BLE001 - each server has its own for pieces that are none
        raise invalid("The request body could not be read to its end.") from None
    if not received:
        return {}
    try:
        given = request.get_json(force=True, silent=True)
    except RecursionError:
        given = None
    raw = request.get_data().lower()
    if b"\\u0000" in raw:
        raise invalid("The request body contains a NUL character, which no text can hold.")
    if b"\\ud" in raw and not is_writable(json.dumps(given, ensure_ascii=False)):
        raise invalid("The request body contains half of a character (a lone surrogate).")
    if not isinstance(given, dict):
        raise invalid("The request body is not a JSON object.")
    return given


def _read(name: str, kind: Kind, value: Any) -> Any:
    try:
        return kind.read(value)
    except (ValueError, TypeError, OverflowError) as problem:
        shown = value if isinstance(value, str | int | float) else type(value).__name__
        raise invalid(
            f"Cannot set query parameter '{name}' to value '{shown!s:.80}': {problem}"
        ) from None
