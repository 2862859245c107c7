"""`huiyin demo`: a lived-in office from one command, and back to an empty one."""

from __future__ import annotations

import json

import click

from engine import db
from processes.demo import office, removal
from processes.people import demo


def register(group: click.Group) -> None:
    """Add this area's command to `huiyin`."""
    group.add_command(demo_office)


@click.command("demo")
@click.option("--if-empty", is_flag=True, help="Leave an office that exists as it is.")
@click.option("--json", "as_json", is_flag=True, help="Print the accounts, nothing else.")
@click.option("--remove", is_flag=True, help="Delete every case, account and file of it.")
@click.option(
    "--appeals",
    type=click.IntRange(0, office.APPEALS),
    default=office.APPEALS,
    show_default=True,
    help="How many appeals are walked.",
)
def demo_office(if_empty: bool, as_json: bool, remove: bool, appeals: int) -> None:
    """Set an installation up and fill it with the demonstration office.

    A second run publishes what changed and leaves the office as it is.
    """

    def tell(line: str) -> None:
        click.echo(f"  {line}", err=as_json)

    office.prepare(tell)
    with db.reading() as session:
        found = office.state(session)
    if remove:
        removal.remove()
        click.echo("✓ 演示数据已清除", err=as_json)
        return
    if found in ("empty", "unfinished") or (found == "real" and not if_empty):
        office.build(tell, appeals)
    if as_json:
        _print_accounts()
    elif found == "ready":
        click.echo("  演示系统已经在这里；重新开始：huiyin demo --remove，再 huiyin demo")


def _print_accounts() -> None:
    with db.reading() as session:
        listed = demo.accounts_json(session)
    click.echo(json.dumps({"accounts": listed}, ensure_ascii=False, indent=1))
