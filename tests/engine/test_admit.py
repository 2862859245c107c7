"""Admission of hostile files: refused or stopped, quickly, with element and reason."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest

from engine.bpmn import pool
from engine.bpmn.admit import MAX_BYTES, admit
from engine.bpmn.normalize import normalize, to_bytes
from engine.errors import DeploymentRefused, EngineError, Problem, StepBudgetExceeded
from engine.state.run import Run
from tests.engine.bpmn_builder import (
    ROOTS,
    catch,
    diagram,
    end,
    flow,
    multi,
    parallel,
    script,
    signal,
    start,
    throw,
    timer,
    user,
    xor,
)
from tests.engine.hostile_diagrams import GOOD, REFUSED, STOPPED, UNTIED
from tests.engine.walker import NoteHost

CHINESE = re.compile(r"[\u4e00-\u9fff]")
#: No hostile file may keep anything busy for longer.
PATIENCE = 1.0


def refusal(xml: bytes) -> list[Problem]:
    with pytest.raises(DeploymentRefused) as caught:
        admit(xml)
    return caught.value.problems


@pytest.mark.parametrize("case", REFUSED)
def test_a_hostile_file_is_refused_at_the_right_place(case, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    xml, code, element = REFUSED[case]
    began = time.process_time()
    problems = refusal(xml)
    assert time.process_time() - began < PATIENCE
    assert (element, code) in [(problem.element, problem.code) for problem in problems]
    assert all(CHINESE.search(problem.message) for problem in problems)
    assert all(len(str(problem)) < 400 for problem in problems)
    assert not Path("CANARY").exists()


@pytest.mark.parametrize("case", UNTIED)
def test_what_belongs_together_is_checked_by_the_normaliser(case):
    xml, code, element = UNTIED[case]
    _, problems = normalize(admit(xml))
    assert [(problem.element, problem.code) for problem in problems] == [(element, code)]


@pytest.mark.parametrize("case", STOPPED)
def test_a_diagram_that_runs_wild_is_stopped(case, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    xml, variables, reason = STOPPED[case]
    tree, problems = normalize(admit(xml))
    assert problems == []
    began = time.process_time()
    with pytest.raises(EngineError, match=reason) as caught:
        run = Run.start(pool.parse(to_bytes(tree), "p"), NoteHost(), variables=variables)
        run.advance()
    assert time.process_time() - began < PATIENCE
    assert CHINESE.search(str(caught.value))
    assert not Path("CANARY").exists()


def test_every_problem_is_named_at_once():
    xml = diagram(
        start(), xor("gw", default="f_gw_e"), catch("t", timer("soon")), end(),
        script("x", "a b"), "s-gw", flow("gw", "t", "${(}"), "gw-e", "t-x-e",
    )  # fmt: skip
    assert {problem.element for problem in refusal(xml)} == {"f_gw_t", "t", "x"}


def test_a_good_file_is_admitted_unchanged():
    root = admit(GOOD)
    assert root.find(".//{*}userTask").get("id") == "a"


def test_a_byte_order_mark_is_no_crime():
    assert admit(b"\xef\xbb\xbf" + GOOD) is not None


def test_the_limit_is_two_megabytes():
    padding = b" " * (MAX_BYTES - len(GOOD))
    assert admit(GOOD + padding) is not None
    assert refusal(GOOD + padding + b" ")[0].code == "too-large"


def test_five_hundred_nodes_are_admitted_and_run():
    names = [f"n{number}" for number in range(498)]
    xml = diagram(
        start(), *(f'<bpmn:task id="{name}"/>' for name in names), end(),
        "-".join(["s", *names, "e"]),
    )  # fmt: skip
    tree, _ = normalize(admit(xml))
    run = Run.start(pool.parse(to_bytes(tree), "p"), NoteHost())
    assert run.advance() == 500
    assert run.ended


def test_a_loop_with_a_wait_or_a_way_out_is_admitted():
    admit(diagram(start(), xor("m"), user("a"), xor("gw"), end(), "s-m-a-gw-m"))
    admit(
        diagram(
            start(), xor("m"), script("x", "n = 1"), xor("gw", default="f_gw_m"), end(),
            "s-m-x-gw-m", flow("gw", "e", "${n > 3}"),
        )
    )  # fmt: skip
    admit(
        diagram(
            start(), xor("m"), '<bpmn:task id="x" camunda:asyncBefore="true"/>', xor("gw"), end(),
            "s-m-x-gw-m",
        )
    )  # fmt: skip


def test_a_message_without_an_id_is_named_as_the_problem():
    xml = GOOD.replace(b'<bpmn:message id="m1"', b"<bpmn:message")
    assert refusal(xml)[0].code == "no-id"


def test_too_many_tokens_at_once_are_stopped():
    bodies = [f"v{number}" for number in range(25)]
    xml = diagram(
        start(), parallel("g"), *(user(body, multi(cardinality="1000")) for body in bodies), end(),
        "s-g", *(f"g-{body}-e" for body in bodies),
    )  # fmt: skip
    run = Run.start(pool.parse(to_bytes(normalize(admit(xml))[0]), "p"), NoteHost())
    began = time.process_time()
    with pytest.raises(StepBudgetExceeded, match="20000 个"):
        run.advance(budget=100_000)
    assert time.process_time() - began < 5 * PATIENCE


def test_form_fields_and_choices_may_be_called_alike():
    choice = '<camunda:value id="1" name="One"/><camunda:value id="a" name="A"/>'
    form = (
        "<bpmn:extensionElements><camunda:formData>"
        f'<camunda:formField id="kind" type="enum">{choice}</camunda:formField>'
        "</camunda:formData></bpmn:extensionElements>"
    )
    admit(diagram(start(), user("a", form), user("b", form), end(), "s-a-b-e"))


@pytest.mark.parametrize(
    "parts",
    [
        (user("a"), "s-a-t-e"),
        (xor("g", default="f_g_e"), "s-g-e", flow("g", "t", "${n > 0}"), "t-e"),
        (catch("c", timer("P1D")), "s-c-t-e"),
    ],
)
def test_a_process_that_may_rest_before_it_begins_itself_is_taken(parts):
    admit(diagram(start("s", signal()), throw("t", signal()), end(), *parts))


def test_a_process_that_begins_another_is_taken():
    roots = ROOTS + '<bpmn:signal id="sig2" name="other"/>'
    other = throw("t", signal("sig2"))
    admit(diagram(start("s", signal()), other, end(), "s-t-e", roots=roots))
