"""One right and one wrong example of every rule, kept as data in `examples/`.

Short hand there: what is no process, message, … of its own stands in a process `p`, which is
executable if the example says `runs`; `a→b→c` are sequence flows called `f_a_b` and `f_b_c`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from lxml import etree

from engine.bpmn.xml import BPMN_NS, DC_NS, DD_NS, DI_NS, FLOW_NODES, XSI_NS, B, local

FOLDER = Path(__file__).parent / "examples"
CHAIN = re.compile(r"[\w.]+(?:→[\w.]+)+")
NAMESPACES = (
    f'xmlns="{BPMN_NS}" xmlns:bpmndi="{DI_NS}" xmlns:dc="{DC_NS}" xmlns:di="{DD_NS}" '
    f'xmlns:xsi="{XSI_NS}" '
    'xmlns:camunda="http://camunda.org/schema/1.0/bpmn" id="file" targetNamespace="example"'
)
#: What may stand in a process; everything else brings its process along.
INSIDE = FLOW_NODES | {
    "association",
    "dataObject",
    "dataObjectReference",
    "ioSpecification",
    "laneSet",
    "sequenceFlow",
    "textAnnotation",
}


@dataclass(frozen=True)
class Example:
    """One example as a file, and the id that a wrong one must be reported at."""

    body: str
    at: str = ""

    @property
    def content(self) -> bytes:
        """The whole file."""
        return f"<definitions {NAMESPACES}>\n{self.body}\n</definitions>\n".encode()


def read() -> dict[str, tuple[Example, Example]]:
    """Return the right and the wrong example of every rule by its code."""
    found: dict[str, tuple[Example, Example]] = {}
    for path in sorted(FOLDER.glob("*.xml")):
        for rule in etree.parse(path).getroot().iter(B + "rule"):
            right, wrong = (rule.find(B + name) for name in ("right", "wrong"))
            if right is None or wrong is None:
                raise ValueError(f"{path.name}: {rule.get('code')}")
            found[rule.get("code", "")] = _example(right), _example(wrong)
    return found


def _example(element: etree._Element) -> Example:
    text = CHAIN.sub(flows, (element.text or "") + "".join(map(_serial, element)))
    inside = all(local(child) in INSIDE for child in element)
    if inside:
        runs = ' isExecutable="true"' if element.get("runs") == "true" else ""
        text = f'<process id="p"{runs}>{text}</process>'
    return Example(_indented(text), element.get("at", ""))


def _serial(element: etree._Element) -> str:
    text = etree.tostring(element, encoding="unicode")
    return re.sub(r' xmlns(:\w+)?="[^"]*"', "", text)


def flows(match: re.Match[str]) -> str:
    """Return the sequence flows of one chain of ids."""
    return "".join(
        f'<sequenceFlow id="f_{a}_{b}" sourceRef="{a}" targetRef="{b}"/>'
        for a, b in pairwise(match[0].split("→"))
    )


def _indented(text: str) -> str:
    root = etree.fromstring(f"<definitions {NAMESPACES}>{text}</definitions>")
    for element in root.iter(etree.Element):
        element.tail = None
        if len(element):
            element.text = None
    etree.indent(root)
    lines = etree.tostring(root, encoding="unicode").splitlines()[1:-1]
    return "\n".join(line.removeprefix("  ") for line in lines)
