"""`<decisionTable>` → a compiled table."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from engine.decisions import document, hit_policies, types
from engine.decisions.document import CAMUNDA, Element, children, text_of
from engine.decisions.reading import Reader
from engine.decisions.table import Input, Output, Rank, Rule, Table
from engine.errors import ExpressionError
from engine.expressions import nodes
from engine.expressions.coercion import truth
from engine.expressions.compile_tests import INPUT, Test
from engine.expressions.environment import Closure, Env, Run
from engine.expressions.naming import free_names
from engine.expressions.program import condition_program, ranking_tests, unary_program
from engine.expressions.values import kind

MAX_RULES: Final = 5_000
MAX_COLUMNS: Final = 100
#: Letters that some tools write instead of the names.
_SHORT: Final = {
    "U": "UNIQUE", "F": "FIRST", "A": "ANY", "P": "PRIORITY", "C": "COLLECT",
    "R": "RULE ORDER", "O": "OUTPUT ORDER",
}  # fmt: skip
#: The standard's signs of the aggregators: `C+` is a sum.
_SIGNS: Final = {"+": "SUM", "<": "MIN", ">": "MAX", "#": "COUNT"}


def read_table(element: Element, name: str, reader: Reader, type_ref: str | None = None) -> Table:
    """Return the table; `name` is what its only output is called if it has no name.

    `type_ref` is the type of what it answers, which tells the values of an only output.
    """
    place = element.get("id") or name
    inputs = [_input(part, place, reader) for part in children(element, "input")]
    outputs, fault = _outputs(element, name, reader, type_ref)
    variables = [_input_names(part) for part in children(element, "input")]
    rows = list(children(element, "rule"))
    if len(rows) > MAX_RULES or len(inputs) + len(outputs) > MAX_COLUMNS:
        reader.problem(place, "dmn-size", f"决策表超过 {MAX_RULES} 行或 {MAX_COLUMNS} 列。")
        rows = []
    if not outputs:
        reader.problem(place, "dmn-output", "决策表至少要有一个输出列。")
    rules = [
        _rule(row, number, variables, len(outputs), reader)
        for number, row in enumerate(rows, start=1)
    ]
    inputs = [
        _with_times(
            column,
            [rule.trees[number] for rule in rules if number < len(rule.trees)],
            reader.camunda,
        )
        for number, column in enumerate(inputs)
    ]
    policy, aggregation = _policy(element)
    wrong = _wrong_policy(policy, aggregation, outputs)
    if wrong is not None:
        fault = reader.broken(place, "dmn-hit-policy", wrong)
    return Table(
        place, policy, aggregation, tuple(inputs), tuple(outputs), tuple(rules),
        not reader.camunda, fault,
    )  # fmt: skip


def _policy(element: Element) -> tuple[str, str]:
    """Return the hit policy and the aggregator, also of `C+`."""
    policy = (element.get("hitPolicy") or "UNIQUE").upper().replace("_", " ")
    aggregation = (element.get("aggregation") or "").upper()
    if len(policy) == 2 and policy[0] == "C" and policy[1] in _SIGNS:
        policy, aggregation = "COLLECT", aggregation or _SIGNS[policy[1]]
    return _SHORT.get(policy, policy), aggregation


def _wrong_policy(policy: str, aggregation: str, outputs: list[Output]) -> str | None:
    """Return why a hit policy has no meaning for a table, or None."""
    if policy not in hit_policies.ALL:
        return f"没有命中策略“{policy}”。"
    if aggregation and (aggregation not in hit_policies.AGGREGATIONS or policy != "COLLECT"):
        return f"命中策略 {policy} 不能用汇总“{aggregation}”。"
    if aggregation and len(outputs) > 1:
        return f"汇总（COLLECT {aggregation}）的决策表只能有一个输出列，这里有 {len(outputs)} 个。"
    ordered = policy in ("PRIORITY", "OUTPUT ORDER")
    if ordered and all(output.rank is None for output in outputs):
        return f"命中策略 {policy} 需要在输出列填写按重要性排列的输出值。"
    return None


# --- columns --------------------------------------------------------------------


def _input(element: Element, table: str, reader: Reader) -> Input:
    place = element.get("id") or table
    holder = document.child(element, "inputExpression")
    label = element.get("label") or text_of(holder) or place
    tree, read = reader.expression(holder, place, f"输入列“{label}”")
    written = None if holder is None else holder.get("typeRef")
    listed = reader.values_of(written)
    typed = reader.converter(written, f"输入列“{label}”", place)
    own = text_of(document.child(element, "inputValues"))
    allowed = _texts(_literals(own or listed, place, reader))
    accepts = _accepting(own, place, reader) if own and not reader.camunda else None
    kind = types.base(reader.type_of(written))
    names = frozenset(free_names(tree))
    return Input(place, label, text_of(holder), names, read, typed, kind, allowed, accepts)


def _accepting(listed: str, place: str, reader: Reader) -> Test | None:
    try:
        return reader.tests(listed, INPUT, place, "输入值")[1]
    except ExpressionError:
        return None  # `_literals` has told it


def _with_times(column: Input, trees: list[nodes.Tests], camunda: bool) -> Input:
    """Return the column; Camunda 7's type `date` has times if its cells have them."""
    if not camunda or column.type != "date" or not any(_speaks_of_time(tree) for tree in trees):
        return column
    typed = types.converter("dateTime", f"输入列“{column.label}”")
    return replace(column, type="datetime", typed=typed)


def _speaks_of_time(tree: nodes.Tests) -> bool:
    return any(
        (isinstance(node, nodes.Name) and node.name == "date and time")
        or (isinstance(node, nodes.Literal) and kind(node.value) == "date and time")
        for node, _ in nodes.walk(tree)
    )


def _input_names(element: Element) -> frozenset[str]:
    """Return what cells may call the column's value: `?`, Camunda's two names."""
    own = element.get(f"{CAMUNDA}inputVariable")
    return INPUT | {"cellInput"} | ({own} if own else set())


def _outputs(
    table: Element, name: str, reader: Reader, type_ref: str | None
) -> tuple[list[Output], Closure | None]:
    """Return the output columns, and what tells that their names make no sense."""
    fault: Closure | None = None
    columns = list(children(table, "output"))
    outputs: list[Output] = []
    for number, column in enumerate(columns, start=1):
        place = column.get("id") or table.get("id") or name
        own = document.name_of(column) or (name if len(columns) == 1 else "")
        label = column.get("label") or own or f"第 {number} 列"
        if not own or own in [output.name for output in outputs]:
            fault = reader.broken(place, "dmn-output", f"输出列“{label}”的名称缺失或重复。")
        default = document.child(column, "defaultOutputEntry")
        tree, closure = (
            reader.expression(default, place, "默认输出") if text_of(default) else (None, None)
        )
        listed = reader.values_of(column.get("typeRef"))
        if not column.get("typeRef") and len(columns) == 1 and not reader.camunda:
            listed = reader.values_of(type_ref, items=True)
        typed = reader.converter(column.get("typeRef"), f"输出列“{label}”", place)
        listed = text_of(document.child(column, "outputValues")) or listed
        texts = _texts(_literals(listed, place, reader))
        rank = _rank(listed, reader)
        outputs.append(Output(place, own, label, typed, closure, texts, rank, tree))
    return outputs, fault


def _literals(text: str, place: str, reader: Reader) -> list[Any]:
    """Return the literals of a list of allowed values; none if it has more than literals."""
    if not text:
        return []
    try:
        tree, _ = unary_program(text, reader.known)
    except ExpressionError as why:
        reader.problem(place, "dmn-values", f"允许的取值：{why}")
        return []
    values = [part.value for part in tree.tests if isinstance(part, nodes.Literal)]
    return values if len(values) == len(tree.tests) and not tree.negated else []


def _texts(values: list[Any]) -> tuple[str, ...] | None:
    closed = bool(values) and all(isinstance(value, str) for value in values)
    return tuple(values) if closed else None


def _rank(listed: str, reader: Reader) -> Rank | None:
    try:
        tests = ranking_tests(listed, reader.known) if listed else []
    except ExpressionError:
        return None  # `_literals` has told it
    if not tests:
        return None

    def rank(value: Any) -> int:
        """Return the place of the value in the list; unknown values come last."""
        env = Env({}, Run({}))
        places = (place for place, test in enumerate(tests) if test(env, value) is True)
        return next(places, len(tests))

    return rank


# --- rules ----------------------------------------------------------------------


def _rule(
    row: Element, number: int, variables: list[frozenset[str]], outputs: int, reader: Reader
) -> Rule:
    place = row.get("id") or f"rule_{number}"
    cells = list(children(row, "inputEntry"))
    answers = list(children(row, "outputEntry"))
    compiled = [
        _cell(cell, names, place, number, reader)
        for cell, names in zip(cells, variables, strict=False)
    ]
    entries = [_entry(answer, place, number, reader) for answer in answers]
    if not cells:  # such a rule always applies (8.3.4)
        compiled = [(nodes.Tests(()), _anything)] * len(variables)
    if len(cells) not in (0, len(variables)) or len(answers) != outputs:
        fail = reader.broken(place, "dmn-rule", f"第 {number} 条规则的单元格数与列数不一致。")
        compiled += [(nodes.Tests(()), _anything)] * (len(variables) - len(compiled))
        entries = [(nodes.Literal(None), fail)] * outputs
    return Rule(
        place,
        number,
        tuple((column, test) for column, (tree, test) in enumerate(compiled) if tree.tests),
        tuple(tree for tree, _ in compiled),
        tuple(closure for _, closure in entries),
        tuple(tree for tree, _ in entries),
        _annotation(row),
    )


def _anything(_env: Env, _value: Any) -> bool:
    return True


def _annotation(row: Element) -> str:
    notes = [text_of(note) for note in children(row, "annotationEntry")]
    description = document.child(row, "description")
    if description is not None:
        notes.append((description.text or "").strip())
    return " ".join(note for note in notes if note)


def _cell(
    cell: Element, names: frozenset[str], rule: str, number: int, reader: Reader
) -> tuple[nodes.Tests, Test]:
    text = text_of(cell)
    try:
        if text and reader.is_juel(cell, text):
            return _juel_cell(text, names)
        tree, test = reader.tests(text, names, cell.get("id") or rule, f"第 {number} 条规则的条件")
    except ExpressionError as why:
        place = cell.get("id") or rule
        message = f"第 {number} 条规则的条件“{text[:40]}”：{why}"
        fail = reader.broken(place, "dmn-cell", message)
        return nodes.Tests((nodes.Literal(None),)), lambda env, _value: fail(env)
    reader.names |= free_names(tree) - names
    return tree, test


def _juel_cell(text: str, names: frozenset[str]) -> tuple[nodes.Tests, Test]:
    """Return the test of a cell in JUEL: a condition that speaks of `cellInput`."""
    program = condition_program(text)

    def test(env: Env, value: Any) -> bool:
        return truth(program.run(env.inside(dict.fromkeys(names, value))))

    return nodes.Tests((program.tree,)), test


def _entry(answer: Element, rule: str, number: int, reader: Reader) -> tuple[nodes.Node, Closure]:
    text = text_of(answer)
    if text in ("", "-"):
        return nodes.Literal(None), lambda _env: None
    return reader.expression(answer, answer.get("id") or rule, f"第 {number} 条规则的输出")
