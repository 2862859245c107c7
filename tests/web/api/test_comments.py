"""Remarks changed and taken back: by who wrote them, at an open task, with a line of history.

Camunda 7.21 REST reference: “Update/Delete Comment” of tasks and of process instances.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.web.api.conftest import Knock, System
from tests.web.api.task_office import deploy, line, only, start, task


@pytest.fixture
def database(either_database: str) -> str:
    return either_database


@pytest.fixture
def first(api: System) -> Any:
    deploy(api, line(task("a", 'camunda:candidateGroups="handler@pinghu"')))
    start(api)
    return only(api)


def remark(system: System, one: Any, message: str) -> str:
    return str(system.post(f"/task/{one['id']}/comment/create", {"message": message})["id"])


def words(api: System, one: Any) -> list[str]:
    return [told["message"] for told in api.get(f"/task/{one['id']}/comment")]


def test_the_wrong_person_changes_nothing(
    api: System, nobody: System, bearer: Knock, first: Any
) -> None:
    known = remark(api, first, "hm")
    no_scope, stranger = bearer("read"), bearer("task", login="bantian_handler1")
    colleague = bearer("task", login="pinghu_handler1")
    for owner in (f"/task/{first['id']}", f"/process-instance/{first['processInstanceId']}"):
        for method, below, body in (
            ("PUT", "", {"id": known, "message": "x"}), ("DELETE", f"/{known}", None),
            ("DELETE", "", None),
        ):  # fmt: skip
            path = f"{owner}/comment{below}"
            assert nobody.ask(method, path, body).status_code == 401
            assert no_scope.ask(method, path, body).status_code == 403
            assert stranger.is_kept_from(method, path, body), path
            assert colleague.ask(method, path, body).status_code == 403, path
    assert words(api, first) == ["hm"]


@pytest.mark.parametrize("owner", ["task", "process-instance"])
def test_an_own_remark_is_changed_and_taken_back(api: System, first: Any, owner: str) -> None:
    number = first["id"] if owner == "task" else first["processInstanceId"]
    path = f"/{owner}/{number}/comment"
    one, other = (remark(api, first, text) for text in ("one", "other"))
    api.do("PUT", path, {"id": one, "message": "二"}, status=204)
    assert words(api, first) == ["二", "other"]
    for wrong in (
        {"id": one}, {"message": "x"}, {"id": "zz", "message": "x"}, {"id": one, "message": " "},
        {"id": one, "message": "x" * 4001},
    ):  # fmt: skip
        assert api.do("PUT", path, wrong, status=400)["type"] == "InvalidRequestException"
    api.do("DELETE", f"{path}/{one}", status=204)
    api.do("DELETE", f"{path}/{one}", status=400)
    assert words(api, first) == ["other"]
    remark(api, first, "third")
    api.do("DELETE", path, status=204)
    api.do("DELETE", path, status=204)
    assert words(api, first) == []
    told = api.get("/history/user-operation", entityType="Comment")
    assert [(line["operationType"], line["newValue"]) for line in told[:2]] == [
        ("UpdateComment", one), ("DeleteComment", one),
    ]  # fmt: skip
    assert len(told) == 4
    assert other in {line["newValue"] for line in told}


def test_remarks_of_others_and_of_closed_tasks_stand(
    api: System, bearer: Knock, first: Any
) -> None:
    colleague = bearer("task", login="pinghu_handler1")
    theirs = remark(colleague, first, "theirs")
    mine = remark(api, first, "mine")
    path = f"/task/{first['id']}/comment"
    api.do("DELETE", path, status=403)  # all or none
    api.do("PUT", path, {"id": theirs, "message": "x"}, status=403)
    assert words(api, first) == ["theirs", "mine"]
    assert api.ask("DELETE", f"/task/zz/comment/{mine}").status_code == 404
    api.post(f"/task/{first['id']}/complete", {}, status=204)
    changed = {"id": mine, "message": "x"}
    for method, below, body in (
        ("PUT", "", changed), ("DELETE", f"/{mine}", None), ("DELETE", "", None),
    ):  # fmt: skip
        api.do(method, f"{path}{below}", body, status=409)
    assert words(api, first) == ["theirs", "mine"]
