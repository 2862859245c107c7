"""Whoever may publish a diagram is hostile: nothing is executed, nothing hangs, each is refused.

Every payload is put at every place where a diagram, a table or a form holds a formula.
What can be seen at deployment is refused there, with the element's id and a Chinese
sentence; what needs values fails when it is walked, in less than a second.
"""

from __future__ import annotations

import contextlib
import json
import re
import time
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import pytest

from engine import commands, db, hooks
from engine.bundles import Bundle
from engine.errors import DeploymentRefused, EngineError
from tests.engine import office
from tests.engine.office import diagram, flows, user

#: A second is generous: an honest formula takes microseconds.
LIMIT = 1.0
CHINESE = re.compile(r"[\u4e00-\u9fff]")

#: `{marker}` is a file that must never appear.
PAYLOADS = {
    "import": "__import__('os').system('touch {marker}')",
    "class walk": "().__class__.__base__.__subclasses__()",
    "attribute of a variable": "text.__class__.__mro__",
    "globals": "deadline.__globals__['__builtins__']",
    "getattr": "getattr(text, '__class__')",
    "open": "open('{marker}', 'w')",
    "runtime exec": "''.getClass().forName('java.lang.Runtime').exec('touch {marker}')",
    "format walk": "text.format('{0.__class__}')",
    "power bomb": "9 ** 9 ** 9 ** 9",
    "string bomb": "text * 10000000000",
    "lambda": "(lambda: (_ for _ in ()).throw(1))()",
    "deep nesting": "(" * 4_000 + "1" + ")" * 4_000,
    "long chain": "+".join(["1"] * 60_000),
}  # fmt: skip
FEEL_BOMBS = {
    "range bomb": "for a in 1..1000000000 return a",
    "nested loops": "for a in 1..9999, b in 1..9999, c in 1..9999 return a*b*c",
    "every bomb": "every a in 1..999999999 satisfies a > 0",
    "repeat": 'string join(for a in 1..99999999 return "x", "")',
    "recursion": "{f: function(x) f(x), y: f(1)}.y",
}


def condition(text: str) -> bytes:
    return diagram(
        '<bpmn:startEvent id="s"/><bpmn:exclusiveGateway id="hit" default="f_hit_e"/>'
        + user("a")
        + '<bpmn:endEvent id="e"/>'
        + flows("s>hit", f"hit>a: {escape(text)}", "hit>e", "a>e")
    )


def script(text: str) -> bytes:
    return diagram(
        f'<bpmn:startEvent id="s"/><bpmn:scriptTask id="hit"><bpmn:script>x = {escape(text)}'
        '</bpmn:script></bpmn:scriptTask><bpmn:endEvent id="e"/>' + flows("s>hit", "hit>e")
    )


def timer(text: str) -> bytes:
    return diagram(
        '<bpmn:startEvent id="s"/><bpmn:intermediateCatchEvent id="hit">'
        f"<bpmn:timerEventDefinition><bpmn:timeDuration>{escape(text)}</bpmn:timeDuration>"
        '</bpmn:timerEventDefinition></bpmn:intermediateCatchEvent><bpmn:endEvent id="e"/>'
        + flows("s>hit", "hit>e")
    )


def many(text: str) -> bytes:
    inner = (
        f"<bpmn:multiInstanceLoopCharacteristics camunda:collection={quoteattr(text)} "
        'camunda:elementVariable="x"/>'
    )
    return diagram(
        '<bpmn:startEvent id="s"/>'
        + user("hit", inner=inner)
        + '<bpmn:endEvent id="e"/>'
        + flows("s>hit", "hit>e")
    )


def cardinality(text: str) -> bytes:
    inner = (
        "<bpmn:multiInstanceLoopCharacteristics><bpmn:loopCardinality>"
        f"{escape(text)}</bpmn:loopCardinality></bpmn:multiInstanceLoopCharacteristics>"
    )
    return diagram(
        '<bpmn:startEvent id="s"/>'
        + user("hit", inner=inner)
        + '<bpmn:endEvent id="e"/>'
        + flows("s>hit", "hit>e")
    )


def assignment(text: str) -> bytes:
    return diagram(
        f'<bpmn:startEvent id="s"/><bpmn:userTask id="hit" camunda:assignee={quoteattr(text)}/>'
        '<bpmn:endEvent id="e"/>' + flows("s>hit", "hit>e")
    )


def parameter(text: str) -> bytes:
    return diagram(
        '<bpmn:startEvent id="s"/><bpmn:userTask id="hit"><bpmn:extensionElements>'
        f'<camunda:inputOutput><camunda:inputParameter name="x">{escape(text)}'
        "</camunda:inputParameter></camunda:inputOutput></bpmn:extensionElements></bpmn:userTask>"
        '<bpmn:endEvent id="e"/>' + flows("s>hit", "hit>e")
    )


PLACES = {
    "condition": condition,
    "script": script,
    "timer": timer,
    "multi-instance": many,
    "cardinality": cardinality,
    "assignment": assignment,
    "input parameter": parameter,
}


def attack(files: dict[str, bytes], element: str) -> None:
    """Publish and walk; one of the two must refuse, quickly and in Chinese."""
    begun = time.process_time()
    with pytest.raises(EngineError) as refused:
        with db.transaction() as session:
            commands.deploy(
                session,
                Bundle("attack", {"bundle.toml": b'[bundle]\ntitle = "x"\n', **files}),
                actor=hooks.SYSTEM,
                house=False,
            )
        office.start(text="words", n=3)
    assert time.process_time() - begun < LIMIT * 3  # a shared machine; the bombs would take hours
    error = refused.value
    assert CHINESE.search(str(error))
    if isinstance(error, DeploymentRefused):
        assert any(element in problem.element for problem in error.problems), error.problems
    else:
        assert element in str(error)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_formula_reaches_python(database: str, tmp_path: Path, payload: str, place: str) -> None:
    marker = tmp_path / "executed"
    text = "${" + PAYLOADS[payload].replace("{marker}", str(marker)) + "}"
    attack({"p.bpmn": PLACES[place](text)}, "hit")
    assert not marker.exists()


@pytest.mark.parametrize("place", ["condition", "script", "multi-instance", "assignment"])
@pytest.mark.parametrize("bomb", FEEL_BOMBS)
def test_no_formula_runs_away(database: str, bomb: str, place: str) -> None:
    attack({"p.bpmn": PLACES[place]("=" + FEEL_BOMBS[bomb])}, "hit")


TABLE = """<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d"
 namespace="x"><decision id="hit" name="hit"><decisionTable id="t" hitPolicy="FIRST">
 <input id="i"><inputExpression id="ie" typeRef="string"><text>{input}</text></inputExpression>
 </input><output id="o" name="out" typeRef="string"/><rule id="r"><inputEntry id="c"><text>{cell}
 </text></inputEntry><outputEntry id="oe"><text>{output}</text></outputEntry></rule>
 </decisionTable></decision></definitions>"""
DECIDES = diagram(
    '<bpmn:startEvent id="s"/><bpmn:businessRuleTask id="b" camunda:decisionRef="hit" '
    'camunda:resultVariable="r" camunda:mapDecisionResult="singleEntry"/><bpmn:endEvent id="e"/>'
    + flows("s>b", "b>e")
)


@pytest.mark.parametrize("cell", ["input", "cell", "output"])
@pytest.mark.parametrize("payload", ["import", "class walk", "open", "globals", "deep nesting"])
def test_no_decision_table_reaches_python(
    database: str, tmp_path: Path, payload: str, cell: str
) -> None:
    marker = tmp_path / "executed"
    honest = {"input": "text", "cell": "-", "output": '"x"'}
    text = escape(PAYLOADS[payload].replace("{marker}", str(marker)))
    table = TABLE.format(**{**honest, cell: text})
    begun = time.process_time()
    with pytest.raises(EngineError) as refused:
        office.publish(DECIDES, name="attack", hit_dot_dmn=table.encode())
        office.start(text="words")
        with db.reading() as session:
            found = session.connection().exec_driver_sql(
                "select value from variable where name = 'r'"
            )
            # FEEL answers null for what it cannot do; null is no execution.
            assert json.loads(found.scalar() or "null") is None
        raise EngineError("结果为空：什么也没有执行")
    assert time.process_time() - begun < LIMIT * 3
    assert CHINESE.search(str(refused.value))
    assert not marker.exists()


PATTERNS = ["(a+)+$", "(a|aa)+$", "(.*a){30}", "^(([a-z])+.)+[A-Z]([a-z])+$"]
UNKNOWN_TO_RE2 = ["(?=a)b", r"(a)\1"]


@pytest.mark.parametrize("pattern", PATTERNS + UNKNOWN_TO_RE2)
def test_no_form_pattern_runs_away(database: str, pattern: str) -> None:
    form = {
        "id": "f",
        "type": "default",
        "components": [
            {"id": "c", "key": "c", "type": "textfield", "label": "x",
             "validate": {"pattern": pattern}}
        ],
    }  # fmt: skip
    xml = diagram(
        '<bpmn:startEvent id="s"/>'
        + user("a", extra='camunda:formRef="f" camunda:formRefBinding="deployment"')
        + '<bpmn:endEvent id="e"/>'
        + flows("s>a", "a>e")
    )
    begun = time.process_time()
    files = {"forms__f_dot_form": json.dumps(form).encode()}
    if pattern in UNKNOWN_TO_RE2:  # refused with the field's name
        with pytest.raises(DeploymentRefused, match="f#"):
            office.publish(xml, name="attack", **files)
        return
    office.publish(xml, name="attack", **files)
    case = office.start()
    text = "a" * 10_000 + "!"
    with db.transaction() as session, contextlib.suppress(EngineError):  # match or not: quickly
        task = office.task_id(case, "a")
        commands.complete(session, task, actor=office.ANN, submission={"c": text})
    assert time.process_time() - begun < LIMIT


def test_a_pattern_in_a_condition_is_answered_at_once(database: str) -> None:
    office.publish(condition('=matches(text, "(a+)+$")'))
    begun = time.process_time()
    case = office.start(text="a" * 20_000 + "!")
    assert time.process_time() - begun < LIMIT
    assert office.status(case) == "completed"


def test_a_loop_that_never_waits_is_stopped(database: str) -> None:
    endless = diagram(
        '<bpmn:startEvent id="s"/><bpmn:exclusiveGateway id="m"/>'
        '<bpmn:scriptTask id="hit"><bpmn:script>n = ${n + 1}</bpmn:script></bpmn:scriptTask>'
        '<bpmn:exclusiveGateway id="x" default="f_x_m"/><bpmn:endEvent id="e"/>'
        + flows("s>m", "m>hit", "hit>x", "x>m", "x>e: ${n &lt; 0}")
    )
    begun = time.process_time()
    with pytest.raises(EngineError) as stopped:
        office.publish(endless)
        office.start(n=1)
    assert CHINESE.search(str(stopped.value))
    assert time.process_time() - begun < 5


def test_a_fork_bomb_is_stopped(database: str) -> None:
    # A split whose two tokens meet in a merge that lets both through, thirty times over.
    forks = "".join(
        f'<bpmn:parallelGateway id="g{n}"/><bpmn:exclusiveGateway id="x{n}"/>' for n in range(30)
    )
    pairs = ["s>g0", *(f"x{n}>g{n + 1}" for n in range(29)), "x29>a", "a>e"]
    doubled = "".join(
        f'<bpmn:sequenceFlow id="d{n}_{side}" sourceRef="g{n}" targetRef="x{n}"/>'
        for n in range(30)
        for side in "ab"
    )
    xml = diagram(
        '<bpmn:startEvent id="s"/>'
        + forks
        + user("a")
        + '<bpmn:endEvent id="e"/>'
        + flows(*pairs)
        + doubled
    )
    begun = time.process_time()
    with pytest.raises(EngineError) as stopped:
        office.publish(xml)
        office.start()
    assert CHINESE.search(str(stopped.value))
    assert time.process_time() - begun < 5
