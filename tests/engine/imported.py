"""Files of other tools, and what importing makes of them."""

from __future__ import annotations

import re
from pathlib import Path

from lxml import etree

from engine.bpmn import importing
from engine.bpmn.importing import judging

FOLDER = Path(__file__).parent / "imports"
FILES = sorted(FOLDER.iterdir())
B = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def file(name: str) -> bytes:
    return (FOLDER / name).read_bytes()


def repaired(xml: bytes) -> set[tuple[str, str]]:
    return {(found.element, found.code) for found in importing.read(xml).findings}


def obstacles(xml: bytes) -> list[tuple[str, str]]:
    return [(found.element, found.code) for found in judging.obstacles(importing.read(xml))]


def executable(xml: bytes) -> etree._Element:
    return etree.fromstring(importing.read(xml).executable())


def ends(root: etree._Element) -> set[tuple[str, str]]:
    return {(f.get("sourceRef"), f.get("targetRef")) for f in root.iter(f"{B}sequenceFlow")}
