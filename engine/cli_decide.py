"""The command for whoever writes decisions: answer one from the command line."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

import click

from engine import decisions
from engine.decisions import DecisionModel, exchange
from engine.errors import EngineError, ExpressionError, NotFound

#: Calls of Python: a function of FEEL that calls itself needs some twenty each time.
STACK = 15_000
#: How many files of a folder are looked at.
MAX_FILES = 200
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


def register(group: click.Group) -> None:
    """Add the command to `huiyin`."""
    group.add_command(decide)


@click.command()
@click.argument("files", nargs=-1, required=True, type=FILE)
@click.option("--decision", "wanted", help="Id, name or label of a decision, service or function.")
@click.option("--input", "given", default="{}", help="A JSON object, or @FILE with one.")
@click.option("--explain", is_flag=True, help="Tell on stderr which rules matched, and why.")
def decide(files: tuple[Path, ...], wanted: str | None, given: str, explain: bool) -> None:
    """Answer one decision of DMN FILES and print its value as JSON.

    An imported file must be among FILES or lie beside them. A value that is null because
    something was wrong comes with the reason on stderr; what cannot be evaluated at all ends
    with status 1.
    """
    scope = exchange.from_json(_text(given))
    contents = [path.read_bytes() for path in files]
    model, name = _found(contents, _beside(files, contents), wanted)
    try:
        with _deep():
            result = model.evaluate(name, scope, explain=True, shown=True)
        click.echo(exchange.to_json(result.value))
    except ExpressionError as why:
        click.echo("null")  # FEEL's word for what has no value
        click.echo(f"✗ {why}［{why.code}］", err=True)
        for problem in model.doubts:
            if problem.code == "dmn-import":  # what is missing may be in there
                click.echo(f"提示 {problem.message}", err=True)
        sys.exit(1)
    told = result.explanation or {}
    if explain:
        click.echo(json.dumps(told, ensure_ascii=False, indent=1), err=True)
    elif result.value is None:
        for note in told.get("notes") or ():
            click.echo(f"提示 {note}", err=True)


@contextmanager
def _deep() -> Iterator[None]:
    """Let functions call themselves more often than Python has it."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, STACK))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


def _text(given: str) -> str:
    if not given.startswith("@"):
        return given
    try:
        return Path(given[1:]).read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as why:
        raise EngineError(f"输入文件 {given[1:]} 读不出来：{why}") from None


def _beside(files: tuple[Path, ...], contents: list[bytes]) -> list[bytes]:
    """Return the decision files in the folders of files that import others; it may be theirs."""
    folders = {
        path.resolve().parent
        for path, content in zip(files, contents, strict=True)
        if decisions.imports_files(content)
    }
    given = {path.resolve() for path in files}
    there = sorted(path for folder in folders for path in islice(folder.glob("*.dmn"), MAX_FILES))
    return [path.read_bytes() for path in there if path.is_file() and path not in given]


def _found(
    contents: list[bytes], beside: list[bytes], wanted: str | None
) -> tuple[DecisionModel, str]:
    """Return the model that holds what is wanted, the first file first, and its id.

    Raises:
        NotFound: none of the files has it, or it is not said which of several is wanted.
    """
    missing: list[str] = []
    for number, content in enumerate(contents):
        others = contents[:number] + contents[number + 1 :] + beside
        model = decisions.parse(content, others=others, tolerant=True)
        try:
            if wanted is None:
                (only,) = model.decisions
                return model, only
            return model, model.find(wanted).id
        except NotFound as why:
            missing.append(str(why))
        except ValueError:
            there = "、".join(one.name for one in model.decisions.values())
            missing.append(f"请用 --decision 指明是哪个决策：{there}。")
    raise NotFound(missing[0])
