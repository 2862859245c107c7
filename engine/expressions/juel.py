"""The parser of JUEL, the language of Camunda 7's `${…}`, and of text around it."""

from __future__ import annotations

from typing import ClassVar, Final

from engine.errors import ExpressionError
from engine.expressions import limits, nodes
from engine.expressions.nodes import Node
from engine.expressions.parser import Parser

_WORDS: Final = {"eq": "=", "==": "=", "ne": "!=", "lt": "<", "gt": ">", "le": "<=", "ge": ">="}
_ARITHMETIC: Final = {"div": "/", "mod": "%"}
#: Words that cannot be variables. (`empty`, `div` and `mod` are, where an operator cannot stand.)
_RESERVED: Final = frozenset({"and", "or", "not", "eq", "ne", "lt", "gt", "le", "ge", "instanceof"})
_CONSTANTS: Final = {"true": True, "false": False, "null": None}


class JuelParser(Parser):
    """`a.b[0] > 5 and not empty c ? 'x' : 'y'`."""

    feel = False
    binding: ClassVar[dict[str, int]] = {
        "?": 5, "||": 10, "or": 10, "&&": 20, "and": 20,
        "==": 30, "!=": 30, "eq": 30, "ne": 30,
        "<": 35, ">": 35, "<=": 35, ">=": 35, "lt": 35, "gt": 35, "le": 35, "ge": 35,
        "+": 40, "-": 40, "*": 50, "/": 50, "%": 50, "div": 50, "mod": 50,
        ".": 80, "[": 80,
    }  # fmt: skip

    def infix(self, left: Node, operator: str, start: int) -> Node:
        if operator in ("||", "or", "&&", "and"):
            return self.logic(left, operator, start)
        self.take()
        if operator == "?":
            then = self.expression()
            self.expect(":")
            return nodes.If(left, then, self.expression(4), span=self.span(start))
        if operator == ".":
            return self._member(left, start)
        if operator == "[":
            key = self.expression()
            self.expect("]")
            return nodes.Index(left, key, span=self.span(start))
        right = self.expression(self.binding[operator])
        sign = _WORDS.get(operator) or _ARITHMETIC.get(operator, operator)
        return nodes.Binary(sign, left, right, span=self.span(start))

    def _member(self, base: Node, start: int) -> Node:
        token = self.take()
        if token.kind != "name" or token.text.startswith("_"):
            raise ExpressionError(f"“.”后面应为属性或方法名，不是“{token.text}”。")
        if self.accept("("):
            args = self.arguments()
            return nodes.Method(base, token.text, args, span=self.span(start))
        return nodes.Path(base, token.text, span=self.span(start))

    def prefix(self) -> Node:
        token = self.token
        if token.kind == "number":
            return self.number()
        self.take()
        if token.kind == "text":
            return nodes.Literal(token.text, span=(token.start, token.end))
        if token.kind == "name":
            return self._word(token.text, token.start)
        if token.text == "-":
            return nodes.Negative(self.expression(60), span=self.span(token.start))
        if token.text == "!":
            return nodes.Not(self.expression(60), span=self.span(token.start))
        if token.text == "(":
            inner = self.expression()
            self.expect(")")
            return inner
        self.index -= token.kind != "end"
        raise self.wrong("这里应为一个值。" if token.kind == "end" else f"不应出现“{token.text}”。")

    def _word(self, word: str, start: int) -> Node:
        if word == "not":
            return nodes.Not(self.expression(60), span=self.span(start))
        if word == "empty" and self._starts_value():
            return nodes.Empty(self.expression(60), span=self.span(start))
        if word in _CONSTANTS:
            return nodes.Literal(_CONSTANTS[word], span=self.span(start))
        if word in _RESERVED:
            self.index -= 1
            raise self.wrong(f"“{word}”是运算符，不能用作变量名。")
        name = nodes.Name(word, span=self.span(start))
        if self.accept("("):
            return nodes.Call(name, self.arguments(), span=self.span(start))
        return name

    def _starts_value(self) -> bool:
        token = self.token
        if token.kind == "name":
            return token.text not in _RESERVED - {"not"} and token.text not in _ARITHMETIC
        return token.kind in ("number", "text") or token.text in ("(", "-", "!")


def parse_text(source: str) -> Node:
    r"""Return the tree of text with `${…}` or `#{…}` in it.

    One expression alone keeps its type; with text around it, the result is text.
    `\${` is a literal `${`.

    Raises:
        ExpressionError: a part cannot be read, or does not end.
    """
    if len(source) > limits.MAX_SOURCE:
        raise limits.LimitReached(f"表达式超过 {limits.MAX_SOURCE} 个字符。")
    parts = _parts(source.strip())
    if len(parts) == 1:
        return parts[0]
    return nodes.Template(tuple(parts), span=(0, len(source)))


def _parts(source: str) -> list[Node]:
    parts: list[Node] = []
    literal = ""
    at = 0
    while at < len(source):
        if source.startswith(("\\${", "\\#{"), at):
            literal, at = literal + source[at + 1 : at + 3], at + 3
        elif source.startswith(("${", "#{"), at):
            close = _close(source, at + 2)
            if literal:
                parts.append(nodes.Literal(literal))
            literal = ""
            parts.append(JuelParser(source[:close], start=at + 2).parse())
            at = close + 1
        else:
            literal, at = literal + source[at], at + 1
    return [*parts, nodes.Literal(literal)] if literal or not parts else parts


def _close(source: str, at: int) -> int:
    """Return where the `}` of an expression stands; those in quotes do not count."""
    quote = ""
    while at < len(source):
        char = source[at]
        if quote and char == "\\":
            at += 1
        elif quote:
            quote = "" if char == quote else quote
        elif char in "\"'":
            quote = char
        elif char == "}":
            return at
        at += 1
    raise ExpressionError("表达式没有结束的“}”。")
