"""`huiyin`: the command group. Floors above register their own commands by entry point."""

from __future__ import annotations

import re
import sys
from importlib.metadata import entry_points

import click
from sqlalchemy.exc import OperationalError

from engine import (
    VERSION,
    bundles,
    cli_bundles,
    cli_decide,
    cli_diagrams,
    cli_office,
    cli_work,
    logs,
    settings,
    sqlite_file,
)
from engine.errors import DeploymentRefused, EngineError


class HuiyinGroup(click.Group):
    """Shows a refusal as a sentence, not as a traceback."""

    def invoke(self, context: click.Context) -> object:
        """Run the command; a refusal ends it with status 1 and its reason."""
        try:
            return super().invoke(context)
        except DeploymentRefused as refused:
            for problem in refused.problems:
                click.echo(f"  ✗ {problem}", err=True)
            click.echo(f"不能发布：共 {len(refused.problems)} 处需要修改。", err=True)
            sys.exit(1)
        except EngineError as refused:
            click.echo(f"✗ {refused}［{refused.code}］", err=True)
            sys.exit(1)
        except (OperationalError, sqlite_file.Error) as failure:
            told = (str(getattr(failure, "orig", failure)).strip() or "?").splitlines()[0]
            click.echo(
                f"✗ 数据库不能使用（{told}）。请检查数据库是否在运行、文件能否写入、"
                "磁盘是否已满。［database］",
                err=True,
            )
            sys.exit(1)


@click.group(cls=HuiyinGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(VERSION, prog_name="huiyin")
def main() -> None:
    """Huiyin 回音: processes drawn in BPMN, executed, and answered for.

    Settings are read from HUIYIN_* variables; `huiyin settings` lists them.
    """
    logs.configure()
    bundles.load_all()


@main.command("settings")
def show_settings() -> None:
    """List every HUIYIN_* variable with its meaning and its value here."""
    current = settings.current()
    for name, field in settings.Settings.model_fields.items():
        value = _shown(name, getattr(current, name))
        click.echo(f"HUIYIN_{name.upper():<18} {value!s:<24} {field.description}")


def _shown(name: str, value: object) -> object:
    """Hide what opens doors: keys, tokens, and passwords inside addresses."""
    if name.endswith(("_key", "_token")) and value:
        return "(set)"
    return re.sub(r"(://[^:/@]*):[^@/]+@", r"\1:***@", value) if isinstance(value, str) else value


def register(group: click.Group) -> None:
    """Add the engine's own commands."""
    cli_bundles.register(group)
    cli_diagrams.register(group)
    cli_decide.register(group)
    cli_work.register(group)
    cli_office.register(group)


def _load_commands() -> None:
    """Let every installed floor add its commands to the group."""
    for point in sorted(entry_points(group="huiyin.commands"), key=lambda found: found.name):
        point.load()(main)


_load_commands()
