"""Bytes of any tool → a BPMN tree with everything still in it, or one refusal.

Encodings are read generously, structure is not: no document type, no inclusion of other
files, and the bounds of `engine.bpmn.admit`. Comments, processing instructions and foreign
elements stay where they are.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, field

from lxml import etree

from engine.bpmn.admit import FILE, MAX_DEPTH
from engine.bpmn.importing import mending, others
from engine.bpmn.importing.names import NAMED
from engine.bpmn.xml import B, local
from engine.errors import DeploymentRefused, Problem

#: Pictures, notes and what vendors add make a file large, not what is executed (`admit.MAX_BYTES`).
MAX_BYTES = 10 * 1024 * 1024
MAX_ELEMENTS = 200_000
#: What has more of these signs, in tags, attributes, notes or comments, is not even parsed: a tree
#: takes some fifty times the room of what is written so tightly.
MOST = {"<": 2 * MAX_ELEMENTS + 100_000, "=": 600_000}
#: Nodes, flows, messages and the like: far more than anybody draws on one page.
MAX_DRAWN = 6_000
MAX_ATTRIBUTES = 500
#: Marks at the beginning of a file; the longer ones first, the shorter begin like them.
MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"<\0\0\0", ""),
    (b"<\0", ""),
    (b"\0<", ""),
)
#: What the last three say, which are no marks but the first character of a file.
UNMARKED = {b"<\0\0\0": "utf-32-le", b"<\0": "utf-16-le", b"\0<": "utf-16-be"}
DECLARED = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:\-]{1,40})["']""")
#: Families of encodings that a file may declare; the rest of Python's codecs are no texts.
KNOWN = re.compile(
    r"^(utf-?8|us-ascii|ascii|latin-?\d|iso[-_]?8859|windows-|cp\d|ms\d|gbk?\b|gb_?2312|gb18030"
    r"|big5|euc|shift|sjis|ks_c|tis|koi8|mac)",
    re.I,
)
#: What a file is most likely written in if it is not what it says.
GUESSES = ("utf-8", "gb18030", "cp1252")
WESTERN = ("utf-8", "cp1252", "gb18030")
#: Letters beyond ASCII: Chinese ones come in pairs of bytes, western ones one by one.
BEYOND = re.compile(rb"[\x80-\xff]+")
DECLARATION = re.compile(r"^<\?xml\s[^>]*\?>")
#: Everything that may stand before the root element, save a document type.
PROLOG = re.compile(r"\s+|<!--.*?-->|<\?.*?\?>", re.S)
XINCLUDE = "http://www.w3.org/2001/XInclude"


def _parser(*, recover: bool) -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        strip_cdata=False,
        recover=recover,
        encoding="utf-8",
    )


@dataclass
class Source:
    """A file as it was read."""

    root: etree._Element
    notes: list[Problem] = field(default_factory=list)


def parse(content: bytes) -> Source:
    """Read a BPMN file of any tool.

    Raises:
        DeploymentRefused: it is too large, too deep, no XML, no BPMN, or not harmless.
    """
    if len(content) > MAX_BYTES:
        raise refusal("too-large", f"文件超过 {MAX_BYTES >> 20} MB，请拆分流程。")
    if words := others.by_beginning(content):
        raise refusal("not-xml", words)
    text, notes = decode(content)
    text = DECLARATION.sub("", text.lstrip("\ufeff \t\r\n"), count=1)
    if not text.strip():
        raise refusal("not-xml", "文件是空的，请重新导出。")
    if "\0" in text:
        raise refusal("not-text", "文件含有空字符，不是有效的 XML。")
    if not text.lstrip().startswith("<"):
        raise refusal("not-xml", "文件不是 XML，请在建模工具里导出 BPMN 2.0。")
    if any(text.count(sign) > most for sign, most in MOST.items()):
        raise _too_many()
    _no_document_type(text)
    root = _tree(text, notes)
    if root.tag != B + "definitions":
        raise refusal("not-bpmn", f"不是 BPMN 2.0 文件：{others.by_root(str(root.tag))}")
    _bounds(root)
    return Source(root, notes)


def _tree(text: str, notes: list[Problem]) -> etree._Element:
    parser = _parser(recover=False)
    try:
        return etree.fromstring(text.encode(), parser)
    except etree.XMLSyntaxError as error:
        kinds = {entry.domain for entry in parser.error_log}
        line, column = error.position
        shown = f"第 {line} 行第 {column} 列，{(error.msg or '').partition(', line ')[0]}"[:120]
    except UnicodeEncodeError:
        raise refusal("not-text", "文件含有不成对的代理字符，请另存为 UTF-8。") from None
    if kinds != {etree.ErrorDomains.NAMESPACE}:
        mended = mending.mend(text)
        if mended == text:
            raise refusal("not-xml", f"不是有效的 XML：{shown}")
        message = f"文件里有 XML 不允许的字符或实体，已替换：{shown}"
        notes.append(Problem(FILE, "characters", message, "warning"))
        return _tree(mended, notes)
    # Prefixes that nobody declared and names that are no addresses do not hinder reading.
    notes.append(Problem(FILE, "namespace", f"命名空间写得不规范，按原样保留：{shown}", "warning"))
    return etree.fromstring(text.encode(), _parser(recover=True))


def refusal(code: str, message: str) -> DeploymentRefused:
    """Return a refusal of the whole file."""
    return DeploymentRefused([Problem(FILE, code, message)])


def _too_many() -> DeploymentRefused:
    most = f"元素超过 {MAX_ELEMENTS} 个，或节点和连线超过 {MAX_DRAWN} 个"
    return refusal("too-many-elements", f"{most}，请拆分流程。")


def decode(content: bytes) -> tuple[str, list[Problem]]:
    """Return the text of a file and what was odd about its encoding.

    Raises:
        DeploymentRefused: no encoding fits.
    """
    for mark, name in MARKS:
        if content.startswith(mark):
            rest = content[len(mark) :] if name else content
            return _strictly(rest, name or UNMARKED[mark]), []
    match = DECLARED.match(content)
    declared = match[1].decode("ascii", "replace") if match else ""
    bare = declared.lower().removeprefix("x-").replace("mac-", "mac_")
    candidates = [bare] if KNOWN.match(bare) else []
    for name in (*candidates, *(WESTERN if _is_western(content) else GUESSES)):
        try:
            text = content.decode(name)
        except (UnicodeError, LookupError):
            continue
        same = not declared or name == bare
        return text, [] if same else [_mismatch(declared, name)]
    raise refusal("not-text", "无法识别文件的编码，请另存为 UTF-8。")


def _is_western(content: bytes) -> bool:
    runs = [len(found[0]) % 2 for found in BEYOND.finditer(content)]
    return 2 * sum(runs) > len(runs)


def _strictly(content: bytes, name: str) -> str:
    try:
        return content.decode(name)
    except UnicodeError:
        raise refusal("not-text", f"文件不是完整的 {name} 文本，请另存为 UTF-8。") from None


def _mismatch(declared: str, name: str) -> Problem:
    message = f"文件声明的编码是 {declared}，实际按 {name} 读取，请检查文字是否正确。"
    return Problem(FILE, "encoding", message, "warning")


def _no_document_type(text: str) -> None:
    place = 0
    while match := PROLOG.match(text, place):
        place = match.end()
    if re.compile(r"<!(?!--)").match(text, place):
        raise refusal("doctype", "文件不能含有 DOCTYPE 或 ENTITY 声明，请删除。")


def _bounds(root: etree._Element) -> None:
    count = drawn = 0
    stack: list[tuple[etree._Element, int]] = [(root, 1)]
    while stack:
        element, depth = stack.pop()
        count += 1
        drawn += local(element) in NAMED
        if count > MAX_ELEMENTS or drawn > MAX_DRAWN:
            raise _too_many()
        if depth > MAX_DEPTH:
            raise refusal("too-deep", f"嵌套超过 {MAX_DEPTH} 层，请减少子流程层次。")
        if len(element.attrib) > MAX_ATTRIBUTES:
            raise refusal("too-many-attributes", f"一个元素的属性超过 {MAX_ATTRIBUTES} 个。")
        if isinstance(element, etree._Entity):
            raise refusal("doctype", "文件不能含有自定义实体，请删除。")
        if isinstance(element.tag, str) and element.tag.startswith(f"{{{XINCLUDE}}}"):
            raise refusal("xinclude", "文件不能引用其他文件（XInclude），请删除。")
        stack.extend((child, depth + 1) for child in element)
