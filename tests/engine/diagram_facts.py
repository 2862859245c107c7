"""What a BPMN file says, as sets: read here without the product, to compare before and after."""

from __future__ import annotations

import re
from collections import Counter

from lxml import etree

MODEL = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
DIAGRAM = "{http://www.omg.org/spec/BPMN/20100524/DI}"
STANDARD = re.compile(r"^\{http://www\.(omg\.org/spec/|w3\.org/2001/XMLSchema)")
NODE = re.compile(r"(Task|task|Event|Gateway|[sS]ubProcess|transaction|callActivity)$")
#: Ids that the importer gave are its own, not the author's.
GIVEN = "_n_i_"


def tree(text: str | bytes) -> etree._Element:
    """Parse a file; text is taken without its declaration, whatever encoding it names."""
    if isinstance(text, bytes):
        text = text.decode()
    bare = re.sub(r"^\s*<\?xml[^>]*\?>", "", text.lstrip("\ufeff"))
    return etree.fromstring(bare.encode())


def facts(root: etree._Element) -> dict[str, Counter]:
    """Return the nodes, flows, drawing and foreign parts of a file, each as a bag."""
    found: dict[str, Counter] = {
        name: Counter() for name in ("nodes", "flows", "shapes", "edges", "foreign", "all", "notes")
    }
    for element in root.iter():
        if not isinstance(element.tag, str):
            found["notes"][str(element)] += 1
            continue
        found["all"][element.tag, *attributes(element), (element.text or "").strip()] += 1
        if element.tag.startswith(MODEL):
            _model(element, found)
        elif element.tag.startswith(DIAGRAM):
            _drawing(element, found)
        _foreign(element, found)
    return found


def attributes(element: etree._Element) -> list[tuple[str, str]]:
    return sorted((k, v) for k, v in element.attrib.items() if not v.startswith(GIVEN))


def _model(element: etree._Element, found: dict[str, Counter]) -> None:
    kind, name = element.tag[len(MODEL) :], element.get("name")
    if NODE.search(kind):
        found["nodes"][kind, name] += 1
    if kind.endswith("Flow") or kind == "association":
        condition = element.findtext(f"{MODEL}conditionExpression")
        ends = element.get("sourceRef"), element.get("targetRef")
        found["flows"][kind, *ends, name, condition] += 1


def _drawing(element: etree._Element, found: dict[str, Counter]) -> None:
    kind, shown = element.tag[len(DIAGRAM) :], element.get("bpmnElement")
    numbers = [tuple(sorted(part.attrib.items())) for part in element.iter() if part is not element]
    if kind == "BPMNShape":
        found["shapes"][shown, *numbers] += 1
    if kind == "BPMNEdge":
        found["edges"][shown, *numbers] += 1


def _foreign(element: etree._Element, found: dict[str, Counter]) -> None:
    for name, value in element.attrib.items():
        if name.startswith("{") and not STANDARD.match(name):
            mine = (element.get("id") or GIVEN).startswith(GIVEN)
            owner = None if mine else element.get("id")
            found["foreign"][element.tag, owner, name, value] += 1
    if not STANDARD.match(element.tag):
        parent = element.getparent()
        home = None if parent is None else parent.tag
        found["foreign"][home, etree.tostring(element, method="c14n", with_tail=False)] += 1
