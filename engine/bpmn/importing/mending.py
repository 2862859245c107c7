"""Characters that XML does not know, made into some that it does: a file is read for all that.

Drawing programs write the vertical tab of a broken line into names, and exporters that think of
HTML its entities. Only a file that is no XML as it stands is looked at here.
"""

from __future__ import annotations

import re
from html.entities import html5

#: What may stand in a file and is no reference there: it is kept as it is.
ASIDE = r"<!\[CDATA\[.*?\]\]>|<!--.*?-->|<\?.*?\?>"
NAMED = r"#(?:x([0-9a-fA-F]+)|([0-9]+))|([A-Za-z][A-Za-z0-9]*)"
REFERENCE = re.compile(rf"({ASIDE})|&(?:{NAMED});|&(?![#\w][\w.:\-]*;)", re.S)
#: Characters that XML 1.0 has no room for.
UNKNOWN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
BREAKS = "\x0b\x0c"
XML = frozenset({"amp", "apos", "gt", "lt", "quot"})


def mend(text: str) -> str:
    """Return the text of a file without characters and references that no XML may have."""
    return UNKNOWN.sub(
        lambda found: "\n" if found[0] in BREAKS else "", REFERENCE.sub(_reference, text)
    )


def _reference(found: re.Match[str]) -> str:
    aside, code, number, name = found.groups()
    if aside is not None or name in XML:
        return found[0]
    if name is not None:
        known = html5.get(f"{name};")
        return found[0] if known is None else "".join(f"&#{ord(one)};" for one in known)
    if code is None and number is None:
        return "&amp;"  # an ampersand by itself
    written = (code or number)[:8]  # what is longer names no character at all
    point = int(written, 16 if code else 10)
    if point <= 0x10FFFF and not UNKNOWN.match(chr(point)):
        return found[0]
    return "&#10;" if point <= 0x10FFFF and chr(point) in BREAKS else ""
