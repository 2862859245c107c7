"""DMN bytes → a decision model, or a refusal that names every element to mend."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from engine.decisions import boxed, document, types
from engine.decisions.document import Element, children, name_of, variable_of
from engine.decisions.items import WRITTEN
from engine.decisions.model import Decision, DecisionModel, InputData, Knowledge, Ref, Service
from engine.decisions.read_table import read_table
from engine.decisions.reading import Reader
from engine.decisions.references import check_references
from engine.decisions.scoping import MAX_NAMES, SHOWN, Names
from engine.decisions.table import Table
from engine.errors import DeploymentRefused, ExpressionError, Problem
from engine.expressions.builtins import REGISTRY
from engine.expressions.environment import Closure, Env
from engine.expressions.values import Function

#: How deep files may import files.
MAX_IMPORTS = 10
#: Elements that give a name to a value.
_NAMING = ("variable", "formalParameter")
#: What a decision has besides its logic.
_BESIDE_LOGIC = frozenset(
    {
        "description", "extensionElements", "question", "allowedAnswers", "variable",
        "informationRequirement", "knowledgeRequirement", "authorityRequirement",
        "supportedObjective", "impactedPerformanceIndicator", "decisionMaker", "decisionOwner",
        "usingProcess", "usingTask",
    }
)  # fmt: skip


def parse(xml: bytes, *, others: Iterable[bytes] = (), tolerant: bool = False) -> DecisionModel:
    """Return the decisions of a DMN file, compiled.

    `others` are the files among which an `<import>` finds its own. If `tolerant`, an expression
    that cannot be read fails when it is computed, and nothing else of the file is lost.

    Raises:
        DeploymentRefused: every problem found, each with the id of its decision, rule or
            cell: not DMN, a DOCTYPE, too large, a cell that cannot be read, a reference
            to nothing, decisions that require each other in a circle.
    """
    root = document.root_of(xml)
    library = {} if document.child(root, "import") is None else _library(others)
    model, problems = _model(root, library, (root.get("namespace") or "",))
    if problems and not tolerant:
        raise DeploymentRefused(problems)
    model.doubts.extend(problem for problem in problems if problem.code == "dmn-import")
    return model


def imports_files(xml: bytes) -> bool:
    """Tell whether a DMN file imports others."""
    return document.child(document.root_of(xml), "import") is not None


def _library(others: Iterable[bytes]) -> dict[str, Element]:
    """Return the other files by their namespace; one that is broken is refused by itself."""
    found: dict[str, Element] = {}
    for xml in others:
        try:
            root = document.root_of(xml)
        except DeploymentRefused:
            continue
        found.setdefault(root.get("namespace") or "", root)
    return found


def _model(
    root: Element, library: Mapping[str, Element], above: tuple[str, ...]
) -> tuple[DecisionModel, list[Problem]]:
    """Return a file's model, and what is wrong with the file."""
    imports, trouble = _imports(root, library, above)
    names = Names(root, [inner for _, inner, _ in imports])
    camunda = document.is_camundas(root)
    language = root.get("expressionLanguage") or ""
    reader = Reader(names.known, camunda, language, problems=trouble, doubtful=names.doubtful)
    if names.count > MAX_NAMES:
        message = (
            f"有 {names.count} 个名称含有运算符或关键字，最多 {MAX_NAMES} 个；请改用简单的名称。"
        )
        reader.problem(root.get("id") or "", "dmn-size", message)
    model = DecisionModel(
        id=root.get("id") or "",
        name=root.get("name") or "",
        namespace=root.get("namespace") or "",
        imports={prefix: below for prefix, _, below in imports},
        camunda=camunda,
        doubts=reader.doubts,
    )
    reader.import_types(model.imports, root.nsmap)
    reader.read_types(root)
    model.types.update(reader.types.named)
    _fill(model, root, reader, names)
    if not model.camunda:
        model.times.update(_times(model))
    if not any((model.decisions, model.knowledge, model.services, model.types)):
        reader.problem(model.id, "dmn-empty", "文件里没有决策。")
    check_references(model, reader)
    return model, reader.problems


def _imports(
    root: Element, library: Mapping[str, Element], above: tuple[str, ...]
) -> tuple[list[tuple[str, Element, DecisionModel]], list[Problem]]:
    """Return what the file imports: the name it gives it, its root and its model."""
    found: list[tuple[str, Element, DecisionModel]] = []
    problems: list[Problem] = []
    for element in children(root, "import"):
        namespace = element.get("namespace") or ""
        kind = (element.get("importType") or "").strip()
        place = element.get("id") or name_of(element)
        if kind and "/spec/dmn/" not in kind.lower():
            problems.append(Problem(place, "dmn-import", f"不支持引用 {kind} 类型的文件，请删除。"))
        elif namespace in above or len(above) > MAX_IMPORTS:
            problems.append(Problem(place, "dmn-import", "文件互相引用成环，请去掉一处引用。"))
        elif namespace not in library:
            message = f"找不到被引用的文件（命名空间 {namespace}），请一并发布。"
            problems.append(Problem(place, "dmn-import", message))
        else:
            inner = library[namespace]
            below, wrong = _model(inner, library, (*above, namespace))
            if wrong:
                problems.append(Problem(place, "dmn-import", f"被引用的文件有误：{wrong[0]}"))
            found.append((name_of(element), inner, below))
    return found, problems


def _fill(model: DecisionModel, root: Element, reader: Reader, names: Names) -> None:
    functions = _functions(root, model)
    for element in children(root, *SHOWN):
        identifier = element.get("id") or name_of(element)
        reader.hidden, reader.known = _hidden(element, functions), names.seen_by(element)
        if label := " ".join((element.get("label") or "").split()):
            model.labels.setdefault(label, identifier)
        match document.local(element):
            case "inputData":
                name, type_ref = variable_of(element)
                wanted = reader.feel_type(type_ref, identifier)
                typed = None if model.camunda else wanted
                if model.camunda and wanted is not None and wanted.kind in WRITTEN:
                    model.times[name] = wanted.kind
                model.input_data[identifier] = InputData(identifier, name, typed)
                if (title := name_of(element)) not in ("", name):
                    model.titles[name] = title
            case "businessKnowledgeModel":
                model.knowledge[identifier] = _knowledge(element, identifier, model, reader)
            case "decision":
                model.decisions[identifier] = _decision(element, identifier, model, reader)
            case _:
                model.services[identifier] = _service(element, identifier, model, reader)


def _functions(root: Element, model: DecisionModel) -> dict[str, str]:
    """Return the names of the functions that the file can call without a prefix, by their ids."""
    found: dict[str, str] = {}
    if (nameless := model.imports.get("")) is not None:
        found |= {one.id: one.name for one in nameless.knowledge.values()}
        found |= {one.id: one.name for one in nameless.services.values()}
    for element in children(root, "businessKnowledgeModel", "decisionService"):
        found[element.get("id") or ""] = variable_of(element)[0]
    return found


def _hidden(element: Element, functions: Mapping[str, str]) -> frozenset[str]:
    """Return the built-ins whose names an element gives to something, or to what it requires."""
    named = {name_of(one) for one in element.iter() if document.local(one) in _NAMING}
    required = (document.reference(one)[1] for one in element.iter() if one.get("href"))
    named |= {functions.get(identifier, "") for identifier in required}
    return frozenset(named & REGISTRY.keys())


def _times(model: DecisionModel) -> dict[str, str]:
    """Return the inputs of which only the columns of tables tell that they are temporal."""
    kinds: dict[str, set[str | None]] = {}
    tables = (decision.table for decision in model.decisions.values())
    for column in (column for table in tables if table for column in table.inputs):
        name = " ".join(column.expression.split())
        if column.names == {name}:
            kinds.setdefault(name, set()).add(types.kind_of(column.type))
    known = {one.name for one in model.input_data.values() if one.type is not None}
    known |= {decision.variable for decision in model.decisions.values()}
    found = ((name, next(iter(some))) for name, some in kinds.items() if len(some) == 1)
    return {name: kind for name, kind in found if kind in WRITTEN and name not in known}


def refs(element: Element, model: DecisionModel, *path: str) -> tuple[Ref, ...]:
    """Return what the elements at the end of a path of names refer to."""
    parts = [element]
    for tag in path:
        parts = [below for part in parts for below in children(part, tag)]
    found: list[Ref] = []
    for part in parts:
        namespace, identifier = document.reference(part)
        prefixes = [p for p, inner in model.imports.items() if inner.namespace == namespace]
        own = not namespace or namespace == model.namespace
        found.append(Ref("" if own or not prefixes else prefixes[0], identifier))
    return tuple(found)


def _knowledge(
    element: Element, identifier: str, model: DecisionModel, reader: Reader
) -> Knowledge:
    name, type_ref = variable_of(element)
    logic = document.child(element, "encapsulatedLogic")
    if logic is None:
        define = _calling(_nothing(identifier, f"业务知识模型“{name}”", reader))
    else:
        define = boxed.function(logic, name, reader, logic.get("typeRef") or type_ref)
    required = refs(element, model, "knowledgeRequirement", "requiredKnowledge")
    return Knowledge(identifier, name, define, required)


def _calling(closure: Closure) -> Closure:
    """Return what makes a function without parameters."""
    return lambda _env: Function((), lambda run: closure(Env({}, run)))


def _decision(element: Element, identifier: str, model: DecisionModel, reader: Reader) -> Decision:
    if not element.get("id"):
        reader.problem("", "dmn-decision", f"决策“{name_of(element)}”没有编号（id）。")
    variable, type_ref = variable_of(element)
    reader.names = set()
    found = _logic(element)
    logic: Table | Closure
    if found is None:
        logic = _nothing(identifier, f"决策“{variable}”", reader)
    elif document.local(found) == "decisionTable":
        logic = read_table(found, variable, reader, type_ref)
    else:
        logic = boxed.boxed(found, variable, reader)
    camundas_table = model.camunda and isinstance(logic, Table)
    convert = None if camundas_table else reader.converter(type_ref, f"“{variable}”", identifier)
    return Decision(
        identifier,
        name_of(element) or identifier,
        variable,
        logic,
        refs(element, model, "informationRequirement", "requiredDecision"),
        refs(element, model, "knowledgeRequirement", "requiredKnowledge"),
        frozenset(reader.names),
        model,
        convert,
        None if model.camunda else reader.feel_type(type_ref, identifier),
    )


def _logic(element: Element) -> Element | None:
    """Return the boxed expression of a decision, or what stands where it should."""
    if (found := boxed.logic_of(element)) is not None:
        return found
    space = element.tag.rpartition("}")[0]
    parts = (one for one in element if one.tag.startswith(space))
    return next((one for one in parts if document.local(one) not in _BESIDE_LOGIC), None)


def _nothing(identifier: str, what: str, reader: Reader) -> Closure:
    """Return what gives null for what is only drawn: the standard and Camunda admit it."""
    message = f"{what}没有逻辑，结果总是空值。"
    reader.doubt(identifier, "dmn-logic", message, warning=True)
    return lambda env: env.note(ExpressionError(message))


def _service(element: Element, identifier: str, model: DecisionModel, reader: Reader) -> Service:
    name, type_ref = variable_of(element)
    whole = reader.feel_type(type_ref, identifier)
    if whole is not None and whole.kind == "function":
        type_ref = None
    if document.child(element, "outputDecision") is None:
        reader.problem(identifier, "dmn-service", f"决策服务“{name}”没有输出决策。")
    return Service(
        identifier,
        name,
        refs(element, model, "outputDecision"),
        refs(element, model, "inputDecision"),
        refs(element, model, "inputData"),
        reader.converter(type_ref, f"决策服务“{name}”", identifier),
    )
