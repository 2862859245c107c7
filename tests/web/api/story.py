"""A case that leaves every kind of trace: decided, worked on, looked after, broken, mended."""

from __future__ import annotations

from dataclasses import dataclass

from engine import commands, db
from engine.hooks import Actor
from tests.engine import office
from tests.engine.office import diagram, flows, user

CHECKED = (
    '<bpmn:startEvent id="s"/>'
    '<bpmn:businessRuleTask id="rate" name="Rate" camunda:decisionRef="level" '
    'camunda:mapDecisionResult="singleEntry" camunda:resultVariable="level"/>'
    + user("check", "handler@pinghu")
    + '<bpmn:boundaryEvent id="late" attachedToRef="check" cancelActivity="false">'
    "<bpmn:timerEventDefinition><bpmn:timeDuration>PT1H</bpmn:timeDuration>"
    '</bpmn:timerEventDefinition></bpmn:boundaryEvent><bpmn:endEvent id="told"/>'
    '<bpmn:exclusiveGateway id="gw" name="Enough?" camunda:asyncBefore="true"/>'
    '<bpmn:serviceTask id="pay" camunda:type="external" camunda:topic="pay"/>'
    '<bpmn:endEvent id="e"/>'
    + flows("s>rate", "rate>check", "check>gw", "gw>pay: ${level &gt; 5}", "pay>e", "late>told")
)
STORY = diagram(CHECKED, key="story")

LEVEL = b"""<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="levels" name="levels"
  xmlns:camunda="http://camunda.org/schema/1.0/dmn" namespace="test">
  <decision id="level" name="Level" camunda:historyTimeToLive="30">
    <decisionTable id="t" hitPolicy="FIRST">
    <input id="i" label="amount"><inputExpression id="ie" typeRef="number">
      <text>amount</text></inputExpression></input>
    <output id="o" label="level" name="level" typeRef="number"/>
    <rule id="small"><inputEntry id="i1"><text>&lt; 100</text></inputEntry>
      <outputEntry id="o1"><text>1</text></outputEntry></rule>
    <rule id="large"><inputEntry id="i2"><text>&gt;= 100</text></inputEntry>
      <outputEntry id="o2"><text>9</text></outputEntry></rule>
  </decisionTable>
  </decision>
</definitions>"""


ANN = Actor("ann", frozenset({"handler@pinghu"}))


@dataclass(frozen=True)
class Story:
    """One case of the diagram, at the step it was brought to."""

    id: str
    task: str


def begin(amount: int = 50) -> Story:
    """Publish the diagram and start a case: it waits for a person to check it."""
    office.publish(STORY, name="story", level_dot_dmn=LEVEL)
    return another(amount)


def another(amount: int = 50) -> Story:
    """Start one more case of the published diagram."""
    case = office.start("story", actor=ANN, amount=amount, bk="S-1")
    return Story(case, office.task_id(case, "check"))


def check(story: Story) -> None:
    """Complete the person's task; the rest is owed as a job."""
    with db.transaction() as session:
        commands.claim(session, story.task, actor=ANN)
    with db.transaction() as session:
        commands.complete(session, story.task, actor=ANN)
