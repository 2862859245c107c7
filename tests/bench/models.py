"""Three processes of the bench: ten tasks, sixty elements, a loop."""

from __future__ import annotations

import itertools

from tests.engine.office import diagram, flows, user


def chain(count: int, key: str) -> bytes:
    """A process of so many user tasks in a row."""
    names = [f"u{number}" for number in range(count)]
    pairs = ["s>u0", *(f"{a}>{b}" for a, b in itertools.pairwise(names))]
    return diagram(
        '<bpmn:startEvent id="s"/>'
        + "".join(user(name, "g@x") for name in names)
        + '<bpmn:endEvent id="e"/>'
        + flows(*pairs, f"{names[-1]}>e"),
        key=key,
    )


def wide(blocks: int, key: str) -> bytes:
    """Blocks of a task and an exclusive choice of two tasks: 4 elements each, and 4 more."""
    body, pairs, last = ['<bpmn:startEvent id="s"/>'], [], "s"
    for n in range(blocks):
        body += [
            user(f"a{n}", "g@x"),
            f'<bpmn:exclusiveGateway id="g{n}" default="f_g{n}_c{n}"/>',
            user(f"b{n}", "g@x"),
            user(f"c{n}", "g@x"),
        ]
        body.append(f'<bpmn:exclusiveGateway id="j{n}"/>')
        pairs += [
            f"{last}>a{n}",
            f"a{n}>g{n}",
            f"g{n}>b{n}: ${{n == {n % 2}}}",
            f"g{n}>c{n}",
            f"b{n}>j{n}",
            f"c{n}>j{n}",
        ]
        last = f"j{n}"
    return diagram("".join(body) + '<bpmn:endEvent id="e"/>' + flows(*pairs, f"{last}>e"), key=key)


def loop(key: str) -> bytes:
    """Two tasks, round and round until `stop` is true."""
    return diagram(
        '<bpmn:startEvent id="s"/><bpmn:exclusiveGateway id="m"/>'
        + user("u", "g@x")
        + user("v", "g@x")
        + '<bpmn:exclusiveGateway id="x" default="f_x_m"/><bpmn:endEvent id="e"/>'
        + flows("s>m", "m>u", "u>v", "v>x", "x>e: ${stop}", "x>m"),
        key=key,
    )


def timers(key: str) -> bytes:
    """One timer and the end: what a drain is measured with."""
    return diagram(
        '<bpmn:startEvent id="s"/><bpmn:intermediateCatchEvent id="t"><bpmn:timerEventDefinition>'
        "<bpmn:timeDuration>PT1H</bpmn:timeDuration></bpmn:timerEventDefinition>"
        '</bpmn:intermediateCatchEvent><bpmn:endEvent id="e"/>' + flows("s>t", "t>e"),
        key=key,
    )
