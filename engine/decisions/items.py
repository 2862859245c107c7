"""`itemDefinition`: the types that a file defines (DMN 1.3, 7.3.2), as FEEL's types.

They may stand on each other in any order, and contain themselves.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from engine.decisions.document import Element, child, children, text_of
from engine.decisions.types import day_of
from engine.errors import ExpressionError
from engine.expressions import temporal
from engine.expressions.environment import Env, Run
from engine.expressions.feel import FeelParser
from engine.expressions.feel_types import ANY, BASIC, Type, coerce, resolve
from engine.expressions.limits import Undefined
from engine.expressions.nodes import InstanceOf
from engine.expressions.program import Known, cell_program
from engine.expressions.values import adopt

Complain = Callable[[str, str, str], None]
_CAMUNDAS: Final = {"integer": "number", "long": "number", "double": "number"}


class Types:
    """The types that a `typeRef` of one file may name."""

    def __init__(self, known: Known, problem: Complain) -> None:
        self.known, self.problem = known, problem
        #: Name → type; those of an imported file have its name and a point before theirs.
        self.named: dict[str, Type] = {}
        self._elements: dict[str, Element] = {}
        self._started: set[str] = set()

    def read(self, root: Element) -> None:
        """Read the definitions of a file."""
        for element in children(root, "itemDefinition"):
            name = " ".join((element.get("name") or "").split())
            self._elements[name] = element
            self.named[name] = Type("Any", name)
        for name in self._elements:
            self._define(name)

    def find(self, ref: str | None) -> Type | None:
        """Return the type behind a `typeRef`: the file's, FEEL's or Camunda's; None if unknown."""
        ref = " ".join((ref or "").split())
        bare = ref.rpartition(":")[2]
        for name in (ref, ref.replace(":", "."), bare, _CAMUNDAS.get(bare.lower(), "")):
            if name in self.named:
                self._define(name)
                return self.named[name]
            if name in BASIC:
                return BASIC[name]
        return self._written(ref) if "<" in ref else None

    def _written(self, ref: str) -> Type | None:
        """Return a type as expressions write it, `list<number>`; None if it is none."""
        try:
            tree = FeelParser(f"null instance of {ref}", self.known).parse()
            return resolve(tree.type, self.named) if isinstance(tree, InstanceOf) else None
        except ExpressionError:
            return None

    def _define(self, name: str) -> None:
        if name in self._started or name not in self._elements:
            return
        self._started.add(name)
        element, shell = self._elements[name], self.named[name]
        made = self._build(element)
        if made is shell:
            self._complain(element, f"类型“{name}”以自己为基础，请改正。")
            return
        shell.kind, shell.item, shell.fields = made.kind, made.item, made.fields
        shell.params, shell.result = made.params, made.result
        shell.allowed, shell.values = made.allowed, made.values

    def _build(self, element: Element) -> Type:
        """Return the type that a definition or a component describes."""
        made = self._core(element)
        for part in ("allowedValues", "typeConstraint"):
            whole = part == "typeConstraint" and element.get("isCollection") == "true"
            if (text := text_of(child(element, part))) and not whole:
                made = self._restricted(made, text, element)
        if element.get("isCollection") == "true":
            made = Type("list", item=made)
            if text := text_of(child(element, "typeConstraint")):
                made = self._restricted(made, text, element)
        return made

    def _core(self, element: Element) -> Type:
        components = list(children(element, "itemComponent"))
        if components:
            named = {" ".join((one.get("name") or "").split()): one for one in components}
            return Type("context", fields={key: self._build(one) for key, one in named.items()})
        function = child(element, "functionItem")
        if function is not None:
            params = (
                self._referred(one.get("typeRef"), one) for one in children(function, "parameters")
            )
            return Type(
                "function",
                params=tuple(params),
                result=self._referred(function.get("outputTypeRef"), function),
            )
        ref = child(element, "typeRef")
        return self._referred(None if ref is None else ref.text, element)

    def _referred(self, ref: str | None, element: Element) -> Type:
        if not (ref or "").strip():
            return ANY
        found = self.find(ref)
        if found is None:
            self._complain(element, f"没有名为“{(ref or '').strip()}”的类型。")
        return found or ANY

    def _restricted(self, base: Type, text: str, element: Element) -> Type:
        """Return a type with only those values that unary tests accept."""
        try:
            _, test = cell_program(text, self.known)
        except ExpressionError as why:
            self._complain(element, f"允许的取值：{why}")
            return base
        before = base.allowed

        def allowed(value: Any) -> bool:
            if before is not None and not before(value):
                return False
            return test(Env({}, Run({})), value) is True

        return replace(base, allowed=allowed, values=text)

    def _complain(self, element: Element, message: str) -> None:
        self.problem(element.get("id") or element.get("name") or "", "dmn-item", message)


_READ: Final[dict[str, Callable[[Any], Any]]] = {
    "date": lambda value: temporal.parse_date(value) if isinstance(value, str) else day_of(value),
    "time": temporal.parse_time,
    "date and time": temporal.parse_moment,
    "days and time duration": temporal.parse_duration,
    "years and months duration": temporal.parse_duration,
}


#: Kinds of values that JSON writes as text.
WRITTEN: Final = frozenset(_READ)


def read_as(value: Any, kind: str) -> Any:
    """Return what a value from outside means as one of a kind; itself if it means nothing."""
    try:
        return _READ[kind](value) if _means(value, kind) else value
    except Undefined:
        return value


def _means(value: Any, kind: str) -> bool:
    """Tell whether a value from outside may be another than it looks: a text, a day's moment."""
    return isinstance(value, str) or (kind == "date" and isinstance(value, datetime))


def given(value: Any, wanted: Type) -> Any:
    """Return an input as its type wants it; JSON writes dates and durations as text.

    A day may come as a moment, since variables in Camunda's shape know no other `Date`.

    Raises:
        Undefined: it is not of that type.
    """
    return coerce(_read(value, wanted, 0), wanted)


def _read(value: Any, wanted: Type, depth: int) -> Any:
    value = adopt(value)
    if depth > 30:
        raise Undefined("输入嵌套太深。")
    if wanted.kind in _READ and _means(value, wanted.kind):
        return _READ[wanted.kind](value)
    if isinstance(value, list):
        inner = wanted.item or (wanted if wanted.kind != "list" else ANY)
        return [_read(item, inner, depth + 1) for item in value]
    if wanted.kind == "list" and wanted.item is not None:
        return _read(value, wanted.item, depth + 1)
    if isinstance(value, dict) and wanted.fields:
        # What is left out is null, as the standard's mapping of outside data has it.
        told = {
            key: _read(item, wanted.fields.get(key, ANY), depth + 1) for key, item in value.items()
        }
        return told | dict.fromkeys(key for key in wanted.fields if key not in told)
    return value
