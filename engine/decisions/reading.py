"""What is shared by everything that reads a DMN element: the names known, the problems found."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from engine.decisions.document import Element, child, children, text_of
from engine.errors import ExpressionError, Problem
from engine.expressions.environment import Closure
from engine.expressions.naming import free_names
from engine.expressions.nodes import Literal, Node
from engine.expressions.program import Known, condition_program, feel_program, has_juel

_FEEL: Final = frozenset(
    {
        "", "feel",
        "http://www.omg.org/spec/feel/20140401",
        "http://www.omg.org/spec/dmn/20180521/feel/",
        "https://www.omg.org/spec/dmn/20191111/feel/",
        "https://www.omg.org/spec/dmn/20211108/feel/",
        "https://www.omg.org/spec/dmn/20230324/feel/",
    }
)  # fmt: skip


@dataclass(slots=True)
class Reader:
    """The state of reading one file."""

    #: Names with operators or words of FEEL in them, longest first.
    known: Known
    #: `itemDefinition`: the author's type → FEEL's type and the text of its allowed values.
    types: dict[str, tuple[str, str]] = field(default_factory=dict)
    #: Names read by the expressions so far; whoever wants to know empties it first.
    names: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)

    def read_types(self, root: Element) -> None:
        """Note the types that the file defines; they may stand on each other."""
        for item in children(root, "itemDefinition"):
            base = child(item, "typeRef")
            allowed = text_of(child(item, "allowedValues"))
            if base is not None:
                self.types[item.get("name") or ""] = ((base.text or "").strip(), allowed)

    def type_of(self, type_ref: str | None) -> tuple[str | None, str]:
        """Return FEEL's type behind a `typeRef`, and the allowed values of the nearest type."""
        allowed = ""
        for _ in range(len(self.types)):
            if type_ref not in self.types:
                break
            type_ref, values = self.types[type_ref]
            allowed = allowed or values
        return type_ref, allowed

    def problem(self, element: str, code: str, message: str) -> None:
        """Note something that the author must mend."""
        self.problems.append(Problem(element, code, message))

    def is_juel(self, element: Element, text: str) -> bool:
        """Tell whether an expression is JUEL; refuses languages that are neither."""
        language = (element.get("expressionLanguage") or "").strip().lower()
        if language not in _FEEL and language != "juel":
            name = element.get("expressionLanguage")
            raise ExpressionError(f"不支持表达式语言“{name}”，请改用 FEEL。")
        return language == "juel" or has_juel(text)

    def expression(self, element: Element | None, where: str, what: str) -> tuple[Node, Closure]:
        """Return the tree and closure of the expression in an element's `<text>`.

        What cannot be read becomes a problem of `where`, and null.
        """
        text = text_of(element)
        if element is None or not text:
            self.problem(where, "dmn-expression", f"{what}还没有填写。")
            return Literal(None), _null
        try:
            if self.is_juel(element, text):
                program = condition_program(text)
            else:
                program = feel_program(text, self.known)
        except ExpressionError as why:
            self.problem(where, "dmn-expression", f"{what}：{why}")
            return Literal(None), _null
        self.names |= free_names(program.tree)
        return program.tree, program.run


def _null(_env: object) -> None:
    return None
