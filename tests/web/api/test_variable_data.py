"""The content of variables that are files or bytes, wherever a variable is told."""

from __future__ import annotations

import base64

from engine import db
from processes.people import access, demo
from tests.web.api.conftest import System
from tests.web.api.task_office import deploy, line, start, task

CONTENT = "一份文件".encode()
FILE = {
    "value": base64.b64encode(CONTENT).decode(), "type": "File",
    "valueInfo": {"filename": "paper.txt", "mimeType": "text/plain"},
}  # fmt: skip


def test_a_file_is_given_out_wherever_it_is_told(api: System) -> None:
    deploy(api, line(task("a")))
    one = start(api, plain=1)
    api.do("PUT", f"/process-instance/{one}/variables/paper", FILE, status=204)
    paths = []
    for lists in ("/variable-instance", "/history/variable-instance", "/history/detail"):
        asked = {"processInstanceIdIn": one, "variableNameLike": "paper"}
        (told,) = api.get(lists, **asked)
        paths.append(f"{lists}/{told['id']}/data")
        plain = next(row for row in api.get(lists, processInstanceIdIn=one) if row != told)
        api.do("GET", f"{lists}/{plain['id']}/data", status=400)
        api.do("GET", f"{lists}/zz/data", status=404)
    for path in paths:
        answer = api.ask("GET", path)
        assert (answer.status_code, answer.data) == (200, CONTENT), path
        assert "paper.txt" in answer.headers["Content-Disposition"]
        assert answer.content_type.startswith("text/plain")
    with db.transaction() as session:
        access.bar(session, one, demo.SERVICE_LOGIN)
    for path in paths:
        api.do("GET", path, status=404)
