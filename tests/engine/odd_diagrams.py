"""Random files in the manner of many tools, with every oddity that tools are known for."""

from __future__ import annotations

from dataclasses import dataclass, field
from xml.sax.saxutils import escape, quoteattr

from hypothesis import strategies as st

PREFIXES = ("", "bpmn:", "bpmn2:", "semantic:", "model:", "ns0:")
MODEL = "http://www.omg.org/spec/BPMN/20100524/MODEL"
KINDS = (
    "task", "userTask", "serviceTask", "sendTask", "receiveTask", "scriptTask", "manualTask",
    "businessRuleTask", "callActivity", "exclusiveGateway", "parallelGateway", "inclusiveGateway",
    "complexGateway", "eventBasedGateway", "startEvent", "endEvent", "intermediateThrowEvent",
    "intermediateCatchEvent", "transaction", "adHocSubProcess",
)  # fmt: skip
VENDORS = {
    "signavio": "http://www.signavio.com",
    "flowable": "http://flowable.org/bpmn",
    "activiti": "http://activiti.org/bpmn",
    "drools": "http://www.jboss.org/drools",
    "bizagi": "http://www.bizagi.com/bpmn20",
    "zeebe": "http://camunda.org/schema/zeebe/1.0",
    "oracle": "http://xmlns.oracle.com/bpm/OracleExtensions",
    "camunda": "http://camunda.org/schema/1.0/bpmn",
    "x": "urn:unknown:extension",
}
#: Ids that tools write: sound, with blanks, in braces, with a leading digit, in Chinese, none.
IDS = st.sampled_from(
    ["plain_{}", "sid-{}-x", "with blank {}", "{{{}}}", "{}-digit", "节点{}", "_{}"]
)
NAMES = st.one_of(
    st.none(), st.sampled_from(["", "办理", "a\nb", "<&>\"'", " 空 格 ", "名" * 60, "€ñ漢"])
)
ENCODINGS = (
    ("UTF-8", "utf-8"), ("UTF-8", "utf-8-sig"), ("UTF-16", "utf-16"), ("utf-8", "utf-16-le"),
    ("GB18030", "gb18030"), ("UTF-32", "utf-32"),
)  # fmt: skip


@dataclass
class Odd:
    """A file, as text without its declaration and as bytes."""

    body: str = ""
    content: bytes = b""
    ids: list[str] = field(default_factory=list)


@st.composite
def odd_files(draw) -> Odd:
    odd, p = Odd(), draw(st.sampled_from(PREFIXES))
    vendors = draw(st.sets(st.sampled_from(sorted(VENDORS)), max_size=3))
    processes = [_process(draw, odd, p, f"{n}", vendors, 0) for n in range(draw(_few(1, 3)))]
    parts = [*processes, *_beside(draw, p), _drawing(draw, odd)]
    body = "".join(draw(st.permutations(parts)))
    space = f"xmlns:{p[:-1]}" if p else "xmlns"
    spaces = "".join(f' xmlns:{name}="{VENDORS[name]}"' for name in vendors)
    target = draw(st.sampled_from(["", ' targetNamespace="urn:x"']))
    odd.body = f'<{p}definitions {space}="{MODEL}"{spaces}{target}>{body}</{p}definitions>'
    declared, encoding = draw(st.sampled_from(ENCODINGS))
    declaration = draw(st.sampled_from([f'<?xml version="1.0" encoding="{declared}"?>\n', ""]))
    if not declaration and encoding == "gb18030":
        encoding = "utf-8"
    odd.content = (declaration + odd.body).encode(encoding)
    return odd


def _few(least: int, most: int):
    return st.integers(least, most)


def _process(draw, odd: Odd, p: str, number: str, vendors: set[str], depth: int) -> str:
    names = [draw(IDS).format(f"{number}n{n}") for n in range(draw(_few(0, 6)))]
    odd.ids += names
    nodes = "".join(_node(draw, odd, p, name, number, vendors, depth) for name in names)
    flows = "".join(_flow(draw, odd, p, names, f"{number}f{n}") for n in range(draw(_few(0, 6))))
    lanes = _lanes(draw, p, names, number) if draw(st.booleans()) else ""
    content = lanes + "".join(draw(st.permutations([nodes, flows, _extras(draw, p, number)])))
    if depth:
        return content
    runs = draw(st.sampled_from(["", ' isExecutable="false"', ' isExecutable="true"']))
    return f"<{p}process id={quoteattr(f'proc {number}')}{runs}>{content}</{p}process>"


def _node(draw, odd: Odd, p: str, name: str, number: str, vendors: set[str], depth: int) -> str:
    kind = draw(st.sampled_from(KINDS if depth else (*KINDS, "subProcess")))
    shown = draw(NAMES)
    attributes = f" id={quoteattr(name)}" if draw(_few(0, 5)) else ""
    attributes += "" if shown is None else f" name={quoteattr(shown)}"
    inner = ""
    for vendor in sorted(vendors):
        if draw(st.booleans()):
            attributes += f' {vendor}:assignee="${{{vendor}}}"'
            inner += f"<{vendor}:thing a='1'><![CDATA[<x>]]><{vendor}:in/>text</{vendor}:thing>"
    inner = f"<{p}extensionElements>{inner}</{p}extensionElements>" if inner else ""
    if kind.endswith("Event"):
        message = f"<{p}messageEventDefinition messageRef='gone'/>"
        inner += draw(st.sampled_from(["", f"<{p}timerEventDefinition/>", message]))
    if kind == "subProcess":
        inner += _process(draw, odd, p, f"{number}{name[:1]}s", vendors, depth + 1)
    return f"<{p}{kind}{attributes}>{inner}</{p}{kind}>"


def _flow(draw, odd: Odd, p: str, names: list[str], number: str) -> str:
    ends = st.sampled_from([*names, "gone"])
    attributes = f' id="f{number}"' if draw(st.booleans()) else ""
    odd.ids += [f"f{number}"] if attributes else []
    for side in ("sourceRef", "targetRef"):
        if draw(_few(0, 9)):
            attributes += f" {side}={quoteattr(draw(ends))}"
    shown = draw(NAMES)
    attributes += "" if shown is None else f" name={quoteattr(shown)}"
    condition = draw(st.sampled_from(["", None, "${a < b}"]))
    inner = "" if condition is None else escape(condition)
    inner = "" if condition is None else f"<{p}conditionExpression>{inner}</{p}conditionExpression>"
    return f"<{p}sequenceFlow{attributes}>{inner}</{p}sequenceFlow>"


def _lanes(draw, p: str, names: list[str], number: str) -> str:
    refs = "".join(f"<{p}flowNodeRef>{escape(name)}</{p}flowNodeRef>" for name in names)
    inner = (
        f'<{p}childLaneSet><{p}lane id="l{number}b" name="内">{refs}</{p}lane></{p}childLaneSet>'
    )
    content = draw(st.sampled_from([refs, inner]))
    return f'<{p}laneSet><{p}lane name="外">{content}</{p}lane></{p}laneSet>'


def _extras(draw, p: str, number: str) -> str:
    return draw(
        st.sampled_from(
            [
                "",
                f'<!-- 注释 {number} --><{p}dataStoreReference id="ds{number}" name="库"/>',
                f'<{p}dataObject/><{p}dataObjectReference id="do{number}" dataObjectRef="no"/>',
                f'<{p}textAnnotation id="t{number}"><{p}text>说明</{p}text></{p}textAnnotation>',
                f'<{p}group id="g{number}"/><?tool keep?>',
            ]
        )
    )


def _beside(draw, p: str) -> list[str]:
    choices = [
        f'<{p}collaboration><{p}participant name="池" processRef="proc 0"/>'
        f'<{p}participant id="bb"/>'
        f'<{p}messageFlow sourceRef="bb" targetRef="gone"/></{p}collaboration>',
        f'<{p}choreography id="c"><{p}choreographyTask id="ct"/></{p}choreography>',
        f'<{p}itemDefinition structureRef="xs:string"/><{p}message name="m"/>',
        f'<{p}relationship type="t"><{p}source>a</{p}source></{p}relationship>',
        f'<{p}import importType="x" location="y" namespace="z"/>',
    ]
    return draw(st.lists(st.sampled_from(choices), unique=True, max_size=3))


def _drawing(draw, odd: Odd) -> str:
    planes = ""
    for _ in range(draw(_few(0, 2))):
        items = ""
        for name in draw(st.lists(st.sampled_from([*odd.ids, "gone"]), max_size=8)):
            x, y = draw(st.floats(-1e4, 1e4)), draw(_few(-50, 900))
            items += draw(
                st.sampled_from(
                    [
                        f'<d:BPMNShape bpmnElement={quoteattr(name)} isExpanded="true">'
                        f'<c:Bounds x="{x}" y="{y}" width="100" height="80.5"/></d:BPMNShape>',
                        f"<d:BPMNEdge bpmnElement={quoteattr(name)}>"
                        f'<i:waypoint x="{x}" y="0"/><i:waypoint x="7" y="{y}"/></d:BPMNEdge>',
                        f"<d:BPMNShape bpmnElement={quoteattr(name)}/>",
                    ]
                )
            )
        planes += f"<d:BPMNDiagram><d:BPMNPlane>{items}</d:BPMNPlane></d:BPMNDiagram>"
    spaces = (
        'xmlns:d="http://www.omg.org/spec/BPMN/20100524/DI" '
        'xmlns:c="http://www.omg.org/spec/DD/20100524/DC" '
        'xmlns:i="http://www.omg.org/spec/DD/20100524/DI"'
    )
    return planes.replace("<d:BPMNDiagram>", f"<d:BPMNDiagram {spaces}>")
