"""Whether what elements of a decision model refer to exists, and is no circle."""

from __future__ import annotations

from collections.abc import Iterable

from engine.decisions.model import DecisionModel, Ref
from engine.decisions.reading import Reader


def check_references(model: DecisionModel, reader: Reader) -> None:
    """Note each reference to nothing, and decisions that require each other in a circle.

    Knowledge models may: a function can call itself.
    """
    for decision in model.decisions.values():
        _demand(decision.id, decision.requires, model, ("decisions",), reader)
        _demand(decision.id, decision.knows, model, ("knowledge", "services"), reader)
    for knowledge in model.knowledge.values():
        _demand(knowledge.id, knowledge.requires, model, ("knowledge", "services"), reader)
    for service in model.services.values():
        _demand(service.id, service.outputs, model, ("decisions",), reader)
        _demand(service.id, service.decisions, model, ("decisions",), reader)
        _demand(service.id, service.inputs, model, ("input_data",), reader)
    graph = {
        decision.id: {ref.id for ref in decision.requires if not ref.prefix}
        for decision in model.decisions.values()
    }
    for element in _in_circles(graph):
        reader.problem(element, "dmn-circle", "这些决策互相依赖成环，请去掉一条依赖。")


def _demand(
    owner: str, wanted: Iterable[Ref], model: DecisionModel, kinds: tuple[str, ...], reader: Reader
) -> None:
    for ref in wanted:
        there = [model.imports[ref.prefix]] if ref.prefix in model.imports else []
        if not ref.prefix:
            there.append(model)
        if not any(ref.id in getattr(one, kind) for one in there for kind in kinds):
            reader.problem(owner, "dmn-reference", f"依赖的“{ref.id}”不在本文件中。")


def _in_circles(graph: dict[str, set[str]]) -> list[str]:
    """Return the elements left when those without open requirements are taken away."""
    open_ones = {node: targets & graph.keys() for node, targets in graph.items()}
    while True:
        free = [node for node, targets in open_ones.items() if not targets & open_ones.keys()]
        if not free:
            return sorted(open_ones)
        for node in free:
            del open_ones[node]
