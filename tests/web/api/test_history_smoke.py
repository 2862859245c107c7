from __future__ import annotations
import json
from engine import clock, commands, db, jobs
from engine.hooks import SYSTEM, Actor
from tests.engine import office
from tests.web.api.conftest import System
from tests.web.api.story import LEVEL, STORY

def test_all(api: System) -> None:
    office.publish(STORY, name="story", level_dot_dmn=LEVEL)
    case = office.start("story", actor=Actor("ann"), amount=50, bk="S-1")
    office.complete(case, "check", actor=SYSTEM)
    for path in ("process-instance","activity-instance","task","variable-instance","detail","decision-instance","incident","job-log","external-task-log","user-operation","identity-link-log"):
        q = {"processInstanceId": case}
        found = api.get(f"/history/{path}", **q)
        print(path, len(found), json.dumps(found[:3], ensure_ascii=False)[:900])
        assert api.get(f"/history/{path}/count", **q) == {"count": len(found)}
    for path in ("job", "job-definition", "incident", "event-subscription", "decision-definition"):
        found = api.get(f"/{path}")
        print(path, len(found), json.dumps(found[:3], ensure_ascii=False)[:900])
        assert api.get(f"/{path}/count") == {"count": len(found)}
