"""Every diagram of the office can be read: nothing overlaps, crosses or runs backwards."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine import bundles
from engine.bpmn import layout, svg

DIAGRAMS = [path for folder in bundles.installed() for path in sorted(folder.rglob("*.bpmn"))]


@pytest.mark.parametrize("path", DIAGRAMS, ids=lambda path: path.stem)
def test_a_diagram_can_be_read(path: Path) -> None:
    assert [str(problem) for problem in layout.problems(path.read_bytes())] == []


@pytest.mark.parametrize("path", DIAGRAMS, ids=lambda path: path.stem)
def test_a_diagram_is_drawn_for_a_strict_page(path: Path) -> None:
    picture = svg.render(path.read_bytes(), title=path.stem, uid="d")
    assert picture.startswith("<svg")
    assert "style=" not in picture
