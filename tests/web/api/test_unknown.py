"""Ids that nobody has: the status, the class and the words of Camunda 7's reference."""

from __future__ import annotations

from typing import Any

import pytest

from tests.web.api.conftest import Knock, System
from tests.web.api.task_office import deploy, line, only, start, task

NO_TASK = "Cannot find task with id zz: task is null"
NO_SCOPE = "task zz doesn't exist: task is null"
NO_EXECUTION = "execution zz doesn't exist: execution is null"
USER: dict[str, Any] = {"userId": "a"}
LINK = {"userId": "a", "type": "candidate"}
VALUE: dict[str, Any] = {"value": 1}
CHANGE: dict[str, Any] = {"modifications": {"x": VALUE}}
STEP = {"instructions": [{"type": "startBeforeActivity", "activityId": "a"}]}

#: method, path, body, status, class, message.
ANSWERS: list[tuple[str, str, Any, int, str, str]] = [
    ("GET", "/task/zz", None, 404, "InvalidRequestException", "No matching task with id zz"),
    ("PUT", "/task/zz", {}, 404, "InvalidRequestException", "No matching task with id zz"),
    ("DELETE", "/task/zz", None, 404, "InvalidRequestException", "No matching task with id zz"),
    ("POST", "/task/zz/claim", USER, 500, "NullValueException", NO_TASK),
    ("POST", "/task/zz/unclaim", {}, 500, "NullValueException", NO_TASK),
    ("POST", "/task/zz/assignee", USER, 500, "NullValueException", NO_TASK),
    ("POST", "/task/zz/delegate", USER, 500, "NullValueException", NO_TASK),
    ("POST", "/task/zz/resolve", {}, 500, "NullValueException", NO_TASK),
    (
        "POST", "/task/zz/complete", {}, 500, "RestException",
        f"Cannot complete task zz: {NO_TASK}",
    ),
    (
        "POST", "/task/zz/submit-form", {}, 500, "RestException",
        f"Cannot submit task form zz: {NO_TASK}",
    ),
    (
        "POST", "/task/zz/bpmnError", {"errorCode": "e"}, 404, "InvalidRequestException",
        "No matching task with id zz",
    ),
    ("GET", "/task/zz/form", None, 400, "RestException", "Cannot get form for task zz"),
    ("GET", "/task/zz/identity-links", None, 400, "InvalidRequestException", NO_TASK),
    ("POST", "/task/zz/identity-links", LINK, 400, "InvalidRequestException", NO_TASK),
    ("POST", "/task/zz/identity-links/delete", LINK, 400, "InvalidRequestException", NO_TASK),
    (
        "GET", "/task/zz/comment", None, 404, "InvalidRequestException",
        "No task found for task id zz",
    ),
    (
        "POST", "/task/zz/comment/create", {"message": "m"}, 400, "InvalidRequestException",
        "No task found for task id zz",
    ),
    (
        "GET", "/task/zz/attachment", None, 404, "InvalidRequestException",
        "No task found for task id zz",
    ),
    ("GET", "/task/zz/variables", None, 500, "NullValueException", NO_SCOPE),
    (
        "GET", "/task/zz/variables/x", None, 500, "RestException",
        f"Cannot get task variable x: {NO_SCOPE}",
    ),
    (
        "PUT", "/task/zz/localVariables/x", VALUE, 500, "RestException",
        f"Cannot put task variable x: {NO_SCOPE}",
    ),
    (
        "DELETE", "/task/zz/variables/x", None, 500, "RestException",
        f"Cannot delete task variable x: {NO_SCOPE}",
    ),
    (
        "POST", "/task/zz/localVariables", CHANGE, 500, "RestException",
        f"Cannot modify variables for task zz: {NO_SCOPE}",
    ),
    ("GET", "/process-instance/zz/variables", None, 500, "NullValueException", NO_EXECUTION),
    (
        "PUT", "/process-instance/zz/variables/x", VALUE, 500, "RestException",
        f"Cannot put process instance variable x: {NO_EXECUTION}",
    ),
    (
        "POST", "/process-instance/zz/modification", STEP, 500, "ProcessEngineException",
        "Process instance 'zz' cannot be modified. The process instance does not exist",
    ),
    (
        "DELETE", "/process-instance/zz", None, 404, "InvalidRequestException",
        "Process instance with id zz does not exist",
    ),
    (
        "GET", "/execution/zz", None, 404, "InvalidRequestException",
        "Execution with id zz does not exist",
    ),
    ("GET", "/execution/zz/localVariables", None, 500, "NullValueException", NO_EXECUTION),
    (
        "GET", "/execution/zz/localVariables/x", None, 500, "RestException",
        f"Cannot get execution variable x: {NO_EXECUTION}",
    ),
    (
        "POST", "/execution/zz/signal", {}, 500, "RestException",
        f"Cannot signal execution zz: {NO_EXECUTION}",
    ),
    (
        "GET", "/execution/zz/messageSubscriptions/m", None, 404, "InvalidRequestException",
        "Message event subscription for execution zz named m does not exist",
    ),
    (
        "POST", "/execution/zz/messageSubscriptions/m/trigger", {}, 500, "RestException",
        "Cannot trigger message m for execution zz: Execution with id 'zz' does not have a"
        " subscription to a message event with name 'm': eventSubscriptions is empty",
    ),
    (
        "POST", "/signal", {"name": "s", "executionId": "zz"}, 500, "ProcessEngineException",
        "Cannot find execution with id 'zz'",
    ),
    (
        "DELETE", "/batch/zz", None, 404, "InvalidRequestException",
        "Unable to delete batch with id 'zz'",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path", "body", "status", "kind", "words"), ANSWERS)
def test_nobody_has_this_id(
    api: System, method: str, path: str, body: Any, status: int, kind: str, words: str
) -> None:
    told = api.do(method, path, body, status=status)
    assert (told["type"], told["message"]) == (kind, words)
    assert told["code"] == (0 if status == 500 else None)


def test_another_persons_task_looks_like_no_task(api: System, bearer: Knock, office: str) -> None:
    """Whoever may not know of a task is told the same as if there were none."""
    deploy(api, line(task("a")))
    start(api)
    here = only(api)["id"]
    stranger = bearer("task", login="district_chair")
    for method, path, body, status, kind, words in ANSWERS:
        if path.startswith("/task/"):
            told = stranger.do(method, path.replace("zz", here), body, status=status)
            assert (told["type"], told["message"]) == (kind, words.replace("zz", here))


def test_a_variable_that_is_not_there_is_404(api: System) -> None:
    deploy(api, line(task("a")))
    one = start(api)
    here = only(api)["id"]
    for path, kind in (
        (f"/task/{here}/variables/x", "task"),
        (f"/task/{here}/localVariables/x", "task"),
        (f"/process-instance/{one}/variables/x", "process instance"),
        (f"/execution/{one}/localVariables/x", "execution"),
    ):
        told = api.do("GET", path, status=404)
        assert told["message"] == f"{kind} variable with name x does not exist"
