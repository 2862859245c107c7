"""What a file really is, judged by its bytes; never by its name or the browser's word.

A worker's upload ends on a clerk's desktop, so a file is let in only when it is one of the few
kinds the office needs, holds together as that kind, and carries nothing that acts by itself:
images are decoded and written anew (which also drops the GPS position a phone puts into a photo),
documents are opened and looked through, recordings have their container walked. The name a person
gave is kept for display only, cleaned, with the extension of the real kind.
"""

import hashlib
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath

from engine.attachments import documents, images, recordings
from engine.attachments.refusal import FileRefused

#: Limits of one form. Phones compress a photo to 2–6 MB; a 10-minute voice message is below 10 MB.
MAX_BYTES = 10 * 1024 * 1024
MAX_FILES = 9

#: What every file is searched for. An installation appends its virus scanner here: a function
#: that takes the bytes and returns what it found, or None.
SCANNERS: list[Callable[[bytes], str | None]] = []

ACCEPTED_ZH = "照片（JPG、PNG、WebP）、录音、短视频（MP4）、PDF、Word（docx）、Excel（xlsx）"

_NAME_LIMIT = 80
_SEPARATORS = re.compile(r"[\\/:*?\"<>|%#&{}$!'`@+=;^~\[\]]+")
#: The industry's harmless test file; every scanner knows it, so we do as well.
_EICAR = b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE"


@dataclass(frozen=True)
class Checked:
    """A file that may be kept: its clean name, real type and the bytes to store."""

    name: str
    media_type: str
    kind: str
    data: bytes
    sha256: str

    @property
    def size(self) -> int:
        """Length of the stored bytes (after re-encoding), in bytes."""
        return len(self.data)


def check(name: str, data: bytes, *, limit: int = MAX_BYTES, text: bool = False) -> Checked:
    """Return the file as it may be stored.

    Args:
        name: what the person's device called it; used for display only.
        data: the whole content, or one byte more than the limit if it is larger.
        limit: the largest file this installation takes, in bytes.
        text: whether plain text is taken as well; it is only ever given out as a download.

    Raises:
        FileRefused: empty, too large, of another kind, damaged, or carrying something active.
    """
    shown = clean_name(name)
    if not data:
        raise FileRefused(shown, "是空文件，请重新选择。")
    if len(data) > limit:
        raise FileRefused(shown, f"超过 {limit >> 20} MB，请压缩后再传，或分成几个文件。")
    if _EICAR in data or any(scan(data) for scan in SCANNERS):
        raise FileRefused(shown, "被安全检查拦下，不能上传。")
    try:
        found = _plain_text(data) if text else None
        found = found or _recognise(data)
    except FileRefused as refusal:
        raise FileRefused(shown, refusal.reason) from None
    return Checked(
        name=_with_extension(shown, found.extension),
        media_type=found.media_type,
        kind=found.kind,
        data=found.data,
        sha256=hashlib.sha256(found.data).hexdigest(),
    )


@dataclass(frozen=True)
class _Found:
    kind: str
    media_type: str
    extension: str
    data: bytes


def _plain_text(data: bytes) -> _Found | None:
    """Take UTF-8 without control characters for text, whatever language it is in."""
    if data.startswith((b"%PDF-", b"PK")):
        return None
    try:
        written = data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    if any(sign < " " and sign not in "\t\r\n\f" for sign in written):
        return None
    return _Found("document", "text/plain", "txt", data)


def _recognise(data: bytes) -> _Found:
    if image := images.sniff(data):
        clean = images.rewrite(data, image)
        return _Found("image", clean.media_type, clean.extension, clean.data)
    if recording := recordings.sniff(data):
        recordings.verify(data, recording)
        return _Found(recording.kind, recording.media_type, recording.extension, data)
    if data.startswith(b"%PDF-"):
        documents.verify_pdf(data)
        return _Found("document", "application/pdf", "pdf", data)
    if data.startswith(b"PK\x03\x04"):
        office = documents.verify_office(data)
        return _Found("document", office.media_type, office.extension, data)
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise FileRefused("", "是旧版 Word/Excel 格式，请另存为 docx、xlsx 或 PDF 后再传。")
    raise FileRefused("", f"不是可以接收的类型。可以传：{ACCEPTED_ZH}。")


def clean_name(name: str) -> str:
    """Return a name safe to show and to offer for download: no path, no control or bidi marks."""
    base = PurePosixPath(name.replace("\\", "/")).name
    kept = "".join(char for char in base if unicodedata.category(char)[0] != "C")
    kept = _SEPARATORS.sub("_", unicodedata.normalize("NFC", kept)).strip(" ._-")
    return kept[:_NAME_LIMIT] or "附件"


def _with_extension(name: str, extension: str) -> str:
    # every extension goes, so that "工资条.php.jpg" cannot be anything but an image
    stem = re.split(r"\.[A-Za-z0-9]{1,8}(?=\.|$)", name, maxsplit=1)[0].strip(" .") or "附件"
    return f"{stem}.{extension}"
