"""How an instance is saved: its live frontier in our own words, versioned.

`{"f": format, "k": last token number, "t": tokens, "v": variables, "e": end events,
"a": what is ready to run, "c": what the process can undo, "h": changes no condition has
seen, "z": 1 when ended}`. A token is `[id, element, state, up, locals, marks]`, without the
empty tail. `state` is w(aiting), r(eady), s(tarted), e(xpected: on its way to the element) or
d(eparting: done there). `up` is "" directly in the process, the id it hangs on, or `>id` of the
sub process it runs in.
Nothing finished and nothing predicted is in it.

The names are frozen: `tests/engine/saved/` holds an instance of every format.
"""

from __future__ import annotations

import json
from collections import deque
from typing import Any

from SpiffWorkflow.util.task import TaskState

from engine.bpmn.nodes.events import Armed
from engine.bpmn.nodes.gateways import SettlingJoin
from engine.errors import EngineError
from engine.state.tokens import AnyScope, Instance, Token
from engine.state.values import decode, encode, to_json
from engine.state.variables import lasting

FORMAT = 1
CODES = {TaskState.WAITING: "w", TaskState.READY: "r", TaskState.STARTED: "s"}
EXPECTED, DEPARTING = "e", "d"
STATES = {code: state for state, code in CODES.items()} | {
    EXPECTED: TaskState.FUTURE,
    DEPARTING: TaskState.COMPLETED,
}


def dump(instance: Instance) -> bytes:
    """Return the saved form of an instance."""
    data: dict[str, Any] = {"f": FORMAT, "k": instance.counter}
    if instance.tokens:
        data["t"] = [_row(instance, token) for token in instance.tokens.values()]
    if instance.agenda:
        data["a"] = [token.id for token in instance.agenda if not token.gone]
    if instance.outcome:
        data["e"] = instance.outcome
    if instance.ended:
        data["z"] = 1
    elif instance.done:
        data["c"] = encode(instance.done)
    if instance.changes and instance.watching:
        data["h"] = sorted(instance.changes)
    data["v"] = encode(lasting(instance, instance.variables))
    return to_json(data)


def _row(instance: Instance, token: Token) -> list[Any]:
    hangs_on, owner = token.hangs_on, token.scope.owner
    up = hangs_on.id if hangs_on is not None else f">{owner.id}" if owner is not None else ""
    row = [
        token.id,
        token.node.name,
        _code(token),
        up,
        encode(lasting(instance, token.data, token.id)) if token.data else 0,
        encode(token.marks) if token.marks else 0,
    ]
    while not row[-1]:
        row.pop()
    return row


def _code(token: Token) -> str:
    if token.departing:
        return DEPARTING
    return EXPECTED if token.expected else CODES[token._state]


def restore(instance: Instance, blob: bytes) -> None:
    """Fill an empty instance with what was saved.

    Raises:
        EngineError: the format is unknown, or the definition lacks a saved element.
    """
    data = json.loads(blob)
    if data.get("f") != FORMAT:
        raise EngineError(f"不认识的流程状态格式 {data.get('f')}。")
    instance.variables.update(decode(data["v"]))
    for row in data.get("t", ()):
        _place(instance, *row)
    instance.counter = data["k"]
    instance.outcome = list(data.get("e", ()))
    instance.ended = bool(data.get("z"))
    instance.done = decode(data.get("c", []))
    instance.changes = {(name, change, holder) for name, change, holder in data.get("h", ())}
    instance.agenda = deque(instance.tokens[token] for token in data.get("a", ()))


def _place(
    instance: Instance,
    token_id: str,
    element: str,
    state: str,
    up: str = "",
    local: Any = None,
    marks: Any = None,
) -> None:
    scope, parent = _where(instance, up)
    node = scope.spec.task_specs.get(element)
    if node is None:
        raise EngineError(f"流程定义里没有“{element}”，这个实例停在那里。")
    token = Token(scope, node, parent or scope.task_tree, token_id=token_id, state=STATES[state])
    token.expected = state == EXPECTED
    token.departing = token.leaving = state == DEPARTING
    if local:
        token.data.update(decode(local))
    if marks:
        token.marks.update(decode(marks))
    if isinstance(node, Armed) and node.watches(token):
        instance.watching[token_id] = token
    if isinstance(node, SettlingJoin) and node.settles(token):
        instance.joins[token_id] = token


def _where(instance: Instance, up: str) -> tuple[AnyScope, Token | None]:
    if not up:
        return instance, None
    if not up.startswith(">"):
        parent = instance.tokens[up]
        return parent.scope, parent
    owner = instance.tokens[up[1:]]
    scope = instance.subprocesses.get(owner.id)
    return scope or instance.create_subprocess(owner, owner.node.spec), None
