"""What operators do to an instance in memory: modification, migration, looking at it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from engine.bpmn.dialect import Spec
from engine.bpmn.nodes.activities import SubProcess
from engine.state import migrate, modify, tree
from engine.state.rescope import Rescoping
from engine.state.tokens import Instance
from engine.state.tree import Place


class Operated:
    """The part of a `Run` that moves tokens against the diagram, or to another one."""

    _instance: Instance

    def start_before(self, element: str, **more: Any) -> None:
        """Put a token in front of an element (`modify.start_before`)."""
        modify.start_before(self._instance, element, **more)

    def start_after(self, element: str, **more: Any) -> None:
        """Go on behind an element (`modify.start_after`)."""
        modify.start_after(self._instance, element, **more)

    def start_transition(self, flow: str, **more: Any) -> None:
        """Put a token on a sequence flow (`modify.start_transition`)."""
        modify.start_transition(self._instance, flow, **more)

    def cancel_token(self, token: str) -> None:
        """Take a token away, with emptied scopes around it (`modify.cancel`)."""
        modify.cancel(self._instance, token)

    def cancel_at(self, element: str, *, among: Collection[str] | None = None) -> list[str]:
        """Take every token at an element away (`modify.cancel_all`)."""
        return modify.cancel_all(self._instance, element, among=among)

    def rescoping(self, target: Spec, pairs: Mapping[str, str]) -> Rescoping:
        """Return what would become of every token in another diagram (`rescope`)."""
        return Rescoping(self._instance, target, pairs)

    def enter(self, tokens: Iterable[str]) -> None:
        """Enter the sub processes that were made for a migration, outer ones first.

        Raises:
            BpmnError: a start listener throws it; the instance is to be left as it was.
        """
        for token in tokens:
            owner = self._instance.get_task_from_id(token)
            if isinstance(owner.node, SubProcess):
                owner.node.enter_around(owner)

    def refresh(
        self, update: Collection[str], known: Collection[tuple[str, str]]
    ) -> set[tuple[str, str]]:
        """Arm what a new diagram waits for besides (`migrate.refresh`)."""
        return migrate.refresh(self._instance, update, known)

    def lost_arrivals(self) -> list[str]:
        """Return joins whose waiting tokens came by a flow that is no more."""
        return migrate.lost_arrivals(self._instance)

    @property
    def is_empty(self) -> bool:
        """Whether no token is left but those that listen."""
        return modify.is_empty(self._instance)

    def report(self, token: str, incident: int) -> None:
        """Note at a token that somebody opened an incident there: it goes with the token."""
        self._instance.get_task_from_id(token).marks.setdefault("incidents", []).append(incident)

    def reported(self) -> set[int]:
        """Return the incidents that are noted at tokens."""
        return {
            number
            for token in self._instance.tokens.values()
            for number in token.marks.get("incidents", ())
        }

    def places(self) -> list[Place]:
        """Return where the tokens stand, scopes with what runs inside."""
        return tree.places(self._instance)
