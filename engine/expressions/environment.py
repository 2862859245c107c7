"""Where names are looked up while an expression runs, and what the run has cost so far."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, Final

from engine import clock
from engine.expressions import limits
from engine.expressions.values import PLAIN, Function, adopt

#: A compiled expression.
Closure = Callable[["Env"], Any]
Functions = Mapping[str, Callable[..., Any]]
#: Stands for a name that is nowhere (null is a value).
MISSING: Final = object()
#: What one call costs besides its work.
CALL_COST: Final = 5


class Run:
    """One evaluation: the caller's functions, the work left, what was noticed."""

    __slots__ = (
        "_now", "broken", "calls", "deepest", "functions", "missing", "notes", "steps", "trace",
        "values",
    )  # fmt: skip

    def __init__(self, functions: Functions) -> None:
        self.functions = functions
        self.steps = limits.MAX_STEPS
        self.calls, self.deepest = 0, limits.MAX_CALLS
        self._now: datetime | None = None
        #: Why something became null; filled only when an explanation was asked for.
        self.notes: list[str] | None = None
        #: What could not be read and was null therefore, the first of it.
        self.broken: str | None = None
        self.missing: set[str] = set()
        self.trace: list[dict[str, Any]] = []
        self.values: dict[str, Any] = {}

    def tick(self, steps: int) -> None:
        """Pay for work before it is done.

        Raises:
            LimitReached: the evaluation has used up its steps.
        """
        self.steps -= steps
        if self.steps < 0:
            raise limits.LimitReached("表达式计算量太大，已停止。")

    def invoke(self, function: Function, values: Sequence[Any]) -> Any:
        """Call a function value; how deep such calls may nest is bounded.

        Raises:
            Undefined: it takes another number of values (`sort` calls what it is given).
        """
        if len(values) != len(function.params):
            raise limits.Undefined(f"函数的参数应为 {len(function.params)} 个。")
        self.tick(CALL_COST)
        self.calls += 1
        try:
            if self.calls > self.deepest:
                raise limits.LimitReached("函数互相调用太深。")
            return function.call(self, *values)
        finally:
            self.calls -= 1

    def now(self) -> datetime:
        """Return the moment of this evaluation: the same at every call."""
        if self._now is None:
            told = self.functions.get("now")
            self._now = adopt(told() if told else clock.now().astimezone(clock.CHINA))
        return self._now


class Env:
    """A mapping of names, inside another."""

    __slots__ = ("names", "parent", "run")

    def __init__(self, names: Mapping[str, Any], run: Run, parent: Env | None = None) -> None:
        self.names = names
        self.run = run
        self.parent = parent

    def get(self, name: str) -> Any:
        """Return the value of a name, or `MISSING`."""
        env: Env | None = self
        while env is not None:
            try:
                value = env.names[name]
            except KeyError:
                env = env.parent
            else:
                return value if type(value) in PLAIN else adopt(value)
        return MISSING

    def all_names(self) -> list[str]:
        """Return the names that can be read here, at most some hundred: for messages."""
        names: list[str] = []
        env: Env | None = self
        while env is not None:
            names += [
                name for name in islice(env.names, 300) if isinstance(name, str) and len(name) <= 40
            ]
            env = env.parent
        return names

    def inside(self, names: Mapping[str, Any]) -> Env:
        """Return an environment in which these names come first."""
        return Env(names, self.run, self)

    def note(self, why: Exception) -> None:
        """Remember why a value became null."""
        if self.run.notes is not None and len(self.run.notes) < 20:
            self.run.notes.append(str(why))
