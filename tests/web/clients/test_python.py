"""PyPI's `camunda-external-task-client-python3`, unchanged, takes a case to its end."""

from __future__ import annotations

from typing import Any

from camunda.client.engine_client import EngineClient
from camunda.external_task.external_task import ExternalTask, TaskResult
from camunda.external_task.external_task_worker import ExternalTaskWorker

from processes.people import demo
from tests.engine.office import diagram, flows
from tests.web.api.external_office import external_task
from tests.web.clients.served import Served, ended

MESSAGE = '<bpmn:message id="m" name="paid"/>'
PROPERTIES = (
    "<bpmn:extensionElements><camunda:properties>"
    '<camunda:property name="unit" value="yuan"/></camunda:properties></bpmn:extensionElements>'
)


def walk() -> bytes:
    """Two external tasks and a message between them."""
    return diagram(
        '<bpmn:startEvent id="s"/>'
        + external_task("x1", "charge", PROPERTIES)
        + '<bpmn:intermediateCatchEvent id="wait"><bpmn:messageEventDefinition messageRef="m"/>'
        "</bpmn:intermediateCatchEvent>"
        + external_task("x2", "book")
        + '<bpmn:endEvent id="e"/>'
        + flows("s>x1", "x1>wait", "wait>x2", "x2>e"),
        key="stock_py",
        extra=MESSAGE,
    )


def test_the_stock_client_takes_a_case_to_its_end(served: Served) -> None:
    login = {"auth_basic": {"username": demo.SERVICE_LOGIN, "password": demo.PASSWORD}}
    served.deploy("stock_py", walk())
    engine = EngineClient(served.engine_rest, login)
    case = engine.start_process("stock_py", {"amount": 12, "who": "case"}, business_key="K-9")["id"]
    config = {
        **login, "maxTasks": 1, "lockDuration": 10_000, "asyncResponseTimeout": 5_000,
        "sleepSeconds": 1,
    }  # fmt: skip
    worker = ExternalTaskWorker("stock-py", served.engine_rest, config)
    seen: list[tuple[str, Any, Any]] = []

    def charge(task: ExternalTask) -> TaskResult:
        seen.append(
            (task.get_business_key(), task.get_variables(), task.get_extension_properties())
        )
        if len(seen) == 1:
            return task.failure("not yet", "the first try never works", 3, 10)
        return task.complete({"charged": True, "rate": 0.5, "note": "收讫"}, {"aside": 1})

    def book(task: ExternalTask) -> TaskResult:
        seen.append((task.get_topic_name(), task.get_variable("charged"), None))
        return task.bpmn_error("closed", "the books are closed", {"left": 1})

    worker.fetch_and_execute("charge", charge)
    worker.fetch_and_execute("charge", charge)
    sent = engine.correlate_message("paid", business_key="K-9", process_variables={"fee": 3})
    assert sent[0]["resultType"] == "Execution"
    worker.fetch_and_execute("book", book)
    first = ("K-9", {"amount": 12, "who": "case"}, {"unit": "yuan"})
    assert seen == [first, first, ("book", True, None)]
    status, _, left = ended(case)
    assert status == "completed"
    assert left == {
        "amount": 12, "who": "case", "charged": True, "rate": 0.5, "note": "收讫", "fee": 3,
        "left": 1,
    }  # fmt: skip
