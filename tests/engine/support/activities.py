"""Activities: tasks, sub processes, call activities, and their markers."""

from __future__ import annotations

from engine.hooks import SYSTEM
from tests.engine import office
from tests.engine.bpmn_builder import (
    ad_hoc,
    call,
    diagram,
    element,
    end,
    extension,
    files,
    inclusive,
    loop,
    multi,
    process,
    script,
    start,
    sub,
    user,
)
from tests.engine.support.table import refused, works, works_in_office
from tests.engine.walker import Walk

SECTION = "Activities"


@works(SECTION, "human task", "`userTask`", diagram(start(), user("a"), end(), "s-a-e"))
def user_task(walk: Walk) -> None:
    walk.at("a").complete("a").ended("e")


@works(
    SECTION,
    "abstract and manual task",
    "`task`, `manualTask`",
    diagram(start(), element("task", "t"), element("manualTask", "m"), end(), "s-t-m-e"),
)
def passing(walk: Walk) -> None:
    walk.ended("e")


@works(SECTION, "script task: assignments", "`scriptTask`",
       diagram(start(), script("x", "n = 1 + 1\nm = n * 2"), end(), "s-x-e"))  # fmt: skip
def assignments(walk: Walk) -> None:
    assert walk.run.variables == {"n": 2, "m": 4}


@works(SECTION, "script task: one expression, its value kept",
       "`scriptTask`, `camunda:resultVariable`",
       diagram(start(), script("x", "${1 + 1}", scriptFormat="juel", camunda__resultVariable="n"),
               script("y", "n + 1", scriptFormat="feel", camunda__resultVariable="m"), end(),
               "s-x-y-e"))  # fmt: skip
def valued(walk: Walk) -> None:
    assert walk.run.variables == {"n": 2, "m": 3}


@works(SECTION, "service, send and business rule task by expression or worker",
       "`serviceTask`, `sendTask`, `businessRuleTask`",
       diagram(start(), element("serviceTask", "x", camunda__expression="${1}",
                                camunda__resultVariable="n"),
               element("sendTask", "y", camunda__type="external", camunda__topic="t"),
               element("businessRuleTask", "z", camunda__type="external", camunda__topic="t"),
               end(), "s-x-y-z-e"))  # fmt: skip
def performers(walk: Walk) -> None:
    walk.at("y").complete("y").at("z").complete("z").ended("e")
    assert walk.run.variables == {"n": 1}


@works(
    SECTION,
    "receive task",
    "`receiveTask`",
    diagram(start(), element("receiveTask", "r", messageRef="m1"), end(), "s-r-e"),
)
def receive(walk: Walk) -> None:
    walk.deliver("r", x=1).ended("e")
    assert walk.run.variables == {"x": 1}


@works(SECTION, "receive task without a message: only a client lets it go on",
       "`receiveTask`, no `messageRef`; `/execution/{id}/signal`",
       diagram(start(), element("receiveTask", "r"), user("a"), end(), "s-r-a-e"))  # fmt: skip
def receive_anything(walk: Walk) -> None:
    assert walk.events() == ["r"]
    walk.deliver("r", x=1).at("a").complete("a").ended("e")
    assert walk.run.variables == {"x": 1}


@works(SECTION, "an activity that no flow leads to: it is never done (the house refuses it)",
       "no incoming `sequenceFlow`",
       diagram(start(), user("a"), inclusive("j"), user("x"), user("z"), end(),
               "s-a-j-z-e", "x-j"))  # fmt: skip
def island(walk: Walk) -> None:
    walk.at("a").complete("a").at("z").complete("z").ended("e")


@works(SECTION, "embedded sub process, ended by its last token", "`subProcess`",
       diagram(start(), sub("sp", start("s1"), user("a"), user("b"), end("e1"), end("e2"),
                            "s1-a-e1", "s1-b-e2"), user("z"), end(), "s-sp-z-e"))  # fmt: skip
def sub_process(walk: Walk) -> None:
    walk.at("a", "b").complete("b").at("a").complete("a").at("z")


@works(SECTION, "ad-hoc sub process", "`adHocSubProcess`, `completionCondition`, `ordering`, "
       "`cancelRemainingInstances`",
       diagram(start(), ad_hoc("x", user("a"), user("b"), user("c"), condition="${found}"),
               user("z"), end(), "s-x-z-e"))  # fmt: skip
def ad_hoc_sub_process(walk: Walk) -> None:
    walk.at("a", "b", "c").complete("b").at("a", "c").complete("c", found=True).at("z")


@works_in_office(SECTION, "call activity", "`callActivity`",
                 files(process(start(), call("c", "child", extension(
                           '<camunda:in source="x" target="y"/>'
                           '<camunda:out source="y" target="z"/>')),
                               user("a"), end(), "s-c-a-e"),
                       process(start("s1"), script("x", "y = y + 1"), end("e1"), "s1-x-e1",
                               key="child")))  # fmt: skip
def calling() -> None:
    case = office.start(x=1)
    assert office.variables(case)["z"] == 2


@works_in_office(SECTION, "several pools, each executable one a definition; message flows ignored",
                 "`collaboration`",
                 files(process(start(), user("a"), end(), "s-a-e"),
                       process(start("s1"), user("b"), end("e1"), "s1-b-e1", key="q"),
                       '<bpmn:process id="r" isExecutable="false"/>'
                       '<bpmn:collaboration id="c"><bpmn:participant id="pa" processRef="p"/>'
                       '<bpmn:participant id="pb"/><bpmn:messageFlow id="m" sourceRef="a" '
                       'targetRef="b"/></bpmn:collaboration>'))  # fmt: skip
def pools() -> None:
    office.start("p")
    office.start("q")
    assert office.everywhere() == ["a", "b"]


@works_in_office(SECTION, "starts and ends that are not drawn, beside drawn ends too",
                 "no `startEvent`, no `endEvent`, no flow out of a node",
                 diagram(user("a"), sub("sp", user("b"), user("c"), end("e1"), "b-e1"), user("z"),
                         "a-sp-z"))  # fmt: skip
def undrawn() -> None:
    case = office.start()
    office.complete(case, "a", SYSTEM)
    assert office.waiting(case) == ["b", "c"]
    office.complete(case, "c", SYSTEM)
    office.complete(case, "b", SYSTEM)
    office.complete(case, "z", SYSTEM)
    assert office.status(case) == "completed"


for _kind, _task in (
    ("human tasks", user("a", multi(cardinality="2"))),
    ("sub processes", sub("x", multi(cardinality="2"), start("s1"), user("a"), end("e1"),
                          "s1-a-e1")),
    ("call activities", call("a", "child", multi(cardinality="2"))),
):  # fmt: skip
    for _way, _marker in (("parallel", "false"), ("sequential", "true")):
        _xml = diagram(
            start(), _task.replace('isSequential="false"', f'isSequential="{_marker}"'),
            user("z"), end(), "s-a-z-e" if "<bpmn:subProcess" not in _task else "s-x-z-e",
        )  # fmt: skip

        @works(SECTION, f"multi-instance, {_way}, of {_kind}", "`multiInstanceLoopCharacteristics`",
               _xml)  # fmt: skip
        def items(walk: Walk, together: bool = _way == "parallel") -> None:
            walk.at(*(["a", "a"] if together else ["a"]))
            walk.complete("a").at("a").complete("a").at("z")


@works(SECTION, "multi-instance until a condition holds", "`completionCondition`",
       diagram(start(), user("a", multi(cardinality="3",
                                        completion="${nrOfCompletedInstances >= 2}")),
               user("z"), end(), "s-a-z-e"))  # fmt: skip
def until(walk: Walk) -> None:
    walk.at("a", "a", "a").complete("a").complete("a").at("z")


@works(
    SECTION,
    "standard loop",
    "`standardLoopCharacteristics`, `loopMaximum`, `testBefore`",
    diagram(start(), user("a", loop("${again}", maximum=3)), user("z"), end(), "s-a-z-e"),
)
def standard_loop(walk: Walk) -> None:
    walk.complete("a", again=True).at("a").complete("a", again=False).at("z")


refused(SECTION, "receive task that starts a process", '`instantiate="true"`',
        diagram(start(), element("receiveTask", "r", messageRef="m1", instantiate="true"), end(),
                "s-r-e"), "instantiates")  # fmt: skip
refused(SECTION, "a process that calls itself", "`callActivity`",
        diagram(start(), call("c", "p"), end(), "s-c-e"), "self-call")  # fmt: skip
