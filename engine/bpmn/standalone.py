"""A picture as a file of its own: the look the pages give it, written into it.

On a page the look is the page's (`web/frontend/src/styles/diagram.css`); a file that somebody
opens, mails or puts into a text has no page around it.
"""

from __future__ import annotations

import re

#: Light, plain and good to print.
STYLE = """
.bpmn-diagram{font-family:"Noto Sans CJK SC","Microsoft YaHei","PingFang SC",sans-serif}
.bd-shape{fill:var(--inside,#fff);stroke:var(--outline,#4a5566);stroke-width:1.5}.bd-thick{stroke-width:3}
.bd-ring{fill:none;stroke:var(--outline,#4a5566);stroke-width:1.2}
.bd-pool{fill:var(--inside,none);stroke:var(--outline,#4a5566);stroke-width:1.2}
.bd-dash{stroke-dasharray:4 3}.bd-dotted{stroke-dasharray:1.5 3}
.bd-band{fill:var(--inside,#eef1f5);stroke:var(--outline,#4a5566)}.bd-paper{fill:var(--inside,#fff)}.bd-sub{fill:var(--inside,none)}
.bd-cap{fill:#fff;stroke:#5d6876}.bd-flow{fill:none;stroke:var(--outline,#5d6876);stroke-width:1.5}
.bd-arrow{fill:#5d6876}.bd-icon,.bd-glyph{fill:none;stroke:#3a4554;stroke-width:1.3;
stroke-linejoin:round;stroke-linecap:round}.bd-glyph{stroke-width:2.2}.bd-solid{fill:#3a4554}
.bd-name{font-size:12.5px;fill:#1b2430}.bd-label,.bd-note{font-size:11px;fill:#46525f}
""".replace("\n", "")
COLOURS = re.compile(r' data-colours="(#\w+|-) (#\w+|-)"', re.A)
OPENING = re.compile(r'^<svg [^>]*viewBox="(\S+) (\S+) (\S+) (\S+)"[^>]*>')


def standalone(picture: str) -> str:
    """Return an SVG of `svg.render` as the content of a file, on white."""
    opening = OPENING.match(picture)
    if opening is None:
        raise ValueError("no picture")
    x, y, wide, high = opening.groups()
    ground = f'<rect x="{x}" y="{y}" width="{wide}" height="{high}" fill="#fff"/>'
    head = f"{opening[0]}<style>{STYLE}</style>{ground}"
    return f"{head}{COLOURS.sub(_coloured, picture[opening.end() :])}\n"


def _coloured(match: re.Match[str]) -> str:
    chosen = zip(("inside", "outline"), match.groups(), strict=True)
    said = ";".join(f"--{part}:{colour}" for part, colour in chosen if colour != "-")
    return f' style="{said}"'
