"""Which variables an expression reads, and which functions it calls."""

from __future__ import annotations

from collections.abc import Iterator

from engine.expressions import builtins, nodes
from engine.expressions.nodes import Node
from engine.expressions.program import condition_program, text_program


def names(text: str, *, condition: bool = False) -> frozenset[str]:
    """Return the variables that the expression reads from its scope.

    `condition` reads it as `explain` does (a bare body is JUEL). Inside a
    FEEL filter a name may be a property of the items; it is listed as well.

    Raises:
        ExpressionError: the text cannot be read.
    """
    program = condition_program(text) if condition else text_program(text)
    return frozenset(free_names(program.tree))


def calls(text: str, *, condition: bool = False) -> frozenset[str]:
    """Return the functions that somebody has to give: neither built in nor the expression's own.

    Raises:
        ExpressionError: the text cannot be read.
    """
    program = condition_program(text) if condition else text_program(text)
    return frozenset(
        node.callee.name
        for node, bound in _walk(program.tree)
        if isinstance(node, nodes.Call)
        and isinstance(node.callee, nodes.Name)
        and node.callee.name not in bound | builtins.REGISTRY.keys()
        and "item" not in bound  # what a filter sees may be a property that is a function
    )


def free_names(tree: Node) -> set[str]:
    """Return the names of a tree that nothing in the tree binds."""
    found: set[str] = set()
    for node, bound in _walk(tree):
        if isinstance(node, nodes.Name):
            found |= {node.name} - bound - {"?"}
        elif (variable := _execution_variable(node)) is not None:
            found.add(variable)
    return found


def _walk(tree: Node) -> Iterator[tuple[Node, frozenset[str]]]:
    """Yield every node with the names that are bound there."""
    pending: list[tuple[Node, frozenset[str]]] = [(tree, frozenset())]
    while pending:
        node, bound = pending.pop()
        yield node, bound
        if not isinstance(node, nodes.Name) and _execution_variable(node) is None:
            pending.extend(_below(node, bound))


def _execution_variable(node: Node) -> str | None:
    """Return `x` for `execution.getVariable('x')`."""
    if not (isinstance(node, nodes.Method) and isinstance(node.base, nodes.Name)):
        return None
    if node.base.name != "execution" or len(node.args) != 1:
        return None
    argument = node.args[0]
    if isinstance(argument, nodes.Literal) and isinstance(argument.value, str):
        return argument.value
    return None


def _below(node: Node, bound: frozenset[str]) -> Iterator[tuple[Node, frozenset[str]]]:
    """Yield the nodes below with the names that are bound there."""
    match node:
        case nodes.Call(callee=nodes.Name()):  # the name of a function is no variable
            yield from ((arg, bound) for arg in node.args)
            yield from ((value, bound) for _, value in node.named)
        case nodes.For() | nodes.Quantified():
            inner = bound
            for binding in node.bindings:
                yield from ((child, inner) for child in nodes.children(binding))
                inner = inner | {binding.name}
            yield node.body, inner | {"partial"} if isinstance(node, nodes.For) else inner
        case nodes.Filter():
            yield node.base, bound
            yield node.condition, bound | {"item"}
        case nodes.FunctionOf():
            yield node.body, bound | set(node.params)
        case nodes.ContextOf():
            inner = bound
            for key, value in node.entries:
                yield value, inner
                inner = inner | {key}
        case _:
            yield from ((child, bound) for child in nodes.children(node))
