"""The processes the storms run, and the ledgers that show what happened how often.

An effect is a row written by a handler in the engine's transaction, so a lost or doubled step
is a wrong count. What the office acknowledged, and how often a bad job was tried, is kept
outside of it: lines of a file, one `write` each, which no rollback takes back.
"""

from __future__ import annotations

import os
import signal
import time
from itertools import pairwise
from pathlib import Path

from sqlalchemy import Column, MetaData, String, Table, insert, select

from engine.models import ProcessDefinition
from engine.services import ServiceCall, service
from tests.engine.office import diagram, flows, user

ledger = MetaData()
effect = Table("chaos_effect", ledger, Column("case_id", String(32)), Column("place", String(40)))

#: Where every case of the storm leaves one mark.
PLACES = ("svc_begin", "svc_a", "svc_b", "svc_timer", "svc_end")
#: Timers in a row of the chain, a mark after each.
LINKS = 10


def planted(fault: str) -> bool:
    """Say whether this process has the fault that the harness must see."""
    return os.environ.get("CHAOS_PLANTED") == fault


def note(file: str, line: str) -> None:
    """Write one line of an outside ledger; it stands whatever happens to this process."""
    handle = os.open(
        Path(os.environ["CHAOS_FOLDER"]) / file, os.O_WRONLY | os.O_APPEND | os.O_CREAT
    )
    try:
        os.write(handle, f"{line}\n".encode())
    finally:
        os.close(handle)


def lines(folder: Path, file: str) -> list[str]:
    """Read an outside ledger."""
    path = folder / file
    return path.read_text().split("\n")[:-1] if path.exists() else []


@service("chaos.effect")
def write_effect(call: ServiceCall) -> None:
    """Leave one mark at this place of this case."""
    if planted("outside"):
        time.sleep(0.03)
        note("marks", f"{call.instance.id} {call.element_id}")
        time.sleep(0.03)
        return
    call.session.execute(insert(effect), [{"case_id": call.instance.id, "place": call.element_id}])


@service("chaos.poison")
def swallow(call: ServiceCall) -> None:
    """Fail or kill this process where the case says so, else leave a mark."""
    kind = call.variables.get("poison")
    if kind == "kill":
        note("tries", call.instance.id)
        os.kill(os.getpid(), signal.SIGKILL)
    if kind == "fail":
        raise RuntimeError("poison")
    write_effect(call)


@service("chaos.version")
def write_version(call: ServiceCall) -> None:
    """Leave the name of the version this case runs on."""
    element = call.element_id
    if planted("newest"):
        newest = call.session.scalar(
            select(ProcessDefinition.version).order_by(ProcessDefinition.version.desc()).limit(1)
        )
        element = f"svc_v{newest}"
    call.session.execute(insert(effect), [{"case_id": call.instance.id, "place": element}])


def _service(element: str, handler: str = "chaos.effect", inner: str = "") -> str:
    return (
        f'<bpmn:serviceTask id="{element}" camunda:delegateExpression="${{{handler}}}">'
        f"{inner}</bpmn:serviceTask>"
    )


def _timer(element: str, duration: str, inner: str = "") -> str:
    return (
        f'<bpmn:intermediateCatchEvent id="{element}">{inner}<bpmn:timerEventDefinition>'
        f"<bpmn:timeDuration>{duration}</bpmn:timeDuration></bpmn:timerEventDefinition>"
        "</bpmn:intermediateCatchEvent>"
    )


#: Two tasks and a timer side by side, a join, another timer, then the end.
STORM = diagram(
    '<bpmn:startEvent id="s"/>'
    + _service("svc_begin")
    + '<bpmn:parallelGateway id="split"/><bpmn:parallelGateway id="join"/>'
    + user("a", "g@x")
    + user("b", "g@x")
    + _timer("t1", "PT1S")
    + _timer("t2", "PT1S")
    + "".join(_service(place) for place in PLACES[1:])
    + '<bpmn:endEvent id="e"/>'
    + flows(
        "s>svc_begin",
        "svc_begin>split",
        "split>a",
        "split>b",
        "split>t1",
        "a>svc_a",
        "b>svc_b",
        "t1>svc_timer",
        "svc_a>join",
        "svc_b>join",
        "svc_timer>join",
        "join>t2",
        "t2>svc_end",
        "svc_end>e",
    ),
    key="storm",
)


def _chain() -> bytes:
    names = ["s"]
    for number in range(1, LINKS + 1):
        names += [f"t{number}", f"svc_{number}"]
    names.append("e")
    return diagram(
        '<bpmn:startEvent id="s"/>'
        + "".join(
            _timer(f"t{number}", "PT1S") + _service(f"svc_{number}")
            for number in range(1, LINKS + 1)
        )
        + '<bpmn:endEvent id="e"/>'
        + flows(*(f"{one}>{two}" for one, two in pairwise(names))),
        key="chain",
    )


#: Nothing but timers.
CHAIN = _chain()

_QUICK = (
    "<bpmn:extensionElements><camunda:failedJobRetryTimeCycle>R3/PT1S"
    "</camunda:failedJobRetryTimeCycle></bpmn:extensionElements>"
)
#: One timer, then a step that may be bad; three tries, a second apart.
POISON = diagram(
    '<bpmn:startEvent id="s"/>'
    + _timer("t", "PT1S", _QUICK)
    + _service("svc_swallow", "chaos.poison")
    + '<bpmn:endEvent id="e"/>'
    + flows("s>t", "t>svc_swallow", "svc_swallow>e"),
    key="poison",
)


#: A task, then a mark.
RACE = diagram(
    '<bpmn:startEvent id="s"/>'
    + user("a", "g@x")
    + _service("svc_done")
    + '<bpmn:endEvent id="e"/>'
    + flows("s>a", "a>svc_done", "svc_done>e"),
    key="race",
)


def _boundary(element: str, kind: str, value: str) -> str:
    return (
        f'<bpmn:boundaryEvent id="{element}" attachedToRef="a" cancelActivity="false">'
        f"<bpmn:timerEventDefinition><bpmn:time{kind}>{value}</bpmn:time{kind}>"
        "</bpmn:timerEventDefinition></bpmn:boundaryEvent>"
        + _service(f"svc_{element}")
        + f'<bpmn:endEvent id="e_{element}"/>'
    )


#: A task that nobody does, and what reminds of it: each hour, each morning, once at its limit.
REMINDED = diagram(
    '<bpmn:startEvent id="s"/>'
    + user("a", "g@x")
    + _boundary("hourly", "Cycle", "R6/PT1H")
    + _boundary("morning", "Cycle", "0 0 9 * * ?")
    + _boundary("limit", "Date", "${workdays(5)}")
    + '<bpmn:endEvent id="e"/>'
    + flows(
        "s>a",
        "a>e",
        *(f"{one}>svc_{one}" for one in ("hourly", "morning", "limit")),
        *(f"svc_{one}>e_{one}" for one in ("hourly", "morning", "limit")),
    ),
    key="reminded",
)


def versioned(number: int) -> bytes:
    """A process whose only mark names its version: a task, a timer, the mark."""
    return diagram(
        '<bpmn:startEvent id="s"/>'
        + user("a", "g@x")
        + _timer("t", "PT2S")
        + _service(f"svc_v{number}", "chaos.version")
        + '<bpmn:endEvent id="e"/>'
        + flows("s>a", "a>t", f"t>svc_v{number}", f"svc_v{number}>e"),
        key="versioned",
    )
