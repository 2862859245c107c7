"""The linter of the standard: its own examples, the product's diagrams, and whole files."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from engine import bundles
from engine.bpmn import standard
from engine.bpmn.standard import RULES, examples, readme
from engine.cli import main

EXAMPLES = examples.read()
DIAGRAMS = [path for folder in bundles.installed() for path in sorted(folder.rglob("*.bpmn"))]
IMPORTS = Path(__file__).parent / "imports"
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def found(content: bytes) -> list[tuple[str, str]]:
    return [(finding.code, finding.element) for finding in standard.lint(content)]


def test_every_rule_has_its_examples_and_no_example_lacks_a_rule():
    assert set(EXAMPLES) == set(RULES)


@pytest.mark.parametrize("code", RULES)
def test_what_is_right_is_left_alone(code):
    assert found(EXAMPLES[code][0].content) == []


@pytest.mark.parametrize("code", RULES)
def test_what_is_wrong_is_found(code):
    wrong = EXAMPLES[code][1]
    places = [element for name, element in found(wrong.content) if name == code]
    assert wrong.at
    given = wrong.at == "_n_i_"  # the example is about an id that is not there
    assert any(place.startswith(wrong.at) if given else place == wrong.at for place in places)


@pytest.mark.parametrize("code", RULES)
def test_a_finding_says_what_to_do_and_where_that_is_written(code):
    findings = standard.lint(EXAMPLES[code][1].content)
    for finding in findings:
        assert CHINESE.search(finding.message)
        assert re.fullmatch(r"\d+(\.\d+){0,2}", finding.clause)
        assert finding.severity in ("error", "warning")


def test_the_readme_is_current():
    assert readme.PATH.read_text("utf-8") == readme.render()


@pytest.mark.parametrize("path", DIAGRAMS, ids=lambda path: path.stem)
def test_the_offices_diagrams_keep_to_the_standard(path):
    assert found(path.read_bytes()) == []


@pytest.mark.parametrize(
    "name",
    ["camunda_modeler.bpmn", "signavio.bpmn", "adonis.bpmn", "trisotech.bpmn", "jbpm.bpmn2",
     "zeebe.bpmn"],
)  # fmt: skip
def test_sound_files_of_other_tools_are_left_alone(name):
    assert found((IMPORTS / name).read_bytes()) == []


def test_the_command_names_code_and_clause():
    good, bad = str(IMPORTS / "zeebe.bpmn"), str(IMPORTS / "activiti.bpmn")
    told = CliRunner().invoke(main, ["lint", good, bad])
    assert told.exit_code == 1
    assert "start-needs-end" in told.output
    assert CliRunner().invoke(main, ["lint", good]).exit_code == 0


def test_the_command_speaks_json(tmp_path):
    broken = tmp_path / "broken.bpmn"
    broken.write_bytes(b"<x")
    bad = str(IMPORTS / "activiti.bpmn")
    told = CliRunner().invoke(main, ["lint", bad, str(broken), "--json"])
    assert told.exit_code == 1
    first, last = json.loads(told.output)
    assert first == {
        "file": bad,
        "element": "s",
        "code": "start-needs-end",
        "severity": "error",
        "message": "这一层有开始事件，也要有结束事件，请补上。",
        "clause": "10.5.3",
    }
    assert (last["file"], last["code"]) == (str(broken), "not-xml")


def test_warnings_alone_do_not_fail(tmp_path):
    file = tmp_path / "warned.bpmn"
    file.write_bytes(EXAMPLES["compensation-handler"][1].content)
    told = CliRunner().invoke(main, ["lint", str(file)])
    assert told.exit_code == 0
    assert "compensation-handler" in told.output
