"""JUEL's own constructs: coercing logic, `empty`, indexes, methods, templates."""

from __future__ import annotations

from typing import Any, Final

from engine.errors import ExpressionError
from engine.expressions import access, coercion, context, juel_methods, nodes, values
from engine.expressions.calls import call
from engine.expressions.coercion import truth
from engine.expressions.compiler import BUILDERS, Builder, Compiler
from engine.expressions.environment import CALL_COST, Closure, Env
from engine.expressions.limits import sized_text
from engine.expressions.nodes import Node


def logic(node: nodes.Logic, compiler: Compiler) -> Closure:
    decisive = node.op == "or"
    operands = compiler.build_all(node.operands)

    def decide(env: Env) -> bool:
        for operand in operands:
            if truth(operand(env)) is decisive:
                return decisive
        return not decisive

    return decide


def negation(node: nodes.Not, compiler: Compiler) -> Closure:
    operand = compiler.build(node.operand)
    return lambda env: not truth(operand(env))


def emptiness(node: nodes.Empty, compiler: Compiler) -> Closure:
    operand = compiler.build(node.operand)
    return lambda env: coercion.empty(operand(env))


def negative(node: nodes.Negative, compiler: Compiler) -> Closure:
    operand = compiler.build(node.operand)
    subtract = compiler.operators["-"]
    return lambda env: subtract(0, operand(env))


def choice(node: nodes.If, compiler: Compiler) -> Closure:
    condition = compiler.build(node.condition)
    then, otherwise = compiler.build(node.then), compiler.build(node.otherwise)
    return lambda env: then(env) if truth(condition(env)) else otherwise(env)


def path(node: nodes.Path, compiler: Compiler) -> Closure:
    base, name = compiler.build(node.base), node.name
    return lambda env: access.member_of(base(env), name)


def index(node: nodes.Index, compiler: Compiler) -> Closure:
    base, key = compiler.build(node.base), compiler.build(node.key)
    return lambda env: access.index_of(base(env), key(env))


def method(node: nodes.Method, compiler: Compiler) -> Closure:
    """Build a method call: of the engine's own objects, or a listed pure method."""
    args = compiler.build_all(node.args)
    if isinstance(node.base, nodes.Name) and context.speaks(node.base.name, node.name):
        return context.call(node.base.name, node.name, args, traced=bool(compiler.traced))
    if node.name not in juel_methods.NAMES:
        raise ExpressionError(f"不能使用方法“{node.name}”。")
    base, name = compiler.build(node.base), node.name

    def invoke(env: Env) -> Any:
        env.run.tick(CALL_COST)
        return juel_methods.invoke(base(env), name, [arg(env) for arg in args], env.run)

    return invoke


def template(node: nodes.Template, compiler: Compiler) -> Closure:
    parts = compiler.build_all(node.parts)
    return lambda env: sized_text("".join([values.text(part(env)) for part in parts]))


JUEL: Final[dict[type[Node], Builder]] = {
    **BUILDERS,
    nodes.Logic: logic,
    nodes.Not: negation,
    nodes.Empty: emptiness,
    nodes.Negative: negative,
    nodes.If: choice,
    nodes.Path: path,
    nodes.Index: index,
    nodes.Method: method,
    nodes.Call: call,
    nodes.Template: template,
}
