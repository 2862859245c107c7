"""`execution` and `task` as a diagram's expressions see them: what they read, what they change.

Changes of variables are made at once. Changes of a human task are only noted
(`Instance.task_changes`): the command that moves the instance writes them with its row.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from engine.errors import ExpressionError
from engine.expressions.context import PROPERTIES
from engine.state import variables

if TYPE_CHECKING:
    from engine.state.tokens import Token

_SCOPE = {
    "setVariable": "set_variable",
    "setVariableLocal": "set_variable_local",
    "removeVariable": "remove_variable",
    "removeVariableLocal": "remove_variable_local",
}


class _Speaker:
    """What `execution` and `task` have in common: they are scopes of variables.

    Python's names do not meet Java's: properties are looked up in `_facts`.
    """

    __feel__: ClassVar[tuple[str, ...]] = ()
    __juel__: ClassVar[Mapping[str, str]] = {}

    def __init__(self, token: Token, *, acts: bool) -> None:
        self._token = token
        self._acts = acts

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return self._facts().get(name)

    def _facts(self) -> Mapping[str, Any]:
        raise NotImplementedError

    @property
    def local(self) -> Mapping[str, Any]:
        """The variables of this scope only."""
        return variables.layers(self._token.instance, self._token)[0]

    def set_variable(self, name: Any, value: Any) -> None:
        """Set a variable where it is, else at the instance."""
        self._check()
        variables.write(self._token.instance, self._token, {name: value})

    def set_variable_local(self, name: Any, value: Any) -> None:
        """Set a variable here."""
        self._check()
        variables.write(self._token.instance, self._token, {name: value}, local=True)

    def remove_variable(self, name: Any) -> None:
        """Take a variable away where it is."""
        self._check()
        variables.remove(self._token.instance, self._token, [name])

    def remove_variable_local(self, name: Any) -> None:
        """Take a variable away here."""
        self._check()
        variables.remove(self._token.instance, self._token, [name], local=True)

    def _check(self) -> None:
        if not self._acts:
            raise ExpressionError("只有监听器、服务任务的表达式和脚本可以改变变量或待办。")


class ExecutionSpeaker(_Speaker):
    """`execution`: the instance, and where the token stands."""

    __feel__ = PROPERTIES["execution"]
    __juel__ = _SCOPE

    def _facts(self) -> Mapping[str, Any]:
        token = self._token
        instance, node = token.instance, token.node
        element = getattr(node, "element", "") or None
        return {
            **instance.host.facts,
            "eventName": instance.event or None,
            "currentActivityId": element,
            "currentActivityName": getattr(node, "label", "") or None,
            "activityInstanceId": f"{element}:{token.id}" if element else None,
            "currentTransitionId": instance.flow or None,
        }


def _changing(name: str) -> Any:
    def change(self: TaskSpeaker, value: Any) -> None:
        self._check()
        self._token.instance.task_changes.setdefault(self._token.id, []).append((name, value))

    return change


class TaskSpeaker(_Speaker):
    """`task`: the human task the token waits at, about to be opened or open."""

    __feel__ = PROPERTIES["task"]
    __juel__ = {
        **_SCOPE,
        "setAssignee": "set_assignee",
        "setOwner": "set_owner",
        "setName": "set_name",
        "setDescription": "set_description",
        "setPriority": "set_priority",
        "setDueDate": "set_due_date",
        "setFollowUpDate": "set_follow_up_date",
        "addCandidateUser": "add_candidate_user",
        "addCandidateGroup": "add_candidate_group",
        "deleteCandidateUser": "delete_candidate_user",
        "deleteCandidateGroup": "delete_candidate_group",
    }

    set_assignee = _changing("assignee")
    set_owner = _changing("owner")
    set_name = _changing("name")
    set_description = _changing("description")
    set_priority = _changing("priority")
    set_due_date = _changing("dueDate")
    set_follow_up_date = _changing("followUpDate")
    add_candidate_user = _changing("+user")
    add_candidate_group = _changing("+group")
    delete_candidate_user = _changing("-user")
    delete_candidate_group = _changing("-group")

    def _facts(self) -> Mapping[str, Any]:
        token = self._token
        instance = token.instance
        return {
            **instance.host.task(instance.run, token.id),
            "taskDefinitionKey": token.node.element,
            "eventName": instance.event or None,
        }


class ExternalTaskSpeaker:
    """`externalTask`: what a worker said, for `camunda:errorEventDefinition`."""

    __feel__ = PROPERTIES["externalTask"]

    def __init__(self, facts: Mapping[str, Any]) -> None:
        self._facts = facts

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return self._facts.get(name)
