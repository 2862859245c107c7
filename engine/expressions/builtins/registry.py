"""Which built-in functions there are, with which parameters."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from engine.expressions.values import Function

T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Signature:
    """One way to call a function.

    A parameter is written as in the standard; `?` after it makes it optional, `*`
    repeated, and `|` separates names that mean the same place.
    """

    function: Callable[..., Any]
    params: tuple[str, ...]
    #: The function wants the run first, to pay for its work or to know the time.
    takes_run: bool

    @property
    def labels(self) -> list[str]:
        """What a person reads: the parameters' names."""
        return [param.rstrip("?").replace("*", "…").split("|")[0] for param in self.params]

    def accepts(self, count: int, keywords: Sequence[str]) -> bool:
        """Tell whether it can be called with so many arguments, or with these names."""
        required = [param for param in self.params if param[-1] not in "?*"]
        if keywords:
            places = [self._place(key) for key in keywords]
            known = None not in places and len(set(places)) == len(places)
            return known and all(self.params.index(param) in places for param in required)
        if self.params and self.params[-1].endswith("*"):  # at least one of those repeated
            return count > len(required)
        return len(required) <= count <= len(self.params)

    def arrange(self, keywords: Mapping[str, T], missing: T) -> list[T]:
        """Return arguments given by name in the order of the parameters."""
        placed = {self._place(key): value for key, value in keywords.items()}
        last = max(place for place in placed if place is not None)
        return [placed.get(place, missing) for place in range(last + 1)]

    def _place(self, key: str) -> int | None:
        for place, param in enumerate(self.params):
            if key in param.rstrip("?*").split("|"):
                return place
        return None


#: Name → the ways to call it.
REGISTRY: Final[dict[str, list[Signature]]] = {}


def builtin_value(name: str) -> Function | None:
    """Return a built-in as a value that can be kept and passed on; None if there is none.

    It takes the required parameters of its first signature.
    """
    signatures = REGISTRY.get(name)
    if not signatures:
        return None
    chosen = signatures[-1]  # the one written first
    params = tuple(p.rstrip("*").split("|")[0] for p in chosen.params if not p.endswith("?"))

    def call(run: Any, *values: Any) -> Any:
        return chosen.function(run, *values) if chosen.takes_run else chosen.function(*values)

    return Function(params, call)


def builtin(name: str, *params: str) -> Callable[[F], F]:
    """Register a function under FEEL's name. The same name may have several signatures."""

    def register(function: F) -> F:
        takes_run = next(iter(inspect.signature(function).parameters), "") == "run"
        REGISTRY.setdefault(name, []).append(Signature(function, params, takes_run))
        return function

    return register
