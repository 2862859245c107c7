"""What a file is that is no BPMN 2.0, so that a refusal can say what to do instead."""

from __future__ import annotations

#: What is sometimes taken for BPMN, by a part of its namespace or its root element.
OTHERS = (
    ("/DMN/", "这是 DMN 决策文件，请作为决策部署。"),
    ("/CMMN/", "这是 CMMN 案例文件，不能导入。"),
    ("wfmc.org", "这是 XPDL 文件，请在原来的工具里另存为 BPMN 2.0。"),
    ("Package", "这是 XPDL 文件，请在原来的工具里另存为 BPMN 2.0。"),
    ("BpmnDiagram", "这是 BPMN 1.x 文件，请在原来的工具里另存为 BPMN 2.0。"),
    ("/BPMN/1", "这是 BPMN 1.x 文件，请在原来的工具里另存为 BPMN 2.0。"),
    ("BPDM", "这是 BPMN 1.x（BPDM）文件，请在原来的工具里另存为 BPMN 2.0。"),
    ("XMI", "这是 UML 的 XMI 文件，请在建模工具里导出 BPMN 2.0。"),
    ("visio", "这是 Visio 文件，请在 Visio 里导出 BPMN 2.0。"),
)
#: How other kinds of file begin.
BEGINNINGS = (
    (b"PK\x03\x04", "文件是压缩包，请先解压，再选其中的 BPMN 文件。"),
    (b"%PDF", "文件是 PDF，请在建模工具里导出 BPMN 2.0。"),
    (b"\x89PNG", "文件是图片，请在建模工具里导出 BPMN 2.0。"),
    (b"\xff\xd8\xff", "文件是图片，请在建模工具里导出 BPMN 2.0。"),
    (b"\xd0\xcf\x11\xe0", "文件是 Office 文档，请在建模工具里导出 BPMN 2.0。"),
    (b"{", "文件是 JSON，不是 XML，请在建模工具里导出 BPMN 2.0。"),
)


def by_root(tag: str) -> str:
    """Say what a file with this root element is, and what to do."""
    namespace, _, name = tag.removeprefix("{").rpartition("}")
    for part, words in OTHERS:
        if part in namespace or part == name:
            return words
    if name == "definitions" and "bpmn" in namespace.lower():
        return f"命名空间 {namespace:.80} 是草案的，请用较新的工具另存。"
    return f"根元素应是 BPMN 的 definitions，不是 {name:.40}。"


def by_beginning(content: bytes) -> str:
    """Say what a file is that does not even begin as XML does; "" if it may be XML."""
    return next((words for mark, words in BEGINNINGS if content.startswith(mark)), "")
