"""Files that an enemy, or a careless modeller, would deploy. Each must end in a refusal.

`REFUSED` maps a name to (file, code of the problem, element it is at). `STOPPED` holds
diagrams that are admitted, because only values show what they do, and are stopped when
they run: (file, variables, words of the reason).
"""

from __future__ import annotations

from tests.engine.bpmn_builder import (
    boundary,
    call,
    camunda,
    catch,
    conditional,
    diagram,
    element,
    end,
    error,
    event_gateway,
    event_sub,
    extension,
    files,
    flow,
    link,
    loop,
    message,
    multi,
    parallel,
    parameters,
    process,
    properties,
    script,
    service,
    signal,
    start,
    sub,
    throw,
    timer,
    user,
    xor,
)
from tests.engine.hostile_events import MISPLACED, PLAIN

#: A Python attribute walk that reaches `os.system` in engines which evaluate Python.
WALK = (
    "[c for c in ().__class__.__base__.__subclasses__() if c.__name__=='_wrap_close'][0]"
    ".__init__.__globals__['system']('touch CANARY')"
)
IMPORT = "__import__('os').system('touch CANARY')"
JAVA = "${''.getClass().forName('java.lang.Runtime').getMethod('exec').invoke('touch CANARY')}"
GOOD = diagram(*PLAIN)


def at_a(inner: str = "", tag: str = "userTask", **attributes: str) -> bytes:
    return diagram(start(), element(tag, "a", inner, **attributes), end(), "s-a-e")


def choosing(condition: str) -> bytes:
    return diagram(
        start(), xor("gw", default="f_gw_e"), user("a"), end(), "s-gw",
        flow("gw", "a", condition), "gw-e", "a-e",
    )  # fmt: skip


def waiting(text: str, kind: str = "Duration") -> bytes:
    return diagram(start(), catch("t", timer(text, kind)), end(), "s-t-e")


def doctype(text: str) -> bytes:
    head, rest = GOOD.decode().split("\n", 1)
    return f"{head}\n{text}\n{rest}".encode()


def nested(depth: int) -> bytes:
    inner = ""
    for level in range(depth):
        name = f"n{level}"
        first, last = f"{name}s", f"{name}e"
        path = f"{first}-n{level - 1}-{last}" if inner else f"{first}-{last}"
        inner = sub(name, start(first), inner, end(last), path)
    return diagram(start(), inner, end(), f"s-n{depth - 1}-e")


def entities() -> str:
    lines = ['<!ENTITY a0 "ha">']
    lines += [f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10)]
    return f"<!DOCTYPE x [{''.join(lines)}]>"


SPIN = diagram(start(), xor("m"), script("x", "n = 1"), xor("g"), end(), "s-m-x-g-m")
FORK = diagram(
    start(), xor("m"), parallel("g"), element("task", "x"), element("task", "y"), end(),
    "s-m-g-x-m", "g-y-m",
)  # fmt: skip

REFUSED: dict[str, tuple[bytes, str, str]] = {
    # bytes
    "empty": (b"", "not-xml", "文件"),
    "random bytes": (bytes(range(256)), "not-utf8", "文件"),
    "random text": (b"hello", "not-xml", "文件"),
    "nul": (GOOD.replace(b"<bpmn:userTask", b"\0<bpmn:userTask"), "not-utf8", "文件"),
    "utf-16": (GOOD.decode().encode("utf-16"), "not-utf8", "文件"),
    "utf-7": (GOOD.replace(b'"UTF-8"', b'"UTF-7"'), "not-utf8", "文件"),
    "too large": (GOOD + b" " * (2 * 1024 * 1024), "too-large", "文件"),
    "not bpmn": (b"<svg/>", "not-bpmn", "文件"),
    # what XML can do
    "xxe file": (
        doctype('<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'), "doctype", "文件"
    ),
    "xxe http": (
        doctype('<!DOCTYPE x [<!ENTITY e SYSTEM "http://127.0.0.1:1/">]>'), "doctype", "文件"
    ),
    "external dtd": (doctype('<!DOCTYPE x SYSTEM "http://127.0.0.1:1/x.dtd">'), "doctype", "文件"),
    "parameter entity": (doctype('<!DOCTYPE x [<!ENTITY % p "x"> %p;]>'), "doctype", "文件"),
    "billion laughs": (doctype(entities()), "doctype", "文件"),
    "odd doctype": (doctype("<!doctype x>"), "doctype", "文件"),
    "stylesheet": (
        doctype('<?xml-stylesheet href="http://127.0.0.1:1/x"?>'), "processing-instruction", "文件"
    ),
    "instruction inside": (
        GOOD.replace(b"<bpmn:userTask", b"<?php x?><bpmn:userTask"),
        "processing-instruction", "文件",
    ),
    "xinclude": (
        GOOD.replace(
            b"<bpmn:userTask",
            b'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd"/>'
            b"<bpmn:userTask",
        ),
        "xinclude", "文件",
    ),
    "deep xml": (GOOD.replace(b"</bpmn:process>", b"<a>" * 200 + b"</a>" * 200
                              + b"</bpmn:process>"), "too-deep", "p"),
    "deeper xml": (GOOD.replace(b"</bpmn:process>", b"<a>" * 5000 + b"</a>" * 5000
                                + b"</bpmn:process>"), "not-xml", "文件"),
    "deep sub processes": (nested(58), "too-deep", "n0"),
    "20,000 tasks": (
        diagram(start(), *(user(f"u{n}") for n in range(20_000)), end(), "s-e"),
        "too-many-nodes", "文件",
    ),
    "60,000 elements": (
        GOOD.replace(b"</bpmn:process>", b"<a/>" * 60_000 + b"</bpmn:process>"),
        "too-many-elements", "文件",
    ),
    # ids
    "duplicate id": (diagram(*PLAIN, user("a")), "duplicate-id", "a"),
    "path in id": (diagram(start(), user("../x"), end(), "s-e"), "bad-id", "../x"),
    "markup in id": (diagram(start(), user("&lt;b&gt;"), end(), "s-e"), "bad-id", "<b>"),
    "reserved id": (diagram(start(), user("_n_x"), end(), "s-_n_x-e"), "reserved-id", "_n_x"),
    "no id": (GOOD.replace(b'id="a"', b""), "no-id", "文件"),
    # structure
    "no process": (files(), "no-process", "文件"),
    "no start": (diagram(user("a"), end(), "a-e"), "no-start", "p"),
    "two starts": (diagram(start(), start("s2"), end(), "s-e", "s2-e"), "two-starts", "p"),
    "dangling flow": (diagram(*PLAIN, flow("a", "gone")), "loose-flow", "f_a_gone"),
    "flow across": (
        diagram(start(), sub("sp", start("s1"), user("i"), "s1-i"), end(), "s-sp-e", "i-e"),
        "loose-flow", "f_i_e",
    ),
    "flow out of an end": (diagram(*PLAIN, "e-a"), "flow-from-end", "f_e_a"),
    "flow into a start": (diagram(*PLAIN, "a-s"), "flow-into-start", "f_a_s"),
    "boundary on nothing": (
        diagram(*PLAIN, boundary("b", "gone", message())), "boundary-host", "b"
    ),
    "boundary without kind": (diagram(*PLAIN, boundary("b", "a", "")), "boundary-kind", "b"),
    "flow into a handler": (
        diagram(*PLAIN, event_sub("es", message(), "es_s-ee", end("ee")), "a-es"),
        "flow-event-subprocess", "f_a_es",
    ),
    "handler without event": (
        diagram(*PLAIN, event_sub("es", "", "es_s-ee", end("ee"))), "event-start", "es"
    ),
    "event start in a sub process": (
        diagram(start(), sub("sp", start("s1", message())), end(), "s-sp-e"), "plain-start", "sp"
    ),
    "task behind an event gateway": (
        diagram(start(), event_gateway("g"), user("a"), end(), "s-g-a-e"),
        "event-gateway", "f_g_a",
    ),
    # what would run wrongly
    **MISPLACED,
    "data store": (
        diagram(*PLAIN, element("dataStoreReference", "x")), "unsupported", "x"
    ),
    "two definitions": (
        diagram(start(), catch("x", message() + timer("PT1H")), end(), "s-x-e"),
        "multiple-events", "x",
    ),
    "a send task without message": (
        diagram(start(), element("sendTask", "a", messageRef="gone"), end(), "s-a-e"),
        "no-message", "a",
    ),
    "a receive task without message behind an event gateway": (
        diagram(start(), event_gateway("g"), element("receiveTask", "a"), catch("t", timer("PT1H")),
                end(), "s-g-a-e", "g-t-e"),
        "no-message", "a",
    ),
    "error start": (diagram(start("s", error()), end(), "s-e"), "event-kind", "s"),
    "cancel outside": (
        diagram(start(), end("e", "<bpmn:cancelEventDefinition/>"), "s-e"), "cancel-outside", "e"
    ),
    "no such message": (
        diagram(start(), catch("x", message("gone")), end(), "s-x-e"), "no-message", "x"
    ),
    "no such error": (diagram(start(), end("e", error("gone")), "s-e"), "no-error", "e"),
    "no condition": (
        diagram(start(), catch("x", conditional("")), end(), "s-x-e"), "no-condition", "x"
    ),
    # programs
    "script import": (at_a(f"<bpmn:script>x = {IMPORT}</bpmn:script>", "scriptTask"),
                      "bad-expression", "a"),
    "script walk": (at_a(f"<bpmn:script>x = {WALK}</bpmn:script>", "scriptTask"),
                    "bad-expression", "a"),
    "script statements": (at_a("<bpmn:script>while True: pass</bpmn:script>", "scriptTask"),
                          "bad-expression", "a"),
    "groovy": (at_a("<bpmn:script>x</bpmn:script>", "scriptTask", scriptFormat="groovy"),
               "script-language", "a"),
    "javascript": (at_a("<bpmn:script>x</bpmn:script>", "scriptTask", scriptFormat="JavaScript"),
                   "script-language", "a"),
    "script file": (at_a("<bpmn:script>x = 1</bpmn:script>", "scriptTask",
                         camunda__resource="deployment://x.py"), "script-resource", "a"),
    "java class": (at_a("", "serviceTask", camunda__class="org.x.Y"), "java-class", "a"),
    "java listener": (
        at_a(extension('<camunda:taskListener event="create" class="org.x.Y"/>')),
        "java-class", "a",
    ),
    "connector": (
        at_a(extension("<camunda:connector><camunda:connectorId>http-connector"
                       "</camunda:connectorId></camunda:connector>"), "serviceTask"),
        "connector", "a",
    ),
    "handler that is an expression": (
        diagram(start(), service("a", "x.y()"), end(), "s-a-e"), "handler-form", "a"
    ),
    "condition import": (choosing("${" + IMPORT + "}"), "bad-expression", "f_gw_a"),
    "condition walk": (choosing(WALK), "bad-expression", "f_gw_a"),
    "condition java": (choosing(JAVA), "bad-expression", "f_gw_a"),
    "timer import": (waiting("${" + IMPORT + "}"), "bad-expression", "t"),
    "timer walk": (waiting("=" + WALK), "bad-expression", "t"),
    "cardinality walk": (at_a(multi(cardinality="${" + IMPORT + "}")), "bad-expression", "a"),
    "collection walk": (at_a(multi("${" + WALK + "}")), "bad-expression", "a"),
    "completion walk": (
        at_a(multi("xs", completion="${" + IMPORT + "}")), "bad-expression", "a"
    ),
    "assignee walk": (at_a(camunda__assignee="${" + WALK + "}"), "bad-expression", "a"),
    "parameter walk": (
        at_a(extension(parameters({"x": "${" + WALK + "}"}))), "bad-expression", "a"
    ),
    "mapping walk": (
        diagram(start(), call("a", "child", extension(
            camunda("in", sourceExpression="${" + WALK + "}", target="x"))), end(), "s-a-e"),
        "bad-expression", "a",
    ),
    "correlation walk": (
        diagram(start(), catch("m", properties({"huiyin:correlation": "${" + WALK + "}"})
                               + message()), end(), "s-m-e"),
        "bad-expression", "m",
    ),
    "listener walk": (
        at_a(extension(camunda("executionListener", event="start",
                               expression="${" + WALK + "}"))),
        "bad-expression", "a",
    ),
    "called element walk": (
        diagram(start(), call("a", "${" + WALK + "}"), end(), "s-a-e"), "bad-expression", "a"
    ),
    "name walk": (at_a(name="${" + WALK + "}"), "bad-expression", "a"),
    "parameter script": (
        at_a(extension('<camunda:inputOutput><camunda:inputParameter name="x"><camunda:script>'
                       + IMPORT + "</camunda:script></camunda:inputParameter>"
                       "</camunda:inputOutput>")),
        "bad-expression", "a",
    ),
    "unfinished expression": (choosing("${n > "), "bad-expression", "f_gw_a"),
    "very deep expression": (choosing("${" + "(" * 500 + "1" + ")" * 500 + "}"),
                             "bad-expression", "f_gw_a"),
    "very long expression": (choosing("${" + "1+" * 100_000 + "1}"), "bad-expression", "f_gw_a"),
    # time and number bombs
    "a billion years": (waiting("P999999999Y"), "bad-timer", "t"),
    "a date far away": (waiting("9999-01-01T00:00:00Z", "Date"), "bad-timer", "t"),
    "two hundred years": (waiting("P200Y"), "bad-timer", "t"),
    "no period": (waiting("R/PT0S", "Cycle"), "bad-timer", "t"),
    "a cycle of words": (waiting("every day", "Cycle"), "bad-timer", "t"),
    "a cron that never comes": (waiting("0 0 0 30 2 ?", "Cycle"), "bad-timer", "t"),
    "a cron out of bounds": (waiting("0 99 0 1 1 ?", "Cycle"), "bad-timer", "t"),
    "no time": (waiting(""), "no-timer", "t"),
    "a python literal": (waiting("'PT1H'"), "bad-timer", "t"),
    "ten million items": (at_a(multi(cardinality="10000000")), "multi-instance-size", "a"),
    "endless digits": (at_a(multi(cardinality="9" * 500)), "multi-instance-size", "a"),
    "neither nor": (at_a(multi()), "multi-instance", "a"),
    "endless loop marker": (at_a(loop()), "endless-loop", "a"),
    "a loop of letters": (at_a('<bpmn:standardLoopCharacteristics loopMaximum="many"/>'),
                          "loop-maximum", "a"),
    # loops
    "spinning gateways": (SPIN, "endless-cycle", "m"),
    # BPMN 2.0.2, 10.3: loop characteristics are a property of activities alone
    "several boundary events in one": (
        diagram(*PLAIN, boundary("b", "a", multi(cardinality="${n}") + timer("PT1H")), end("e2"),
                "b-e2"), "marker-place", "b",
    ),
    "a gateway that repeats": (
        diagram(start(), element("exclusiveGateway", "g", loop("${n}", maximum=3)), end(),
                "s-g-e"), "marker-place", "g",
    ),
    "a signal that begins itself": (
        diagram(start("s", signal()), throw("t", signal()), end(), "s-t-e"), "endless-cycle", "s"
    ),
    "a message at the end that begins again": (
        diagram(start("s", message()), end("e", message()), "s-e"), "endless-cycle", "s"
    ),
    "a message sent that begins again": (
        diagram(start("s", message()), element("sendTask", "a", messageRef="m1"), end(), "s-a-e"),
        "endless-cycle", "s",
    ),
    "fork bomb": (FORK, "endless-cycle", "m"),
    "spinning task": (
        diagram(start(), element("task", "x"), end(), "s-x", "x-x"), "endless-cycle", "x"
    ),
    "spinning sub process": (
        diagram(start(), xor("m"), sub("sp", start("i"), end("j"), "i-j"), end(), "s-m-sp-m"),
        "endless-cycle", "m",
    ),
    "self call": (
        diagram(start(), call("a", "p"), end(), "s-a-e"), "self-call", "a"
    ),
    "call in a circle": (
        files(
            process(start("s1"), call("a", "q"), end("e1"), "s1-a-e1", key="p"),
            process(start("s2"), call("b", "p"), end("e2"), "s2-b-e2", key="q"),
        ),
        "self-call", "a",
    ),
}  # fmt: skip

#: Refused by the normaliser, which looks at what belongs together.
UNTIED: dict[str, tuple[bytes, str, str]] = {
    "link without target": (
        diagram(start(), throw("x", link("L")), "s-x"), "link-target", "x"
    ),
    "link with two targets": (
        diagram(start(), throw("x", link("L")), catch("y", link("L")), catch("z", link("L")),
                end(), "s-x", "y-e", "z-e"),
        "link-target", "x",
    ),
}  # fmt: skip

STOPPED: dict[str, tuple[bytes, dict[str, object], str]] = {
    "a loop that may end and does not": (
        diagram(start(), xor("m"), script("x", "n = n + 1"), xor("gw", default="f_gw_m"), end(),
                "s-m-x-gw-m", flow("gw", "e", "${n < 0}")),
        {"n": 1}, "2000 步",
    ),
    "a split that may end and does not": (
        diagram(start(), xor("m"), parallel("g"), xor("x", default="f_x_m"),
                xor("y", default="f_y_m"), end(), "s-m-g-x-m", "g-y-m",
                flow("x", "e", "${n < 0}"), flow("y", "e", "${n < 0}")),
        {"n": 1}, "2000 步",
    ),
    "a loop marker that goes on": (
        diagram(start(), element("task", "a", loop("${n > 0}")), end(), "s-a-e"),
        {"n": 1}, "2000 步",
    ),
    "ten million computed items": (
        at_a(multi(cardinality="${n}")), {"n": 10_000_000}, "上限 1000",
    ),
    "a thousand times a thousand items": (
        diagram(start(), sub("a", start("i"), element("task", "t", multi(cardinality="1000")),
                             end("j"), "i-t-j", multi(cardinality="1000")), end(), "s-a-e"),
        {}, "步",
    ),
    "a computed billion years": (waiting("${t}"), {"t": "P999999999Y"}, "（t）"),
    "a computed spin": (waiting("${t}", "Cycle"), {"t": "R/PT0S"}, "（t）"),
    "a number that squares": (
        diagram(start(), xor("m"), script("x", "n = n * n"), xor("gw", default="f_gw_m"),
                end(), "s-m-x-gw-m", flow("gw", "e", "${n < 0}")),
        {"n": 9}, "（x）",
    ),
    "a text that doubles": (
        diagram(start(), xor("m"), script("x", "t = ${t}${t}"), xor("gw", default="f_gw_m"),
                end(), "s-m-x-gw-m", flow("gw", "e", "${n < 0}")),
        {"t": "啊" * 1000, "n": 1}, "（x）",
    ),
}  # fmt: skip
