"""What a description tells, and that it survives being stored as JSON."""

from __future__ import annotations

import json

import pytest

from engine.bpmn.admit import admit
from engine.bpmn.definition import Description, describe, process_ids
from engine.errors import NotFound
from tests.engine.bpmn_builder import (
    boundary,
    call,
    camunda,
    diagram,
    element,
    end,
    event_sub,
    extension,
    files,
    flow,
    message,
    multi,
    process,
    properties,
    service,
    signal,
    start,
    sub,
    timer,
    user,
)

XML = diagram(
    start("s", name="开始", camunda__formRef="form_start"),
    start("s2", properties({"huiyin:correlation": "${no}"}) + message(), name="来信"),
    start("s3", timer("R/P1D", "Cycle")), start("s4", signal()),
    user("a", "<bpmn:documentation>说明</bpmn:documentation>", properties({"huiyin:x": "1"}),
         name="办理", camunda__formRef="form_a", camunda__candidateGroups="handler@${org}"),
    boundary("b", "a", timer("PT1H"), interrupting=False),
    sub("sp", start("i"), service("x", "area.work", extension(
        camunda("executionListener", event="end", delegateExpression="${area.note}"))),
        end("j"), "i-x-j", multi("xs")),
    element("serviceTask", "ext", camunda__type="external", camunda__topic="mail"),
    element("businessRuleTask", "br", camunda__decisionRef="dmn_x", camunda__resultVariable="r"),
    call("c", "child"), end(name="结束"),
    event_sub("es", message("m2"), end("ee"), "es_s-ee"),
    "s-a-sp-ext-br-c", "s2-a", "s3-a", "s4-a", "b-e", flow("c", "e", "${ok}", label="好"),
    extension(camunda("properties", camunda("property", name="huiyin:owner", value="权益部"))),
    name="诉求", camunda__candidateStarterGroups="window@${org}, rep", camunda__versionTag="v2",
    camunda__historyTimeToLive="P180D",
)  # fmt: skip


@pytest.fixture
def description() -> Description:
    return describe(admit(XML), "p")


def test_elements_carry_what_the_drawing_says(description):
    task = description.elements["a"]
    assert (task.kind, task.name, task.parent) == ("userTask", "办理", "p")
    assert task.attributes["candidateGroups"] == "handler@${org}"
    assert task.properties == {"huiyin:x": "1"}
    assert task.documentation == "说明"
    event = description.elements["b"]
    assert (event.event, event.event_name, event.attached_to) == ("timer", "PT1H", "a")
    assert not event.interrupting
    assert description.elements["x"].parent == "sp"
    assert description.elements["sp"].repeated
    assert description.elements["es"].event_subprocess
    made = description.elements["f_c_e"]
    assert (made.source, made.target, made.condition, made.name) == ("c", "e", "${ok}", "好")


def test_starts_say_how_they_are_started(description):
    starts = {start.element: start for start in description.starts}
    assert [start.kind for start in starts.values()] == ["none", "message", "timer", "signal"]
    assert starts["s"].form == "form_start"
    assert (starts["s2"].name, starts["s2"].correlation) == ("msg_1", "${no}")
    assert (starts["s3"].timer_kind, starts["s3"].timer) == ("cycle", "R/P1D")
    assert starts["s4"].name == "signal_1"


def test_references_are_collected(description):
    assert description.called_processes == ["child"]
    assert description.decisions == ["dmn_x"]
    assert description.forms == ["form_start", "form_a"]
    assert description.handlers == ["area.work", "area.note"]
    assert description.topics == ["mail"]
    assert description.candidate_starter_groups == ["window@${org}", "rep"]
    assert (description.version_tag, description.history_ttl) == ("v2", "P180D")
    assert description.properties == {"huiyin:owner": "权益部"}
    assert description.name == "诉求"


def test_a_description_is_kept_as_json(description):
    stored = json.dumps(description.as_dict())
    assert Description.from_dict(json.loads(stored)) == description


def test_only_executable_processes_are_listed():
    drawn = process(start(), end(), "s-e", key="p")
    drawn += '<bpmn:process id="q" isExecutable="false"><bpmn:startEvent id="z"/></bpmn:process>'
    root = admit(files(drawn))
    assert process_ids(root) == ["p"]
    with pytest.raises(NotFound):
        describe(root, "nowhere")
