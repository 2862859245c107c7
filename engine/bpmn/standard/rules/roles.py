"""Resources, correlation and services: what is named together fits together."""

from __future__ import annotations

from engine.bpmn.standard.model import Model, is_true, said
from engine.bpmn.standard.registry import Found, rule
from engine.bpmn.xml import children, text_of

ROLES = ("resourceRole", "performer", "humanPerformer", "potentialOwner")


@rule(
    "role-resource",
    "10.3.1",
    "A role names a resource, whose parameters alone it fills in, or computes one; not both.",
)
def role_resource(model: Model) -> Found:
    for role in model.of(*ROLES):
        named = text_of(role, "resourceRef")
        computed = next(children(role, "resourceAssignmentExpression"), None) is not None
        if named and computed:
            yield role, "角色要么指向资源，要么用表达式计算，不能两样都写。"
        resource = model.find(named, role)
        for binding in children(role, "resourceParameterBinding"):
            if not named:
                yield role, "没有指向资源（resourceRef），不能填写资源参数。"
            parameter = model.find(binding.get("parameterRef"), binding)
            if resource is not None and parameter not in (None, *resource):
                yield role, f"参数 {binding.get('parameterRef')} 不属于所指的资源。"


@rule(
    "role-parameters",
    "10.3.1",
    "A role fills in each parameter once, and every one that its resource requires.",
)
def role_parameters(model: Model) -> Found:
    for role in model.of(*ROLES):
        resource = model.find(text_of(role, "resourceRef"), role)
        if resource is None:
            continue
        bound = [
            model.find(binding.get("parameterRef"), binding)
            for binding in children(role, "resourceParameterBinding")
        ]
        for parameter in children(resource, "resourceParameter"):
            if is_true(parameter, "isRequired") and parameter not in bound:
                yield role, f"资源的参数 {said(parameter)} 是必填的，请填写。"
            if bound.count(parameter) > 1:
                yield role, f"参数 {said(parameter)} 只能填写一次。"


@rule(
    "correlation-binding",
    "8.4.2",
    "A subscription binds only the properties of its own correlation key.",
)
def correlation_binding(model: Model) -> Found:
    for subscription in model.of("correlationSubscription"):
        key = model.find(subscription.get("correlationKeyRef"), subscription)
        if key is None:
            continue
        known = {model.find(ref.text, ref) for ref in children(key, "correlationPropertyRef")}
        for binding in children(subscription, "correlationPropertyBinding"):
            named = model.find(binding.get("correlationPropertyRef"), binding)
            if named is not None and named not in known:
                yield subscription, "关联订阅绑定的属性不在它的关联键里，请改正。"


@rule(
    "operation-message",
    "10.3.3",
    "What names both a message and an operation names a message of that operation.",
)
def operation_message(model: Model) -> Found:
    for element in model.of("sendTask", "receiveTask", "messageEventDefinition"):
        operation = model.find(
            element.get("operationRef") or text_of(element, "operationRef"), element
        )
        message = model.find(element.get("messageRef"), element)
        if operation is None or message is None:
            continue
        known = {
            model.find(ref.text, ref)
            for ref in children(operation, "inMessageRef", "outMessageRef")
        }
        if message not in known:
            yield element, "所选的消息不是这个操作（operation）的消息，请改正。"
