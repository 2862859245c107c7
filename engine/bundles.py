"""A bundle is a folder `processes/<area>/`: what the analyst draws, what the developer adds.

Reading one touches no database; `engine.commands.deploy` makes it current.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import tomllib
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from engine.errors import DeploymentRefused, Problem

#: What belongs to the analyst and is deployed; everything else is the developer's.
PATTERNS = ("bundle.toml", "*.bpmn", "*.dmn", "forms/*.form", "scenarios/*.toml")
#: Where bundles live beside the ones that come with the product.
ROOT = Path(__file__).resolve().parent.parent / "processes"
#: Modules of an area that register handlers, tables and hooks when imported.
MODULES = ("models", "services", "access", "summary")


@dataclass(frozen=True)
class Bundle:
    """The analyst's files of one area, by name relative to the folder."""

    name: str
    files: dict[str, bytes] = field(repr=False)

    @cached_property
    def meta(self) -> dict[str, Any]:
        """What bundle.toml says under [bundle].

        Raises:
            DeploymentRefused: the file is missing or cannot be read.
        """
        content = self.files.get("bundle.toml")
        if content is None:
            raise DeploymentRefused(
                [Problem(self.name, "bundle-toml", "流程包缺少 bundle.toml，请补上标题和负责人。")]
            )
        try:
            return dict(tomllib.loads(content.decode()).get("bundle", {}))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise DeploymentRefused(
                [Problem("bundle.toml", "bundle-toml", f"bundle.toml 无法读取：{error}")]
            ) from None

    @cached_property
    def digest(self) -> str:
        """SHA-256 over names and contents; the same files give the same digest."""
        sums = "\n".join(
            f"{name} {hashlib.sha256(content).hexdigest()}"
            for name, content in sorted(self.files.items())
        )
        return hashlib.sha256(sums.encode()).hexdigest()

    def of(self, *suffixes: str) -> dict[str, bytes]:
        """Return the files whose names end in one of these ways, in order."""
        return {n: c for n, c in sorted(self.files.items()) if n.endswith(suffixes)}


def read(folder: Path) -> Bundle:
    """Read the analyst's files of a folder.

    Raises:
        DeploymentRefused: the folder has no bundle.toml.
    """
    files = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for pattern in PATTERNS
        for path in sorted(folder.glob(pattern))
        if path.is_file()
    }
    bundle = Bundle(folder.name, files)
    bundle.meta  # noqa: B018 - a folder that is no bundle is refused here
    return bundle


def installed(root: Path = ROOT) -> list[Path]:
    """Return the folders below `processes/` that are bundles, by name."""
    return sorted(path.parent for path in root.glob("*/bundle.toml"))


def load_all(root: Path = ROOT) -> list[str]:
    """Import the Python of every area, so that tables, handlers and hooks are known.

    Returns the modules that were imported. An area without Python is complete.
    """
    loaded = []
    for folder in sorted(path for path in root.iterdir() if (path / "__init__.py").exists()):
        names = [*MODULES, *sorted(p.stem for p in folder.glob("*_services.py"))]
        names += sorted(p.stem for p in folder.glob("*_models.py"))
        for name in names:
            module = f"processes.{folder.name}.{name}"
            if importlib.util.find_spec(module) is not None:
                importlib.import_module(module)
                loaded.append(module)
    return loaded


def in_order(found: list[Bundle]) -> list[Bundle]:
    """Order bundles so that what one refers to is published before it.

    A bundle may say `after = ["support"]`; people and ledgers come first anyway.
    """
    left = {bundle.name: bundle for bundle in sorted(found, key=lambda item: item.name)}
    ordered: list[Bundle] = []
    while left:
        free = [
            bundle
            for bundle in left.values()
            if not set(bundle.meta.get("after", ())) & (set(left) - {bundle.name})
        ]
        # A circle of `after` is broken by name: deployment then says what is missing.
        chosen = free[0] if free else next(iter(left.values()))
        ordered.append(left.pop(chosen.name))
    return ordered
