"""The process the storms run, and the ledger that shows what happened how often.

Every instance owes exactly one effect at each of five places. An effect is a row written
by a handler in the engine's transaction, so a lost or doubled step is a wrong count.
"""

from __future__ import annotations

import os
from pathlib import Path

from sqlalchemy import Column, MetaData, String, Table, insert

from engine.services import ServiceCall, service
from tests.engine.office import diagram, flows, user

ledger = MetaData()
effect = Table("chaos_effect", ledger, Column("case_id", String(32)), Column("place", String(40)))

PLACES = ("svc_begin", "svc_a", "svc_b", "svc_timer", "svc_end")


@service("chaos.effect")
def write_effect(call: ServiceCall) -> None:
    """Leave one mark at this place of this case."""
    planted = os.environ.get("CHAOS_PLANTED")
    if planted:
        # The fault the storm must see: an effect outside the engine's transaction.
        with Path(planted).open("a") as file:
            file.write(f"{call.instance.id} {call.element_id}\n")
        return
    call.session.execute(insert(effect), [{"case_id": call.instance.id, "place": call.element_id}])


def _service(element: str) -> str:
    return f'<bpmn:serviceTask id="{element}" camunda:delegateExpression="${{chaos.effect}}"/>'


def _timer(element: str, duration: str) -> str:
    return (
        f'<bpmn:intermediateCatchEvent id="{element}"><bpmn:timerEventDefinition>'
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
