"""The boxed loops of DMN 1.4: `for`, `some`, `every` and `filter`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from engine.expressions.compile_feel import collecting, items_of, selecting
from engine.expressions.environment import CALL_COST, Closure, Env
from engine.expressions.limits import Undefined
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
    return _guarded(collecting(lambda env: _rounds(variable, source, env), body))


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
    """Build a filter, which is FEEL's `source[match]`."""
    return _guarded(selecting(source, match, CALL_COST))


LOOPS: Final[dict[str, Loop]] = {
    "for": _for,
    "some": _quantified(True),
    "every": _quantified(False),
    "filter": _filter,
}
