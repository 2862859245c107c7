"""`make chaos`: every scenario in its long version, one line each, and `build/chaos.json`.

python -m tests.chaos [--short] [--only NAME] [--seed N] [--planted]
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import tempfile
from pathlib import Path

from engine import bundles, settings, vault
from tests import databases
from tests.chaos.driver import SCENARIOS, perform
from tests.chaos.report import HEAD, Report


def main() -> int:
    """Run what was asked for; return 0 when every line is ok."""
    asked = _arguments()
    made: list[Report] = []
    with tempfile.TemporaryDirectory(prefix="huiyin-chaos-") as data:
        _install(Path(data))
        print(HEAD, flush=True)
        with databases.postgres_server(durable=True) as server:
            for scenario in SCENARIOS:
                if asked.only and scenario.NAME not in asked.only:
                    continue
                for database in scenario.QUICK if asked.short else scenario.DATABASES:
                    if asked.database not in (None, database):
                        continue
                    folder = Path(data) / f"{scenario.NAME}-{database}"
                    folder.mkdir()
                    report = perform(
                        scenario, database, folder, server, seed=asked.seed,
                        long=not asked.short, planted=asked.planted,
                    )  # fmt: skip
                    print(report, flush=True)
                    made.append(report)
    Path("build").mkdir(exist_ok=True)
    Path("build/chaos.json").write_text(
        json.dumps([report.as_dict() for report in made], indent=1, ensure_ascii=False)
    )
    return 0 if made and all(report.verdict == "ok" for report in made) else 1


def _arguments() -> argparse.Namespace:
    reader = argparse.ArgumentParser(prog="chaos")
    reader.add_argument("--short", action="store_true", help="the sizes of `make test`")
    reader.add_argument("--only", action="append", help="a scenario's name; may be repeated")
    reader.add_argument("--database", choices=("sqlite", "postgres"), help="only this one")
    reader.add_argument("--planted", action="store_true", help="with the fault it must see")
    known = os.environ.get("HUIYIN_SEED")
    reader.add_argument("--seed", type=int, default=int(known or random.randrange(10**6)))
    return reader.parse_args()


def _install(data: Path) -> None:
    """Give the run a data folder with keys, and no variable of the machine."""
    for name in [name for name in os.environ if name.startswith("HUIYIN_")]:
        del os.environ[name]
    os.environ["HUIYIN_DATA"] = str(data)
    os.environ["HUIYIN_SECRET_KEY"] = "chaos-secret-key-of-enough-length-0123456789"
    settings.current.cache_clear()
    vault.create(settings.current().keys)
    bundles.load_all()


if __name__ == "__main__":
    sys.exit(main())
