"""Hostile bytes → a checked XML tree, or a refusal that names each element.

Nothing here trusts the author of a diagram. First the bytes (size, encoding, no document
type), then the tree (depth, ids), then what `engine.bpmn.checks` knows of diagrams. The
tree is returned as written; `engine.bpmn.normalize` makes the executable one.
"""

from __future__ import annotations

import copy
import re
from collections import Counter
from collections.abc import Iterator

from lxml import etree

from engine.bpmn import checks
from engine.bpmn.xml import (
    FLOW_NODES,
    RESERVED,
    SUBPROCESSES,
    B,
    children,
    identifier,
    is_drawn,
    local,
)
from engine.errors import DeploymentRefused, Problem

#: Whose ids are unique over the file: the standard's elements and shapes.
OMG = "http://www.omg.org/spec/"
MAX_BYTES = 2 * 1024 * 1024
MAX_DEPTH = 60
MAX_ELEMENTS = 50_000
MAX_FLOW_NODES = 500
ID = re.compile(r"^[A-Za-z_][\w.\-]{0,127}$", re.A)
FILE = "文件"
SCOPES = SUBPROCESSES | {"process"}
#: What others refer to must have an id.
NAMED = FLOW_NODES | {"process", "sequenceFlow", "message", "signal", "error", "escalation"}

PARSER = etree.XMLParser(
    resolve_entities=False,
    no_network=True,
    load_dtd=False,
    dtd_validation=False,
    huge_tree=False,
    remove_comments=True,
    encoding="utf-8",
)


def admit(xml: bytes) -> etree._Element:
    """Parse and check a BPMN file.

    Raises:
        DeploymentRefused: with every problem found; the first stage that finds any ends it.
    """
    root = _parse(xml)
    _refuse_all(_tree(root))
    executable = _without_documentation(root)
    for stage in (checks.structure, checks.content):
        _refuse_all(stage(executable))
    return root


def _refuse_all(problems: Iterator[Problem]) -> None:
    found = list(problems)
    if found:
        raise DeploymentRefused(found)


def _without_documentation(root: etree._Element) -> etree._Element:
    """Return the file without the processes that only show what others do.

    Pools that are not executable are drawn and kept, and never run: whatever is in them.
    """
    silent = [p for p in children(root, "process") if p.get("isExecutable") == "false"]
    if not silent:
        return root
    shorter = copy.deepcopy(root)
    for process in list(children(shorter, "process")):
        if process.get("isExecutable") == "false":
            shorter.remove(process)
    return shorter


def _refuse(code: str, message: str) -> DeploymentRefused:
    return DeploymentRefused([Problem(FILE, code, message)])


def _parse(xml: bytes) -> etree._Element:
    if len(xml) > MAX_BYTES:
        raise _refuse("too-large", "要执行的内容超过 2 MB，请拆分流程。")
    try:
        text = xml.decode("utf-8")
    except UnicodeDecodeError:
        raise _refuse("not-utf8", "文件不是 UTF-8 编码，请另存为 UTF-8。") from None
    if "\0" in text:
        raise _refuse("not-utf8", "文件含有空字符，不是有效的 XML。")
    if re.search(r"<!\s*(DOCTYPE|ENTITY)", text, re.I):
        raise _refuse("doctype", "文件不能含有 DOCTYPE 或 ENTITY 声明，请删除。")
    if re.match(r"\s*<\?xml[^>]*encoding\s*=\s*[\"'](?!utf-?8[\"'])", text.lstrip("\ufeff"), re.I):
        raise _refuse("not-utf8", "文件声明的编码不是 UTF-8，请另存为 UTF-8。")
    try:
        root = etree.fromstring(xml, PARSER)
    except etree.XMLSyntaxError as error:
        raise _refuse("not-xml", f"不是有效的 XML：{str(error)[:120]}") from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise _refuse("doctype", "文件不能含有 DOCTYPE 声明，请删除。")
    if root.tag != B + "definitions":
        raise _refuse("not-bpmn", "不是 BPMN 2.0 文件：根元素应是 definitions。")
    return root


def _tree(root: etree._Element) -> Iterator[Problem]:
    if any(isinstance(node, etree._ProcessingInstruction) for node in _around(root)):
        yield Problem(FILE, "processing-instruction", "文件不能含有处理指令（<?…?>），请删除。")
    seen: Counter[str] = Counter()
    count = 0
    stack: list[tuple[etree._Element, int]] = [(root, 1)]
    while stack:
        element, depth = stack.pop()
        count += 1
        if count > MAX_ELEMENTS:
            yield Problem(FILE, "too-many-elements", f"元素超过 {MAX_ELEMENTS} 个，请拆分流程。")
            return
        if depth > MAX_DEPTH:
            where = _scope_of(element)
            yield Problem(where, "too-deep", f"嵌套超过 {MAX_DEPTH} 层，请减少子流程层次。")
            return
        yield from _one(element, seen)
        stack.extend((child, depth + 1) for child in element)
    for name, times in seen.items():
        if times > 1:
            yield Problem(name, "duplicate-id", f"标识 {name} 出现了 {times} 次，请改成唯一的。")
    if next(children(root, "process"), None) is None:
        yield Problem(FILE, "no-process", "文件里没有流程（process）。")
    nodes = sum(1 for element in root.iter() if local(element) in FLOW_NODES)
    if nodes > MAX_FLOW_NODES:
        yield Problem(
            FILE, "too-many-nodes", f"流程节点有 {nodes} 个，上限 {MAX_FLOW_NODES}，请拆分流程。"
        )


def _scope_of(element: etree._Element) -> str:
    scopes = (identifier(above) for above in element.iterancestors() if local(above) in SCOPES)
    return next(scopes, "") or FILE


def _around(root: etree._Element) -> Iterator[etree._Element]:
    yield from root.itersiblings(preceding=True)
    yield from root.itersiblings()


def _one(element: etree._Element, seen: Counter[str]) -> Iterator[Problem]:
    if not isinstance(element.tag, str):
        if isinstance(element, etree._ProcessingInstruction | etree._Entity):
            yield Problem(FILE, "processing-instruction", "文件不能含有处理指令或实体，请删除。")
        return
    namespace = etree.QName(element).namespace or ""
    if namespace == "http://www.w3.org/2001/XInclude":
        yield Problem(FILE, "xinclude", "文件不能引用其他文件（XInclude），请删除。")
    if not namespace.startswith(OMG):
        return  # the id of a form field or of a choice is its maker's own matter
    name = element.get("id")
    if name is None:
        if local(element) in NAMED:
            yield Problem(FILE, "no-id", f"有一个 {local(element)} 没有标识（id），请补上。")
        return
    seen[name] += 1
    if not ID.match(name):
        yield Problem(
            name[:40], "bad-id", "标识只能用英文字母、数字、下划线、点和横线，且以字母开头。"
        )
    elif not is_drawn(name):
        yield Problem(name, "reserved-id", f"标识不能以 {RESERVED} 开头，请改名。")
