"""Bytes → checked DMN elements. Nothing outside the file is ever read.

Accepted are the namespaces of DMN 1.1 to 1.6, as Camunda Modeler has written them since 2016.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import Any, Final

from lxml import etree

from engine.errors import DeploymentRefused, Problem

#: An lxml element.
Element = Any

NAMESPACES: Final = frozenset(
    {
        "http://www.omg.org/spec/DMN/20151101/dmn.xsd",
        "http://www.omg.org/spec/DMN/20151101/dmn11.xsd",
        *(
            f"{scheme}://www.omg.org/spec/DMN/{version}/MODEL/"
            for version in ("20180521", "20191111", "20211108", "20230324", "20240513")
            for scheme in ("http", "https")  # the standard changed its mind, and tools with it
        ),
    }
)
#: Camunda 7 runs tables and literal expressions.
_BEYOND_CAMUNDA: Final = frozenset(
    {
        "import", "itemDefinition", "encapsulatedLogic", "decisionService", "context",
        "invocation", "relation", "list", "functionDefinition",
    }
)  # fmt: skip
_JUEL: Final = re.compile(r"[$#]\{|\bcellInput\b")
CAMUNDA: Final = "{http://camunda.org/schema/1.0/dmn}"
MAX_BYTES: Final = 2 * 1024 * 1024
MAX_DEPTH: Final = 60
MAX_ELEMENTS: Final = 60_000


def root_of(xml: bytes) -> Element:
    """Return the `definitions` element.

    Raises:
        DeploymentRefused: too large, neither UTF-8 nor UTF-16, with a DOCTYPE, not XML, not DMN.
    """
    if len(xml) > MAX_BYTES:
        raise refused("", "dmn-size", "决策文件超过 2 MB，请拆分。")
    try:
        text = decoded(xml)
    except UnicodeDecodeError:
        raise refused("", "dmn-encoding", "决策文件应为 UTF-8 编码。") from None
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise refused("", "dmn-doctype", "决策文件不能含有 DOCTYPE，请删除。")
    parser = etree.XMLParser(
        encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False,
        huge_tree=False, remove_comments=True, remove_pis=True,
    )  # fmt: skip
    try:
        root = etree.fromstring(text.encode(), parser)
    except (etree.XMLSyntaxError, ValueError) as why:
        raise refused("", "dmn-xml", f"决策文件不是有效的 XML：{why}") from None
    _admit(root)
    return root


def decoded(xml: bytes) -> str:
    """Return a file as text: UTF-16 with its mark, else UTF-8.

    Raises:
        UnicodeDecodeError: it is neither.
    """
    wide = xml.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return xml.decode("utf-16" if wide else "utf-8-sig")


def _admit(root: Element) -> None:
    namespace, _, name = root.tag[1:].rpartition("}")
    if name != "definitions" or namespace not in NAMESPACES:
        raise refused("", "dmn-namespace", "这不是 DMN 1.1–1.6 的决策文件。")
    seen: set[str | None] = set()
    pending = [(root, 1)]
    count = 0
    while pending:
        element, depth = pending.pop()
        count += 1
        if depth > MAX_DEPTH or count > MAX_ELEMENTS:
            raise refused("", "dmn-size", "决策文件嵌套太深或元素太多。")
        # Those of drawings and of other tools are nobody's here.
        identifier = element.get("id") if element.tag.startswith(f"{{{namespace}}}") else None
        if identifier is not None and identifier in seen:
            raise refused(identifier, "dmn-duplicate-id", f"编号“{identifier}”出现了两次。")
        seen.add(identifier)
        pending.extend((child, depth + 1) for child in element)


def refused(element: str, code: str, message: str) -> DeploymentRefused:
    """Return a refusal for one reason."""
    return DeploymentRefused([Problem(element, code, message)])


def local(element: Element) -> str:
    """Return an element's name without its namespace."""
    tag: str = element.tag
    return tag.rpartition("}")[2]


def children(element: Element, *names: str) -> Iterator[Element]:
    """Yield the direct children of these names; those of other tools are not meant."""
    space = element.tag[: element.tag.rfind("}") + 1]
    wanted = {space + name for name in names}
    return (child for child in element if child.tag in wanted)


def child(element: Element, *names: str) -> Element | None:
    """Return the first direct child of these names."""
    return next(children(element, *names), None)


def text_of(element: Element | None) -> str:
    """Return the text in `<text>` below an element, or nothing."""
    if element is None:
        return ""
    holder = child(element, "text")
    return ("" if holder is None else holder.text or "").strip()


def reference(element: Element) -> tuple[str, str]:
    """Return the namespace (empty: this file's) and the id in `href="namespace#id"`."""
    href: str = element.get("href", "")
    namespace, _, identifier = href.rpartition("#")
    return namespace, identifier


def name_of(element: Element) -> str:
    """Return an element's name without needless blanks, or nothing."""
    return " ".join((element.get("name") or "").split())


def variable_of(element: Element) -> tuple[str, str | None]:
    """Return the name and the type of an element's value: its variable's, else its own name."""
    variable = child(element, "variable")
    name = "" if variable is None else name_of(variable)
    type_ref = None if variable is None else variable.get("typeRef")
    return name or name_of(element) or element.get("id") or "", type_ref


def is_camundas(root: Element) -> bool:
    """Tell whether a file was written for Camunda 7 rather than for any engine of the standard."""
    platform = next((v for k, v in root.attrib.items() if k.endswith("executionPlatform")), "")
    if "Cloud" in platform:  # Camunda 8 speaks FEEL alone
        return False
    spaces = {uri for element in root.iter() for uri in element.nsmap.values()}
    spaces.add(root.get("namespace"))
    written = CAMUNDA[1:-1] in spaces or "Camunda" in root.get("exporter", "")
    return written and not _goes_beyond(root)


def _goes_beyond(root: Element) -> bool:
    """Tell whether a file has what Camunda 7 does not run, and nothing that only it runs."""
    space = root.tag.rpartition("}")[0]
    parts = [one for one in root.iter() if one.tag.startswith(space)]
    return any(local(one) in _BEYOND_CAMUNDA for one in parts) and not any(
        one.get(f"{CAMUNDA}inputVariable")
        or (one.get("expressionLanguage") or "").lower() == "juel"
        or (local(one) == "text" and _JUEL.search(one.text or ""))
        for one in parts
    )


def version_tags(xml: bytes) -> dict[str, str]:
    """Return `camunda:versionTag` of each decision of an admitted file that has one."""
    found = ((each.get("id", ""), each.get(f"{CAMUNDA}versionTag")) for each in root_of(xml).iter())
    return {name: tag for name, tag in found if tag}
