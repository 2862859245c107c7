"""Who sees which part of a case in clear: the table `dmn_mask` (D-17), asked for each field."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlalchemy.orm import Session

from engine import vault
from engine.commands import definitions
from engine.errors import NotFound
from engine.queries import Viewer
from processes.appeals.models import Appeal
from processes.people import reveal

FIELDS = ("name", "phone", "employer_name", "place", "content")
HIDDEN = "（不显示）"
_STAFF = frozenset(
    {
        "window", "dispatcher", "handler", "deskofficer", "organizing", "rights", "publicity",
        "office", "callback", "inspector", "privacy", "manager", "personnel",
    }
)  # fmt: skip
_REVIEW = frozenset({"reviewer", "chair"})
_PARTIAL: Mapping[str, Callable[[str], str]] = {
    "name": vault.mask_name,
    "phone": vault.mask_phone,
}


def audience(viewer: Viewer, appeal: Appeal, field: str) -> str:
    """Return as whom the table knows this viewer when it is about this field."""
    if appeal.employer_org and appeal.employer_org in viewer.organisations:
        # its own union works on it by the worker's wish: the matter yes, a hidden name no
        named = appeal.identity_mode == "real" or field not in ("name", "phone")
        return "handler" if named else "employer"
    roles = {group.partition("@")[0] for group in viewer.groups}
    if roles & _REVIEW:
        return "reviewer"
    if roles & _STAFF:
        return "handler"
    return next((role for role in ("rep", "liaison") if role in roles), "other")


def opens_originals(viewer: Viewer, appeal: Appeal) -> bool:
    """Say whether this viewer may see what was handed in as it came: files, their names.

    A photo or a recording cannot be masked: it carries names, faces and handwriting. So only
    those may open it who may know the name; not the employer's union when the name is hidden.
    """
    return reveal.may_reveal(viewer) and audience(viewer, appeal, "name") in ("handler", "reviewer")


def masked(
    session: Session, appeal: Appeal, viewer: Viewer, *, purpose: str = "view"
) -> dict[str, str]:
    """Return the personal fields of a case as this viewer may see them."""
    try:
        model, _ = definitions.decision(session, "dmn_mask")
    except NotFound:
        return dict.fromkeys(FIELDS, HIDDEN)  # no rule, no view
    shown = {}
    for field in FIELDS:
        row = model.decisions["dmn_mask"].evaluate(
            {
                "field": field,
                "audience": audience(viewer, appeal, field),
                "purpose": purpose,
            }
        )
        value = str(getattr(appeal, field) or "")
        shown[field] = _shown(field, value, str(row.single_entry or "hidden"))
    return shown


def _shown(field: str, value: str, mask: str) -> str:
    if not value or mask == "clear":
        return value
    if mask == "partial":
        return _PARTIAL.get(field, _blurred)(value)
    return HIDDEN


def _blurred(value: str) -> str:
    return "某企业" if value else ""
