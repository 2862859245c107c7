"""Which names with operators or words of FEEL in them an element of a file can speak of.

Only whoever knows such a name can tell it from an expression: where `Net - Gross` is a name,
it is one token (DMN 1.3, 10.3.1.4). It is a name only for those who have it in scope (10.4):
the decision `Net - Gross` that subtracts the one from the other does not read itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from engine.decisions.document import Element, children, local, name_of, reference
from engine.errors import ExpressionError
from engine.expressions.feel import FeelParser
from engine.expressions.lexer import compact, spelled
from engine.expressions.naming import free_names
from engine.expressions.program import Known
from engine.expressions.special import special_names

#: Such names in one file: each is looked for at every word.
MAX_NAMES = 500
#: The elements that others require.
SHOWN = ("decision", "inputData", "businessKnowledgeModel", "decisionService")
#: Elements whose names are for people.
_FOR_PEOPLE = frozenset(
    {
        "definitions", "knowledgeSource", "performanceIndicator", "organizationUnit",
        "elementCollection", "group", "annotation",
    }
)  # fmt: skip


class Names:
    """The names of one file and of those that it imports."""

    def __init__(self, root: Element, imported: Iterable[Element]) -> None:
        own = list(names_in(root))
        whole = [name_of(part) for one in children(root, *SHOWN) for part in (one, *one)]
        special = special_names(own + [name for below in imported for name in names_in(below)])
        #: How many there are.
        self.count = len(special)
        near = special_names(whole)  # those of whole elements may be written with or without blanks
        self.known: Known = (
            *special[:MAX_NAMES],
            *spelled(near[:MAX_NAMES])[len(near) :],
        )
        #: Names that are expressions of other names of the file, too.
        known = set(own)
        self.doubtful = frozenset(
            compact(name) for name in special[:MAX_NAMES] if _computes(name, known)
        )
        self._parts = self._elements(root) if self.doubtful else {}
        self._everywhere = self._among(
            name for one in children(root, "import", "itemDefinition") for name in names_in(one)
        )
        self._inputs = self._among(
            name for one in children(root, "inputData") for name in names_in(one)
        )

    def seen_by(self, element: Element) -> Known:
        """Return what the expressions of one element must be told."""
        if not self.doubtful:
            return self.known
        hidden = self.doubtful - self._in_scope(element)
        return tuple(name for name in self.known if compact(name) not in hidden)

    def _in_scope(self, element: Element) -> set[str]:
        """Return the doubtful names of what an element requires and what is in there.

        Looked at is what it requires and what that requires, whose parts it may give on. An
        element that says nothing of what it requires is taken to mean any of the inputs.
        """
        found = self._everywhere | self._among(_inside(element, own=True))
        required = [self._parts[one] for one in _links(element) if one in self._parts]
        for part in required:
            found |= part.whole | part.inside
            for below in (self._parts[one] for one in part.links if one in self._parts):
                found |= below.inside | (below.whole if part.service else set())
        return found if required else found | self._inputs

    def _elements(self, root: Element) -> dict[str, _Part]:
        return {
            one.get("id") or name_of(one): _Part(
                self._among(name_of(part) for part in (one, *children(one, "variable"))),
                self._among(_inside(one)),
                _links(one),
                local(one) == "decisionService",
            )
            for one in children(root, *SHOWN)
        }

    def _among(self, names: Iterable[str]) -> set[str]:
        return {compact(name) for name in names} & self.doubtful


class _Part(NamedTuple):
    """The doubtful names of an element that others may require."""

    whole: set[str]
    inside: set[str]
    #: The ids of what it refers to.
    links: list[str]
    #: A decision service answers under the names of others.
    service: bool


def _links(element: Element) -> list[str]:
    return [reference(one)[1] for one in element.iter() if one.get("href")]


def names_in(element: Element) -> Iterator[str]:
    """Yield the names in an element that expressions may use; not those of other tools."""
    space = element.tag.rpartition("}")[0]
    for one in element.iter():
        if one.tag.startswith(space) and local(one) not in _FOR_PEOPLE and (name := name_of(one)):
            yield name


def _inside(element: Element, *, own: bool = False) -> Iterator[str]:
    """Yield the names of an element's parts.

    `own`: as its expressions see them, which are not told what the columns around them are called.
    """
    function = local(element) == "businessKnowledgeModel"
    if own and function:  # it may call itself
        yield from (name_of(one) for one in (element, *children(element, "variable")))
    for one in element.iter():
        if one is element or (one.getparent() is element and local(one) == "variable"):
            continue
        if own and local(one) in ("output", "column"):
            around = one.getparent().getparent()
            if around is element or local(around) == "encapsulatedLogic":
                continue
        yield name_of(one)


def _computes(name: str, known: set[str]) -> bool:
    """Tell whether a name is an expression as well, of names that the file knows."""
    try:
        free = free_names(FeelParser(name).parse())
    except ExpressionError:
        return False
    return free <= known
