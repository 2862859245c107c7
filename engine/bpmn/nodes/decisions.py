"""Business rule tasks: which decision is asked, and in which shape its answer is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from SpiffWorkflow.bpmn.specs import defaults

from engine.bpmn.nodes.activities import Performer
from engine.errors import EngineError
from engine.expressions.limits import Undefined
from engine.state import variables

if TYPE_CHECKING:
    from engine.state.tokens import Token

#: The answer while the task ends: end listeners and output parameters may read it.
RESULT = "decisionResult"


def _only(values: Sequence[Any]) -> Any:
    if len(values) > 1:
        raise Undefined(f"决策返回了 {len(values)} 个结果，这里只允许一个。")
    return values[0] if values else None


class Row(dict[str, Any]):
    """What one matching rule says: output → value."""

    __juel__: ClassVar[Mapping[str, str]] = {
        "getEntry": "entry",
        "getSingleEntry": "single_entry",
        "getFirstEntry": "first_entry",
        "getEntryMap": "entry_map",
    }

    def entry(self, name: Any) -> Any:
        """Return one output."""
        return self.get(name)

    def single_entry(self) -> Any:
        """Return the only output."""
        return _only(list(self.values()))

    def first_entry(self) -> Any:
        """Return the first output."""
        return next(iter(self.values()), None)

    def entry_map(self) -> dict[str, Any]:
        """Return all outputs."""
        return dict(self)


class Rows(list[Row]):
    """What a decision answered: one row per matching rule."""

    __feel__: ClassVar[tuple[str, ...]] = (
        "singleEntry",
        "singleResult",
        "firstResult",
        "resultList",
    )
    __juel__: ClassVar[Mapping[str, str]] = {
        "getSingleEntry": "single_entry",
        "getSingleResult": "single_result",
        "getFirstResult": "first_result",
        "collectEntries": "collect_entries",
        "getResultList": "result_list",
    }

    def __getattr__(self, name: str) -> Any:
        if name not in self.__feel__:
            raise AttributeError(name)
        return getattr(self, self.__juel__[f"get{name[0].upper()}{name[1:]}"])()

    def single_result(self) -> Row | None:
        """Return the only row."""
        row: Row | None = _only(self)
        return row

    def first_result(self) -> Row | None:
        """Return the first row."""
        return self[0] if self else None

    def single_entry(self) -> Any:
        """Return the only output of the only row."""
        row = self.single_result()
        return None if row is None else row.single_entry()

    def collect_entries(self, name: Any = None) -> list[Any]:
        """Return one output of every row; without a name its only one."""
        return [row.single_entry() if name is None else row.get(name) for row in self]

    def result_list(self) -> list[dict[str, Any]]:
        """Return every row."""
        return [dict(row) for row in self]


#: `camunda:mapDecisionResult` → how the answer is kept.
SHAPES = {
    "singleEntry": Rows.single_entry,
    "singleResult": Rows.single_result,
    "collectEntries": Rows.collect_entries,
    "resultList": Rows.result_list,
}


class BusinessRuleTask(Performer, defaults.ServiceTask):
    """Asks a decision; the answer goes to `camunda:resultVariable` or to output parameters."""

    def _run_hook(self, my_task: Token) -> bool | None:
        reference = self.attributes.get("decisionRef")
        if not reference:
            return self.perform(my_task)
        instance = my_task.instance
        found = instance.host.decide(
            instance.run,
            my_task.id,
            str(instance.evaluation.evaluate(my_task, reference)),
            self.attributes.get("decisionRefBinding", "latest"),
            self._version(my_task),
        )
        rows = Rows(Row(row) for row in found)
        instance.trace("decided", my_task, decision=reference, rows=rows.result_list())
        name = self.attributes.get("resultVariable")
        if name:
            variables.write(instance, my_task, {name: self.shape(rows)})
        my_task.data[RESULT] = rows
        return True

    def leave(self, token: Token) -> None:
        try:
            super().leave(token)
        finally:
            token.data.pop(RESULT, None)

    def _version(self, token: Token) -> str | None:
        """Return the version or version tag that is wanted, computed."""
        for name in ("decisionRefVersion", "decisionRefVersionTag"):
            if self.attributes.get(name):
                value = token.instance.evaluation.evaluate(token, self.attributes[name])
                return None if value is None else str(value)
        return None

    def shape(self, rows: Rows) -> Any:
        """Return the answer as `camunda:mapDecisionResult` wants it.

        Raises:
            EngineError: there are more rows or outputs than the shape can hold.
        """
        try:
            return SHAPES[self.attributes.get("mapDecisionResult") or "resultList"](rows)
        except Undefined as why:
            raise EngineError(f"“{self.label or self.element}”（{self.element}）的{why}") from why
