"""What a file contains, counted: the first thing somebody wants to know after an import."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from lxml import etree

from engine.bpmn.importing import vendors
from engine.bpmn.xml import CHOREOGRAPHY, CONVERSATIONS, DI, FLOW_NODES, elements, local

DATA = frozenset({"dataObjectReference", "dataStoreReference", "dataInput", "dataOutput"})
ARTIFACTS = frozenset({"textAnnotation", "group", "association"})
#: What is counted under one word; everything else is not.
WORDS: Mapping[str, str] = {
    **dict.fromkeys(FLOW_NODES, "nodes"),
    **dict.fromkeys(DATA, "data"),
    **dict.fromkeys(ARTIFACTS, "artifacts"),
    **dict.fromkeys(CHOREOGRAPHY, "choreography"),
    **dict.fromkeys(CONVERSATIONS, "conversations"),
    "sequenceFlow": "flows",
    "messageFlow": "message_flows",
    "process": "processes",
    "participant": "pools",
    "lane": "lanes",
}


def counts(root: etree._Element) -> dict[str, int]:
    """Return how many there are of each kind, shapes, edges and planes included."""
    found = Counter(WORDS[kind] for kind in map(local, elements(root)) if kind in WORDS)
    drawn = {"shapes": "BPMNShape", "edges": "BPMNEdge", "planes": "BPMNPlane"}
    return {
        **{word: found[word] for word in dict.fromkeys(WORDS.values())},
        **{word: sum(1 for _ in root.iter(DI + tag)) for word, tag in drawn.items()},
    }


def extensions(root: etree._Element) -> dict[str, int]:
    """Return how many foreign attributes and elements there are, by namespace."""
    return dict(sorted(Counter(vendors.foreign(root)).items()))
