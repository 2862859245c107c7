"""Activities: tasks, calls, loops, compensation and ad-hoc subprocesses."""

from __future__ import annotations

from lxml import etree

from engine.bpmn.standard.model import NODES, Model, is_true
from engine.bpmn.standard.registry import Found, rule
from engine.bpmn.standard.rules.references import CALLABLE
from engine.bpmn.xml import ACTIVITIES, children, identifier, local


@rule(
    "receive-instantiates", "10.3.3", "A receive task that starts a process has no incoming flow."
)
def receive_instantiates(model: Model) -> Found:
    for task in model.of("receiveTask"):
        if is_true(task, "instantiate") and model.entering(task):
            yield task, "启动流程的接收任务不能有进线。"


@rule("script-format", "10.3.3", "A script task with a script names its language.")
def script_format(model: Model) -> Found:
    for task in model.of("scriptTask", "globalScriptTask"):
        script = next(children(task, "script"), None)
        language = task.get("scriptFormat") or task.get("scriptLanguage")
        if script is not None and (script.text or "").strip() and not language:
            yield task, "脚本任务写了脚本，也要写脚本语言（scriptFormat）。"


@rule(
    "called-element",
    "10.3.6",
    "A call activity calls a process or a global task; in an executable process it says which.",
)
def called_element(model: Model) -> Found:
    for call in model.of("callActivity"):
        named = call.get("calledElement") or any(str(name).startswith("{") for name in call.attrib)
        if not named and model.runs(call):
            yield call, "调用活动要写明调用哪个流程（calledElement）。"
        called = model.find(call.get("calledElement"), call)
        if called is None and _in_own_file(model, call):
            yield call, f"被调用的流程 {call.get('calledElement')} 不存在，请改正。"
        if called is not None and local(called) not in CALLABLE:
            yield call, f"{call.get('calledElement')} 不是流程，不能被调用。"


@rule(
    "called-process-start",
    "10.5.2",
    "A process that is called and has start events has one without a trigger.",
)
def called_process_start(model: Model) -> Found:
    for call in model.of("callActivity"):
        called = model.find(call.get("calledElement"), call)
        if called is None or local(called) != "process":
            continue
        starts = list(children(called, "startEvent"))
        if starts and all(model.triggers(start) for start in starts):
            yield call, f"被调用的流程 {identifier(called)} 没有普通开始事件，调用不到。"


def _in_own_file(model: Model, call: etree._Element) -> bool:
    """Tell whether a call names an element of this very file: by a prefix of its namespace."""
    prefix, colon, _ = (call.get("calledElement") or "").partition(":")
    target = model.root.get("targetNamespace")
    return bool(colon) and target is not None and call.nsmap.get(prefix) == target


@rule("quantities", "10.3", "startQuantity and completionQuantity are one or more.")
def quantities(model: Model) -> Found:
    for activity in model.of(*sorted(ACTIVITIES)):
        for attribute in ("startQuantity", "completionQuantity"):
            text = (activity.get(attribute, "1")).strip()
            if not text.isdecimal() or int(text[:9]) < 1:
                yield activity, f"{attribute} 要写成不小于 1 的整数。"


@rule(
    "multi-instance-count",
    "10.3.8",
    "In an executable process multi-instance says how often: a number or a collection.",
)
def multi_instance_count(model: Model) -> Found:
    for marker in model.of("multiInstanceLoopCharacteristics"):
        parts = children(marker, "loopCardinality", "loopDataInputRef", "extensionElements")
        given = next(parts, None) is not None or any(
            str(name).startswith("{") for name in marker.attrib
        )
        if not given and model.runs(marker):
            yield marker, "多实例要填写次数（loopCardinality）或集合（loopDataInputRef）。"


@rule(
    "multi-instance-behavior",
    "10.3.8",
    "Multi-instance of behaviour None, One or Complex says which event it throws.",
)
def multi_instance_behavior(model: Model) -> Found:
    for marker in model.of("multiInstanceLoopCharacteristics"):
        behavior = marker.get("behavior")
        missing = {
            "None": not marker.get("noneBehaviorEventRef"),
            "One": not marker.get("oneBehaviorEventRef"),
            "Complex": next(children(marker, "complexBehaviorDefinition"), None) is None,
        }
        if missing.get(behavior or ""):
            yield marker, f"多实例的 behavior 是 {behavior}，要写明抛出哪个事件。"


@rule("loop-maximum", "10.3.8", "The maximum of a standard loop is a positive number.")
def loop_maximum(model: Model) -> Found:
    for marker in model.of("standardLoopCharacteristics"):
        text = marker.get("loopMaximum")
        if text is not None and not (text.strip().isdecimal() and int(text.strip()[:9]) > 0):
            yield marker, "循环上限（loopMaximum）要写成正整数。"


@rule(
    "loop-given",
    "10.3.8",
    "In an executable process a standard loop has a condition or a maximum.",
)
def loop_given(model: Model) -> Found:
    for marker in model.of("standardLoopCharacteristics"):
        given = marker.get("loopMaximum") or next(children(marker, "loopCondition"), None)
        if given is None and model.runs(marker):
            yield marker, "循环任务要有循环条件或循环上限。"


# -- ad-hoc subprocesses -------------------------------------------------------------------------


@rule("ad-hoc-events", "10.3.5", "An ad-hoc subprocess has no start and no end events.")
def ad_hoc_events(model: Model) -> Found:
    for scope in model.of("adHocSubProcess"):
        for event in children(scope, "startEvent", "endEvent"):
            yield event, "自由子流程里不能有开始事件和结束事件。"


@rule("ad-hoc-content", "10.3.5", "An ad-hoc subprocess contains at least one activity.")
def ad_hoc_content(model: Model) -> Found:
    for scope in model.of("adHocSubProcess"):
        nodes = [child for child in scope if local(child) in NODES]
        if nodes and not any(local(child) in ACTIVITIES for child in nodes):
            yield scope, "自由子流程里至少要有一个任务。"
