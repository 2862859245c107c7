"""DMN bytes → a decision model, or a refusal that names every element to mend."""

from __future__ import annotations

from engine.decisions import boxed, document, types
from engine.decisions.document import Element, children, reference
from engine.decisions.model import Decision, DecisionModel, Knowledge
from engine.decisions.read_table import read_table
from engine.decisions.reading import Reader
from engine.decisions.table import Table
from engine.errors import DeploymentRefused
from engine.expressions.builtins import REGISTRY
from engine.expressions.environment import Closure
from engine.expressions.feel import is_simple_name


def parse(xml: bytes) -> DecisionModel:
    """Return the decisions of a DMN file, compiled.

    Raises:
        DeploymentRefused: every problem found, each with the id of its decision, rule or
            cell: not DMN, a DOCTYPE, too large, a cell that cannot be read, a reference
            to nothing, decisions that require each other in a circle.
    """
    root = document.root_of(xml)
    reader = Reader(_special_names(root))
    reader.read_types(root)
    model = DecisionModel(
        id=root.get("id") or "",
        name=root.get("name") or "",
        inputs=tuple(_variable(part) for part in children(root, "inputData")),
    )
    for element in children(root, "import", "decisionService"):
        what = "引用其他文件（import）" if document.local(element) == "import" else "决策服务"
        reader.problem(element.get("id") or "", "dmn-unsupported", f"不支持{what}，请删除。")
    for element in children(root, "businessKnowledgeModel"):
        knowledge = _knowledge(element, reader)
        model.knowledge[knowledge.id] = knowledge
    for element in children(root, "decision"):
        decision = _decision(element, model, reader)
        model.decisions[decision.id] = decision
    if not model.decisions:
        reader.problem(model.id, "dmn-empty", "文件里没有决策。")
    _check_references(model, reader)
    if reader.problems:
        raise DeploymentRefused(reader.problems)
    return model


def _special_names(root: Element) -> tuple[str, ...]:
    """Return the names that the parser must be told, longest first."""
    named = [root, *root.iter()]
    names = {" ".join((element.get("name") or "").split()) for element in named}
    special = [name for name in names if name and not is_simple_name(name)]
    return tuple(sorted(special, key=lambda name: (-len(name), name)))


def _variable(element: Element) -> str:
    """Return the name of an element's value: its variable's, else its own, else its id."""
    variable = document.child(element, "variable")
    name: str | None = None if variable is None else variable.get("name")
    return name or element.get("name") or element.get("id") or ""


def _requirements(element: Element, requirement: str, target: str) -> tuple[str, ...]:
    return tuple(
        reference(end) for part in children(element, requirement) for end in children(part, target)
    )


def _knowledge(element: Element, reader: Reader) -> Knowledge:
    identifier = element.get("id") or ""
    name = _variable(element)
    logic = document.child(element, "encapsulatedLogic")
    if logic is None:
        reader.problem(identifier, "dmn-logic", f"业务知识模型“{name}”没有逻辑。")
        logic = element
    if name in REGISTRY:
        reader.problem(identifier, "dmn-name", f"业务知识模型不能叫“{name}”，这是内置函数的名称。")
    define = boxed.READERS["functionDefinition"](logic, name, reader)
    requires = _requirements(element, "knowledgeRequirement", "requiredKnowledge")
    return Knowledge(identifier, name, define, requires)


def _decision(element: Element, model: DecisionModel, reader: Reader) -> Decision:
    identifier = element.get("id") or ""
    if not identifier:
        reader.problem("", "dmn-decision", f"决策“{element.get('name')}”没有编号（id）。")
    variable = _variable(element)
    reader.names = set()
    found = boxed.logic_of(element)
    logic: Table | Closure
    if found is not None and document.local(found) == "decisionTable":
        logic = read_table(found, variable, reader)
    else:
        logic = _typed(boxed.below(element, variable, reader), element, variable, reader)
    return Decision(
        identifier,
        element.get("name") or identifier,
        variable,
        logic,
        _requirements(element, "informationRequirement", "requiredDecision"),
        _requirements(element, "knowledgeRequirement", "requiredKnowledge"),
        frozenset(reader.names),
        model,
    )


def _typed(logic: Closure, element: Element, name: str, reader: Reader) -> Closure:
    """Return the logic with its result converted to the type of the decision's variable."""
    variable = document.child(element, "variable")
    type_ref, _ = reader.type_of(None if variable is None else variable.get("typeRef"))
    convert = types.converter(type_ref, f"“{name}”")
    return logic if convert is None else lambda env: convert(logic(env))


def _check_references(model: DecisionModel, reader: Reader) -> None:
    graph: dict[str, tuple[str, ...]] = {}
    for decision in model.decisions.values():
        graph[decision.id] = decision.requires + decision.knows
        _demand(decision.id, decision.requires, model.decisions, reader)
        _demand(decision.id, decision.knows, model.knowledge, reader)
    for knowledge in model.knowledge.values():
        graph[knowledge.id] = knowledge.requires
        _demand(knowledge.id, knowledge.requires, model.knowledge, reader)
    for element in _in_circles(graph):
        reader.problem(element, "dmn-circle", "这些决策互相依赖成环，请去掉一条依赖。")


def _demand(
    owner: str, wanted: tuple[str, ...], known: dict[str, Decision] | dict[str, Knowledge],
    reader: Reader,
) -> None:  # fmt: skip
    for one in wanted:
        if one not in known:
            reader.problem(owner, "dmn-reference", f"依赖的“{one}”不在本文件中。")


def _in_circles(graph: dict[str, tuple[str, ...]]) -> list[str]:
    """Return the elements left when those without open requirements are taken away."""
    open_ones = {node: set(targets) & graph.keys() for node, targets in graph.items()}
    while True:
        free = [node for node, targets in open_ones.items() if not targets & open_ones.keys()]
        if not free:
            return sorted(open_ones)
        for node in free:
            del open_ones[node]
