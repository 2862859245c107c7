"""Which processes a diagram calls, as far as the diagram itself says it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from engine.bpmn.xml import identifier, is_expression, local, read_camunda

#: Attributes that say which version is meant.
_VERSIONS = ("calledElementVersion", "calledElementVersionTag")


@dataclass(frozen=True)
class Call:
    """A call activity with a fixed process."""

    element: str
    key: str
    binding: str
    version: str | None


def static_calls(normalized: bytes, process_id: str) -> Iterator[Call]:
    """Yield the call activities of an admitted diagram that compute neither process nor version."""
    root = etree.fromstring(normalized, etree.XMLParser(resolve_entities=False, no_network=True))
    for node in root.iter():
        if local(node) != "callActivity" or not _within(node, process_id):
            continue
        said = read_camunda(node)
        key = node.get("calledElement") or ""
        version = next((str(said[name]) for name in _VERSIONS if said.get(name)), None)
        if key and not is_expression(key) and not is_expression(version or ""):
            yield Call(identifier(node), key, said.get("calledElementBinding") or "latest", version)


def _within(node: etree._Element, process_id: str) -> bool:
    return any(
        local(outer) == "process" and identifier(outer) == process_id
        for outer in node.iterancestors()
    )
