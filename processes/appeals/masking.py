"""Who sees how much of a worker's data: the table D-17, asked field by field.

The table is the analyst's; what it does not answer is hidden.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from engine.commands import definitions
from engine.errors import NotFound
from engine.queries import Viewer
from processes.people import reveal, roles

HIDDEN = "（不显示）"
_TABLE = "dmn_mask"


def audience(viewer: Viewer) -> str:
    """Return as whom the table knows the viewer; the widest of several posts counts."""
    if reveal.may_reveal(viewer):
        return "handler"
    held = {roles.split(group)[0] for group in viewer.groups}
    return next((role for role in ("rep", "liaison") if role in held), "other")


def shown(session: Session, viewer: Viewer, field: str, value: str | None) -> str:
    """Return a value as this viewer may read it on a page: clear, partly, or not at all."""
    if not value:
        return "—"
    how = _how(session, field, audience(viewer))
    if how == "clear":
        return value
    return _part(field, value) if how == "partial" else HIDDEN


def _how(session: Session, field: str, who: str) -> str:
    try:
        model, _ = definitions.decision(session, _TABLE)
    except NotFound:
        return "hidden"
    asked = {"field": field, "audience": who, "purpose": "view"}
    row = model.decisions[_TABLE].evaluate(asked).single_result
    return str((row or {}).get("mask") or "hidden")


def _part(field: str, value: str) -> str:
    """王小明 → 王*, 13800000001 → 138****0001, 示例·晨光电子 → 示例·晨…"""
    if field == "name":
        return f"{value[0]}*"
    if field == "phone":
        return f"{value[:3]}****{value[-4:]}" if len(value) >= 8 else "****"
    return f"{value[:4]}…" if len(value) > 5 else value
