"""Decisions that require each other, knowledge models and services: what one file holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from engine.decisions.result import Result
from engine.decisions.table import Table
from engine.decisions.types import Converter
from engine.errors import NotFound, Problem
from engine.expressions.environment import Closure, Functions
from engine.expressions.feel_types import Type

NO_FUNCTIONS: Final[Functions] = {}


class Ref(NamedTuple):
    """An element that another requires: of this file, or of the file imported as `prefix`."""

    prefix: str
    id: str


@dataclass(frozen=True, slots=True)
class InputData:
    """An input of the file, with the type its values must have."""

    id: str
    name: str
    type: Type | None


@dataclass(frozen=True, slots=True)
class Knowledge:
    """A business knowledge model: a function that decisions may call."""

    id: str
    name: str
    define: Closure
    requires: tuple[Ref, ...]


@dataclass(frozen=True, slots=True)
class Service:
    """A decision service: some decisions of the file as one function (DMN 1.3, 6.3.15)."""

    id: str
    name: str
    #: The decisions that it answers.
    outputs: tuple[Ref, ...]
    #: The decisions whose values it is given instead of answering them.
    decisions: tuple[Ref, ...]
    #: The input data that it is given.
    inputs: tuple[Ref, ...]
    convert: Converter | None


@dataclass(frozen=True, slots=True, eq=False)
class Decision:
    """One decision with everything it requires."""

    id: str
    name: str
    #: The name under which others, and the result, know its value.
    variable: str
    #: A table, or the closure of another boxed expression.
    logic: Table | Closure = field(repr=False)
    #: The decisions it requires.
    requires: tuple[Ref, ...]
    #: The knowledge models and services it requires.
    knows: tuple[Ref, ...]
    #: Names that its expressions read: variables, required decisions, entries of its contexts.
    reads: frozenset[str]
    model: DecisionModel = field(repr=False)
    #: Gives the value its type; none: any value will do.
    convert: Converter | None = None
    #: The type itself, if the file is not Camunda's.
    type: Type | None = None

    @property
    def table(self) -> Table | None:
        return self.logic if isinstance(self.logic, Table) else None

    def evaluate(
        self,
        scope: Mapping[str, Any],
        *,
        functions: Functions = NO_FUNCTIONS,
        explain: bool = False,
    ) -> Result:
        """Answer the decision, and first those that it requires.

        With `explain` the result has, as JSON types: for each table the input values
        and the rules that matched; for others the value.

        Raises:
            ExpressionError: a value has the wrong type, rules break the hit policy, or
                an expression costs too much. The message names the decision.
        """
        from engine.decisions.evaluation import evaluate  # it evaluates what is defined here

        return evaluate(self, scope, functions=functions, explain=explain)


@dataclass(frozen=True, slots=True, eq=False)
class DecisionModel:
    """The decisions of one file."""

    id: str
    name: str
    namespace: str = ""
    decisions: dict[str, Decision] = field(default_factory=dict)
    knowledge: dict[str, Knowledge] = field(default_factory=dict)
    services: dict[str, Service] = field(default_factory=dict)
    input_data: dict[str, InputData] = field(default_factory=dict)
    #: Name of an input → that of its element, where they differ: it may be told under either.
    titles: dict[str, str] = field(default_factory=dict)
    #: Label → id of decisions, services and knowledge models that have one.
    labels: dict[str, str] = field(default_factory=dict)
    #: The files it imports, by the name that it gives them.
    imports: dict[str, DecisionModel] = field(default_factory=dict)
    #: The types it defines, by name.
    types: dict[str, Type] = field(default_factory=dict)
    #: Inputs that are read as dates, times or durations if they can be: name → kind. Those
    #: without a type of which the columns of tables tell it, and in Camunda's files all.
    times: dict[str, str] = field(default_factory=dict)
    #: Written for Camunda 7, which knows a required table's outputs by their names.
    camunda: bool = True
    #: What can be read but never has a result.
    doubts: list[Problem] = field(default_factory=list)

    @property
    def inputs(self) -> tuple[str, ...]:
        """The names of the input data, as other elements call them."""
        return tuple(one.name for one in self.input_data.values())

    def find(self, wanted: str) -> Decision | Service | Knowledge:
        """Return a decision, a service or a knowledge model by its id, its name or its label.

        Raises:
            NotFound: there is none; the message names those there are.
        """
        kinds: tuple[Mapping[str, Decision | Service | Knowledge], ...] = (
            self.decisions, self.services, self.knowledge,
        )  # fmt: skip
        tidy = " ".join(wanted.split())
        for kind in kinds:
            if wanted in kind:
                return kind[wanted]
        for kind in kinds:
            for one in kind.values():
                if " ".join(one.name.split()) == tidy:
                    return one
        labelled = self.labels.get(tidy, "")
        for kind in kinds:
            if labelled in kind:
                return kind[labelled]
        there = "、".join(f"{one.name}（{one.id}）" for one in self.decisions.values())
        raise NotFound(f"文件里没有决策“{wanted}”，有的是：{there or '无'}。")

    def evaluate(
        self,
        wanted: str,
        scope: Mapping[str, Any],
        *,
        functions: Functions = NO_FUNCTIONS,
        explain: bool = False,
        shown: bool = False,
    ) -> Result:
        """Answer a decision, a service or a knowledge model by its id, its name or its label.

        `shown`: the result is not kept, so that there may be functions in it and it may cost more.

        Raises:
            NotFound: there is none.
            ExpressionError: as for a decision.
        """
        from engine.decisions.evaluation import evaluate  # it evaluates what is defined here

        return evaluate(
            self.find(wanted), scope, functions=functions, explain=explain, model=self, shown=shown
        )
