"""`orQueries`: within each of them one match is enough, variables among the others."""

from __future__ import annotations

import pytest

from tests.web.api.conftest import System
from tests.web.api.task_office import deploy, line, only, start, task

X = [{"name": "x", "operator": "eq", "value": 1}]
LOCAL = [{"name": "note", "operator": "like", "value": "A%"}]


@pytest.fixture
def database(either_database: str) -> str:
    return either_database


@pytest.fixture
def two(api: System) -> None:
    """One instance with x = 1 and a note at its task, one without anything."""
    deploy(api, line(task("a")))
    start(api, business_key="K", x=1)
    here = only(api)["id"]
    api.do("PUT", f"/task/{here}/localVariables/note", {"value": "Abc"}, status=204)
    start(api, business_key="L")


@pytest.mark.parametrize(
    ("path", "field", "variables"),
    [
        ("/process-instance", "businessKey", "variables"),
        ("/history/process-instance", "processInstanceBusinessKey", "variables"),
        ("/task", "processInstanceBusinessKey", "processVariables"),
        ("/history/task", "processInstanceBusinessKey", "processVariables"),
        ("/task", "processInstanceBusinessKey", "taskVariables"),
        ("/history/task", "processInstanceBusinessKey", "taskVariables"),
    ],
)
def test_variables_are_one_way_among_others(
    api: System, two: None, path: str, field: str, variables: str
) -> None:
    held = LOCAL if variables == "taskVariables" else X
    other = [{**held[0], "value": "zz" if held is LOCAL else 9}]
    for parts, number in (
        ([{variables: held}], 1),
        ([{variables: other}], 0),
        ([{variables: held, field: "zz"}], 1),
        ([{variables: other, field: "L"}], 1),
        ([{variables: held, field: "L"}], 2),
        ([{variables: [*other, *held]}], 1),
        ([{variables: held}, {field: "L"}], 0),
        ([{variables: held}, {field: "K"}], 1),
    ):
        asked = {"orQueries": parts}
        assert api.post(f"{path}/count", asked) == {"count": number}, parts
        assert len(api.post(path, asked)) == number, parts


def test_flags_of_a_part_hold_for_its_variables(api: System, two: None) -> None:
    folded = [{"name": "NOTE", "operator": "eq", "value": "ABC"}]
    flags = {"variableNamesIgnoreCase": True, "variableValuesIgnoreCase": True}
    for path in ("/task", "/history/task"):
        part = {"taskVariables": folded, "taskDefinitionKey": "zz"}
        assert api.post(f"{path}/count", {"orQueries": [part]}) == {"count": 0}
        assert api.post(f"{path}/count", {"orQueries": [{**part, **flags}]}) == {"count": 1}


@pytest.mark.parametrize(
    "path", ["/task", "/process-instance", "/history/task", "/history/process-instance"]
)
def test_what_only_a_whole_query_has(api: System, path: str) -> None:
    order = {"sorting": [{"sortBy": "tenantId", "sortOrder": "asc"}]}
    for part in (order, {"orQueries": [{}]}):
        told = api.post(path, {"orQueries": [part]}, status=400)
        assert told["message"].startswith("Invalid query usage: ")
