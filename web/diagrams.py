"""A diagram with the state of one walk, as markup that needs no script."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import lru_cache

from markupsafe import Markup

from engine.bpmn import svg

#: What is larger than this many bytes is drawn each time: a memory of such files would be large.
LARGE = 1024 * 1024


def draw(
    diagram: bytes,
    *,
    states: Mapping[str, str],
    counts: Mapping[str, int],
    flows: Collection[str],
    title: str,
    uid: str,
    process: str,
) -> Markup:
    """Return the SVG of a diagram, the page that shows a process; an empty string for no drawing.

    `engine.bpmn.svg` escapes every text of the diagram, so the result is markup.
    """
    kept = _drawn if len(diagram) < LARGE else _drawn.__wrapped__
    return Markup(  # noqa: S704 - made by our own renderer, which escapes
        kept(
            diagram,
            tuple(sorted(states.items())),
            tuple(sorted(counts.items())),
            tuple(sorted(flows)),
            title,
            uid,
            process,
        )
    )


@lru_cache(maxsize=64)
def _drawn(
    diagram: bytes,
    states: tuple[tuple[str, str], ...],
    counts: tuple[tuple[str, int], ...],
    flows: tuple[str, ...],
    title: str,
    uid: str,
    process: str,
) -> str:
    # A list of cases at the same step asks for the same picture again and again.
    return svg.render(
        diagram,
        states=dict(states),
        counts=dict(counts),
        flows=flows,
        title=title,
        uid=uid,
        process=process,
    )
