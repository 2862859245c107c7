"""`README.md` of the linter, written from the register: `python -m engine.bpmn.standard.readme`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from engine.bpmn.standard import RULES, examples, lint

PATH = Path(__file__).parent / "README.md"
HEAD = """# The constraints of BPMN 2.0.2 that the linter knows

Written by `python -m engine.bpmn.standard.readme`; a test runs every example and fails if this
page is not current. Clauses are those of BPMN 2.0.2 (formal/2013-12-09, ISO/IEC 19510).
`huiyin lint FILE… [--json]` checks files and ends with status 1 if there is an error. The linter
knows the standard only: no Camunda, no house rules. What a diagram that is not executable may
leave open (times, messages, conditions) is asked of executable processes only. A file that is no
sound XML and can be read all the same is reported by the codes of its import.

To add one: a function with `@rule(…)` in `rules/`, a right and a wrong example in `examples/`.
"""


def render() -> str:
    """Return the whole page."""
    shown = examples.read()
    table = [
        "| Code | Clause | | Constraint |",
        "|---|---|---|---|",
        *(
            f"| [`{one.code}`](#{one.code}) | {one.clause} | {one.severity} | {one.demand} |"
            for one in RULES.values()
        ),
    ]
    parts = [HEAD, f"{len(RULES)} constraints.\n", "\n".join(table) + "\n"]
    parts += [_section(code, *shown[code]) for code in RULES]
    return "\n".join(parts)


def _section(code: str, right: examples.Example, wrong: examples.Example) -> str:
    one = RULES[code]
    said = sorted({found.message for found in lint(wrong.content) if found.code == code})
    return "\n".join(
        [
            f"## {code}\n",
            f"{one.demand} (Clause {one.clause})\n",
            f"Right:\n\n```xml\n{right.body}\n```\n",
            f"Wrong, at `{wrong.at}`: {' '.join(said)}\n\n```xml\n{wrong.body}\n```\n",
        ]
    )


def missing() -> Iterator[str]:
    """Yield the codes of rules without an example."""
    shown = examples.read()
    return (code for code in RULES if code not in shown)


if __name__ == "__main__":
    PATH.write_text(render(), "utf-8")
