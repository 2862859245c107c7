"""Context functions (DMN 1.3, 10.3.4.11, and those of 1.4)."""

from __future__ import annotations

from typing import Any

from engine.expressions.builtins import arguments as arg
from engine.expressions.builtins.registry import builtin
from engine.expressions.environment import Run
from engine.expressions.limits import Undefined, sized_list
from engine.expressions.values import adopt


@builtin("get value", "m|context", "key|keys")
def get_value(run: Run, m: Any, key: Any) -> Any:
    value = m
    for step in _path(key, run):
        value = adopt(arg.context(value).get(step))
    return value


def _path(key: Any, run: Run) -> list[str]:
    keys = [arg.text(step) for step in arg.items(key, run)]
    if not keys:
        raise Undefined("缺少键。")
    return keys


@builtin("get entries", "m|context")
def get_entries(run: Run, m: Any) -> list[Any]:
    entries = arg.context(m)
    run.tick(len(entries))
    return sized_list([{"key": key, "value": adopt(value)} for key, value in entries.items()])


@builtin("context", "entries")
def context(run: Run, entries: Any) -> dict[str, Any]:
    built: dict[str, Any] = {}
    for entry in arg.items(entries, run):
        pair = arg.context(entry)
        key = arg.text(pair.get("key"))
        if key in built or "value" not in pair:
            raise Undefined(f"键“{key}”重复，或没有值。")
        built[key] = adopt(pair["value"])
    return built


@builtin("put", "context", "key|keys", "value")
@builtin("context put", "context", "key|keys", "value")
def context_put(run: Run, m: Any, key: Any, value: Any) -> dict[str, Any]:
    return _put(m, _path(key, run), value, run)


def _put(m: Any, keys: list[str], value: Any, run: Run) -> dict[str, Any]:
    entries = dict(arg.context(m))
    run.tick(len(entries) + 1)
    first, *rest = keys
    inner = entries.get(first)
    entries[first] = _put({} if inner is None else inner, rest, value, run) if rest else value
    return entries


@builtin("put all", "context*")
@builtin("context merge", "contexts*")
def context_merge(run: Run, *contexts: Any) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for m in arg.spread(contexts, run):
        entries = arg.context(m)
        run.tick(len(entries))
        merged |= entries
    return merged
