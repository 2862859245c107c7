"""Automatic steps: one token after the other, until everything waits.

No step looks at more than its own token. Conditional events are looked at when a variable
has changed, and tokens at inclusive joins only when nothing is left to do.
"""

from __future__ import annotations

from SpiffWorkflow.util.task import TaskState

from engine.bpmn.nodes.base import AFTER, BEFORE
from engine.errors import EngineError, StepBudgetExceeded
from engine.state import propagation
from engine.state.tokens import Instance, Token

#: Steps without a wait in one command; more is a loop that does not end.
MAX_STEPS = 2000
#: Tokens of one instance at the same time.
MAX_TOKENS = 20_000


def advance(instance: Instance, budget: int) -> int:
    """Run what is ready, and what becomes ready by it; return the number of steps."""
    steps = 0
    while (token := step(instance)) is not None:
        steps += 1
        if steps > budget or len(instance.tokens) > MAX_TOKENS:
            raise _exceeded(token, steps, budget)
    return steps


def step(instance: Instance) -> Token | None:
    """Do one thing: run a token, or let one happen that waited for the rest to stand still.

    Return the token it happened to; None when only waits are left.
    """
    if instance.watching and (token := _look_at_conditions(instance)) is not None:
        return token
    while instance.agenda:
        token = instance.agenda.popleft()
        if not token.gone:
            instance.stepping = True
            try:
                with propagation.throwing(token):
                    _move(instance, token)
            finally:
                instance.stepping = False
            return token
    return None if instance.ended else _settle(instance)


def _move(instance: Instance, token: Token) -> None:
    """Let the token go on, or arrive, and run it if that makes it ready."""
    if token.departing:
        token.node.go(token)
        return
    if token.expected:
        token.arrive()
        if not instance.agenda or instance.agenda[-1] is not token:
            return
        if instance.watching and _may_look(instance):
            return  # a condition may interrupt it before it runs
        instance.agenda.pop()
    token.run()


def _exceeded(token: Token, steps: int, budget: int) -> StepBudgetExceeded:
    where = f"“{token.node.label or token.node.element}”（{token.node.element}）"
    if steps > budget:
        return StepBudgetExceeded(
            f"连续运行超过 {budget} 步仍没有停下，最后在{where}，请检查流程图里的循环。"
        )
    return StepBudgetExceeded(f"同时进行的步骤超过 {MAX_TOKENS} 个，最后在{where}。")


def _settle(instance: Instance) -> Token | None:
    for token in list(instance.joins.values()):
        if token.node.may_join(token):
            token.node.join(token)
            return token
    return None


def _may_look(instance: Instance) -> bool:
    """Tell whether a condition may hold now that did not before."""
    if not instance.watching:
        return False
    return bool(instance.changes) or any(
        "new" in arm
        for token in instance.watching.values()
        for arm in token.marks.get("arms", {}).values()
    )


def _look_at_conditions(instance: Instance) -> Token | None:
    """Let every conditional event happen whose condition holds, outer scopes first."""
    if not _may_look(instance):
        return None
    changes, instance.changes = instance.changes, set()
    happened: Token | None = None
    for token in list(instance.watching.values()):
        if token.gone:
            continue
        for slot, event in list(token.node.conditions(token)):
            if event.is_met(token, slot, changes):
                token.node.happened(token, slot, {})
                happened = token
                break
    return happened


def is_ready(instance: Instance) -> bool:
    """Tell whether something would happen without anything coming from outside."""
    if instance.ended:
        return False
    return (
        any(not token.gone for token in instance.agenda)
        or any(token.node.may_join(token) for token in instance.joins.values())
        or _may_look(instance)
    )


def hold(instance: Instance) -> list[str]:
    """Let each token that is on its way wait as before or behind an asynchronous continuation.

    What goes wrong with one then keeps no other from going on. Return the tokens.
    """
    held = []
    for token in list(instance.agenda):
        if token.gone or not (token.departing or token.expected):
            continue
        token.marks["async"] = AFTER if token.departing else BEFORE
        token.departing = token.expected = False
        token._set_state(TaskState.WAITING)
        instance.agenda.remove(token)
        held.append(token.id)
    return held


def check_alive(instance: Instance) -> None:
    """Refuse to save an instance that neither ended nor can ever go on.

    Raises:
        EngineError: nothing waits and nothing is ready; names where the tokens stand.
    """
    if instance.ended or is_ready(instance):
        return
    for token in instance.tokens.values():
        if next(token.node.waits(token), None) is not None:
            return
    stuck = sorted({token.node.element for token in instance.tokens.values()})
    raise EngineError(
        f"流程卡住了：没有任何待办、定时或消息，令牌停在 {'、'.join(stuck[:5]) or '空处'}。"
        "请检查合并网关的每条进线是否都会走到。"
    )
