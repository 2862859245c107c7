"""The analysts' guide names only what exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from engine import bundles, calendar, services
from engine.bpmn import rules
from processes.people import roles

GUIDE = (bundles.ROOT / "README.md").read_text("utf-8")
SOURCES = "\n".join(
    path.read_text("utf-8")
    for folder in ("bpmn", "forms", "commands", "decisions")
    for path in (Path(rules.__file__).parents[2] / folder).rglob("*.py")
) + Path(bundles.__file__).read_text("utf-8")


def section(title: str) -> str:
    found = re.search(rf"^## {title}.*?(?=^## |\Z)", GUIDE, re.MULTILINE | re.DOTALL)
    assert found, title
    return found[0]


def test_every_handler_exists():
    named = set(re.findall(r"`((?:appeals|reps|proposals|support)\.[a-z_]+)`", GUIDE))
    assert len(named) > 5
    assert named <= {one.name for one in services.catalogue()}


def test_every_process_exists():
    diagrams = "".join(
        content.decode()
        for folder in bundles.installed()
        for content in bundles.read(folder).of(".bpmn").values()
    )
    named = re.findall(r"`([a-z]+_[a-z_]+)`", section("Handlers").split("Reusable")[1])
    assert len(named) > 3
    for key in named:
        assert f'id="{key}"' in diagrams, key


@pytest.mark.parametrize("code", sorted(set(re.findall(r"`([a-z]+-[a-z-]+)`",
                                                       section("What refuses")))))  # fmt: skip
def test_every_refusal_is_one_of_ours(code):
    assert f'"{code}"' in SOURCES


def test_every_function_of_time_exists():
    named = set(re.findall(r"\$\{([a-z]+)\(", section("Deadlines")))
    assert named >= {"deadline", "workdays", "before"}
    assert named <= set(calendar.NAMES)


def test_every_role_of_an_example_exists():
    for role in re.findall(r"([a-z]+)@\$\{", GUIDE):
        assert roles.title(role) != role, role
