"""Decisions in history, at the engine: what is kept of those that no case asked, and of a case's.

DMN 1.3, 8.2.10: which rules count is the hit policy's affair, and history tells each with what
it gave.
"""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select

from engine import db
from engine.commands import deciding, definitions
from engine.decisions.codes import codes_of
from engine.hooks import Actor
from engine.models import DecisionDefinition, DecisionEvaluation, HistoryEvent
from engine.queries import Viewer
from engine.queries.asked import Asked, Sorting
from engine.queries.records import activities, decisions
from engine.queries.records.decided import Decided
from tests.engine import dmn
from tests.engine import office as tiny
from tests.engine.office import diagram, flows

ALL = Viewer("system", scope="all")
PARTS = {"includeInputs": True, "includeOutputs": True}
RATE = diagram(
    '<bpmn:startEvent id="s"/><bpmn:businessRuleTask id="rate" camunda:decisionRef="d" '
    'camunda:resultVariable="r"/><bpmn:endEvent id="e"/>' + flows("s>rate", "rate>e")
)


def told(**query: Any) -> list[Decided]:
    with db.reading() as session:
        return [one for (one,) in decisions.decision_instances(session, ALL, Asked(query | PARTS))]


def said(one: Decided) -> list[tuple[str | None, int | None, Any]]:
    return [(part.rule, part.order, part.value) for part in one.outputs]


def publish(logic: str, **more: str) -> None:
    others = [dmn.decision(key, other) for key, other in more.items()]
    tiny.publish(RATE, d_dot_dmn=dmn.definitions(dmn.decision("d", logic), *others))


def ask(key: str, actor: str, **values: Any) -> str:
    with db.reading() as session:
        row = session.scalars(select(DecisionDefinition).filter_by(key=key)).one()
        model = definitions.decision_model(session, row.sha, row.deployment_id)
        result = model.decisions[key].evaluate(values, explain=True)
    with db.transaction() as session:
        return deciding.keep(session, row, result, actor=Actor(actor))


def test_an_evaluation_is_kept_on_both_databases(either_database: str) -> None:
    publish(dmn.table(["n:number"], ["p:number"], [["-", "n * 1.5"]]))
    first, second = ask("d", "ann", n=1), ask("d", "bob", n=3)
    assert [one.id for one in told()] == [first, second]
    (one,) = told(userId="bob")
    assert (one.case, one.definition_id, one.user, said(one)) == (
        None,
        one.definition_id,
        "bob",
        [("t_r1", 1, pytest.approx(4.5))],
    )
    assert [one.id for one in told(evaluatedBefore=one.at, decisionDefinitionKeyIn=["d"])] == [
        first,
        second,
    ]
    assert told(evaluatedAfter=one.at, decisionDefinitionId=one.definition_id)[-1].id == second
    with db.reading() as session:
        mine = decisions.decision_instances(session, Viewer("ann"), Asked({}))
        assert [one.id for (one,) in mine] == [first]
        assert session.scalar(select(func.count(DecisionEvaluation.id))) == 2


def test_windows_over_many_show_each_once_in_order(either_database: str) -> None:
    publish(dmn.table(["n:number"], ["p:number"], [["-", "n"]]))
    tiny.start(n=0)
    ids = [ask("d", "ann", n=number) for number in range(1, 6)]
    (of_case,) = (one.id for one in told() if one.case)
    for descending in (False, True):
        expected = [of_case, *ids][:: -1 if descending else 1]
        order = [Sorting("evaluationTime", descending)]
        with db.reading() as session:
            for first in range(7):
                asked = Asked({}, order, first, 2)
                rows = decisions.decision_instances(session, ALL, asked)
                assert [one.id for (one,) in rows] == expected[first : first + 2]
            assert decisions.decision_instances(session, ALL, Asked({}, order, 0, 0)) == []
            assert decisions.count_decision_instances(session, ALL, Asked({}, order, 1, 2)) == 6
            assert len(decisions.every(session, ALL, Asked({}, [], 0, 1))) == 6


@pytest.mark.parametrize(
    ("hit", "aggregation", "rows", "expected"),
    [
        ("COLLECT", "SUM", [["> 1", "1.5"], ["> 2", "2"]], [("t_r1", 1, 1.5), ("t_r2", 2, 2)]),
        ("COLLECT", "", [["> 1", "2"], ["> 2", "1"]], [("t_r1", 1, 2), ("t_r2", 2, 1)]),
        ("ANY", "", [["> 1", "2"], ["> 2", "2"]], [("t_r1", 1, 2)]),
        ("FIRST", "", [["> 9", "1"], ["> 2", "2"]], [("t_r2", 1, 2)]),
    ],
)
def test_each_rule_is_told_with_what_it_gave(
    sqlite: str, hit: str, aggregation: str, rows: list[list[str]], expected: list[Any]
) -> None:
    publish(dmn.table(["n:number"], ["p:number"], rows, hit=hit, aggregation=aggregation))
    tiny.start(n=5)
    ask("d", "ann", n=5)
    of_case, alone = told()
    assert said(of_case) == said(alone) == expected
    assert of_case.collected == alone.collected == (3.5 if aggregation else None)


@pytest.mark.parametrize(
    ("hit", "expected"),
    [
        ("PRIORITY", [("t_r2", 1, "high")]),
        ("OUTPUT ORDER", [("t_r2", 1, "high"), ("t_r1", 2, "low")]),
    ],
)
def test_rules_that_were_put_in_order_keep_their_outputs(
    sqlite: str, hit: str, expected: list[Any]
) -> None:
    rows = [["> 1", '"low"'], ["> 2", '"high"']]
    publish(dmn.table(["n:number"], ['p:string="high","low"'], rows, hit=hit))
    tiny.start(n=5)
    ask("d", "ann", n=5)
    of_case, alone = told()
    assert said(of_case) == said(alone) == expected


def test_the_literal_expression_of_a_decision_has_no_rule_and_no_column(sqlite: str) -> None:
    expression = '<variable name="v"/><literalExpression><text>n + 1</text></literalExpression>'
    tiny.publish(RATE, d_dot_dmn=dmn.definitions(dmn.decision("d", expression)))
    tiny.start(n=5)
    ask("d", "ann", n=5)
    for one in told():
        assert [(part.id, part.name, part.variable) for part in one.outputs] == [(None, None, "v")]
        assert said(one) == [(None, None, 6)]


def test_each_item_names_its_own_visit(sqlite: str) -> None:
    """`activityInstanceId` is the visit that asked, also when one command makes several."""
    several = RATE.replace(
        b'camunda:resultVariable="r"/>',
        b'camunda:resultVariable="r"><bpmn:multiInstanceLoopCharacteristics '
        b'camunda:collection="${items}" camunda:elementVariable="n"/></bpmn:businessRuleTask>',
    )
    logic = dmn.table(["n:number"], ["p:number"], [["-", "n"]])
    tiny.publish(several, d_dot_dmn=dmn.definitions(dmn.decision("d", logic)))
    tiny.start(items=[1, 2, 3])
    with db.reading() as session:
        asked = Asked({"activityId": "rate"})
        visits = [one.id for (one,) in activities.activity_instances(session, ALL, asked)]
    found = told()
    assert [one.activity_id for one in found] == visits
    assert len(set(visits)) == 3
    for one in found:
        (alone,) = told(activityInstanceIdIn=[one.activity_id])
        assert alone.id == one.id


def test_lines_that_name_no_visit_take_it_from_the_trail(sqlite: str) -> None:
    publish(dmn.table(["n:number"], ["p:number"], [["-", "n"]]))
    tiny.start(n=1)
    (new,) = told()
    with db.transaction() as session:
        line = session.scalars(select(HistoryEvent).filter_by(kind="decided")).one()
        line.data = {key: one for key, one in (line.data or {}).items() if key != "token"}
    (old,) = told()
    assert old.activity_id == new.activity_id != ""


def test_what_is_too_large_for_a_variable_is_told_in_short(sqlite: str) -> None:
    publish(dmn.table(["n"], ["p:number"], [["-", "1"]]))
    large = ["x" * 1000] * 100
    tiny.start(n=large)
    ask("d", "ann", n=large)
    of_case, alone = told()
    for one in (of_case, alone):
        assert len(str(one.inputs[0].value)) < 6_000 or not one.inputs[0].is_kept
    tiny.start(n=list(range(300)))
    assert told()[1].inputs[0].value == list(range(300))


def test_the_codes_of_a_file_are_the_texts_of_its_cells(sqlite: str) -> None:
    logic = dmn.table(
        ['k:string="a","b"', "n:number"],
        ['p:string="x"|"z"'],
        [['"c", not("d")', "> 1", '"x" + "y"']],
    )
    publish(logic)
    with db.reading() as session:
        model, _ = definitions.decision(session, "d")
    assert codes_of(model) == {"a", "b", "c", "d", "x", "y", "z"}
