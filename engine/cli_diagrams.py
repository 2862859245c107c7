"""Commands for BPMN files of any tool: import, lint."""

from __future__ import annotations

import json
from pathlib import Path

import click

from engine.bpmn import importing, standard, svg
from engine.bpmn.importing import census, judging
from engine.bpmn.standalone import standalone
from engine.errors import DeploymentRefused, Problem

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
TARGET = click.Path(dir_okay=False, writable=True, path_type=Path)
WORDS = {
    "nodes": "节点",
    "flows": "连线",
    "shapes": "图形",
    "edges": "线条",
    "planes": "页",
    "processes": "流程",
    "pools": "泳池",
    "lanes": "泳道",
    "message_flows": "消息流",
    "data": "数据",
    "artifacts": "注释与分组",
    "choreography": "编排活动",
    "conversations": "会话",
}


def register(group: click.Group) -> None:
    """Add these commands to `huiyin`."""
    group.add_command(import_file)
    group.add_command(lint)


@click.command("import")
@click.argument("file", type=FILE)
@click.option("--out", type=TARGET, help="Write the whole file back, in UTF-8, ids added.")
@click.option("--svg", "picture", type=TARGET, help="Draw it; what has no place gets one.")
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
def import_file(file: Path, out: Path | None, picture: Path | None, as_json: bool) -> None:
    """Read a BPMN FILE of any tool: what is in it, what was repaired, what cannot run.

    Ends with status 0 if the file can be read, whatever of it can be executed.
    """
    content = file.read_bytes()
    try:
        diagram = importing.read(content)
    except DeploymentRefused as refused:
        _unreadable(file, refused, as_json)
        raise SystemExit(1) from None
    if out is not None:
        out.write_bytes(diagram.write())
    if picture is not None:
        _draw(content, file.stem, picture)
    obstacles = judging.obstacles(diagram)
    if as_json:
        report = {
            "file": str(file),
            "readable": True,
            "executable": not obstacles,
            "counts": census.counts(diagram.root),
            "extensions": census.extensions(diagram.root),
            "repaired": [_entry(problem) for problem in diagram.findings],
            "obstacles": [_entry(problem) for problem in obstacles],
        }
        click.echo(json.dumps(report, ensure_ascii=False, indent=2))
        return
    _tell(file, diagram, obstacles)


def _draw(content: bytes, title: str, target: Path) -> None:
    drawn = svg.render(content, title=title, uid="d", whole=True)
    if drawn:
        target.write_text(standalone(drawn), "utf-8")
    else:
        click.echo("  文件里没有可画的内容，没有写出图片。", err=True)


def _unreadable(file: Path, refused: DeploymentRefused, as_json: bool) -> None:
    if as_json:
        problems = [_entry(problem) for problem in refused.problems]
        report = {"file": str(file), "readable": False, "problems": problems}
        click.echo(json.dumps(report, ensure_ascii=False, indent=2))
        return
    for problem in refused.problems:
        click.echo(f"✗ {file}：{problem.message}［{problem.code}］", err=True)


def _entry(problem: Problem) -> dict[str, str]:
    return {"element": problem.element, "code": problem.code, "message": problem.message}


def _tell(file: Path, diagram: importing.Diagram, obstacles: list[Problem]) -> None:
    counted = census.counts(diagram.root)
    said = "、".join(f"{word} {counted[key]}" for key, word in WORDS.items() if counted[key])
    click.echo(f"✓ {file}：{said or '没有内容'}")
    for namespace, times in census.extensions(diagram.root).items():
        click.echo(f"    扩展 {namespace}：{times} 处，原样保留")
    findings = diagram.findings
    if findings:
        click.echo(f"  修补 {len(findings)} 处")
    for problem in findings:
        click.echo(f"    · {problem}")
    click.echo(f"  不能执行 {len(obstacles)} 处" if obstacles else "  可以执行")
    for problem in obstacles:
        click.echo(f"    ✗ {problem}")


@click.command()
@click.argument("files", nargs=-1, required=True, type=FILE)
@click.option("--json", "as_json", is_flag=True, help="Print a list of findings as JSON.")
def lint(files: tuple[Path, ...], as_json: bool) -> None:
    """Check BPMN FILES against the standard itself; ends with status 1 if there is an error.

    The constraints are listed in engine/bpmn/standard/README.md.
    """
    found = [(file, finding) for file in files for finding in _findings(file)]
    if as_json:
        entries = [{"file": str(file), **_as_entry(finding)} for file, finding in found]
        click.echo(json.dumps(entries, ensure_ascii=False, indent=2))
    for file in files if not as_json else ():
        mine = [finding for where, finding in found if where == file]
        click.echo(f"{file}：{len(mine)} 处" if mine else f"✓ {file}")
        for finding in mine:
            click.echo(f"    {'✗' if finding.severity == 'error' else '提示'} {finding}")
    if any(finding.severity == "error" for _, finding in found):
        raise SystemExit(1)


def _findings(file: Path) -> list[standard.Finding]:
    try:
        return standard.lint(file.read_bytes())
    except DeploymentRefused as refused:
        return [
            standard.Finding(problem.code, problem.element, problem.message, "error", "15.3")
            for problem in refused.problems
        ]


def _as_entry(finding: standard.Finding) -> dict[str, str]:
    return {
        "element": finding.element,
        "code": finding.code,
        "severity": finding.severity,
        "message": finding.message,
        "clause": finding.clause,
    }
