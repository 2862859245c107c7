"""Voice messages and short videos: the container is walked, not only its first bytes.

Sound cannot be rewritten without a codec, so what is asked is that the file is nothing else: the
frames or boxes follow each other, and no page or script hides behind a valid beginning.
"""

import re
from dataclasses import dataclass

from engine.attachments.refusal import FileRefused

_ACTIVE = re.compile(rb"<script|<html|<\?php|<!doctype", re.IGNORECASE)
_DAMAGED = "打不开，可能没有传完整，请重新录制或选择。"
_MP4_AUDIO = {b"M4A ", b"M4B ", b"mp42-audio"}
_MP4_BRANDS = {
    b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4A ", b"M4B ",
    b"M4V ", b"3gp4", b"3gp5", b"3gp6", b"qt  ", b"MSNV", b"dash",
}  # fmt: skip
#: Kilobits a second of MPEG-1 layer III, by the four bits of the header.
_MP3_RATES = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0)
_MP3_RATES_2 = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0)
_MP3_HERTZ = (44_100, 48_000, 32_000, 0)
_AMR_FRAMES = (13, 14, 16, 18, 20, 21, 27, 32, 6, 1, 1, 1, 1, 1, 1, 1)


@dataclass(frozen=True)
class Recording:
    """A recognised container."""

    kind: str
    media_type: str
    extension: str


AMR = Recording("audio", "audio/amr", "amr")
MP3 = Recording("audio", "audio/mpeg", "mp3")
AAC = Recording("audio", "audio/aac", "aac")
WAV = Recording("audio", "audio/wav", "wav")
OGG = Recording("audio", "audio/ogg", "ogg")
WEBM = Recording("audio", "audio/webm", "webm")
M4A = Recording("audio", "audio/mp4", "m4a")
MP4 = Recording("video", "video/mp4", "mp4")


def sniff(data: bytes) -> Recording | None:
    """Return the container the bytes begin with, if it is one we take."""
    if data.startswith(b"#!AMR\n"):
        return AMR
    if data[4:8] == b"ftyp" and data[8:12] in _MP4_BRANDS:
        return M4A if data[8:12] in _MP4_AUDIO else MP4
    if data[:4] == b"RIFF" and data[8:12] == b"WAVE":
        return WAV
    if data.startswith(b"OggS"):
        return OGG
    if data.startswith(b"\x1aE\xdf\xa3") and b"webm" in data[:64]:
        return WEBM
    if data[:2] in (b"\xff\xf1", b"\xff\xf9"):
        return AAC
    if data.startswith(b"ID3") or (data[:1] == b"\xff" and data[1:2] and data[1] & 0xE0 == 0xE0):
        return MP3
    return None


def verify(data: bytes, recording: Recording) -> None:
    """Refuse a file that only begins like a recording.

    Raises:
        FileRefused: it breaks off, holds no sound, or carries a page or script.
    """
    if _ACTIVE.search(data):
        raise FileRefused("", "里面夹带了网页内容，不能上传。")
    sound = {
        "amr": _amr, "m4a": _boxes, "mp4": _boxes, "wav": _wave, "ogg": _ogg, "webm": _webm,
        "aac": _adts, "mp3": _mp3,
    }[recording.extension]  # fmt: skip
    if not sound(data):
        raise FileRefused("", _DAMAGED)


def _amr(data: bytes) -> bool:
    at, frames = 6, 0
    while at < len(data):
        at += _AMR_FRAMES[(data[at] >> 3) & 0x0F]
        frames += 1
    return frames > 0 and at <= len(data) + 32


def _boxes(data: bytes) -> bool:
    """Walk the top-level boxes of an MP4 file; sound or picture needs `moov` and `mdat`."""
    at, seen = 0, set()
    while at + 8 <= len(data):
        size, name = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        if size == 1:
            size = int.from_bytes(data[at + 8 : at + 16], "big")
        elif size == 0:
            size = len(data) - at
        if size < 8 or not re.fullmatch(rb"[\x20-\x7e\xa9]{4}", name):
            return False
        seen.add(name)
        at += size
    return at == len(data) and {b"moov", b"mdat"} <= seen


def _wave(data: bytes) -> bool:
    declared = int.from_bytes(data[4:8], "little") + 8
    # phones that stream leave the length at its largest value
    return b"fmt " in data[12:64] and (declared in {len(data), len(data) + 1} or declared > 2**32)


def _ogg(data: bytes) -> bool:
    at, pages = 0, 0
    while at + 27 <= len(data) and data[at : at + 4] == b"OggS":
        segments = data[at + 26]
        at += 27 + segments + sum(data[at + 27 : at + 27 + segments])
        pages += 1
    return pages >= 2 and at == len(data)


def _webm(data: bytes) -> bool:
    return b"\x18\x53\x80\x67" in data[:128] and b"\x16\x54\xae\x6b" in data[:4096]


def _adts(data: bytes) -> bool:
    at, frames = 0, 0
    while at + 7 <= len(data) and data[at] == 0xFF and data[at + 1] & 0xF6 == 0xF0:
        length = ((data[at + 3] & 3) << 11) | (data[at + 4] << 3) | (data[at + 5] >> 5)
        if length < 7:
            return False
        at += length
        frames += 1
    return frames >= 3 and at <= len(data) + 8192


def _mp3(data: bytes) -> bool:
    """Ask for a run of frames after the tags; padding and a tag may follow them."""
    at = 0
    if data.startswith(b"ID3") and len(data) > 10:
        at = 10 + sum(
            (byte & 0x7F) << shift for byte, shift in zip(data[6:10], (21, 14, 7, 0), strict=True)
        )
    frames = 0
    while (length := _mp3_frame(data[at : at + 4])) is not None:
        at += length
        frames += 1
    rest = data[at:]
    return frames >= 3 and (
        not rest.strip(b"\0") or rest[:3] in (b"TAG", b"APE") or at >= len(data) - 2048
    )


def _mp3_frame(header: bytes) -> int | None:
    if len(header) < 4 or header[0] != 0xFF or header[1] & 0xE6 != 0xE2:
        return None
    first = header[1] & 0x18 == 0x18
    rate = (_MP3_RATES if first else _MP3_RATES_2)[header[2] >> 4]
    hertz = _MP3_HERTZ[(header[2] >> 2) & 3] // (1 if first else 2 if header[1] & 0x10 else 4)
    if not rate or not hertz:
        return None
    return (144 if first else 72) * rate * 1000 // hertz + ((header[2] >> 1) & 1)
