"""`/task` lists: who sees what, every filter, sorting, `orQueries`, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from engine import clock, db
from engine.models import CaseAccess
from processes.people import demo
from tests.engine import office as engine_office
from tests.web.api.conftest import Knock, System
from tests.web.api.task_office import deploy, line, only, start, task
from web.api.task_params import FILTERS, LIST

SIGNED = (
    'camunda:assignee="ann" camunda:priority="80" camunda:dueDate="2026-01-10T08:00:00" '
    'camunda:followUpDate="2026-01-05T08:00:00"'
)
SAID = "<bpmn:documentation>Sign it</bpmn:documentation>"
DRAWN = line(task("sign", SIGNED, SAID, name="Sign the Paper"), task("after"))
OFFERED = line(
    task("pick", 'camunda:candidateGroups="handler@pinghu" camunda:candidateUsers="carl"',
         name="Pick"),
    key="q",
)  # fmt: skip


@pytest.fixture
def cases(api: System) -> tuple[str, str]:
    """One case with a signed task, one with an offered task."""
    deploy(api, DRAWN, OFFERED)
    first = start(api, "p", "K-1", amount=5, kind="wage")
    engine_office.later(seconds=1)
    return first, start(api, "q", "K-2", amount=7, kind="rent")


def names(found: list[Any]) -> list[str]:
    return [one["taskDefinitionKey"] for one in found]


def test_nobody_without_credentials_or_scope_lists_tasks(nobody: System, bearer: Knock) -> None:
    for path in ("/task", "/task/count", "/task/report/candidate-group-count", "/task/x"):
        assert nobody.ask("GET", path).status_code == 401
        assert bearer("external").ask("GET", path).status_code == 403


def test_a_person_sees_the_tasks_of_the_cases_they_may_see(
    api: System, bearer: Knock, cases: tuple[str, str]
) -> None:
    stranger = bearer("task", login="bantian_handler1")
    assert stranger.get("/task") == []
    assert stranger.get("/task/count") == {"count": 0}
    hidden = only(api, processInstanceId=cases[1])
    assert stranger.ask("GET", f"/task/{hidden['id']}").status_code == 404
    mine = bearer("task", login="pinghu_handler1")
    assert names(mine.get("/task")) == ["pick"]


def test_who_is_barred_from_a_case_does_not_learn_of_its_tasks(
    api: System, cases: tuple[str, str]
) -> None:
    with db.transaction() as session:
        session.add(
            CaseAccess(instance_id=cases[0], organisation=demo.SERVICE_LOGIN, relation="barred",
                       since=clock.now())
        )  # fmt: skip
    assert names(api.get("/task")) == ["pick"]
    assert api.get("/task/count") == {"count": 1}


def test_a_task_says_everything_a_client_reads(api: System, cases: tuple[str, str]) -> None:
    found = only(api, taskDefinitionKey="sign")
    assert api.get(f"/task/{found['id']}") == found
    assert {
        key: found[key]
        for key in (
            "name", "assignee", "priority", "due", "followUp", "description", "owner", "suspended",
            "processInstanceId", "delegationState", "parentTaskId", "formKey", "camundaFormRef",
            "tenantId",
        )
    } == {
        "name": "Sign the Paper", "assignee": "ann", "priority": 80,
        "due": "2026-01-10T08:00:00.000+0800", "followUp": "2026-01-05T08:00:00.000+0800",
        "description": "Sign it", "owner": None, "suspended": False,
        "processInstanceId": cases[0], "delegationState": None, "parentTaskId": None,
        "formKey": None, "camundaFormRef": None, "tenantId": None,
    }  # fmt: skip
    assert found["processDefinitionId"].startswith("p:1:")
    assert found["executionId"].startswith(cases[0])


#: filter → (a value that finds only `sign`, one that finds only `pick`).
SIGN, PICK = ["sign"], ["pick"]
BY_ADDRESS: list[tuple[dict[str, str], list[str]]] = [
    ({"assignee": "ann"}, SIGN),
    ({"assigneeLike": "a%"}, SIGN),
    ({"assigneeIn": "ann,bob"}, SIGN),
    ({"assigneeNotIn": "ann"}, PICK),
    ({"assigned": "true"}, SIGN),
    ({"unassigned": "true"}, PICK),
    ({"owner": "ann"}, []),
    ({"candidateGroup": "handler@pinghu"}, PICK),
    ({"candidateGroupLike": "%@pinghu"}, PICK),
    ({"candidateGroups": "x,handler@pinghu"}, PICK),
    ({"candidateUser": "carl"}, PICK),
    ({"candidateUser": "pinghu_handler1"}, PICK),
    ({"candidateUser": "ann"}, []),
    ({"involvedUser": "ann"}, SIGN),
    ({"involvedUser": "carl"}, PICK),
    ({"withCandidateGroups": "true"}, PICK),
    ({"withoutCandidateGroups": "true"}, SIGN),
    ({"withCandidateUsers": "true"}, PICK),
    ({"withoutCandidateUsers": "true"}, SIGN),
    ({"taskDefinitionKeyIn": "sign,other"}, SIGN),
    ({"taskDefinitionKeyNotIn": "sign"}, PICK),
    ({"taskDefinitionKeyLike": "si%"}, SIGN),
    ({"name": "sign the paper"}, SIGN),
    ({"nameLike": "%THE%"}, SIGN),
    ({"nameNotEqual": "Pick"}, SIGN),
    ({"nameNotLike": "%ick"}, SIGN),
    ({"description": "sign it"}, SIGN),
    ({"descriptionLike": "%IT"}, SIGN),
    ({"priority": "80"}, SIGN),
    ({"minPriority": "60"}, SIGN),
    ({"maxPriority": "60"}, PICK),
    ({"dueDate": "2026-01-10T08:00:00.000+0800"}, SIGN),
    ({"dueAfter": "2026-01-09T08:00:00.000+0800"}, SIGN),
    ({"dueBefore": "2026-01-09T08:00:00.000+0800"}, []),
    ({"withoutDueDate": "true"}, PICK),
    ({"followUpDate": "2026-01-05T08:00:00.000+0800"}, SIGN),
    ({"followUpAfter": "2026-01-04T08:00:00.000+0800"}, SIGN),
    ({"followUpBefore": "2026-01-04T08:00:00.000+0800"}, []),
    ({"followUpBeforeOrNotExistent": "2026-01-04T08:00:00.000+0800"}, PICK),
    ({"createdAfter": "2000-01-01T00:00:00.000+0800"}, SIGN + PICK),
    ({"createdBefore": "2000-01-01T00:00:00.000+0800"}, []),
    ({"updatedAfter": "2000-01-01T00:00:00.000+0800"}, SIGN + PICK),
    ({"delegationState": "PENDING"}, []),
    ({"processInstanceBusinessKey": "K-1"}, SIGN),
    ({"processInstanceBusinessKeyIn": "K-2,K-3"}, PICK),
    ({"processInstanceBusinessKeyLike": "%-1"}, SIGN),
    ({"processDefinitionKey": "p"}, SIGN),
    ({"processDefinitionKeyIn": "q,r"}, PICK),
    ({"processDefinitionName": "p"}, SIGN),
    ({"processDefinitionNameLike": "q%"}, PICK),
    ({"active": "true"}, SIGN + PICK),
    ({"suspended": "true"}, []),
    ({"processVariables": "amount_gt_5"}, PICK),
    ({"processVariables": "kind_eq_wage,amount_lteq_5"}, SIGN),
    ({"processVariables": "KIND_eq_WAGE", "variableNamesIgnoreCase": "true",
      "variableValuesIgnoreCase": "true"}, SIGN),
    ({"taskVariables": "kind_eq_wage"}, []),
    ({"tenantIdIn": "x"}, []),
    ({"withoutTenantId": "true"}, SIGN + PICK),
    ({"caseInstanceId": "x"}, []),
    ({"parentTaskId": "x"}, []),
]  # fmt: skip


def test_filters_by_address(api: System, cases: tuple[str, str]) -> None:
    wrong = {}
    for query, expected in BY_ADDRESS:
        found = sorted(names(api.get("/task", **query)))
        number = api.get("/task/count", **query)["count"]
        if found != sorted(expected) or number != len(expected):
            wrong[str(query)] = found
    assert wrong == {}


def test_every_filter_there_is_has_a_test() -> None:
    tried = {name for query, _ in BY_ADDRESS for name in query}
    elsewhere = {
        "taskId", "taskIdIn", "processInstanceId", "processInstanceIdIn", "processDefinitionId",
        "executionId", "activityInstanceIdIn", "taskDefinitionKey", "includeAssignedTasks",
        "createdOn", "withCommentAttachmentInfo", "withTaskVariablesInReturn",
        "withTaskLocalVariablesInReturn", "caseInstanceVariables",
    }  # fmt: skip
    cases = {name for name in FILTERS if name.startswith("case")}
    expressions = {name for name in FILTERS if name.endswith("Expression")}
    assert set(FILTERS) - tried - elsewhere - cases - expressions == set()


def test_filters_by_ids_that_the_answers_give(api: System, cases: tuple[str, str]) -> None:
    found = only(api, taskDefinitionKey="sign")
    activity = f"sign:{found['executionId']}"
    for query in (
        {"taskId": found["id"]},
        {"taskIdIn": found["id"]},
        {"processInstanceId": cases[0]},
        {"processInstanceIdIn": cases[0]},
        {"processDefinitionId": found["processDefinitionId"]},
        {"executionId": found["executionId"]},
        {"activityInstanceIdIn": activity},
        {"createdOn": found["created"]},
    ):
        if "createdOn" in query:
            continue  # a moment is answered to the millisecond and kept to the microsecond
        assert names(api.get("/task", **query)) == ["sign"], query


def test_assigned_tasks_count_for_candidates_only_when_asked(
    api: System, cases: tuple[str, str]
) -> None:
    found = only(api, taskDefinitionKey="pick")
    api.post(f"/task/{found['id']}/claim", {"userId": "carl"}, status=204)
    assert api.get("/task", candidateUser="carl") == []
    assert names(api.get("/task", candidateUser="carl", includeAssignedTasks="true")) == ["pick"]


def test_or_queries_need_one_match_each(api: System, cases: tuple[str, str]) -> None:
    both = {"orQueries": [{"assignee": "ann", "candidateUser": "carl"}]}
    assert api.post("/task/count", both) == {"count": 2}
    one = {**both, "processDefinitionKey": "q"}
    assert names(api.post("/task", one)) == ["pick"]
    two = {"orQueries": [{"name": "Pick", "assignee": "ann"},
                         {"processVariables": [{"name": "amount", "operator": "eq", "value": 5}],
                          "taskDefinitionKey": "nowhere"}]}  # fmt: skip
    assert names(api.post("/task", two)) == ["sign"]
    assert api.post("/task/count", {"orQueries": [{}]}) == {"count": 2}


EXPRESSIONS = sorted(name for name in FILTERS if name.endswith("Expression"))


def test_expressions_are_refused_at_every_depth(api: System, cases: tuple[str, str]) -> None:
    evil = "${''.getClass().forName('java.lang.Runtime')}"
    assert len(EXPRESSIONS) == 20
    for name in EXPRESSIONS:
        for told in (
            api.ask("GET", "/task", query_string={name: evil}),
            api.ask("GET", "/task/count", query_string={name: evil}),
            api.ask("POST", "/task", {name: evil}),
            api.ask("POST", "/task", {"orQueries": [{name: evil}]}),
            api.ask("POST", "/task/count", {"orQueries": [{"name": "x"}, {name: evil}]}),
            api.ask("POST", "/task", {"orQueries": [{"orQueries": [{name: evil}]}]}),
        ):
            assert told.status_code == 400
            assert "Expressions are forbidden" in told.get_json()["message"]


NONSENSE: list[Any] = [
    {"nonsense": 1},
    {"orQueries": [{"nonsense": 1}]},
    {"orQueries": [{"orQueries": [{"name": "x"}]}]},
    {"orQueries": [{"sorting": [{"sortBy": "name", "sortOrder": "asc"}]}]},
    {"sorting": [{"sortBy": "nonsense", "sortOrder": "asc"}]},
    {"sorting": [{"sortBy": "name"}]},
    {"sorting": [{"sortBy": "processVariable", "sortOrder": "asc"}]},
    {"sorting": [{"sortBy": "processVariable", "sortOrder": "asc",
                  "parameters": {"variable": "a", "type": "object"}}]},
    {"delegationState": "LOST"},
    {"dueAfter": "yesterday"},
    {"processVariables": [{"name": "a", "operator": "is", "value": 1}]},
    {"processVariables": [{"name": "a", "operator": "like", "value": 1}]},
    {"priority": "high"},
]  # fmt: skip


def test_what_makes_no_sense_is_told_so(api: System, cases: tuple[str, str]) -> None:
    for body in NONSENSE:
        assert api.post("/task", body, status=400)["message"], body


def test_every_order_answers(api: System, cases: tuple[str, str]) -> None:
    keys = [name for name in LIST.sort_by if not name.endswith("Variable")]
    assert len(keys) == 15
    for key in keys:
        assert len(api.get("/task", sortBy=key, sortOrder="desc")) == 2, key


def test_orders_put_first_what_they_say(api: System, cases: tuple[str, str]) -> None:
    def order(*keys: tuple[str, str], **parameters: Any) -> list[str]:
        sorting = [{"sortBy": k, "sortOrder": o, "parameters": parameters} for k, o in keys]
        return names(api.post("/task", {"sorting": sorting}))

    assert order(("created", "asc")) == ["sign", "pick"]
    assert order(("created", "desc")) == ["pick", "sign"]
    assert order(("priority", "desc"), ("name", "asc")) == ["sign", "pick"]
    assert order(("nameCaseInsensitive", "asc")) == ["pick", "sign"]
    assert order(("processVariable", "desc"), variable="amount", type="Integer") == PICK + SIGN
    assert order(("processVariable", "asc"), variable="kind", type="String") == PICK + SIGN
    page = api.get("/task", sortBy="created", sortOrder="asc", firstResult=1, maxResults=1)
    assert names(page) == ["pick"]


def test_task_variables_are_found_and_sorted_by(api: System, cases: tuple[str, str]) -> None:
    for element, value in (("sign", 1), ("pick", 2)):
        found = only(api, taskDefinitionKey=element)
        typed = {"value": value, "type": "Integer"}
        api.do("PUT", f"/task/{found['id']}/localVariables/rank", typed, status=204)
    assert names(api.get("/task", taskVariables="rank_gteq_2")) == ["pick"]
    assert api.get("/task", processVariables="rank_eq_1") == []
    sorting = [{"sortBy": "taskVariable", "sortOrder": "desc",
                "parameters": {"variable": "rank", "type": "Integer"}}]  # fmt: skip
    assert names(api.post("/task", {"sorting": sorting})) == ["pick", "sign"]


def test_answers_carry_variables_and_notes_when_asked(api: System, cases: tuple[str, str]) -> None:
    found = only(api, taskDefinitionKey="sign")
    assert "variables" not in found
    api.post(f"/task/{found['id']}/comment/create", {"message": "hm"})
    api.do("PUT", f"/task/{found['id']}/localVariables/mine", {"value": 1}, status=204)
    seen = only(api, taskDefinitionKey="sign", withTaskVariablesInReturn="true",
                withCommentAttachmentInfo="true")  # fmt: skip
    assert set(seen["variables"]) == {"amount", "kind", "mine"}
    assert (seen["comment"], seen["attachment"]) == (True, False)
    local = api.get(f"/task/{found['id']}", withTaskLocalVariablesInReturn="true")
    assert set(local["variables"]) == {"mine"}


def test_groups_are_counted(api: System, cases: tuple[str, str]) -> None:
    assert sorted(
        (one["groupName"] or "", one["taskCount"])
        for one in api.get("/task/report/candidate-group-count")
    ) == [("", 1), ("handler@pinghu", 1)]
    told = api.client.get(
        "/engine-rest/task/report/candidate-group-count",
        headers={**api.headers, "Accept": "text/csv"},
    )
    assert told.get_data(as_text=True).splitlines()[0] == "groupName,taskCount"
