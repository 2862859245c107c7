"""A case that leaves every kind of trace: decided, worked on, looked after, broken, mended."""

from __future__ import annotations

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

LEVEL = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="levels" name="levels"
  xmlns:camunda="http://camunda.org/schema/1.0/dmn" namespace="test">
  <decision id="level" name="Level" camunda:historyTimeToLive="30"><decisionTable id="t" hitPolicy="FIRST">
    <input id="i" label="amount"><inputExpression id="ie" typeRef="number">
      <text>amount</text></inputExpression></input>
    <output id="o" label="level" name="level" typeRef="number"/>
    <rule id="small"><inputEntry id="i1"><text>&lt; 100</text></inputEntry>
      <outputEntry id="o1"><text>1</text></outputEntry></rule>
    <rule id="large"><inputEntry id="i2"><text>&gt;= 100</text></inputEntry>
      <outputEntry id="o2"><text>9</text></outputEntry></rule>
  </decisionTable></decision>
</definitions>""".encode()
