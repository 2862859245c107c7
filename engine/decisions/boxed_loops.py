"""The boxed loops of DMN 1.4: `for`, `some`, `every` and `filter`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from engine.expressions.compile_feel import items_of
from engine.expressions.environment import CALL_COST, Closure, Env
from engine.expressions.limits import Undefined, sized_list
from engine.expressions.values import adopt

Loop = Callable[[str, Closure, Closure], Closure]


def _rounds(variable: str, source: Closure, env: Env) -> Iterator[Env]:
    for item in items_of(source(env)):
        env.run.tick(CALL_COST)
        yield env.inside({variable: adopt(item)})


def _guarded(closure: Closure) -> Closure:
    def guard(env: Env) -> Any:
        try:
            return closure(env)
        except Undefined as why:
            env.note(why)
            return None

    return guard


def _for(variable: str, source: Closure, body: Closure) -> Closure:
    def collect(env: Env) -> list[Any]:
        results: list[Any] = []
        for inner in _rounds(variable, source, env.inside({"partial": results})):
            results.append(body(inner))  # noqa: PERF401  # the body reads the list as it grows
        return sized_list(results)

    return _guarded(collect)


def _quantified(decisive: bool) -> Loop:
    def quantify(variable: str, source: Closure, body: Closure) -> Closure:
        def decide(env: Env) -> bool | None:
            result: bool | None = not decisive
            for inner in _rounds(variable, source, env):
                value: object = body(inner)
                if value is decisive:
                    return decisive
                if not isinstance(value, bool):
                    result = None
            return result

        return _guarded(decide)

    return quantify


def _filter(_variable: str, source: Closure, match: Closure) -> Closure:
    """Build a filter; the entries of an item that is a context are in scope, as in FEEL."""

    def select(env: Env) -> list[Any]:
        chosen: list[Any] = []
        value = source(env)
        for inner in _rounds("item", lambda _env: [] if value is None else value, env):
            item = inner.names["item"]
            if match(inner.inside(item) if isinstance(item, Mapping) else inner) is True:
                chosen.append(item)
        return chosen

    return _guarded(select)


LOOPS: Final[dict[str, Loop]] = {
    "for": _for,
    "some": _quantified(True),
    "every": _quantified(False),
    "filter": _filter,
}
