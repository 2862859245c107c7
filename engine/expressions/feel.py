"""The parser of FEEL, the language of DMN, as DMN 1.3 describes it in chapter 10.

Names may have spaces: words that stand side by side are one name, since nothing
else in FEEL puts two names side by side. Names with operators or with words of the
language in them must be known beforehand (`known`), be declared in the text itself
(the key of a context, a loop's variable), or stand in backquotes.
"""

from __future__ import annotations

from typing import ClassVar, Final

from engine.expressions import arithmetic, nodes, temporal
from engine.expressions.lexer import Token, complain
from engine.expressions.limits import Undefined
from engine.expressions.nodes import Node
from engine.expressions.parser import Parser
from engine.expressions.special import STOPS, declared_names

_CONSTANTS: Final = {"true": True, "false": False, "null": None}
_TESTS: Final = ("<=", ">=", "<", ">", "=", "!=")


class FeelParser(Parser):
    """`if 家庭 人数 > 3 then "大" else "小"`, and unary tests."""

    feel = True
    binding: ClassVar[dict[str, int]] = {
        "or": 10, "and": 20,
        "=": 30, "!=": 30, "<": 30, "<=": 30, ">": 30, ">=": 30,
        "between": 30, "in": 30, "instance": 30,
        "+": 40, "-": 40, "*": 50, "/": 50, "**": 60,
        ".": 80, "[": 80, "(": 80,
    }  # fmt: skip

    def __init__(self, source: str, known: tuple[str, ...] = ()) -> None:
        own = declared_names(source)
        #: Words of the language that are names as well: where a value stands, and nowhere else.
        self.words = STOPS & {*known, *own}
        if self.words:
            known, own = (tuple(n for n in some if n not in STOPS) for some in (known, own))
        super().__init__(source, known, own=own)
        #: Inside the end of an interval, where `[` closes it: `[1..5[`.
        self.in_range = False

    # --- operators ------------------------------------------------------------

    def operator(self) -> str | None:
        found = super().operator()
        return None if found == "[" and self.in_range and not self._filters() else found

    def _filters(self) -> bool:
        """Tell whether `[` begins a filter: no value follows what closes an interval."""
        token = self.ahead()
        if token.kind == "op":
            return token.text in ("(", "[", "{", "-", "@", "?")
        return token.kind != "end" and not (token.kind == "name" and token.text in STOPS)

    def infix(self, left: Node, operator: str, start: int) -> Node:
        if operator in ("or", "and"):
            return self.logic(left, operator, start)
        self.take()
        match operator:
            case "between":
                low = self.expression(self.binding["between"])
                self.expect("and")
                high = self.expression(self.binding["between"])
                return nodes.Between(left, low, high, span=self.span(start))
            case "in":
                return nodes.In(left, self._in_tests(), span=self.span(start))
            case "instance":
                self.expect("of")
                return nodes.InstanceOf(left, self._type(), span=self.span(start))
            case ".":
                return nodes.Path(left, self._part(), span=self.span(start))
            case "[":
                condition = self.nested()
                self.expect("]")
                return nodes.Filter(left, condition, span=self.span(start))
            case "(":
                return self._call(left, start)
        right = self.expression(self.binding[operator])
        return nodes.Binary(operator, left, right, span=self.span(start))

    def nested(self) -> Node:
        """Parse an expression between brackets, where `[` is a filter again."""
        before, self.in_range = self.in_range, False
        node = self.expression()
        self.in_range = before
        return node

    # --- values ---------------------------------------------------------------

    def prefix(self) -> Node:
        token = self.token
        if token.kind == "number":
            return self.number()
        if token.kind in ("name", "quoted"):
            return self._word()
        self.take()
        if token.kind == "text":
            return nodes.Literal(token.text, span=(token.start, token.end))
        if token.kind == "op" and (node := self._opened(token)):
            return node
        self.index -= token.kind != "end"
        raise self.wrong("这里应为一个值。" if token.kind == "end" else f"不应出现“{token.text}”。")

    def _opened(self, token: Token) -> Node | None:
        """Return what an operator or bracket begins, if it can begin a value."""
        match token.text:
            case "-":
                return self._negative(token.start)
            case "(":
                return self._parenthesis(token.start)
            case "[":
                return self._list(token.start)
            case "]":
                return self._interval(self.nested(), False, token.start)
            case "{":
                return self._context(token.start)
            case "@":
                return self._temporal(token.start)
            case "?":
                return nodes.Name("?", span=self.span(token.start))
        return None

    def _negative(self, start: int) -> Node:
        operand = self.expression(70)
        if isinstance(operand, nodes.Literal) and arithmetic.is_number(operand.value):
            return nodes.Literal(arithmetic.negate(operand.value), span=self.span(start))
        return nodes.Negative(operand, span=self.span(start))

    def _parenthesis(self, start: int) -> Node:
        if self.at("<", "<=", ">", ">=", "="):
            return self._half_interval(start)
        inner = self.nested()
        if self.at(".."):
            return self._interval(inner, False, start)
        self.expect(")")
        return inner

    def _half_interval(self, start: int) -> Node:
        sign = self.take().text
        end = self.nested()
        self.expect(")")
        closed = sign.endswith("=")
        if sign == "=":  # DMN 1.4: the range of one value
            return nodes.RangeOf(end, end, True, True, span=self.span(start))
        if sign.startswith("<"):
            return nodes.RangeOf(None, end, False, closed, span=self.span(start))
        return nodes.RangeOf(end, None, closed, False, span=self.span(start))

    def _interval(self, low: Node, closed: bool, start: int) -> Node:
        self.expect("..")
        before, self.in_range = self.in_range, True
        high = self.expression()
        self.in_range = before
        close = self.accept("]", ")", "[")
        if close is None:
            raise self.wrong("区间应以“]”或“)”结束。")
        return nodes.RangeOf(low, high, closed, close == "]", span=self.span(start))

    def _list(self, start: int) -> Node:
        if self.accept("]"):
            return nodes.ListOf((), span=self.span(start))
        items = [self.nested()]
        if self.at(".."):
            return self._interval(items[0], True, start)
        while self.accept(","):
            items.append(self.nested())
        self.expect("]")
        return nodes.ListOf(tuple(items), span=self.span(start))

    def _context(self, start: int) -> Node:
        entries: list[tuple[str, Node]] = []
        while not self.accept("}"):
            if entries:
                self.expect(",")
            key = self._key()
            self.expect(":")
            entries.append((key, self.nested()))
        return nodes.ContextOf(tuple(entries), span=self.span(start))

    def _key(self) -> str:
        start = self.token
        if start.kind in ("text", "quoted"):
            return self.take().text
        while not self.at(":", "}", ",") and self.token.kind in ("name", "number", "op"):
            self.take()
        key = " ".join(self.source[start.start : self.span(start.start)[1]].split())
        if not key or self.token.text != ":":
            raise self.wrong("这里应为“键: 值”。")
        return key

    def _temporal(self, start: int) -> Node:
        token = self.take()
        if token.kind != "text":
            raise complain("“@”后面应为引号里的日期、时间或时长。", self.source, token.start)
        try:
            return nodes.Literal(temporal.parse_any(token.text), span=self.span(start))
        except Undefined as why:
            message = str(complain(str(why), self.source, token.start))
            return nodes.Hopeless(message, span=self.span(start))

    # --- names, and what begins with a word ------------------------------------

    def _word(self) -> Node:
        token = self.token
        if token.kind == "name":
            follows = self.ahead()
            match token.text:
                case "if":
                    return self._if()
                case "for" | "some" | "every" if follows.kind in ("name", "quoted"):
                    return self._loop()
                case "function" if follows.text == "(":
                    return self._function()
                case "and" | "or" if follows.text == "(":  # the functions of DMN 1.1
                    self.take()
                    return nodes.Name(token.text, span=self.span(token.start))
        name = self._name("变量名")
        if token.kind == "name" and name in _CONSTANTS:
            return nodes.Literal(_CONSTANTS[name], span=self.span(token.start))
        if token.kind == "name" and name.startswith("not "):
            raise complain("“not”后面要写括号：not(…)。", self.source, token.start)
        return nodes.Name(name, span=self.span(token.start))

    def _name(self, what: str) -> str:
        """Parse one name, of as many words as stand side by side."""
        token = self.token
        if token.kind == "quoted":
            return self.take().text
        if token.kind != "name" or (token.text in STOPS and token.text not in self.words):
            raise self.wrong(f"这里应为{what}。")
        name, end = self.take().text, token.end
        while self._continues_name():
            word = self.take()
            name += word.text if word.start == end else f" {word.text}"
            end = word.end
        return name

    def _part(self) -> str:
        """Parse the name after a point, where a word of the language can be nothing else."""
        if self.token.kind == "name" and self.token.text in STOPS:
            return self.take().text
        return self._name("属性名")

    def _continues_name(self) -> bool:
        token = self.token
        if token.kind == "name":
            return token.text not in STOPS
        return token.kind == "number" and token.text.isalnum()

    def _call(self, callee: Node, start: int) -> Node:
        before, self.in_range = self.in_range, False
        if self._names_argument():
            named: list[tuple[str, Node]] = []
            while not named or self.accept(","):
                name = self._name("参数名")
                self.expect(":")
                named.append((name, self.expression()))
            self.expect(")")
            node = nodes.Call(callee, (), tuple(named), span=self.span(start))
        else:
            node = nodes.Call(callee, self.arguments(), span=self.span(start))
        self.in_range = before
        return node

    def _names_argument(self) -> bool:
        offset = 0
        while (token := self.ahead(offset)).kind in ("name", "quoted") or (
            offset and token.kind == "number"  # the second word of `x 1`
        ):
            offset += 1
        return offset > 0 and self.ahead(offset).text == ":"

    def _if(self) -> Node:
        start = self.take().start
        condition = self.expression()
        self.expect("then")
        then = self.expression()
        self.expect("else")
        return nodes.If(condition, then, self.expression(), span=self.span(start))

    def _loop(self) -> Node:
        word = self.take()
        bindings = [self._binding()]
        while self.accept(","):
            bindings.append(self._binding())
        self.expect("return" if word.text == "for" else "satisfies")
        body = self.expression()
        if word.text == "for":
            return nodes.For(tuple(bindings), body, span=self.span(word.start))
        return nodes.Quantified(word.text, tuple(bindings), body, span=self.span(word.start))

    def _binding(self) -> nodes.Binding:
        name = self._name("循环变量名")
        self.expect("in")
        source = self.expression()
        until = self.expression() if self.accept("..") else None
        return nodes.Binding(name, source, until)

    def _function(self) -> Node:
        start = self.take().start
        self.expect("(")
        params: list[str] = []
        types: list[nodes.TypeRef | None] = []
        while not self.accept(")"):
            if params:
                self.expect(",")
            params.append(self._name("参数名"))
            types.append(self._type() if self.accept(":") else None)
        external = self.at("external") and self.ahead().text == "{"
        if external:
            self.take()
        body = self.expression()
        return nodes.FunctionOf(tuple(params), body, tuple(types), external, span=self.span(start))

    def _type(self) -> nodes.TypeRef:
        name = self._name("类型名")
        while self.accept("."):  # a type of an imported file
            name = f"{name}.{self._name('类型名')}"
        items: list[tuple[str, nodes.TypeRef]] = []
        if self.accept("<"):
            while not self.accept(">"):
                if items:
                    self.expect(",")
                key = self._key() if self._names_type() else ""
                if key:
                    self.expect(":")
                items.append((key, self._type()))
        result = self._type() if self.accept("->") else None
        return nodes.TypeRef(name, tuple(items), result)

    def _names_type(self) -> bool:
        return self.token.kind == "text" or self._names_argument()

    # --- unary tests ------------------------------------------------------------

    def _in_tests(self) -> nodes.Tests:
        if self.token.text != "(" or self.token.kind != "op":
            return nodes.Tests((self._test(self.binding["in"]),))
        start = self.take().start
        first = self._test(0)
        if self.at(".."):
            return nodes.Tests((self._interval(first, False, start),))
        tests = [first]
        while self.accept(","):
            tests.append(self._test(0))
        self.expect(")")
        return nodes.Tests(tuple(tests))

    def _test(self, strength: int) -> Node:
        start = self.token.start
        sign = self.accept(*_TESTS)
        if sign is None:
            return self.expression(strength)
        operand = self.expression(self.binding["in"])
        return nodes.Against(sign, operand, span=self.span(start))
