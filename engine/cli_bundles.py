"""Commands for whoever draws processes: check, deploy, new, walk, services."""

from __future__ import annotations

import re
from pathlib import Path

import click

from engine import bundles, commands, db, hooks, scaffold, scenarios
from engine import services as handlers
from engine.errors import DeploymentRefused

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


def register(group: click.Group) -> None:
    """Add these commands to `huiyin`."""
    for command in (check, deploy, new, walk, list_services):
        group.add_command(command)


@click.command()
@click.argument("folders", nargs=-1, type=FOLDER)
@click.option("--quick", is_flag=True, help="Do not walk the scenarios.")
def check(folders: tuple[Path, ...], quick: bool) -> None:
    """Check bundles: diagrams, tables, forms, rules; then walk their scenarios.

    Without FOLDERS every bundle below processes/ is checked. Nothing is published.
    """
    wanted = list(folders) or bundles.installed()
    bad = 0
    with scenarios.office():
        for folder in wanted:
            bad += _check_one(folder)
    if not bad and not quick:
        for folder in wanted:
            for path in sorted(folder.glob("scenarios/*.toml")):
                with scenarios.office():
                    scenarios.publish(folder)
                    done = scenarios.walk(scenarios.read(path))
                click.echo(f"  ✓ {folder.name}/{path.name}：{done.submissions} 次人工提交")
    if bad:
        raise SystemExit(1)


def _check_one(folder: Path) -> int:
    try:
        with db.transaction() as session:
            checked = commands.check(session, bundles.read(folder))
    except DeploymentRefused as refused:
        click.echo(f"✗ {folder.name}：{len(refused.problems)} 处需要修改", err=True)
        for problem in refused.problems:
            click.echo(f"    {problem}", err=True)
        return 1
    counted = f"{len(checked.processes)} 个流程、{len(checked.decisions)} 张决策表"
    click.echo(f"✓ {folder.name}：{counted}、{len(checked.forms)} 张表单")
    for warning in checked.warnings:
        click.echo(f"    提示 {warning}")
    return 0


@click.command()
@click.argument("folders", nargs=-1, type=FOLDER)
@click.option("--reason", default="", help="Why; it stays with the deployment.")
@click.option("--by", default="cli", show_default=True, help="Who; a login.")
def deploy(folders: tuple[Path, ...], reason: str, by: str) -> None:
    """Publish bundles as the newest version; running instances stay on theirs.

    Without FOLDERS every bundle below processes/ is published if its files changed.
    """
    found = [bundles.read(folder) for folder in (folders or bundles.installed())]
    for bundle in bundles.in_order(found):
        with db.transaction() as session:
            fresh, what = commands.publish_files(
                session, bundle, actor=hooks.Actor(by), reason=reason, forced=bool(folders)
            )
        click.echo(f"{'✓' if fresh else '·'} {bundle.name}：{what}")


@click.command()
@click.argument("name")
@click.option("--from", "source", required=True, help="The bundle to copy, e.g. appeals.")
@click.option(
    "--into",
    type=click.Path(path_type=Path),
    default=None,
    help="Folder for the copy; default: beside the source.",
)
def new(name: str, source: str, into: Path | None) -> None:
    """Make a new bundle NAME from an existing one: analyst's files only, keys renamed."""
    if not re.fullmatch(r"[a-z][a-z0-9_]{1,40}", name):
        raise click.BadParameter("名称只能用小写字母、数字和下划线，以字母开头。")
    folder = Path(source) if Path(source).is_dir() else bundles.ROOT / source
    if not (folder / "bundle.toml").exists():
        raise click.BadParameter(f"没有流程包 {source}。")
    target = (into or folder.parent) / name
    if target.exists():
        raise click.BadParameter(f"{target} 已经存在，请换一个名称。")
    renamed = scaffold.copy(folder, target)
    click.echo(f"✓ 已建立 {target}")
    for old, fresh in sorted(renamed.items()):
        click.echo(f"    {old} → {fresh}")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def walk(file: Path) -> None:
    """Run one scenario FILE on a fresh office and show each step."""
    scenario = scenarios.read(file)
    with scenarios.office():
        folder = file.resolve().parent.parent
        if (folder / "bundle.toml").exists():
            scenarios.publish(folder)
        click.echo(scenario.name)
        done = scenarios.walk(scenario, tell=lambda line: click.echo(f"  {line}"))
    click.echo(f"✓ 走通，共 {done.submissions} 次人工提交")


@click.command("services")
@click.argument("word", default="")
def list_services(word: str) -> None:
    """List the handlers a diagram may name; only those that contain WORD."""
    found = [one for one in handlers.catalogue() if word in one.name or word in one.title]
    for one in found:
        click.echo(f"{one.name:<32} {one.title}")
    click.echo(f'共 {len(found)} 个，写成 camunda:delegateExpression="${{名称}}"')
