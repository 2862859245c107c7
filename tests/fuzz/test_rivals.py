"""Pairs of commands at one moment: as one after the other, or one of them refused."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from tests.engine import in_step
from tests.engine import office as engine_office
from tests.fuzz import judge, office, rivals
from tests.fuzz.conftest import Lots
from tests.fuzz.requests import Request
from tests.web.api.conftest import BASIC, System

FETCH = {
    "workerId": "w", "maxTasks": 99, "topics": [{"topicName": "pay", "lockDuration": 600_000}],
}  # fmt: skip


def plans(api: System) -> dict[str, Any]:
    """Return for each process the plan from its newest version to the one before."""
    found: dict[str, Any] = {}
    for key in office.KEYS:
        rows = api.get("/process-definition", key=key, sortBy="version", sortOrder="asc")
        body = {"sourceProcessDefinitionId": rows[1]["id"],
                "targetProcessDefinitionId": rows[0]["id"]}  # fmt: skip
        found[key] = api.post("/migration/generate", body)
    return found


def test_pairs_of_commands(app: Flask, api: System, lots: Lots) -> None:
    engine_office.prepare()
    office.publish(api)
    known = plans(api)
    apis = [System(app.test_client(), {"Authorization": BASIC}) for _ in range(2)]
    both = 0
    for number in range(lots.rounds(8)):
        key = lots.dice.choice(office.KEYS)
        acts, prepare = chosen(key, lots.dice, api, known[key])
        allowed = one_after_another(acts, prepare, api)
        case = prepare()
        got, answers = rivals.at_once(case, acts, apis)
        where = f"seed {lots.seed}, pair {number}: {key} {[act.name for act in acts]}"
        done = tuple(is_done(answer, where) for answer in answers)
        assert got in allowed.get(done, []), (where, done, got, allowed)
        both += done == (True, True)
    assert in_step.torn() == [], f"seed {lots.seed}"
    assert both  # they did meet


def chosen(
    key: str, dice: random.Random, api: System, plan: Any
) -> tuple[list[rivals.Act], Callable[[], str]]:
    """Return two commands, and a function that makes a case which they can be given to."""
    seed, before = dice.randrange(10**9), dice.choice((0, 0, 1, 2))

    def prepare() -> str:
        steps = random.Random(seed)
        case = rivals.fresh(key)
        for _ in range(before):
            act = rivals.chosen(key, steps, rivals.rows(case), plan)
            if act.name not in ("delete", "suspend"):
                rivals.one_by_one(case, [act], api)
        api.post("/external-task/fetchAndLock", FETCH)
        return case

    found = rivals.rows(prepare())
    return [rivals.chosen(key, dice, found, plan) for _ in range(2)], prepare


def one_after_another(
    acts: list[rivals.Act], prepare: Callable[[], str], api: System
) -> dict[tuple[bool, ...], list[Any]]:
    """Return where a case may stand, by which of the two were done."""
    first, done = rivals.one_by_one(prepare(), acts, api)
    allowed: dict[tuple[bool, ...], list[Any]] = {done: [first]}
    second, back = rivals.one_by_one(prepare(), acts[::-1], api)
    allowed.setdefault(back[::-1], []).append(second)
    # One may be refused because the other was faster, whatever it would have found later.
    for number, act in enumerate(acts):
        alone, (well,) = rivals.one_by_one(prepare(), [act], api)
        if well:
            allowed.setdefault((number == 0, number == 1), []).append(alone)
    allowed.setdefault((False, False), []).append(rivals.shape(prepare()))
    return allowed


def is_done(answer: Any, where: str) -> bool:
    """Say whether an answer is that of something done; anything else must be a refusal."""
    assert not isinstance(answer, Exception), (where, answer)
    if not isinstance(answer, TestResponse):
        return answer is None  # the worker; False: there was nothing to do it to
    said = judge.wrong(Request("", "", ""), answer, {"responses": {}})
    assert not said, (where, said)
    return answer.status_code < 300
