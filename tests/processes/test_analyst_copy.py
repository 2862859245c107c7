"""An analyst copies a bundle, changes a diagram and a form, and it runs; no Python is written."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import func, select

from engine import bundles, commands, db, settings
from engine.models import Deployment, HumanTask
from processes.people.identity import actor_for
from tests.processes import reps_walk
from tests.processes.reps_walk import ANSWER, REGISTER, Case

ROOT = Path(__file__).resolve().parents[2]
VISIT = {
    "type": "default",
    "id": "copy_visit",
    "schemaVersion": 18,
    "components": [
        {
            "type": "radio",
            "id": "Field_met",
            "key": "met",
            "label": "见到人了吗",
            "values": [{"label": "见到", "value": "yes"}, {"label": "没有", "value": "no"}],
            "validate": {"required": True},
        },
        {"type": "textarea", "id": "Field_seen", "key": "seen", "label": "看到的情况"},
    ],
}
#: A task between two others, as a modeller saves it.
TASK = """<bpmn:userTask id="ut_visit" name="先上门看一看" camunda:formRef="copy_visit"
 camunda:formRefBinding="deployment" camunda:candidateGroups="${handler_group}">
 <bpmn:incoming>f_start_negotiate__ut_handle</bpmn:incoming>
 <bpmn:outgoing>f_ut_visit__ut_handle</bpmn:outgoing></bpmn:userTask>
<bpmn:sequenceFlow id="f_ut_visit__ut_handle" sourceRef="ut_visit" targetRef="ut_handle" />
<bpmn:userTask id="ut_handle\""""
PICTURE = """<bpmndi:BPMNShape id="ut_visit_di" bpmnElement="ut_visit">
 <dc:Bounds x="20" y="20" width="100" height="80" /></bpmndi:BPMNShape>
<bpmndi:BPMNEdge id="f_ut_visit__ut_handle_di" bpmnElement="f_ut_visit__ut_handle">
 <di:waypoint x="120" y="60" /><di:waypoint x="160" y="60" /></bpmndi:BPMNEdge>
</bpmndi:BPMNPlane>"""


def huiyin(*words: object, ok: bool = True, **variables: str) -> str:
    """Run the command line as an analyst does; return everything it said."""
    done = subprocess.run(
        [Path(sys.executable).with_name("huiyin"), *map(str, words)],
        cwd=ROOT,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    said = done.stdout + done.stderr
    assert done.returncode == (0 if ok else 1), said
    return said


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text, f"{path.name}: {old}"
    path.write_text(text.replace(old, new, 1), "utf-8")


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    into = tmp_path_factory.mktemp("analyst")
    said = huiyin("new", "copy", "--from", "appeals", "--into", into)
    assert "appeal_main → copy_appeal_main" in said
    return into / "copy"


@pytest.fixture(scope="module")
def changed(copied: Path) -> Path:
    """The copy, with a task renamed and a task with a form of its own added."""
    change(
        copied / "appeal_accept.bpmn",
        'name="受理分办" camunda:formRef',
        'name="分件" camunda:formRef',
    )
    diagram = copied / "appeal_negotiate.bpmn"
    flow = 'id="f_start_negotiate__ut_handle" sourceRef="start_negotiate" targetRef='
    change(diagram, f'{flow}"ut_handle"', f'{flow}"ut_visit"')
    change(
        diagram,
        "<bpmn:incoming>f_start_negotiate__ut_handle</bpmn:incoming>",
        "<bpmn:incoming>f_ut_visit__ut_handle</bpmn:incoming>",
    )
    change(diagram, '<bpmn:userTask id="ut_handle"', TASK)
    change(diagram, "</bpmndi:BPMNPlane>", PICTURE)
    form = copied / "forms" / "copy_visit.form"
    form.write_text(json.dumps(VISIT, ensure_ascii=False), "utf-8")
    return copied


def test_a_copy_brings_no_python_and_no_key_of_the_original(copied: Path) -> None:
    assert not list(copied.rglob("*.py"))
    original = bundles.read(bundles.ROOT / "appeals")
    fresh = bundles.read(copied)
    assert set(fresh.of(".bpmn")) == set(original.of(".bpmn"))
    keys = r'<bpmn:process id="(\w+)"'
    for name, content in fresh.of(".bpmn").items():
        assert all(key.startswith("copy_") for key in re.findall(keys, content.decode())), name


def test_the_changed_copy_is_deployed_and_walked(changed: Path, sqlite: str) -> None:
    reps_walk.furnish(sqlite)
    here = {"HUIYIN_DATABASE_URL": sqlite, "HUIYIN_DATA": str(settings.current().data)}
    assert "✓ copy" in huiyin("check", "--quick", changed)
    assert "✓ copy" in huiyin("deploy", changed, "--by", "analyst1", "--reason", "试一试", **here)
    with db.transaction() as session:
        case = Case(
            commands.start(
                session,
                "copy_appeal_main",
                actor=actor_for(session, "pinghu_window1"),
                submission={**REGISTER, "street": "pinghu"},
                start_element="start_window",
            ).id
        )
    case.settle()
    assert [task.name for task in case.tasks("ut_triage")] == ["分件"]
    case.at("ut_triage", "pinghu_window1", **{**reps_walk.TRIAGE, "is_common": False})
    assert [task.name for task in case.tasks("ut_visit")] == ["先上门看一看"]
    case.at("ut_visit", "pinghu_handler1", met="yes", seen="车间停工")
    assert case.variable("met", "copy_appeal_negotiate") == "yes"
    case.at("ut_handle", "pinghu_handler1", summary="已谈妥", action="reply", **ANSWER)
    assert case.waits() == {"ut_approve_reply"}


def test_an_analysts_scenario_walks_through_the_new_task(changed: Path) -> None:
    scenario = changed / "scenarios" / "ordinary.toml"
    change(scenario, 'waits = ["ut_handle"]', 'waits = ["ut_visit"]')
    change(
        scenario,
        '[[step]]\nat = "ut_handle"',
        '[[step]]\nat = "ut_visit"\nas = "pinghu_c1_staff1"\nform = { met = "no" }\n\n'
        '[[step]]\nat = "ut_handle"',
    )
    said = huiyin("walk", scenario)
    assert "先上门看一看（pinghu_c1_staff1）" in said
    assert "✓ 走通" in said


BROKEN = {
    "f_ut_handle__svc_handle": (
        "appeal_negotiate.bpmn",
        'sourceRef="ut_handle" targetRef="svc_handle"',
        'sourceRef="ut_handle" targetRef="nowhere"',
    ),
    "svc_accept": ("appeal_accept.bpmn", "${appeals.accept}", "${appeals.no_such_thing}"),
    "f_gw_onspot__svc_onspot": (
        "appeal_main.bpmn",
        "${onspot}</bpmn:conditionExpression>",
        "${''.getClass().forName('java.lang.Runtime')}</bpmn:conditionExpression>",
    ),
    "ut_approve_reply": ("appeal_sign.bpmn", '"copy_approve_reply"', '"copy_not_there"'),
}


def test_a_broken_copy_is_refused_with_element_and_reason(tmp_path: Path, sqlite: str) -> None:
    huiyin("new", "copy", "--from", "appeals", "--into", tmp_path)
    folder = tmp_path / "copy"
    for file, old, new in BROKEN.values():
        change(folder / file, old, new)
    said = huiyin("check", "--quick", folder, ok=False)
    lines = said.splitlines()
    for element in BROKEN:
        told = [line for line in lines if element in line]
        assert told, f"{element} is not named:\n{said}"
        assert re.search("[\u4e00-\u9fff]{4}", told[0]), told
    reps_walk.furnish(sqlite)
    with db.reading() as session:
        before = session.scalar(select(func.count(Deployment.id)))
    huiyin(
        "deploy",
        folder,
        ok=False,
        HUIYIN_DATABASE_URL=sqlite,
        HUIYIN_DATA=str(settings.current().data),
    )
    with db.reading() as session:
        assert session.scalar(select(func.count(Deployment.id))) == before
        assert session.scalar(select(func.count(HumanTask.id))) == 0
