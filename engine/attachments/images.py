"""Photos are decoded and written anew.

What survives is only what a camera saw: no position, no script behind the last pixel, no second
file glued on. A picture that does not decode to its end is refused, so a torn upload is noticed
while the worker is still there.
"""

import io
import threading
import warnings
from dataclasses import dataclass

from PIL import Image, ImageOps

from engine.attachments.refusal import FileRefused

#: A letter on A4 is readable at this length; phones deliver more than a clerk can use.
LONG_SIDE = 4096
#: Decoded size decides the memory: JPEG shrinks while decoding, other formats do not.
MAX_PIXELS = {"JPEG": 120_000_000, "PNG": 40_000_000, "WEBP": 40_000_000, "GIF": 40_000_000}
_TOO_LARGE = "尺寸过大，请截图或缩小后再传。"
_DAMAGED = "打不开，可能没有传完整，请重新拍照或选择。"

#: Two at once: eight threads decoding 40 megapixels would take a gigabyte.
_decoding = threading.BoundedSemaphore(2)


@dataclass(frozen=True)
class Picture:
    """A rewritten image."""

    media_type: str
    extension: str
    data: bytes


def sniff(data: bytes) -> str | None:
    """Return Pillow's name of the image format the bytes begin with, if it is one we take."""
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    if data[:6] in (b"GIF87a", b"GIF89a"):
        return "GIF"
    return None


def rewrite(data: bytes, image_format: str) -> Picture:
    """Return the picture as a fresh JPEG (photos) or PNG (line art and transparency).

    Raises:
        FileRefused: too many pixels, or the bytes do not decode.
    """
    with _decoding, warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            return _decode(data, image_format)
        except FileRefused:
            raise
        except (Image.DecompressionBombError, Image.DecompressionBombWarning):
            raise FileRefused("", _TOO_LARGE) from None
        # Pillow's decoders raise whatever the broken bytes lead them to
        except Exception as fault:
            raise FileRefused("", _DAMAGED) from fault


def _decode(data: bytes, image_format: str) -> Picture:
    with Image.open(io.BytesIO(data), formats=[image_format]) as image:
        width, height = image.size
        if width * height > MAX_PIXELS[image_format] or max(width, height) > 30_000:
            raise FileRefused("", _TOO_LARGE)
        if image_format == "JPEG":
            image.draft("RGB", (LONG_SIDE, LONG_SIDE))
        image.load()
        upright = ImageOps.exif_transpose(image)
        upright.thumbnail((LONG_SIDE, LONG_SIDE))
        return _encode(upright, lossless=image_format in {"PNG", "GIF"})


def _encode(image: Image.Image, *, lossless: bool) -> Picture:
    out = io.BytesIO()
    if lossless:
        mode = "RGBA" if "A" in image.getbands() or "transparency" in image.info else "RGB"
        _bare(image, mode).save(out, "PNG")
        return Picture("image/png", "png", out.getvalue())
    _bare(image, "RGB").save(out, "JPEG", quality=88)
    return Picture("image/jpeg", "jpg", out.getvalue())


def _bare(image: Image.Image, mode: str) -> Image.Image:
    """Return the pixels alone: comments, profiles and EXIF live in `info` and stay behind."""
    plain = image.convert(mode)
    plain.info = {}
    return plain
