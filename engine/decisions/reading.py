"""What is shared by everything that reads a DMN element: the names known, the problems found."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from engine.decisions import types
from engine.decisions.document import Element, child, children, text_of
from engine.decisions.items import Types
from engine.decisions.model import DecisionModel
from engine.decisions.types import Converter, converted
from engine.errors import ExpressionError, Problem
from engine.expressions.compile_tests import Test
from engine.expressions.environment import Closure, Env
from engine.expressions.feel_types import ANY, Type, coerce
from engine.expressions.lexer import compact
from engine.expressions.naming import free_names
from engine.expressions.nodes import Literal, Node, Tests
from engine.expressions.program import (
    Known,
    cell_program,
    condition_program,
    has_juel,
    typed_program,
)

#: How files name FEEL, in small letters: by its word or its address, of any version.
_FEEL: Final = re.compile(
    r"|feel|https?://www\.omg\.org/spec/(?:feel/\d{8}|dmn/\d{8}/feel)/?", re.ASCII
)


#: Values of which one look tells that they are of their type.
_QUICK: Final[dict[str, frozenset[type]]] = {
    "number": frozenset({int, Decimal, type(None)}),
    "string": frozenset({str, type(None)}),
    "boolean": frozenset({bool, type(None)}),
}


def coercing(wanted: Type | None) -> Converter | None:
    """Return what makes a value one of a type or raises `Undefined`; None if any value will do."""
    if wanted is None or (wanted.kind == "Any" and wanted.allowed is None):
        return None
    known = wanted
    quick = _QUICK.get(known.kind, frozenset()) if known.allowed is None else frozenset()
    return lambda value: value if type(value) in quick else coerce(value, known)


def converting(closure: Closure, convert: Converter | None, what: str) -> Closure:
    """Return a closure with its result converted, null if that cannot be."""
    if convert is None:
        return closure
    known = convert
    return lambda env: converted(known, closure(env), env, what)


@dataclass(slots=True)
class Reader:
    """The state of reading one file."""

    #: Names with operators or words of FEEL in them.
    known: Known
    #: Written for Camunda 7: its conversions and its errors, its names, JUEL by its looks.
    camunda: bool = True
    #: The language of expressions that do not name theirs.
    language: str = ""
    #: The author's type → the type that it is based on, where it is so simple.
    aliases: dict[str, str] = field(default_factory=dict)
    #: Those of the file that are expressions as well, without blanks at their operators.
    doubtful: frozenset[str] = frozenset()
    #: Built-ins whose names something that the element being read can see has too.
    hidden: frozenset[str] = frozenset()
    #: Names read by the expressions so far; whoever wants to know empties it first.
    names: set[str] = field(default_factory=set)
    #: What cannot be read. Nothing of this is published.
    problems: list[Problem] = field(default_factory=list)
    #: What can be read but never has a result.
    doubts: list[Problem] = field(default_factory=list)
    types: Types = field(init=False)

    def __post_init__(self) -> None:
        self.types = Types(self.known, self.problem)

    def read_types(self, root: Element) -> None:
        """Note the types that the file defines; they may stand on each other."""
        self.types.read(root)
        for item in children(root, "itemDefinition"):
            base = child(item, "typeRef")
            if base is not None and item.get("isCollection") != "true":
                self.aliases[item.get("name") or ""] = (base.text or "").strip()

    def import_types(self, imports: Mapping[str, DecisionModel], spaces: Mapping[Any, str]) -> None:
        """Make the types of imported files known: below the name of their import.

        DMN 1.1 names types as XML does: a prefix that stands for the file's namespace does too.
        """
        for prefix, model in imports.items():
            also = [f"{one}:" for one, uri in spaces.items() if one and uri == model.namespace]
            for before in (f"{prefix}." if prefix else "", *also):
                self.types.named |= {f"{before}{name}": one for name, one in model.types.items()}

    def type_of(self, type_ref: str | None) -> str | None:
        """Return the name of the type that stands behind a `typeRef`."""
        for _ in range(len(self.aliases)):
            if type_ref not in self.aliases:
                break
            type_ref = self.aliases[type_ref]
        return type_ref

    def values_of(self, type_ref: str | None, *, items: bool = False) -> str:
        """Return the allowed values of a type; `items`: or those of the items of a collection."""
        found = self.types.find(type_ref) or ANY
        if items and found.item is not None and not found.values:
            found = found.item
        return found.values

    def feel_type(self, type_ref: str | None, place: str = "") -> Type | None:
        """Return the type behind a `typeRef`; None if none is written, or it is unknown."""
        if not (type_ref or "").strip():
            return None
        found = self.types.find(type_ref)
        if found is None and types.kind_of(types.base(type_ref)) is None:
            self.doubt(place, "dmn-type", f"没有名为“{type_ref}”的类型。", warning=True)
        return found

    def converter(self, type_ref: str | None, what: str, place: str = "") -> Converter | None:
        """Return the function that gives a value its type; None if any value will do.

        It raises `Undefined` for a value of another type: null, as the standard says. In
        Camunda's files texts become numbers or dates, and other values raise `ExpressionError`.
        """
        if self.camunda:
            convert = types.converter(self.type_of(type_ref), what)
            if convert is not None:
                return convert
        return coercing(self.feel_type(type_ref, place))

    def typed(self, closure: Closure, type_ref: str | None, what: str, place: str = "") -> Closure:
        """Return a closure with its result converted to a type, null if that cannot be."""
        return converting(closure, self.converter(type_ref, what, place), what)

    def giving(
        self, closure: Closure, type_ref: str | None, what: str, place: str
    ) -> tuple[Closure, Type | None]:
        """Return a function's body with its result converted, and the type of that result.

        The `typeRef` is of the result, or of the function as a whole.
        """
        wanted = self.feel_type(type_ref, place)
        if wanted is not None and wanted.kind == "function":
            return converting(closure, coercing(wanted.result), what), wanted.result
        return self.typed(closure, type_ref, what, place), wanted

    @contextmanager
    def without(self, names: Iterable[str]) -> Iterator[None]:
        """Read something that does not see these names, if they are expressions as well."""
        hidden = self.doubtful & {compact(name) for name in names}
        before = self.known
        if hidden:
            self.known = tuple(name for name in before if compact(name) not in hidden)
        try:
            yield
        finally:
            self.known = before

    def problem(self, element: str, code: str, message: str) -> None:
        """Note something that the author must mend."""
        self.problems.append(Problem(element, code, message))

    def doubt(self, element: str, code: str, message: str, warning: bool = False) -> None:
        """Note something that is read, but wrong."""
        found = Problem(element, code, message, "warning" if warning else "error")
        if found not in self.doubts:
            self.doubts.append(found)

    def is_juel(self, element: Element, text: str) -> bool:
        """Tell whether an expression is JUEL; refuses languages that are neither."""
        named = element.get("expressionLanguage") or self.language
        language = named.strip().lower()
        if not _FEEL.fullmatch(language) and language != "juel":
            raise ExpressionError(f"不支持表达式语言“{named}”，请改用 FEEL。")
        return language == "juel" or (self.camunda and has_juel(text))

    def expression(self, element: Element | None, where: str, what: str) -> tuple[Node, Closure]:
        """Return the tree and closure of the expression in an element's `<text>`.

        What cannot be read becomes a problem of `where`.
        """
        text = text_of(element)
        if element is None or not text:
            return Literal(None), self.broken(where, "dmn-expression", f"{what}还没有填写。")
        try:
            if self.is_juel(element, text):
                program = condition_program(text)
            else:
                program = typed_program(
                    text,
                    self.known,
                    self.types.named,
                    functions=not self.camunda,
                    hidden=self.hidden,
                )
        except ExpressionError as why:
            return Literal(None), self.broken(where, "dmn-expression", f"{what}：{why}")
        for complaint in program.compiler.complaints:
            self.doubt(where, "dmn-expression", f"{what}：{complaint}")
        self.names |= free_names(program.tree)
        return program.tree, program.run

    def tests(self, text: str, inputs: frozenset[str], where: str, what: str) -> tuple[Tests, Test]:
        """Return the tree and the test of unary tests.

        Raises:
            ExpressionError: they cannot be read.
        """
        complaints: list[str] = []
        found = cell_program(text, self.known, inputs, self.types.named, complaints, self.hidden)
        for complaint in complaints:
            self.doubt(where, "dmn-cell", f"{what}：{complaint}")
        return found

    def broken(self, where: str, code: str, message: str) -> Closure:
        """Note a problem; return the closure of what cannot be computed because of it.

        It is null, and what stands around it is computed. In Camunda's files it is an error.
        """
        self.problem(where, code, message)

        def fail(_env: Env) -> Any:
            raise ExpressionError(message)

        def give_up(env: Env) -> Any:
            env.note(ExpressionError(f"“{where}”：{message}"))
            env.run.broken = env.run.broken or message

        return fail if self.camunda else give_up
