"""Calling functions: the caller's, the built-in ones, and those defined in expressions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.errors import EngineError, ExpressionError
from engine.expressions import builtins, nodes
from engine.expressions.builtins.registry import Signature
from engine.expressions.compiler import Compiler
from engine.expressions.environment import CALL_COST, Closure, Env
from engine.expressions.feel_types import coerce, paid
from engine.expressions.inference import result_of
from engine.expressions.limits import Undefined
from engine.expressions.values import Function, adopt


def call(node: nodes.Call, compiler: Compiler) -> Closure:
    """Build a call. Built-ins are chosen now, so that a wrong number of arguments shows early."""
    args = compiler.build_all(node.args)
    named = tuple((key, compiler.build(value)) for key, value in node.named)
    apply = _applying(args, named, compiler)
    if not isinstance(node.callee, nodes.Name):
        callee, written = compiler.build(node.callee), compiler.text(node.callee)
        return lambda env: apply(callee(env), written, env)
    name = node.callee.name
    if name in compiler.bound:
        return lambda env: apply(env.get(name), name, env)
    builtin, hidden = _builtin(name, node, compiler), name in compiler.hidden

    if name == "now" and builtin is not None and not hidden:
        return builtin  # asks the caller's `now` once per evaluation

    def invoke(env: Env) -> Any:
        told = env.run.functions.get(name)
        if told is not None:
            return _told(told, name, args, named, env)
        if builtin is not None and not (hidden and isinstance(env.get(name), Function)):
            return builtin(env)
        return apply(env.get(name), name, env)

    return invoke


def _told(
    function: Callable[..., Any],
    name: str,
    args: tuple[Closure, ...],
    named: tuple[tuple[str, Closure], ...],
    env: Env,
) -> Any:
    """Call a function that the caller of the evaluation gave."""
    env.run.tick(CALL_COST)
    values = [arg(env) for arg in args]
    keywords = {key.replace(" ", "_"): value(env) for key, value in named}
    try:
        return adopt(function(*values, **keywords))
    except EngineError:
        raise
    except (TypeError, ValueError, LookupError, ArithmeticError) as why:
        raise ExpressionError(f"函数 {name} 不能用这些参数计算：{why}") from why


def _applying(
    args: tuple[Closure, ...], named: tuple[tuple[str, Closure], ...], compiler: Compiler
) -> Callable[[Any, str, Env], Any]:
    """Return what calls a value with these arguments; a value that is no function gives null."""
    wrong = ExpressionError if compiler.strict or not compiler.lenient else Undefined

    def apply(function: Any, name: str, env: Env) -> Any:
        if not isinstance(function, Function):
            raise wrong(f"没有名为“{name}”的函数。")
        values = {param: arg(env) for param, arg in zip(function.params, args, strict=False)}
        values |= {key: value(env) for key, value in named}
        # By place all parameters are given; those not named are null.
        missing = not named and len(args) != len(function.params)
        if missing or not values.keys() <= set(function.params):
            raise wrong(f"函数“{name}”的参数应为：{'、'.join(function.params) or '无'}。")
        return env.run.invoke(function, [values.get(param) for param in function.params])

    def apply_or_null(function: Any, name: str, env: Env) -> Any:
        try:
            return apply(function, name, env)
        except Undefined as why:
            env.note(why)
            return None

    return apply_or_null if compiler.lenient else apply


def function_of(node: nodes.FunctionOf, compiler: Compiler) -> Closure:
    """Build `function(a, b) body`; the body sees the names around its definition."""
    params, types = node.params, tuple(compiler.type_of(one) for one in node.types)
    if node.external:
        body = compiler.hopeless("不能使用外部函数（external）。")
    else:
        body = compiler.inside(params, node.body)
    cost = sum(1 for _ in nodes.walk(node.body))
    returns = result_of(node.body, dict(zip(params, types, strict=True)))

    def define(env: Env) -> Function:
        def apply(_run: Any, *values: Any) -> Any:
            env.run.tick(cost)
            given = {
                param: value if wanted is None else coerce(paid(value, env.run), wanted)
                for param, value, wanted in zip(params, values, types, strict=True)
            }
            return body(env.inside(given))

        return Function(params, apply, types, returns)

    return define


def _builtin(name: str, node: nodes.Call, compiler: Compiler) -> Closure | None:
    signatures = builtins.REGISTRY.get(name)
    if signatures is None:
        return None
    chosen = [s for s in signatures if s.accepts(len(node.args), [key for key, _ in node.named])]
    if not chosen and name in compiler.hidden:
        return None
    if not chosen:
        shapes = "，或 ".join(f"{name}({', '.join(s.labels)})" for s in signatures)
        return compiler.hopeless(f"函数 {name} 的参数应为：{shapes}。")
    written = tuple(key for key, _ in node.named)
    # `before(point: …, range: …)` and `before(range: …, point: …)` are two functions.
    signature = next((one for one in chosen if one.params == written), chosen[0])
    closures = list(compiler.build_all(node.args))
    keywords = {key: compiler.build(value) for key, value in node.named}
    if keywords:
        closures = signature.arrange(keywords, lambda _env: None)
    return compiler.guarded(_bind(signature, closures))


def _bind(signature: Signature, closures: list[Closure]) -> Closure:
    function = signature.function
    if signature.takes_run:

        def run_paying(env: Env) -> Any:
            env.run.tick(CALL_COST)
            return function(env.run, *[closure(env) for closure in closures])

        return run_paying

    def run_simply(env: Env) -> Any:
        env.run.tick(CALL_COST)
        return function(*[closure(env) for closure in closures])

    return run_simply
