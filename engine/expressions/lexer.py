"""Source text → tokens, for both languages."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple

from engine.errors import ExpressionError
from engine.expressions import limits


class Token(NamedTuple):
    #: number, text, name, quoted (a name in backquotes), op, end
    kind: str
    text: str
    start: int
    end: int


_NUMBER: Final = re.compile(r"(?:\d+(?:\.(?=\d)\d+)?|\.\d+)(?:[eE][+-]?\d{1,4})?", re.ASCII)
_JUEL_NAME: Final = re.compile(r"[^\W\d]\w*")
#: What rules 27–29 of the grammar allow besides letters: symbols, pictographs, joiners.
_EXTRA: Final = (
    "\u200c\u200d\u2070-\u218f\u2c00-\u2fef\u3003-\u3007\u3012-\u303f\ufe00-\ufefe"
    "\U00010000-\U000effff"
)
_FEEL_NAME: Final = re.compile(
    rf"(?:[^\W\d]|[{_EXTRA}])(?:\w|[{_EXTRA}\u00b7\u0300-\u036f\u203f\u2040])*"
)
#: Besides what Python knows, those of rule 61 that nobody sees.
_AROUND: Final = re.compile(r"\s*([-+*/])\s*")
#: An operator in the pattern of a name, between blanks.
_APART: Final = re.compile(r"\\s\+(\\[-+*]|/)\\s\+")
_SPACE: Final = re.compile(r"[\s\u180e\u200b\ufeff]+")
_FEEL_OP: Final = re.compile(r"\.\.|\*\*|!=|<=|>=|->|[-+*/<>=.,:()\[\]{}?@]")
_JUEL_OP: Final = re.compile(r"\|\||&&|==|!=|<=|>=|[-+*/%<>!?:.,()\[\]]")
_DOUBLE: Final = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_SINGLE: Final = re.compile(r"'(?:[^'\\]|\\.)*'", re.DOTALL)
_BACKQUOTED: Final = re.compile(r"`[^`\n]+`")
_ESCAPE: Final = re.compile(r"\\(u[0-9a-fA-F]{4}|U[0-9a-fA-F]{6}|.)", re.DOTALL)
_CONTROL: Final = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "'": "'", "\\": "\\"}
#: What Chinese keyboards give; typed by mistake more often than anything else.
_FULL_WIDTH: Final = frozenset("，。；：？！（）【】“”‘’＝＞＜＋－＊／＆｜＄｛｝［］％．、＂＇")
#: FEEL names that contain a word of the language.
_WORDED: Final = re.compile(
    r"date\s+and\s+time\b|years\s+and\s+months\s+duration\b|days\s+and\s+time\s+duration\b"
    r"|get\s+or\s+else\b"
)


def complain(message: str, source: str, at: int) -> ExpressionError:
    """Return an error that shows the place."""
    near = source[at : at + 12].replace("\n", " ")
    where = f"第 {at + 1} 个字符“{near}”处" if near else "结尾处"
    return ExpressionError(f"表达式{where}：{message}")


def tokens(
    source: str,
    *,
    feel: bool,
    known: tuple[str, ...] = (),
    own: tuple[str, ...] = (),
    start: int = 0,
) -> list[Token]:
    """Cut the source, from `start` on, into tokens; the last one is `end`.

    `known` are names with operators or words of the language in them (`a-b`,
    `x and y`): only their owner can tell that they are names. The longest wins. `own` are
    such names that the source itself declares.

    Raises:
        ExpressionError: a character that is not of the language, or too long a text.
    """
    if len(source) > limits.MAX_SOURCE:
        raise limits.LimitReached(f"表达式超过 {limits.MAX_SOURCE} 个字符。")
    found: list[Token] = []
    names = [_names_of(some) for some in (own, known) if some]
    at = _skip(source, start, feel)
    while at < len(source):
        token = _next(source, at, feel, names)
        found.append(token)
        at = _skip(source, token.end, feel)
    found.append(Token("end", "", len(source), len(source)))
    return found


def _skip(source: str, at: int, feel: bool) -> int:
    while True:
        space = _SPACE.match(source, at)
        at = space.end() if space else at
        if feel and source.startswith("//", at):
            line = source.find("\n", at)
            at = len(source) if line < 0 else line
        elif feel and source.startswith("/*", at):
            close = source.find("*/", at + 2)
            if close < 0:
                raise complain("注释没有结束。", source, at)
            at = close + 2
        else:
            return at


class _Names(NamedTuple):
    """Names that must be known."""

    pattern: re.Pattern[str]
    #: Without blanks at operators → the name: `a-b` and `a - b` are one.
    tidy: dict[str, str]


@lru_cache(maxsize=256)
def _names_of(known: tuple[str, ...]) -> _Names:
    """Return what finds names that must be known; blanks in them may be any.

    At an operator between blanks there may be none.
    """
    longest = sorted(known, key=lambda name: (-len(name), name))
    words = (r"\s+".join(re.escape(word) for word in name.split()) for name in longest)
    written = [_APART.sub(r"\\s*\1\\s*", name) for name in words]
    pattern = re.compile(rf"(?:{'|'.join(written)})(?![\w{_EXTRA}])")
    return _Names(pattern, {compact(name): name for name in reversed(known)})


def compact(name: str) -> str:
    """Return a name without blanks at its operators."""
    return _AROUND.sub(r"\1", " ".join(name.split()))


def spelled(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return names, and after them those that may be written with or without blanks."""
    other = dict.fromkeys(_AROUND.sub(r" \1 ", name) for name in names)
    return (*names, *(way for way in other if way not in names))


def _next(source: str, at: int, feel: bool, known: list[_Names]) -> Token:
    first = source[at]
    if number := _NUMBER.match(source, at):
        return Token("number", number[0], at, number.end())
    if first == '"' or (first == "'" and not feel):
        return _quoted(source, at, _DOUBLE if first == '"' else _SINGLE)
    if first == "`" and feel and (name := _BACKQUOTED.match(source, at)):
        return Token("quoted", " ".join(name[0][1:-1].split()), at, name.end())
    if feel and (name_token := _special_name(source, at, known)):
        return name_token
    if name := (_FEEL_NAME if feel else _JUEL_NAME).match(source, at):
        if "__" in name[0]:
            raise complain("名称不能含有连续下划线。", source, at)
        return Token("name", name[0], at, name.end())
    if operator := (_FEEL_OP if feel else _JUEL_OP).match(source, at):
        return Token("op", operator[0], at, operator.end())
    if first in _FULL_WIDTH or first.isdecimal():
        raise complain(f"“{first}”是中文（全角）符号，请改用英文符号。", source, at)
    raise complain("有不认识的字符。", source, at)


def _quoted(source: str, at: int, pattern: re.Pattern[str]) -> Token:
    match = pattern.match(source, at)
    if match is None:
        raise complain("文字没有结束的引号。", source, at)
    body = match[0][1:-1]
    if "\\" in body:
        body = _ESCAPE.sub(_unescape, body)
    try:  # two escapes may form one character; one half alone is no text
        body = body.encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeDecodeError:
        raise complain("文字里有不完整的字符。", source, at) from None
    return Token("text", body, at, match.end())


def _unescape(match: re.Match[str]) -> str:
    code = match[1]
    if len(code) > 1:
        try:
            return chr(int(code[1:], 16))
        except (ValueError, OverflowError):
            raise ExpressionError(f"没有编号为 {code} 的字符。") from None
    return _CONTROL.get(code, match[0])  # a `\d` for a regular expression stays


def _special_name(source: str, at: int, known: list[_Names]) -> Token | None:
    found = [(match, names) for names in known if (match := names.pattern.match(source, at))]
    if found:
        longest, names = max(found, key=lambda pair: pair[0].end())
        return Token("quoted", names.tidy[compact(longest[0])], at, longest.end())
    if match := _WORDED.match(source, at):
        return Token("name", " ".join(match[0].split()), at, match.end())
    return None
