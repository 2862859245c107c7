"""Assignment scripts: what a script task may do. One `name = expression` per line."""

from __future__ import annotations

import re
from typing import Final

from engine.errors import ExpressionError
from engine.expressions.limits import MAX_SOURCE, LimitReached
from engine.expressions.program import has_juel, text_program

_LINE: Final = re.compile(r"\s*([^\W\d]\w*)\s*=(?!=)\s*(.+?)\s*")
MAX_LINES: Final = 200


def parse(text: str) -> list[tuple[str, str]]:
    """Return the assignments of a script, each with a text for `evaluate`.

    Empty lines and lines that begin with `//` or `#` are comments. The expression is
    a JUEL body (`amount * 2`), a `${…}` text, or FEEL with a leading `=`.

    Raises:
        ExpressionError: a line is no assignment, or its expression cannot be read.
    """
    if len(text) > MAX_SOURCE * 4 or text.count("\n") > MAX_LINES:
        raise LimitReached("脚本太长。")
    assignments: list[tuple[str, str]] = []
    for number, line in enumerate(text.splitlines(), start=1):
        content = line.strip()
        if not content or content.startswith(("//", "#")):
            continue
        assignments.append(_assignment(content, number))
    return assignments


def _assignment(line: str, number: int) -> tuple[str, str]:
    match = _LINE.fullmatch(line)
    if match is None or match[1].startswith("_"):
        raise ExpressionError(f"脚本第 {number} 行应写成“变量名 = 表达式”。")
    name, body = match[1], match[2]
    expression = body if body.startswith("=") or has_juel(body) else f"${{{body}}}"
    try:
        text_program(expression)
    except ExpressionError as why:
        raise ExpressionError(f"脚本第 {number} 行（{name}）：{why}") from why
    return name, expression
