"""Attachments of the demonstration: a page and a photo made here, of nobody."""

from __future__ import annotations

import struct
import zlib

from sqlalchemy.orm import Session

from engine.attachments import content, storage
from engine.models import Attachment

_WIDTH, _HEIGHT, _MARGIN = 240, 320, 24


def attach(session: Session, name: str, *, by: str) -> Attachment:
    """Store a small file of this name (.png or .pdf) and return its row."""
    data = _picture() if name.endswith(".png") else _page()
    return storage.admit(session, storage.put(content.check(name, data)), by=by)


def _picture() -> bytes:
    """A PNG that looks like a photographed sheet: grey bars instead of lines of text."""
    rows = []
    for y in range(_HEIGHT):
        line = _MARGIN < y < _HEIGHT - _MARGIN and y % 20 < 6
        end = _WIDTH - _MARGIN - (y // 20 * 31) % 90
        row = bytes(120 if line and _MARGIN < x < end else 246 - (x + y) % 5 for x in range(_WIDTH))
        rows.append(b"\x00" + row)
    header = struct.pack(">IIBBBBB", _WIDTH, _HEIGHT, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        _chunk(kind, data)
        for kind, data in (
            (b"IHDR", header), (b"IDAT", zlib.compress(b"".join(rows), 9)), (b"IEND", b""),
        )
    )  # fmt: skip


def _chunk(kind: bytes, data: bytes) -> bytes:
    body = kind + data
    return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))


def _page() -> bytes:
    """A PDF of one page that says that it is an example."""
    stream = b"BT /F1 18 Tf 60 760 Td (Huiyin: example attachment, no real data) Tj ET"
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 5 0 R"
        b" /Resources << /Font << /F1 4 0 R >> >> >>",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
    )
    out, offsets = bytearray(b"%PDF-1.4\n"), []
    for number, content_ in enumerate(objects, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content_)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\n" % (len(objects) + 1)
    return bytes(out + b"startxref\n%d\n%%%%EOF\n" % start)
