"""What both parsers share: the cursor, precedence climbing, argument lists, limits."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from engine.errors import ExpressionError
from engine.expressions import limits, nodes
from engine.expressions.arithmetic import DECIMAL
from engine.expressions.lexer import Token, complain, tokens
from engine.expressions.nodes import Node


class Parser:
    """Precedence climbing over tokens. A language adds its prefixes and its infixes."""

    feel: ClassVar[bool]
    #: Operator → how strongly it binds.
    binding: ClassVar[dict[str, int]]

    def __init__(
        self,
        source: str,
        known: tuple[str, ...] = (),
        start: int = 0,
        own: tuple[str, ...] = (),
    ) -> None:
        self.source = source
        self.tokens = tokens(source, feel=self.feel, known=known, own=own, start=start)
        self.index = 0
        self.depth = 0

    # --- the cursor -----------------------------------------------------------

    @property
    def token(self) -> Token:
        return self.tokens[self.index]

    def ahead(self, offset: int = 1) -> Token:
        """Return a token further on, or the end."""
        return self.tokens[min(self.index + offset, len(self.tokens) - 1)]

    def take(self) -> Token:
        token = self.token
        if token.kind != "end":
            self.index += 1
        return token

    def at(self, *words: str) -> bool:
        """Tell whether one of these words or operators comes next."""
        token = self.token
        return token.text in words and token.kind in ("op", "name")

    def accept(self, *words: str) -> str | None:
        """Take one of these words or operators, if it comes next."""
        return self.take().text if self.at(*words) else None

    def expect(self, word: str) -> None:
        if not self.accept(word):
            raise self.wrong(f"这里应为“{word}”。")

    def wrong(self, message: str) -> ExpressionError:
        """Return an error at the token that comes next."""
        return complain(message, self.source, self.token.start)

    def span(self, start: int) -> tuple[int, int]:
        """Return the place from a position to the last token taken."""
        return start, self.tokens[self.index - 1].end if self.index else start

    # --- expressions ----------------------------------------------------------

    def parse(self) -> Node:
        """Return the tree of the whole source.

        Raises:
            ExpressionError: it does not follow the grammar, or is too large.
        """
        try:
            return self.finish(self.expression())
        except RecursionError:
            raise limits.LimitReached("表达式嵌套太深。") from None

    def finish(self, node: Node) -> Node:
        if self.token.kind == "end":
            if all(depth <= 2 * limits.MAX_DEPTH for _, depth in nodes.walk(node)):
                return node
            raise limits.LimitReached("表达式嵌套太深。")
        raise self.wrong("多余的内容。")

    def expression(self, strength: int = 0) -> Node:
        """Parse an expression whose operators bind more strongly than `strength`."""
        self.depth += 1
        if self.depth > limits.MAX_DEPTH:
            raise limits.LimitReached("表达式嵌套太深。")
        start = self.token.start
        node = self.prefix()
        while (operator := self.operator()) is not None and self.binding[operator] > strength:
            node = self.infix(node, operator, start)
        self.depth -= 1
        return node

    def operator(self) -> str | None:
        """Return the operator that comes next, if one does."""
        token = self.token
        known = token.kind in ("op", "name") and token.text in self.binding
        return token.text if known else None

    def prefix(self) -> Node:
        raise NotImplementedError

    def infix(self, left: Node, operator: str, start: int) -> Node:
        raise NotImplementedError

    def logic(self, left: Node, operator: str, start: int) -> Node:
        """Parse `a and b and c` into one node, so that long chains do not nest."""
        word = {"&&": "and", "||": "or"}.get(operator, operator)
        operands = [left]
        while self.operator() == operator:
            self.take()
            operands.append(self.expression(self.binding[operator]))
        return nodes.Logic(word, tuple(operands), span=self.span(start))

    def arguments(self, close: str = ")") -> tuple[Node, ...]:
        """Parse expressions up to the closing bracket, which is taken too."""
        found: list[Node] = []
        if self.accept(close):
            return ()
        while True:
            found.append(self.expression())
            if self.accept(close):
                return tuple(found)
            if not self.accept(","):
                raise self.wrong(f"这里应为“,”或“{close}”。")

    def number(self) -> Node:
        token = self.take()
        if token.text.isdigit() and len(token.text) <= 34:
            return nodes.Literal(int(token.text), span=(token.start, token.end))
        value = Decimal(token.text)
        if len(value.as_tuple().digits) > 100 or value.adjusted() > DECIMAL.Emax:
            raise complain("数字太长。", self.source, token.start)
        return nodes.Literal(DECIMAL.create_decimal(value), span=(token.start, token.end))
