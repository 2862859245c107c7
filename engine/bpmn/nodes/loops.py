"""Bodies of multi-instance activities and standard loops, which start their items."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from SpiffWorkflow.bpmn.specs import defaults
from SpiffWorkflow.util.task import TaskState

from engine.bpmn.nodes import compensation
from engine.bpmn.nodes.base import Node, NodeInfo
from engine.errors import EngineError
from engine.state import propagation, variables
from engine.state.evaluation import as_expression
from engine.state.host import Write
from engine.state.values import storable

if TYPE_CHECKING:
    from engine.state.tokens import Token

MAX_ITEMS = 1000
COUNT = re.compile(r"\d{1,9}", re.A)


class Body(Node):
    """Holds the items; what hangs on an activity with a marker hangs on its body."""

    #: Name of the spec of one item.
    item_name: str

    def enter(self, token: Token) -> None:
        """Take the token in; mappings and listeners belong to each item."""
        token.instance.trace("entered", token, body=True)
        for event in self.boundary:
            event.attach(token)
        token._ready()

    def leave(self, token: Token) -> None:
        """End the work here when all items are done."""
        if self.undoable:
            compensation.hand_up(token)
        token.instance.trace("left", token, body=True)

    def traits(self, token: Token) -> dict[str, Any]:
        return {"body": True}

    def _on_cancel(self, my_task: Token) -> None:
        if self.was_entered(my_task):
            my_task.instance.trace("cancelled", my_task, body=True)

    def count(self, body: Token, **counters: int) -> None:
        """Set the variables in which a body counts; conditional events may wait for them."""
        instance = body.instance
        if instance.watching:
            instance.changes |= {
                (name, "update" if name in body.data else "create", body.id) for name in counters
            }
        body.data.update(counters)

    def start_item(self, body: Token, local: dict[str, Any]) -> None:
        """Begin with one more item, with its own local variables."""
        self.new_item(body, local).expect()

    def new_item(self, body: Token, local: dict[str, Any]) -> Token:
        """Put a token in front of one more item."""
        node: Node = self._wf_spec.task_specs[self.item_name]
        item = body.scope.spawn(node, on=body)
        item.data.update(local)
        item.instance.writes += [
            Write(name, value, item.id, item.id) for name, value in local.items()
        ]
        return item

    def items(self, body: Token) -> list[Token]:
        """Return the items at work."""
        return [token for token in body.attached if token.node.is_item]

    def item_done(self, body: Token, item: Token) -> None:
        """One item has finished."""
        raise NotImplementedError

    def finish(self, body: Token) -> None:
        """Cancel the items still at work, and go on."""
        for item in self.items(body):
            item.cancel()
        with propagation.throwing(body):  # of a listener of the flow behind it
            body.complete()


class MultiInstance(Body, defaults.ParallelMultiInstanceTask):
    """One item per element of a collection, at once or one after the other."""

    def __init__(
        self,
        wf_spec: Any,
        name: str,
        info: NodeInfo,
        *,
        item_name: str,
        sequential: bool,
        cardinality: str,
        collection: str,
        element_variable: str,
        completion: str,
        output: tuple[str, str] = ("", ""),
    ) -> None:
        super().__init__(
            wf_spec,
            name,
            info,
            task_spec=item_name,
            cardinality=cardinality or None,
            condition=completion or None,
        )
        self.item_name = item_name
        self.sequential = sequential
        self.collection = collection
        self.element_variable = element_variable
        #: The variable that collects, and the local variable of each item that it takes.
        self.output, self.output_item = output

    def _elements(self, body: Token) -> list[Any]:
        evaluation = body.instance.evaluation
        if self.collection:
            found = evaluation.evaluate(body, as_expression(self.collection))
            if not isinstance(found, list | tuple):
                raise self._refusal(f"集合 {self.collection} 不是列表")
            elements = list(found)
        else:
            count = _as_number(evaluation.evaluate(body, as_expression(self.cardinality or "0")))
            if not _is_count(count):
                raise self._refusal(f"次数 {self.cardinality} 不是非负整数")
            if count > MAX_ITEMS:
                raise self._refusal(f"要产生 {count} 个多实例，超过上限 {MAX_ITEMS}")
            elements = [None] * int(count)
        if len(elements) > MAX_ITEMS:
            raise self._refusal(f"要产生 {len(elements)} 个多实例，超过上限 {MAX_ITEMS}")
        return elements

    def _refusal(self, what: str) -> EngineError:
        return EngineError(f"“{self.label or self.element}”（{self.element}）{what}。")

    def _run_hook(self, my_task: Token) -> bool | None:
        elements = [storable(item, self.element_variable) for item in self._elements(my_task)]
        if self.output:
            my_task.marks["out"] = [None] * len(elements)
        if not elements:
            return True
        active = 1 if self.sequential else len(elements)
        self.count(
            my_task,
            nrOfInstances=len(elements),
            nrOfCompletedInstances=0,
            nrOfActiveInstances=active,
        )
        # The items may end one another before this returns: STARTED comes first.
        my_task._set_state(TaskState.STARTED)
        if self.sequential:
            my_task.marks["items"] = elements
        for index in range(active):
            self._start(my_task, index, elements[index])
        return None

    def _start(self, body: Token, index: int, element: Any) -> None:
        local: dict[str, Any] = {"loopCounter": index}
        if self.element_variable and self.collection:
            local[self.element_variable] = element
        if self.output_item:
            local.setdefault(self.output_item, None)
        self.start_item(body, local)

    def begin_empty(self, body: Token) -> None:
        """Begin without an item: an operator adds one (`add_item`), the collection is not asked."""
        super().enter(body)
        body.instance.agenda.remove(body)
        body._set_state(TaskState.STARTED)
        self.count(body, nrOfInstances=0, nrOfCompletedInstances=0, nrOfActiveInstances=0)
        if self.output:
            body.marks["out"] = []
        if self.sequential:
            body.marks["items"] = []

    def add_item(self, body: Token) -> Token:
        """Put a token in front of one item more than there were; it has no element.

        Raises:
            EngineError: one after the other is wanted, and one is at work.
        """
        if self.sequential and self.items(body):
            raise self._refusal("是顺序多实例，正在办理一个，不能同时增加")
        last = [item.data["loopCounter"] for item in self.items(body)]
        data = body.data
        index = max([data["nrOfInstances"] - 1, *last]) + 1
        self.count(
            body,
            nrOfInstances=data["nrOfInstances"] + 1,
            nrOfActiveInstances=data["nrOfActiveInstances"] + 1,
        )
        if "out" in body.marks:
            body.marks["out"] += [None] * (index + 1 - len(body.marks["out"]))
        if "items" in body.marks:
            body.marks["items"].append(None)
        return self.new_item(body, {"loopCounter": index})

    def lost_item(self, body: Token) -> None:
        """One item was taken away; as in Camunda, the number of all stays what it was."""
        self.count(body, nrOfActiveInstances=body.data["nrOfActiveInstances"] - 1)

    def leave(self, token: Token) -> None:
        """Hand over what the items gave: one place each, null for those that did not end."""
        collected = token.marks.pop("out", None)
        if collected is not None:
            around = token.hangs_on or token.scope.owner
            variables.write(token.instance, around, {self.output: collected})
        super().leave(token)

    def item_done(self, body: Token, item: Token) -> None:
        data = body.data
        if "out" in body.marks:
            given = variables.visible(body.instance, item).get(self.output_item)
            body.marks["out"][item.data["loopCounter"]] = given
        following = item.data["loopCounter"] + 1
        active = data["nrOfActiveInstances"] - 1
        if self.sequential:
            active = int(following < data["nrOfInstances"])
        self.count(
            body,
            nrOfCompletedInstances=data["nrOfCompletedInstances"] + 1,
            nrOfActiveInstances=active,
        )
        enough = bool(self.condition) and self._enough(body, item)
        item.retire()
        if enough or not active:
            self.finish(body)
        elif self.sequential:
            self._start(body, following, body.marks["items"][following])

    def _enough(self, body: Token, item: Token) -> bool:
        holds, why = body.instance.evaluation.condition(item, self.condition)
        body.instance.trace("chosen", body, body=True, flows=[], conditions=[why])
        return holds


def _as_number(value: Any) -> Any:
    """Read a number that was written as a text, as Camunda does."""
    return int(value) if isinstance(value, str) and COUNT.fullmatch(value) else value


def _is_count(value: Any) -> bool:
    is_number = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
    return is_number and value >= 0 and value == int(value)


class StandardLoop(Body, defaults.StandardLoopTask):
    """Repeats its item while a condition holds, at most so many times."""

    def __init__(
        self,
        wf_spec: Any,
        name: str,
        info: NodeInfo,
        *,
        item_name: str,
        maximum: int | None,
        condition: str,
        test_before: bool,
    ) -> None:
        super().__init__(
            wf_spec,
            name,
            info,
            task_spec=item_name,
            maximum=maximum,
            condition=condition or None,
            test_before=test_before,
        )
        self.item_name = item_name

    def _goes_on(self, token: Token, done: int) -> bool:
        if self.maximum is not None and done >= self.maximum:
            return False
        if not self.condition:
            return True
        holds, _ = token.instance.evaluation.condition(token, self.condition)
        return holds

    def _run_hook(self, my_task: Token) -> bool | None:
        self.count(my_task, loopCounter=0)
        if self.test_before and not self._goes_on(my_task, 0):
            return True
        my_task._set_state(TaskState.STARTED)
        self.start_item(my_task, {"loopCounter": 0})
        return None

    def item_done(self, body: Token, item: Token) -> None:
        done = item.data["loopCounter"] + 1
        self.count(body, loopCounter=done)
        item.data["loopCounter"] = done  # the condition asks how many rounds there were
        again = self._goes_on(item, done)
        item.retire()
        if again:
            self.start_item(body, {"loopCounter": done})
        else:
            self.finish(body)
