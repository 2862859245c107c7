"""Calling functions: the caller's, the built-in ones, and those defined in expressions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.errors import EngineError, ExpressionError
from engine.expressions import builtins, nodes
from engine.expressions.builtins.registry import Signature
from engine.expressions.compiler import Compiler
from engine.expressions.environment import CALL_COST, Closure, Env
from engine.expressions.values import Function, adopt


def call(node: nodes.Call, compiler: Compiler) -> Closure:
    """Build a call. Built-ins are chosen now, so that a wrong number of arguments shows early."""
    args = compiler.build_all(node.args)
    named = tuple((key, compiler.build(value)) for key, value in node.named)
    if not isinstance(node.callee, nodes.Name):
        callee = compiler.build(node.callee)
        return lambda env: _apply(callee(env), compiler.text(node.callee), args, named, env)
    name = node.callee.name
    if name in compiler.bound:
        return lambda env: _apply(env.get(name), name, args, named, env)
    builtin = _builtin(name, node, compiler)

    if name == "now" and builtin is not None:
        return builtin  # asks the caller's `now` once per evaluation

    def invoke(env: Env) -> Any:
        told = env.run.functions.get(name)
        if told is not None:
            return _told(told, name, args, named, env)
        if builtin is not None:
            return builtin(env)
        return _apply(env.get(name), name, args, named, env)

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


def _apply(
    function: Any,
    name: str,
    args: tuple[Closure, ...],
    named: tuple[tuple[str, Closure], ...],
    env: Env,
) -> Any:
    """Call a function that is a value."""
    if not isinstance(function, Function):
        raise ExpressionError(f"没有名为“{name}”的函数。")
    values = {param: arg(env) for param, arg in zip(function.params, args, strict=False)}
    values |= {key: value(env) for key, value in named}
    if len(args) + len(named) != len(function.params) or values.keys() != set(function.params):
        raise ExpressionError(f"函数“{name}”的参数应为：{'、'.join(function.params) or '无'}。")
    return env.run.invoke(function, [values[param] for param in function.params])


def function_of(node: nodes.FunctionOf, compiler: Compiler) -> Closure:
    """Build `function(a, b) body`; the body sees the names around its definition."""
    body = compiler.inside(node.params, node.body)
    cost = sum(1 for _ in nodes.walk(node.body))
    params = node.params

    def define(env: Env) -> Function:
        def apply(_run: Any, *values: Any) -> Any:
            env.run.tick(cost)
            return body(env.inside(dict(zip(params, values, strict=True))))

        return Function(params, apply)

    return define


def _builtin(name: str, node: nodes.Call, compiler: Compiler) -> Closure | None:
    signatures = builtins.REGISTRY.get(name)
    if signatures is None:
        return None
    chosen = [s for s in signatures if s.accepts(len(node.args), [key for key, _ in node.named])]
    if not chosen:
        shapes = "，或 ".join(f"{name}({', '.join(s.labels)})" for s in signatures)
        raise ExpressionError(f"函数 {name} 的参数应为：{shapes}。")
    signature = chosen[0]
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
