"""The house's own rules (`house.md` §1, §5), as checks that fail."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest

from engine import bundles, errors, settings

ROOT = Path(__file__).resolve().parents[2]
FLOORS = ("engine", "processes", "tasks", "web")
MODULES = sorted(
    path
    for floor in FLOORS
    for path in (ROOT / floor).rglob("*.py")
    if not {"node_modules", "versions", "__pycache__"} & set(path.parts)
)
#: What tools demand beside the seven of the plan.
TOP = {
    "pyproject.toml", "processes", "engine", "tasks", "web", "tests", "README.md",
    "README.zh-CN.md", "Makefile", ".ci", ".gitignore", "CHANGELOG.md", "LICENSE",
    "compose.yaml", "Dockerfile", ".dockerignore",
    "requirements.in", "requirements.lock", "requirements-dev.in", "requirements-dev.lock",
}  # fmt: skip


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_nothing_lies_at_the_top_that_no_tool_needs() -> None:
    listed = subprocess.run(
        ["/usr/bin/env", "git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    assert {path.split("/")[0] for path in listed} <= TOP


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_a_module_is_readable_in_one_sitting(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= 400


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_a_module_says_what_it_is(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    assert not tree.body or ast.get_docstring(tree), "a module begins with a docstring"


def called(path: Path) -> set[str]:
    """Return every dotted name that is called in a module."""
    tree = ast.parse(path.read_text("utf-8"))
    return {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_only_the_edge_commits(path: Path) -> None:
    if name(path) in ("engine/db.py", "processes/migrations/env.py"):
        return
    ends = {call for call in called(path) if re.search(r"(session|connection)\.(commit)$", call)}
    assert not ends


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_time_is_read_in_one_place(path: Path) -> None:
    if name(path) == "engine/clock.py":
        return
    readers = {"datetime.now", "datetime.utcnow", "date.today", "time.time", "dt.datetime.now"}
    assert not called(path) & readers


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_nothing_from_outside_is_executed(path: Path) -> None:
    assert not called(path) & {
        "eval",
        "exec",
        "compile",
        "pickle.loads",
        "pickle.load",
        "yaml.load",
    }


SPIFF = [path for path in MODULES if not name(path).startswith(("engine/bpmn/", "engine/state/"))]


@pytest.mark.parametrize("path", SPIFF, ids=name)
def test_spiffworkflow_stays_behind_two_doors(path: Path) -> None:
    assert not re.search(r"^\s*(from|import) SpiffWorkflow", path.read_text("utf-8"), re.M)


@pytest.mark.parametrize("readme", ["README.md", "README.zh-CN.md"])
def test_every_setting_is_documented(readme: str) -> None:
    text = (ROOT / readme).read_text("utf-8")
    missing = [
        f"HUIYIN_{field.upper()}"
        for field in settings.Settings.model_fields
        if f"HUIYIN_{field.upper()}" not in text
    ]
    assert not missing


def test_every_error_code_is_documented_once() -> None:
    kinds: list[type[errors.EngineError]] = [errors.EngineError]
    for kind in kinds:
        kinds.extend(kind.__subclasses__())
    text = (ROOT / "engine/README.md").read_text("utf-8")
    missing = sorted({kind.code for kind in kinds if f"`{kind.code}`" not in text})
    assert not missing


@pytest.mark.parametrize("folder", bundles.installed(), ids=lambda path: path.name)
def test_a_bundle_is_whole(folder: Path) -> None:
    assert (folder / "README.md").exists()
    if list(folder.glob("*.bpmn")):
        assert list(folder.glob("scenarios/*.toml"))


def test_locks_name_no_address() -> None:
    packages = ("web/frontend", "tests/web/clients")
    for lock in [*ROOT.glob("*.lock"), *(ROOT / each / "package-lock.json" for each in packages)]:
        text = lock.read_text("utf-8")
        assert not re.search(r'"resolved"|--index-url|--find-links|--extra-index-url', text)


def bound(tree: ast.Module) -> set[str]:
    """Return every name that a module binds, wherever it does so: a few too many, never too few."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names |= {one.asname or one.name.split(".")[0] for one in node.names}
    return names


def test_what_tests_share_is_where_they_look_for_it() -> None:
    """Mypy sees this for the packages; a split test module once broke three others unseen."""
    held = {
        name(path).removesuffix(".py").removesuffix("/__init__").replace("/", "."): ast.parse(
            path.read_text("utf-8")
        )
        for path in sorted((ROOT / "tests").rglob("*.py"))
        if "node_modules" not in path.parts
    }
    sought = {
        (source, node.module, one.name)
        for source, tree in held.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "tests"
        for one in node.names
    }
    assert len(sought) > 100
    assert not {
        (source, module, wanted)
        for source, module, wanted in sought
        if f"{module}.{wanted}" not in held
        and (module not in held or wanted not in bound(held[module]))
    }
