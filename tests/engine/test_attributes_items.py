"""Multi-instance activities: items, counters, what they answer."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from engine import commands, db
from engine.models import HumanTask
from tests.engine import office
from tests.engine.bpmn_builder import (
    call,
    camunda,
    diagram,
    element,
    end,
    extension,
    multi,
    script,
    start,
    user,
)
from tests.engine.office import ANN
from tests.engine.walker import Walk


def collecting(marker: str, output: str = "answers", item: str = "answer") -> str:
    inner = f"<bpmn:loopDataOutputRef>{output}</bpmn:loopDataOutputRef>"
    inner += f'<bpmn:outputDataItem id="out1" name="{item}"/>'
    end_tag = "</bpmn:multiInstanceLoopCharacteristics>"
    before, _, after = marker.partition("<bpmn:completionCondition>")
    if after:
        return f"{before}{inner}<bpmn:completionCondition>{after}"
    return marker.replace(end_tag, inner + end_tag)


@pytest.mark.parametrize("sequential", [False, True])
def test_answers_are_collected_in_the_order_of_the_items(sequential: bool) -> None:
    marker = collecting(multi("${many}", sequential=sequential))
    walk = Walk(diagram(start(), user("a", marker), end(), "s-a-e"), many=["x", "y", "z"])
    order = (0, 0, 0) if sequential else (2, 0, 0)
    for nth in order:
        wait = walk.wait("a", nth)
        walk.complete("a", nth, answer=f"{walk.run.scope(wait.token)['item']}!")
    walk.ended("e")
    assert walk.run.variables == {"many": ["x", "y", "z"], "answers": ["x!", "y!", "z!"]}


def test_who_was_not_asked_has_no_answer() -> None:
    marker = collecting(multi(cardinality="3", completion="${nrOfCompletedInstances >= 2}"))
    walk = Walk(diagram(start(), user("a", marker), user("z"), end(), "s-a-z-e"))
    walk.complete("a", 1, answer=1).complete("a", 1, answer=2).at("z")
    assert walk.run.variables == {"answers": [None, 1, 2]}


def test_nobody_to_ask_gives_an_empty_collection() -> None:
    walk = Walk(diagram(start(), user("a", collecting(multi("${many}"))), end(), "s-a-e"), many=[])
    assert walk.run.variables == {"many": [], "answers": []}


def test_answers_of_scripts_and_calls_are_collected(database: str) -> None:
    marker = collecting(multi("${many}"), "squares", "square")
    task = element("scriptTask", "sc", "<bpmn:script>square = item * item</bpmn:script>", marker)
    walk = Walk(diagram(start(), task, end(), "s-sc-e"), many=[1, 2, 3]).ended("e")
    assert walk.run.variables["squares"] == [1, 4, 9]
    child_xml = diagram(start(), script("m", "y = x + 1"), end(), "s-m-e", key="child")
    mapped = extension(
        camunda("in", source="item", target="x"), camunda("out", source="y", target="y")
    )
    outer = diagram(
        start(), call("c", "child", mapped, collecting(multi("${many}"), "ys", "y")), end(), "s-c-e"
    )
    office.publish(a_dot_bpmn=outer, b_dot_bpmn=child_xml)
    case = office.start(many=[1, 2])
    assert office.variables(case) == {"many": [1, 2], "ys": [2, 3]}


def test_the_counters_are_seen_by_the_condition_and_the_items() -> None:
    condition = (
        "${nrOfInstances == 3 && nrOfCompletedInstances == 2 && nrOfActiveInstances == 1"
        " && loopCounter == 2}"
    )
    marker = multi(cardinality="${n}", completion=condition)
    walk = Walk(diagram(start(), user("a", marker), user("z"), end(), "s-a-z-e"), n=3)
    counted = [walk.run.scope(walk.wait("a", n).token)["loopCounter"] for n in range(3)]
    assert counted == [0, 1, 2]
    walk.complete("a", 0).complete("a", 1).at("z")
    assert walk.run.variables == {"n": 3}


@pytest.mark.parametrize("collection", ["many", "${many}", "${holder.many}", "=holder.many"])
def test_a_collection_is_a_name_or_an_expression(collection: str) -> None:
    xml = diagram(start(), user("a", multi(collection)), end(), "s-a-e")
    Walk(xml, many=[1, 2], holder={"many": [3, 4]}).at("a", "a")


def test_items_have_continuations_and_retries_of_their_own(either_database: str) -> None:
    marker = multi(cardinality="2").replace(
        ">", ' camunda:asyncBefore="true" camunda:asyncAfter="true">'
        "<bpmn:extensionElements><camunda:failedJobRetryTimeCycle>R5/PT1M"
        "</camunda:failedJobRetryTimeCycle></bpmn:extensionElements>", 1,
    )  # fmt: skip
    xml = diagram(start(), user("a", marker, camunda__assignee="ann"), user("z"), end(), "s-a-z-e")
    office.publish(a_dot_bpmn=xml)
    case = office.start()
    jobs = office.open_jobs("async")
    assert [(job.element_id, job.max_attempts, job.backoff[0]) for job in jobs] == [
        ("a", 5, 60)
    ] * 2
    office.drain()
    assert office.waiting(case) == ["a", "a"]
    for _ in range(2):
        with db.transaction() as session:
            task = session.scalars(
                select(HumanTask.id).where(
                    HumanTask.instance_id == case, HumanTask.status == "open"
                )
            ).first()
            commands.complete(session, str(task), actor=ANN)
    assert office.waiting(case) == []
    assert len(office.open_jobs("async")) == 2
    office.drain()
    assert office.waiting(case) == ["z"]
