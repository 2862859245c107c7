"""Random diagrams without structure: flows lead anywhere, events stand everywhere.

Nobody says what they should do. But saved or not they must do the same, and whatever stands
still must wait for something.
"""

from __future__ import annotations

import random
from collections.abc import Callable

from tests.engine.bpmn_builder import (
    boundary,
    call,
    cancel,
    catch,
    compensate,
    complex_gateway,
    conditional,
    diagram,
    element,
    end,
    error,
    escalation,
    flow,
    inclusive,
    loop,
    message,
    multi,
    parallel,
    script,
    signal,
    start,
    sub,
    terminate,
    throw,
    timer,
    undoing,
    user,
    xor,
)

EVENTS: dict[str, list[str]] = {
    "message": [message("m1"), message("m2")],
    "signal": [signal()],
    "timer": [timer("PT1H"), timer("R2/PT1H", "Cycle")],
    "condition": [
        conditional(f"${{{text}}}") for text in ("q == 2", "c > 2", "nrOfCompletedInstances >= 1")
    ],
    "error": [error("err1"), error("err2"), error("")],
    "escalation": [escalation("esc1"), escalation("")],
}
WAITED_FOR = ("message", "signal", "timer", "condition")
CONDITIONS = ("${c < 3}", "${q == 2}", "${c % 2 == 0}")
MARKERS = [
    multi("xs", "it"),
    multi("xs", "it", sequential=True),
    multi("xs", "it", completion="${nrOfCompletedInstances >= 1}"),
    loop("${c < 3}", maximum=3),
]
GATEWAYS: dict[str, Callable[..., str]] = {
    "x": xor,
    "a": parallel,
    "o": inclusive,
    "k": lambda name, **given: complex_gateway(name, "${activationCount >= 2}", **given),
}
ENDS = (error("err2"), escalation(), terminate(), compensate(), "")
KINDS = (*"uuuuuux", *"aokpq", *"ssstvwc")


class Graphs:
    """Draws lots; the same seed gives the same diagram."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.count = 0

    def name(self, kind: str) -> str:
        self.count += 1
        return f"{kind}{self.count}"

    def odds(self, chance: float) -> bool:
        return self.random.random() < chance

    def model(self) -> bytes:
        return diagram(self.scope(2, start(self.name("b"))))

    def scope(self, depth: int, begin: str, last: str = "") -> str:
        """Draw the inside of a process or sub process behind its start event."""
        nodes = [self.node(depth) for _ in range(self.random.randint(2, 6))]
        xml = begin + "".join(drawn for _, drawn in nodes)
        ways = [name for name, _ in nodes]
        sources = list(ways)
        for name in ways:
            if name[0] in "uscv":
                events, drawn = self.beside(name)
                sources += events
                xml += drawn
        ends = [self.name("e") for _ in range(2)]
        xml += end(ends[0]) + end(ends[1], last or self.random.choice(ENDS))
        first = begin.split('id="', 1)[1].split('"', 1)[0]
        xml += flow(first, self.random.choice(ways), name=self.name("f"))
        for number, source in enumerate(sources):
            xml = self.lead(xml, source, ways[number + 1 :] if source in ways else ways, ends)
        if depth >= 0:
            xml += "".join(self.handlers())
        return xml

    def node(self, depth: int) -> tuple[str, str]:
        kind = self.random.choice(KINDS)
        if depth <= 0 and kind in "sv":
            kind = "u"
        name, given = self.name(kind), {}
        if self.odds(0.1):
            given["camunda__asyncBefore"] = "true"
        if self.odds(0.1):
            given["camunda__asyncAfter"] = "true"
        marker = self.random.choice(MARKERS) if self.odds(0.25) else ""
        if kind in GATEWAYS:
            return name, GATEWAYS[kind](name, **given)
        if kind == "s":
            inside = self.scope(depth - 1, start(self.name("b")))
            return name, sub(name, inside, marker, **given)
        if kind == "v":
            inside = self.scope(depth - 1, start(self.name("b")), cancel())
            return name, element("transaction", name, inside, **given)
        plain = {
            "u": lambda: user(name, marker, **given),
            "c": lambda: call(name, "child", marker, **given),
            "p": lambda: throw(name, compensate(wait=self.odds(0.6))),
            "q": lambda: throw(name, escalation()),
            "t": lambda: catch(name, self.event(self.random.choice(WAITED_FOR)), **given),
            "w": lambda: script(name, "c = c + 1", **given),
        }
        return name, plain[kind]()

    def event(self, kind: str) -> str:
        return self.random.choice(EVENTS[kind])

    def beside(self, host: str) -> tuple[list[str], str]:
        """Draw boundary events, and perhaps what undoes the activity."""
        events, xml = [], ""
        for kind in self.random.sample(list(EVENTS), self.random.choice((0, 0, 1, 1, 2))):
            events.append(self.name("y"))
            stops = kind == "error" or self.odds(0.5)
            xml += boundary(events[-1], host, self.event(kind), interrupting=stops)
        if host.startswith("v"):
            events.append(self.name("y"))
            xml += boundary(events[-1], host, cancel())
        if self.odds(0.25):
            by = self.name("h")
            make = user(by, isForCompensation="true")
            if self.odds(0.3):
                make = element("task", by, isForCompensation="true")
            xml += undoing(host, by, make)
        return events, xml

    def lead(self, xml: str, source: str, later: list[str], ends: list[str]) -> str:
        """Draw the flows out of a node, mostly onwards."""
        split = source[0] in "xouk"
        targets = [
            self.random.choice([*(later or ends), *ends])
            for _ in range(self.random.choice((1, 1, 1, 2, 2, 3)))
        ]
        for number, target in enumerate(targets):
            is_last = number == len(targets) - 1
            name = self.name("f")
            needed = source[0] == "x" or (split and self.odds(0.5))
            condition = self.random.choice(CONDITIONS) if needed and not is_last else ""
            if is_last and number and split:
                xml = xml.replace(f'id="{source}"', f'id="{source}" default="{name}"', 1)
            xml += flow(source, target, condition, name=name)
        if self.odds(0.2) and split:  # and back again
            back = self.random.choice([source, *later])
            xml += flow(source, back, "${c < 3}" if source[0] != "k" else "", self.name("f"))
        return xml

    def handlers(self) -> list[str]:
        """Draw event sub processes."""
        kinds = self.random.sample(list(EVENTS), self.random.choice((0, 0, 1, 1, 2)))
        return [self.handler(kind) for kind in kinds]

    def handler(self, kind: str) -> str:
        stops = kind == "error" or self.odds(0.5)
        name = self.name("b")
        begin = start(name, self.event(kind), isInterrupting=str(stops).lower())
        return sub(self.name("z"), self.scope(-1, begin), triggeredByEvent="true")
