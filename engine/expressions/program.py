"""A source text, compiled once: which language it is in, and how to run it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache, wraps
from typing import Any, Final, TypeVar

from engine.errors import ExpressionError
from engine.expressions import coercion, limits, nodes
from engine.expressions.compile_feel import FEEL, OPERATORS
from engine.expressions.compile_juel import JUEL
from engine.expressions.compile_tests import INPUT, Test, unary_test
from engine.expressions.compiler import Compiler
from engine.expressions.environment import Closure, Env, Functions, Run
from engine.expressions.feel import FeelParser
from engine.expressions.feel_types import NO_TYPES, Named
from engine.expressions.juel import JuelParser, parse_text
from engine.expressions.nodes import Node
from engine.expressions.unary import UnaryParser
from engine.expressions.values import PLAIN, Function, adopt

T = TypeVar("T")
Scope = Mapping[str, Any]
Known = tuple[str, ...]
NO_FUNCTIONS: Final[Functions] = {}
#: How many compiled texts a process keeps, of each kind: short ones, and those longer than
#: `SHORT` characters (a compiled text takes some hundred times its length).
CACHE, LONG_CACHE, SHORT = 2_048, 32, 400
#: Types of results that need no look inside.
LIGHT: Final = frozenset({bool, int, str, type(None)})


def kept(compiling: Callable[..., T]) -> Callable[..., T]:
    """Keep what a function of a text returns, few of long texts: memory stays bounded."""
    short = lru_cache(maxsize=CACHE)(compiling)
    long = lru_cache(maxsize=LONG_CACHE)(compiling)

    @wraps(compiling)
    def choose(text: str, *rest: Any) -> T:
        return (short if len(text) <= SHORT else long)(text, *rest)

    return choose


@dataclass(frozen=True, slots=True)
class Program:
    """A compiled expression."""

    tree: Node
    run: Closure
    feel: bool
    compiler: Compiler = field(repr=False)


def text_program(text: str, *, traced: bool = False) -> Program:
    """Compile what stands in a diagram's attribute: `=` FEEL, otherwise text with `${…}`."""
    return _text_program(bounded(text), traced)


def condition_program(text: str, *, traced: bool = False) -> Program:
    """Compile a condition: as `text_program`, but a bare body is JUEL."""
    return _condition_program(bounded(text), traced)


def feel_program(text: str, known: Known = (), *, strict: bool = False) -> Program:
    """Compile FEEL without the leading `=`.

    What can never have a result (a built-in with too many arguments) is null, as the
    standard says, or refused if `strict`.
    """
    return _feel_program(bounded(text), known, False, strict)


def typed_program(
    text: str,
    known: Known,
    types: Named,
    *,
    functions: bool = True,
    hidden: frozenset[str] = frozenset(),
) -> Program:
    """Compile FEEL that may name the types of a file; the caller keeps it.

    `functions`: the name of a built-in is a value. `hidden`: see `Compiler`.
    """
    compiler = Compiler(
        text, FEEL, OPERATORS, lenient=True, types=types, functions=functions, hidden=hidden
    )
    return _program(FeelParser(bounded(text), known).parse(), compiler)


def bounded(text: str) -> str:
    """Return the text, if it is one and not too long to be kept in a cache."""
    if not isinstance(text, str):
        raise ExpressionError("表达式应为文字。")
    if len(text) > limits.MAX_SOURCE:
        raise limits.LimitReached(f"表达式超过 {limits.MAX_SOURCE} 个字符。")
    return text


@kept
def _text_program(text: str, traced: bool) -> Program:
    stripped = text.strip()
    if stripped.startswith("="):
        return _feel_program(stripped[1:], (), traced, True)
    if not has_juel(text):
        return _juel_program(nodes.Literal(text), text, traced)
    return _juel_program(parse_text(stripped), stripped, traced)


@kept
def _condition_program(text: str, traced: bool) -> Program:
    stripped = text.strip()
    if stripped.startswith("=") or has_juel(stripped):
        return _text_program(text, traced)
    return _juel_program(JuelParser(stripped).parse(), stripped, traced)


@kept
def _feel_program(text: str, known: Known, traced: bool, strict: bool) -> Program:
    compiler = Compiler(text, FEEL, OPERATORS, lenient=True, strict=strict, traced=traced)
    return _program(FeelParser(text, known).parse(), compiler)


def _juel_program(tree: Node, source: str, traced: bool) -> Program:
    compiler = Compiler(source, JUEL, coercion.OPERATORS, lenient=False, traced=traced)
    return _program(tree, compiler)


def _program(tree: Node, compiler: Compiler) -> Program:
    return Program(tree, compiler.build(tree), compiler.lenient, compiler)


def built(tree: Node, source: str, complaints: list[str], hidden: frozenset[str]) -> Closure:
    """Return the closure of a tree that somebody else made; complaints are added to the list."""
    compiler = Compiler(source, FEEL, OPERATORS, lenient=True, hidden=hidden)
    closure = compiler.build(tree)
    complaints += compiler.complaints
    return closure


@kept
def unary_program(
    text: str, known: Known = (), inputs: frozenset[str] = INPUT
) -> tuple[nodes.Tests, Test]:
    """Compile unary tests; `inputs` are the names of the value they are about."""
    return cell_program(text, known, inputs)


def cell_program(
    text: str,
    known: Known = (),
    inputs: frozenset[str] = INPUT,
    types: Named = NO_TYPES,
    complaints: list[str] | None = None,
    hidden: frozenset[str] = frozenset(),
) -> tuple[nodes.Tests, Test]:
    """Compile unary tests that may name the types of a file; the caller keeps them.

    What can never have a result is added to `complaints`.
    """
    tree = UnaryParser(bounded(text), known).parse_tests()
    compiler = Compiler(text, FEEL, OPERATORS, lenient=True, types=types, hidden=hidden)
    test = unary_test(tree, compiler, inputs)
    if complaints is not None:
        complaints += compiler.complaints
    return tree, test


def ranking_tests(text: str, known: Known = ()) -> list[Test]:
    """Compile unary tests one by one; none if they are negated as a whole."""
    tree = UnaryParser(bounded(text), known).parse_tests()
    compiler = Compiler(text, FEEL, OPERATORS, lenient=True)
    tests = () if tree.negated else tree.tests
    return [unary_test(nodes.Tests((test,)), compiler) for test in tests]


def has_juel(text: str) -> bool:
    """Tell whether the text has `${…}` or `#{…}` in it."""
    return "${" in text or "#{" in text


def run(program: Program, scope: Scope, functions: Functions) -> Any:
    """Compute a program.

    Raises:
        ExpressionError: it has no result, or costs too much.
    """
    return run_in(program, Env(scope, Run(functions)))


def storable(result: Any) -> Any:
    """Return a result that may leave the kernel.

    Raises:
        ExpressionError: it is a function or has one in it, or is too large.
    """
    for part in limits.parts(result):
        if isinstance(part, Function):
            raise ExpressionError("结果不能是函数。")
        if type(part) not in PLAIN:
            adopt(part)  # refuses what was hidden in a list of the scope
    return result


def run_in(program: Program, env: Env) -> Any:
    """Compute a program in an environment that the caller made."""
    try:
        result = program.run(env)
        return result if type(result) in LIGHT else storable(result)
    except (RecursionError, MemoryError):
        raise limits.LimitReached("表达式计算太深或太大。") from None
