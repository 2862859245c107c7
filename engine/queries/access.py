"""The one layer that decides which cases a person may see (`engine.md` §11).

Rows of `case_access` belong to the root instance and were written with the commands.
Barred wins over everything: the accused employer's people never learn of a case
(信访工作条例 §30).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session

from engine import clock
from engine.errors import NotFound
from engine.models import CaseAccess, ProcessInstance


@dataclass(frozen=True)
class Viewer:
    """Who looks: an account with its groups and organisations, delegation included."""

    id: str
    #: `role@organisation`
    groups: frozenset[str] = frozenset()
    #: Organisations of the person's posts; `rep_0007` for a representative.
    organisations: frozenset[str] = frozenset()
    #: Employers and unions the person belongs to without acting for them here.
    affiliations: frozenset[str] = frozenset()
    #: `all` only for offices that audit; barred still wins.
    scope: Literal["own", "all"] = "own"
    roles: frozenset[str] = field(default=frozenset())

    def has_role(self, *roles: str) -> bool:
        """Say whether one of these roles is held anywhere."""
        held = self.roles or frozenset(group.partition("@")[0] for group in self.groups)
        return bool(held & set(roles))


def visible(viewer: Viewer, root: ColumnElement[Any]) -> ColumnElement[bool]:
    """Return the condition under which the case with this root id may be seen."""
    now = clock.now()
    mine = viewer.organisations | {viewer.id}
    valid = and_(
        CaseAccess.instance_id == root,
        CaseAccess.since <= now,
        or_(CaseAccess.until.is_(None), CaseAccess.until > now),
    )
    barred = exists(
        select(CaseAccess.id).where(
            valid,
            CaseAccess.relation == "barred",
            CaseAccess.organisation.in_(mine | viewer.affiliations),
        )
    )
    if viewer.scope == "all":
        return ~barred
    seen = exists(
        select(CaseAccess.id).where(
            valid, CaseAccess.relation != "barred", CaseAccess.organisation.in_(mine)
        )
    )
    return and_(seen, ~barred)


def may_see(session: Session, viewer: Viewer, instance_id: str) -> bool:
    """Say whether the viewer may see the case this instance belongs to."""
    return (
        session.scalar(
            select(ProcessInstance.id).where(
                ProcessInstance.id == instance_id,
                visible(viewer, ProcessInstance.root_id.expression),
            )
        )
        is not None
    )


def require(session: Session, viewer: Viewer, instance_id: str) -> ProcessInstance:
    """Return an instance of a case the viewer may see.

    Raises:
        NotFound: it is not there, or not for this viewer; the two look the same.
    """
    found = session.scalar(
        select(ProcessInstance).where(
            ProcessInstance.id == instance_id,
            visible(viewer, ProcessInstance.root_id.expression),
        )
    )
    if found is None:
        raise NotFound("没有找到这件诉求，或者您没有查看权限。")
    return found
