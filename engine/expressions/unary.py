"""The parser of FEEL's unary tests: `"a","b"`, `not([1..5])`, `> limit`, `-`."""

from __future__ import annotations

from engine.expressions import limits, nodes
from engine.expressions.feel import FeelParser
from engine.expressions.nodes import Node


class UnaryParser(FeelParser):
    """What a cell of a decision table holds."""

    def parse_tests(self) -> nodes.Tests:
        """Return the tree of unary tests: `"a","b"`, `not([1..5])`, `-`.

        Raises:
            ExpressionError: it does not follow the grammar, or is too large.
        """
        if [(token.kind, token.text) for token in self.tokens[:-1]] in ([], [("op", "-")]):
            return nodes.Tests(())  # beside comments
        try:
            tests = self._negated_tests() or nodes.Tests(self._all_tests())
            self.finish(tests)
        except RecursionError:
            raise limits.LimitReached("表达式嵌套太深。") from None
        return tests

    def _all_tests(self) -> tuple[Node, ...]:
        tests = [self._test(0)]
        while self.accept(","):
            tests.append(self._test(0))
        return tuple(tests)

    def _negated_tests(self) -> nodes.Tests | None:
        """Return `not(…)` over the whole text, or None and no token taken."""
        if not (self.at("not") and self.ahead().text == "(" and self._closes_last()):
            return None
        self.index += 2
        tests = self._all_tests()
        self.expect(")")
        return nodes.Tests(tests, negated=True)

    def _closes_last(self) -> bool:
        """Tell whether the bracket after `not` is closed by the very last token."""
        depth = 0
        for token in self.tokens[self.index + 1 : -2]:
            if token.kind == "op":
                depth += (token.text == "(") - (token.text == ")")
            if depth == 0:
                return False
        return self.tokens[-2].text == ")"
