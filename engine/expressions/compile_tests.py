"""FEEL's unary tests: what a cell of a decision table accepts (DMN 1.3, 7.3 and 10.3.2.7)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from engine.expressions import comparison, nodes
from engine.expressions.compiler import Compiler
from engine.expressions.environment import Closure, Env
from engine.expressions.limits import Undefined
from engine.expressions.nodes import Node
from engine.expressions.values import Range, kind

#: Does the test accept the value? None if they cannot be compared.
Test = Callable[[Env, Any], "bool | None"]


#: What an expression in a test calls the value it is about.
INPUT: Final = frozenset({"?"})


def unary_test(node: nodes.Tests, compiler: Compiler, inputs: frozenset[str] = INPUT) -> Test:
    """Return the test that accepts what one of the tests accepts, or none if negated.

    `inputs` are the names under which the tests may speak of the value.
    """
    if not node.tests:
        return lambda _env, _value: True
    test = _one_of(node.tests, compiler, inputs)
    if _mentions(node, inputs):
        test = _with_input(test, inputs)
    return _negated(test) if node.negated else test


def _mentions(node: Node, names: frozenset[str]) -> bool:
    return any(isinstance(part, nodes.Name) and part.name in names for part, _ in nodes.walk(node))


def _with_input(test: Test, names: frozenset[str]) -> Test:
    return lambda env, value: test(env.inside(dict.fromkeys(names, value)), value)


def _negated(test: Test) -> Test:
    def negated(env: Env, value: Any) -> bool | None:
        accepted = test(env, value)
        return None if accepted is None else not accepted

    return negated


def _one_of(parts: tuple[Node, ...], compiler: Compiler, inputs: frozenset[str]) -> Test:
    literals = [part.value for part in parts if isinstance(part, nodes.Literal)]
    if len(literals) == len(parts) and all(isinstance(value, str) for value in literals):
        return _one_text(frozenset(literals))
    tests = [_test(part, compiler, inputs) for part in parts]
    if len(tests) == 1:
        return tests[0]

    def any_of(env: Env, value: Any) -> bool | None:
        result: bool | None = False
        for test in tests:
            accepted = test(env, value)
            if accepted:
                return True
            if accepted is None:
                result = None
        return result

    return any_of


def _one_text(accepted: frozenset[str]) -> Test:
    def test(env: Env, value: Any) -> bool | None:
        if isinstance(value, str):
            return value in accepted
        return _same_as("", env, value)

    return test


def _test(node: Node, compiler: Compiler, inputs: frozenset[str]) -> Test:
    if isinstance(node, nodes.Literal):
        return _equal(node.value)
    if isinstance(node, nodes.Against):
        return _against(node, compiler)
    if (interval := _constant(node)) is not None:
        return _within(interval)
    uses_input = _mentions(node, inputs)
    operand = compiler.build(node)

    def test(env: Env, value: Any) -> bool | None:
        try:
            return _accepts(operand(env), value, uses_input)
        except Undefined as why:
            env.note(why)
            return None

    return test


def _equal(constant: Any) -> Test:
    known = type(constant)

    def test(env: Env, value: Any) -> bool | None:
        if type(value) is known:
            return bool(value == constant)
        return _same_as(constant, env, value)

    quick = known in (int, str, bool)
    return test if quick else lambda env, value: _same_as(constant, env, value)


def _same_as(constant: Any, env: Env, value: Any) -> bool | None:
    """Tell whether a value equals a constant; null if they are of different kinds."""
    try:
        return comparison.equal(value, constant)
    except Undefined as why:
        env.note(why)
        return None


def _constant(node: Node) -> Range | None:
    """Return the interval that a node writes with two literals of one kind, made once."""
    if not isinstance(node, nodes.RangeOf):
        return None
    low, high = node.low, node.high
    if not isinstance(low, nodes.Literal) or not isinstance(high, nodes.Literal):
        return None
    if low.value is None or kind(low.value) != kind(high.value):
        return None
    return Range(low.value, high.value, node.low_closed, node.high_closed)


def _within(interval: Range) -> Test:
    def test(env: Env, value: Any) -> bool | None:
        try:
            return comparison.contains(interval, value)
        except Undefined as why:
            env.note(why)
            return None

    return test


def _against(node: nodes.Against, compiler: Compiler) -> Test:
    operation = comparison.COMPARISONS[node.op]
    operand = compiler.build(node.operand)

    def test(env: Env, value: Any) -> bool | None:
        try:
            return bool(operation(value, operand(env)))
        except Undefined as why:
            env.note(why)
            return None

    return test


def _accepts(result: Any, value: Any, uses_input: bool) -> bool | None:
    """Tell what the result of a test's expression says about the value.

    A range contains it, a list has it (or a range around it), a condition is the
    answer itself, anything else must be equal.

    Raises:
        Undefined: they are of different kinds.
    """
    if isinstance(result, Range):
        return comparison.contains(result, value)
    if isinstance(result, bool) and (uses_input or not isinstance(value, bool)):
        return result
    if result is None and uses_input:
        return None
    if isinstance(result, list) and not (
        isinstance(value, list) and comparison.same(result, value)
    ):
        return _held(result, value)
    return comparison.equal(value, result)


def _held(items: list[Any], value: Any) -> bool | None:
    """Tell whether a list has the value, or a range around it: as `or` of its items would."""
    found: bool | None = False
    for item in items:
        try:
            held = _holds(item, value)
        except Undefined:  # a range of another kind; an item after it may be the value
            held = None
        if held:
            return True
        found = None if held is None else found
    return found


def _holds(item: Any, value: Any) -> bool:
    if isinstance(item, Range) and value is not None:
        return comparison.contains(item, value)
    return comparison.same(item, value)


def in_tests(node: nodes.In, compiler: Compiler) -> Closure:
    """Build `value in tests`."""
    subject = compiler.build(node.subject)
    test = unary_test(node.tests, compiler)
    return lambda env: test(env, subject(env))
