"""`execution`, `task` and `externalTask`: what a diagram's JUEL may ask of the engine.

Their values are objects of the engine whose class declares what may be read (`__feel__`)
and which methods may be called (`__juel__`: Java's name → ours). Nothing else is reached.
The names are fixed, so a wrong one is refused when the expression is read.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

from engine.errors import ExpressionError
from engine.expressions import values
from engine.expressions.environment import CALL_COST, MISSING, Closure, Env
from engine.expressions.values import adopt, declared

#: Methods that read a variable of the scope by its name.
VARIABLES: Final = frozenset({"getVariable", "hasVariable", "getVariableLocal", "hasVariableLocal"})
_SCOPE: Final = VARIABLES | {
    "setVariable",
    "setVariableLocal",
    "removeVariable",
    "removeVariableLocal",
}
_EXECUTION: Final = (
    "id processInstanceId processBusinessKey businessKey processDefinitionId eventName"
    " currentActivityId currentActivityName activityInstanceId currentTransitionId"
)
_TASK: Final = (
    "id name description assignee owner priority dueDate followUpDate createTime formKey"
    " taskDefinitionKey processInstanceId processDefinitionId executionId eventName"
)
_EXTERNAL: Final = (
    "id topicName workerId errorMessage errorDetails retries priority activityId"
    " processInstanceId processDefinitionId processDefinitionKey executionId businessKey"
)
_CANDIDATES: Final = frozenset(
    {"addCandidateUser", "addCandidateGroup", "deleteCandidateUser", "deleteCandidateGroup"}
)
_SET: Final = frozenset(
    {
        "setAssignee",
        "setOwner",
        "setName",
        "setDescription",
        "setPriority",
        "setDueDate",
        "setFollowUpDate",
    }
)


def _getters(names: str) -> frozenset[str]:
    return frozenset(f"get{name[0].upper()}{name[1:]}" for name in names.split())


#: The properties each object has.
PROPERTIES: Final = {
    "execution": tuple(_EXECUTION.split()),
    "task": tuple(_TASK.split()),
    "externalTask": tuple(_EXTERNAL.split()),
}
#: The methods each object has.
METHODS: Final = {
    "execution": _SCOPE | _getters(_EXECUTION),
    "task": _SCOPE | _CANDIDATES | _SET | _getters(_TASK),
    "externalTask": _getters(_EXTERNAL),
}
#: A call that changes something: allowed in listeners and expressions that are run, only.
EFFECT: Final = re.compile(r"\b(execution|task)\s*\.\s*(set|remove|add|delete)[A-Z]\w*\s*\(")


def speaks(target: str, name: str) -> bool:
    """Tell whether `target.name(…)` is for the engine; `execution` can be nothing else."""
    return target == "execution" or name in METHODS.get(target, ())


def call(target: str, name: str, args: tuple[Closure, ...], *, traced: bool) -> Closure:
    """Build the call of a method of one of the objects.

    Raises:
        ExpressionError: it has no such method, or takes other arguments.
    """
    if name not in METHODS[target]:
        raise ExpressionError(f"不能使用 execution.{name}；可用 execution.getVariable('名称')。")
    wanted = 0 if name.startswith("get") and name not in VARIABLES else 1
    wanted += name in ("setVariable", "setVariableLocal")
    if len(args) != wanted:
        raise ExpressionError(f"{target}.{name} 应有 {wanted} 个参数。")
    if name in VARIABLES:
        return _variable(target, name, args[0], traced=traced)
    return _method(target, name, args)


def _variable(target: str, name: str, wanted: Closure, *, traced: bool) -> Closure:
    """Read a variable through the scope: `execution` need not be there for it."""

    def read(env: Env) -> Any:
        variable = wanted(env)
        if not isinstance(variable, str):
            raise ExpressionError(f"{target}.{name} 的参数应为变量名。")
        value = _local(env, target, variable) if name.endswith("Local") else env.get(variable)
        if traced:
            env.run.values.setdefault(variable, values.plain(None if value is MISSING else value))
        if name.startswith("has"):
            return value is not MISSING
        return None if value is MISSING else value

    return read


def _local(env: Env, target: str, variable: str) -> Any:
    speaker = env.get(target)
    scope = getattr(speaker, "local", None) if declared(speaker) else None
    if scope is None:
        return env.get(variable)
    return adopt(scope[variable]) if variable in scope else MISSING


def _method(target: str, name: str, args: tuple[Closure, ...]) -> Closure:
    def invoke(env: Env) -> Any:
        env.run.tick(CALL_COST)
        speaker = env.get(target)
        found = _bound(speaker, name)
        if found is None:
            raise ExpressionError(f"这里没有 {target}，不能使用 {target}.{name}。")
        return adopt(found(*[arg(env) for arg in args]))

    return invoke


def _bound(speaker: Any, name: str) -> Callable[..., Any] | None:
    methods: dict[str, str] = getattr(type(speaker), "__juel__", {})
    if name in methods:
        found: Callable[..., Any] = getattr(speaker, methods[name])
        return found
    if name.startswith("get"):
        read = name[3].lower() + name[4:]
        if read in declared(speaker):
            return lambda: getattr(speaker, read)
    return None
