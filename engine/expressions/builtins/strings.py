"""String functions (DMN 1.3, 10.3.4.3). Positions count from 1, negative ones from the end."""

from __future__ import annotations

from typing import Any

from engine.expressions.builtins import arguments as arg
from engine.expressions.builtins import patterns
from engine.expressions.builtins.registry import builtin
from engine.expressions.environment import Run
from engine.expressions.limits import Undefined, sized_text


@builtin("substring", "string", "start position", "length?")
def substring(value: Any, start: Any, length: Any = None) -> str:
    string, first = arg.text(value), arg.whole(start)
    if first == 0:
        raise Undefined("位置从 1 开始，不能是 0。")
    if abs(first) > len(string):
        raise Undefined("位置超出文字长度。")
    begin = first - 1 if first > 0 else len(string) + first
    if length is None:
        return string[begin:]
    count = int(arg.number(length))
    if not 1 <= count <= len(string) - begin:
        raise Undefined("长度应大于 0，且不超出文字。")
    return string[begin : begin + count]


@builtin("string length", "string")
def string_length(value: Any) -> int:
    return len(arg.text(value))


@builtin("upper case", "string")
def upper_case(value: Any) -> str:
    return arg.text(value).upper()


@builtin("lower case", "string")
def lower_case(value: Any) -> str:
    return arg.text(value).lower()


@builtin("trim", "string")
def trim(value: Any) -> str:
    return arg.text(value).strip()


@builtin("substring before", "string", "match")
def substring_before(value: Any, match: Any) -> str:
    before, found, _ = arg.text(value).partition(arg.text(match) or "\0")
    return before if found else ""


@builtin("substring after", "string", "match")
def substring_after(value: Any, match: Any) -> str:
    string, wanted = arg.text(value), arg.text(match)
    return string.partition(wanted)[2] if wanted else string


@builtin("is blank", "string")
def is_blank(value: Any) -> bool:
    return not arg.text(value).strip()


@builtin("contains", "string", "match")
def contains(value: Any, match: Any) -> bool:
    return arg.text(match) in arg.text(value)


@builtin("starts with", "string", "match")
def starts_with(value: Any, match: Any) -> bool:
    return arg.text(value).startswith(arg.text(match))


@builtin("ends with", "string", "match")
def ends_with(value: Any, match: Any) -> bool:
    return arg.text(value).endswith(arg.text(match))


@builtin("matches", "input", "pattern", "flags?")
def matches(run: Run, value: Any, pattern: Any, flags: Any = None) -> bool:
    value = arg.text(value)
    run.tick(len(value) // 16)
    with patterns.paid(run) as pay:
        return patterns.matches(value, arg.text(pattern), pay, arg.text(flags or ""))


@builtin("replace", "input", "pattern", "replacement", "flags?")
def replace(run: Run, value: Any, pattern: Any, new: Any, flags: Any = None) -> str:
    value = arg.text(value)
    run.tick(len(value) // 4)
    with patterns.paid(run) as pay:
        return patterns.replace(value, arg.text(pattern), arg.text(new), pay, arg.text(flags or ""))


@builtin("split", "string", "delimiter")
def split(run: Run, value: Any, delimiter: Any) -> list[str]:
    value = arg.text(value)
    run.tick(len(value) // 4)
    with patterns.paid(run) as pay:
        return patterns.split(value, arg.text(delimiter), pay)


@builtin("extract", "string", "pattern")
def extract(run: Run, value: Any, pattern: Any) -> list[str]:
    value = arg.text(value)
    run.tick(len(value) // 4)
    with patterns.paid(run) as pay:
        return patterns.extract(value, arg.text(pattern), pay)


@builtin("string join", "list", "delimiter?", "prefix?", "suffix?")
def string_join(
    run: Run, values: Any, delimiter: Any = None, prefix: Any = None, suffix: Any = None
) -> str:
    parts = [arg.text(item) for item in arg.items(values, run) if item is not None]
    between, before, after = ("" if t is None else arg.text(t) for t in (delimiter, prefix, suffix))
    # The size is known before the text exists.
    run.tick((sum(map(len, parts)) + len(between) * len(parts)) // 64)
    return sized_text(before + between.join(parts) + after)
