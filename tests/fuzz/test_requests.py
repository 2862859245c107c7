"""Random requests to every route: an answer that a client understands, and nothing half done."""

from __future__ import annotations

import sys
from collections import Counter

from flask import Flask

from tests.engine import in_step
from tests.engine import office as engine_office
from tests.fuzz import judge, office
from tests.fuzz.conftest import Lots
from tests.fuzz.requests import Maker
from tests.fuzz.rivals import settle
from tests.web.api.conftest import System
from web.api import openapi

#: Requests between two looks at the rows.
STRETCH = 100


def test_random_requests(app: Flask, api: System, lots: Lots) -> None:
    engine_office.prepare()
    office.publish(api)
    office.begin()
    maker = Maker(lots.dice, openapi.document(app))
    statuses: Counter[int] = Counter()
    for number in range(lots.rounds(200)):
        if number % STRETCH == 0:
            office.begin()
            maker.learn(api)
        request = maker.make()
        answer = api.ask(request.method, request.path, **request.more)
        statuses[answer.status_code] += 1
        said = judge.wrong(request, answer, maker.operation(request))
        assert not said, f"seed {lots.seed}, request {number}: {said}\n{request}"
        if number % STRETCH == STRETCH - 1:
            settle()
            assert in_step.torn() == [], f"seed {lots.seed}, after request {number}"
            engine_office.later(hours=lots.dice.choice((0, 0, 6)))
    sys.stdout.write(f"{statuses.total()} requests: {dict(statuses)}\n")
    assert statuses[200] + statuses[204] > statuses.total() / 5  # it was not only nonsense
    assert statuses[400] > statuses.total() / 10
