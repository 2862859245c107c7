"""PDF, Word and Excel: opened, measured and looked through before they are kept.

A package is judged by its directory before one byte is unpacked, so that a bomb costs nothing;
then its parts are read with a limit and searched for what would act when a clerk opens it.
"""

import io
import re
import zipfile
from dataclasses import dataclass

from engine.attachments.refusal import FileRefused

MAX_ENTRIES = 2_000
MAX_UNPACKED = 80 * 1024 * 1024
#: Text compresses tenfold; a package that grows more than this is made to do harm.
MAX_RATIO = 200
_TOO_LARGE = "展开后过大，不能接收。"
#: What each line of a package's directory begins with.
_ENTRY = b"PK\x01\x02"
_DAMAGED = "打不开，可能没有传完整，请重新选择。"
_ACTIVE_ZH = "里面带有宏、脚本或外部链接等会自动运行的内容，不能上传。请另存为 PDF 或拍照上传。"
_PDF_ACTIVE = re.compile(rb"/(?:JavaScript|JS|Launch|EmbeddedFile|RichMedia|XFA)\b")
_PAGE = re.compile(rb"<script|<html|<!doctype|<\?php", re.IGNORECASE)
_DTD = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_EXTERNAL = re.compile(
    rb"<Relationship\b[^>]*TargetMode\s*=\s*[\"']External[\"'][^>]*>", re.IGNORECASE
)
_HYPERLINK = re.compile(rb"relationships/hyperlink[\"']", re.IGNORECASE)
_ACTIVE_PART = re.compile(
    r"vbaProject|/activeX/|/embeddings/|/externalLinks/|macrosheets|\.(?:exe|js|vbs|bat|zip|jar|html?)$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Office:
    """A Word or Excel package."""

    media_type: str
    extension: str


_MAIN = {
    "word/document.xml": Office(
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx"
    ),
    "xl/workbook.xml": Office(
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"
    ),
}


def verify_pdf(data: bytes) -> None:
    """Refuse a PDF that breaks off, acts by itself, or is a web page as well.

    Raises:
        FileRefused: one of these.
    """
    if b"%%EOF" not in data[-2048:] or b"startxref" not in data[-4096:]:
        raise FileRefused("", _DAMAGED)
    if _PDF_ACTIVE.search(data) or _PAGE.search(data):
        raise FileRefused("", _ACTIVE_ZH)


def verify_office(data: bytes) -> Office:
    """Return which Office package this is.

    Raises:
        FileRefused: a plain archive, a bomb, encrypted, damaged, or with active content.
    """
    if data.count(_ENTRY) > MAX_ENTRIES:  # before a directory of 70,000 entries is even read
        raise FileRefused("", _TOO_LARGE)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            names = _measure(package)
            office = next((_MAIN[name] for name in names if name in _MAIN), None)
            if office is None or "[Content_Types].xml" not in names:
                raise FileRefused("", "是压缩包，不能接收。请把里面的文件逐个上传。")
            _look_through(package, names)
            return office
    except (zipfile.BadZipFile, EOFError, OSError, NotImplementedError, RuntimeError, ValueError):
        raise FileRefused("", _DAMAGED) from None


def _measure(package: zipfile.ZipFile) -> list[str]:
    entries = package.infolist()
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries) or 1
    if len(entries) > MAX_ENTRIES or unpacked > MAX_UNPACKED or unpacked / packed > MAX_RATIO:
        raise FileRefused("", _TOO_LARGE)
    names = [entry.filename for entry in entries]
    if len(set(names)) != len(names) or any(_leaves_folder(name) for name in names):
        raise FileRefused("", _DAMAGED)
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise FileRefused("", "设了密码，请去掉密码后再传。")
    return names


def _leaves_folder(name: str) -> bool:
    return name.startswith(("/", "\\")) or ".." in name.replace("\\", "/").split("/") or ":" in name


def _look_through(package: zipfile.ZipFile, names: list[str]) -> None:
    left = MAX_UNPACKED
    for name in names:
        if _ACTIVE_PART.search(name):
            raise FileRefused("", _ACTIVE_ZH)
        with package.open(name) as part:
            # the directory may lie about a part's size; the reader stops at what it declared
            content = part.read(left + 1)
        left -= len(content)
        if left < 0:
            raise FileRefused("", _TOO_LARGE)
        if name.endswith((".xml", ".rels")) and _acts(name, content):
            raise FileRefused("", _ACTIVE_ZH)


def _acts(name: str, content: bytes) -> bool:
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        content = content.decode("utf-16", "replace").encode()
    if _DTD.search(content) or (name == "[Content_Types].xml" and b"macroEnabled" in content):
        return True
    return any(not _HYPERLINK.search(link) for link in _EXTERNAL.findall(content))
