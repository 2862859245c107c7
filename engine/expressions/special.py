"""Names that the parser of FEEL must be told, since they look like more than a name.

`a-b`, `x and y`, `in stock`: only who knows them can tell that they are one word.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from engine.expressions.lexer import compact, spelled

#: Words that end a name.
STOPS: Final = frozenset(
    {"and", "or", "in", "between", "then", "else", "return", "satisfies", "instance"}
)
#: Words that begin something else than a name.
BEGINNINGS: Final = frozenset({"if", "for", "some", "every", "not", "function"})
_SIMPLE_NAME: Final = re.compile(r"[^\W\d]\w*(?: \w+)*")
#: A name that an author may give: it begins like one, and has no brackets, quotes or colons.
_ANY_NAME: Final = re.compile(
    r"(?:\??[^\W\d]|[\u2070-\u2fef\U00010000-\U000effff])[^\"()\[\]{}<>=,:;!@`]*"
)
_WRITTEN: Final = r"[^\s\"{}\[\](),:@<>=][^\"{}\[\](),:@<>=]{0,100}?"
_KEY: Final = re.compile(rf'[{{,(]\s*(?:"((?:[^"\\]|\\.){{1,100}})"|({_WRITTEN}))\s*:')
_TEXT: Final = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_LOOP: Final = re.compile(rf"(?:\b(?:for|some|every)\s|,)\s*({_WRITTEN})\s+in\s")
_LOOPING: Final = re.compile(r"\b(?:for|some|every)\s")
_PARAMS: Final = re.compile(r"\bfunction\s*\(([^\"(){}\[\]]{1,1000})\)")


def is_simple_name(name: str) -> bool:
    """Tell whether the parser finds the end of a name by itself."""
    words = name.split()
    return (
        _SIMPLE_NAME.fullmatch(name) is not None
        and not STOPS & set(words)
        and (len(words) == 1 or words[0] not in BEGINNINGS)
    )


def special_names(names: Iterable[str]) -> tuple[str, ...]:
    """Return those of the names that the parser must be told, longest first."""
    tidy = {" ".join(name.split()) for name in names}
    special = [n for n in tidy if n and not is_simple_name(n) and _ANY_NAME.fullmatch(n)]
    return tuple(sorted(special, key=lambda name: (-len(name), name)))


def _is_label(key: re.Match[str], source: str) -> bool:
    """Tell whether an entry computes what its key says: `"a - b": a - b`.

    An entry is no name in its own value, but a function may call itself.
    """
    name = compact(key[1] or key[2])
    if name in STOPS or is_simple_name(name):
        return False
    value = _value_at(source, key.end())
    return name in compact(value) and not value.lstrip().startswith(("function", '"'))


def _value_at(source: str, start: int) -> str:
    """Return the text up to the comma or the bracket that ends it."""
    depth, at = 0, start
    while at < len(source):
        if (text := _TEXT.match(source, at)) is not None:
            at = text.end()
            continue
        if depth == 0 and source[at] in ",)]}":
            break
        depth += (source[at] in "([{") - (source[at] in ")]}")
        at += 1
    return source[start:at]


def declared_names(source: str) -> tuple[str, ...]:
    """Return the special names that the text itself declares."""
    keys = _KEY.finditer(source) if ":" in source else ()
    found = [key[1] or key[2] for key in keys if not _is_label(key, source)]
    if " in " in source and _LOOPING.search(source):  # `[x, a - b in c]` declares nothing
        found += [match[1] for match in _LOOP.finditer(source)]
    for match in _PARAMS.finditer(source) if "function" in source else ():
        found += [param.partition(":")[0] for param in match[1].split(",")]
    return spelled(special_names(found)) if found else ()
