"""Task queries and what changes a task, on both databases."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from engine import clock, commands, db
from engine.attachments import content, storage
from engine.commands import own_tasks, task_changes, task_links, task_notes, task_variables
from engine.commands.task_changes import Values
from engine.errors import AlreadyClaimed, EngineError, HumanTaskClosed, NotFound
from engine.hooks import Actor
from engine.queries import Viewer, task_list
from engine.queries.asked import Asked, Sorting, VariableFilter
from engine.queries.task_filters import FILTERS
from tests.engine import office
from tests.engine.office import diagram, flows, user

ROBOT = Actor("robot", kind="service")
SEES = Viewer("robot", scope="all")
NOW = clock.real()
LINE = diagram(
    '<bpmn:startEvent id="s"/>'
    + user("a")
    + user("b", "handler@bantian", 'camunda:assignee="bob"')
    + '<bpmn:endEvent id="e"/>'
    + flows("s>a", "a>b", "b>e")
)
FLAGS = frozenset({
    "withoutTenantId", "assigned", "unassigned", "withoutDueDate", "withCandidateGroups",
    "withoutCandidateGroups", "withCandidateUsers", "withoutCandidateUsers", "active", "suspended",
})  # fmt: skip
MOMENTS = ("dueDate", "dueAfter", "dueBefore", "followUp", "created", "updated")


def find(viewer: Viewer = SEES, *sorting: Sorting, **asked: Any) -> list[str]:
    with db.reading() as session:
        wanted = Asked(asked, list(sorting))
        found = [one.task.element_id for (one,) in task_list.tasks(session, viewer, wanted)]
        assert task_list.count_tasks(session, viewer, wanted) == len(found)
    return found


def value_for(name: str) -> Any:
    """Return something a filter of this name understands."""
    if name in FLAGS:
        return True
    if name.startswith(MOMENTS):
        return NOW
    if name.endswith(("In", "NotIn", "IdIn")):
        return ["a", "b"]
    return 50 if "riority" in name else "a"


def test_every_filter_is_understood_by_the_database(either_database: str) -> None:
    office.publish(LINE)
    office.start(amount=5)
    for name in FILTERS:
        value = value_for(name)
        both = {"orQueries": [Asked({name: value, "taskDefinitionKey": "a"})]}
        assert len(find(**{name: value})) <= 1
        assert find(**both) == ["a"], name


def test_variables_are_compared_and_sorted_by(either_database: str) -> None:
    office.publish(LINE)
    for amount, word in ((5, "x"), (40, "y"), (300, "50%_off")):
        office.start(amount=amount, word=word, at=NOW + timedelta(days=amount), odd=[1])

    def of(operator: str, value: Any, name: str = "amount", **more: Any) -> int:
        return len(find(processVariables=[VariableFilter(name, operator, value)], **more))

    assert [of("eq", 40), of("neq", 40), of("gt", 5), of("lteq", 40)] == [1, 2, 2, 2]
    assert [of("like", "50%", "word"), of("notLike", "50%", "word")] == [1, 2]
    assert of("eq", "Y", "WORD") == 0
    folding = {"variableNamesIgnoreCase": True, "variableValuesIgnoreCase": True}
    assert of("eq", "Y", "WORD", **folding) == 1
    assert of("gt", NOW + timedelta(days=30), "at") == 2
    assert of("gt", 5, "odd") == 0
    by = Sorting("processVariable", True, {"variable": "amount", "type": "Long"})
    with db.reading() as session:
        rows = task_list.tasks(session, SEES, Asked({}, [by]))
        seen = [task_variables.read(session, one.task)["amount"] for (one,) in rows]
    assert seen == [300, 40, 5]
    for key in (*task_list.ORDER, "taskVariable", "caseInstanceVariable"):
        order = Sorting(key, False, {"variable": "word", "type": "String"})
        assert find(SEES, order) == ["a", "a", "a"], key


def test_a_task_is_signed_delegated_resolved_and_linked(either_database: str) -> None:
    office.publish(LINE)
    case = office.start()
    task = office.task_id(case, "a")
    with db.transaction() as session:
        task_changes.claim(session, task, "ann", actor=ROBOT)
    with db.transaction() as session, pytest.raises(AlreadyClaimed):
        task_changes.claim(session, task, "bob", actor=ROBOT)
    with db.transaction() as session:
        task_changes.delegate(session, task, "carl", actor=ROBOT)
        task_links.link(session, task, "group", "handler@bantian", "candidate", actor=ROBOT)
        task_links.link(session, task, "user", "eve", "adviser", actor=ROBOT)
    assert find(delegationState="PENDING", owner="ann", assignee="carl", involvedUser="eve") == [
        "a"
    ]
    with db.transaction() as session, pytest.raises(EngineError, match="resolved instead"):
        commands.complete(session, task, actor=ROBOT, variables={})
    with db.transaction() as session:
        task_changes.resolve(session, task, actor=ROBOT)
        task_links.unlink(session, task, "user", "eve", "adviser", actor=ROBOT)
    assert find(delegationState="RESOLVED", assignee="ann") == ["a"]
    assert find(involvedUser="eve") == []
    with db.transaction() as session:
        commands.complete(session, task, actor=ROBOT, variables={"x": 1})
    with db.transaction() as session, pytest.raises(HumanTaskClosed):
        task_changes.claim(session, task, "ann", actor=ROBOT)


def test_a_task_of_its_own_has_variables_notes_and_an_end(either_database: str) -> None:
    values = Values("Call", None, 50, "ann", None, None, NOW, None, None)
    with db.transaction() as session:
        task = own_tasks.create(session, values, actor=ROBOT)
        task_variables.write(session, task, {"n": 1, "word": "x"}, actor=ROBOT)
        task_variables.write(session, task, {"n": 2}, actor=ROBOT, remove=["word"])
        task_notes.add_note(session, task, "hm", actor=ROBOT)
    assert find(taskVariables=[VariableFilter("n", "eq", 2)]) == [""]
    assert find(Viewer("ann")) == [""]
    assert find(Viewer("bob")) == []
    staged = storage.put(content.check("x.txt", b"text", text=True))
    with db.transaction() as session:
        paper = task_notes.add_paper(session, task, actor=ROBOT, name="x", staged=staged)
    with db.transaction() as session:
        assert task_notes.remove_paper(session, task, paper.id, actor=ROBOT) == staged.stored_as
    with db.transaction() as session, pytest.raises(NotFound):
        task_notes.remove_paper(session, task, paper.id, actor=ROBOT)
    with db.transaction() as session:
        own_tasks.complete(session, task, actor=Actor("ann"))
    assert find() == []
    with db.transaction() as session, pytest.raises(HumanTaskClosed):
        own_tasks.complete(session, task, actor=Actor("ann"))


def test_groups_are_counted_on_both(either_database: str) -> None:
    office.publish(LINE)
    office.start()
    office.start()
    with db.reading() as session:
        assert task_list.by_candidate_group(session, SEES) == [("handler@pinghu", 2)]
        assert task_list.by_candidate_group(session, Viewer("stranger")) == []
