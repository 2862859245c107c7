"""`/api`: the REST interface for people who connect systems to it, one page a group."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, abort, current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.errors import NotAllowed
from processes.people import tokens
from web import identity, shell
from web.api import phrases, shapes
from web.api.answer import answer
from web.api.catalogue import Route, routes
from web.api.errors import ROOT
from web.api.openapi import document
from web.reference import examples

bp = Blueprint("reference", __name__, url_prefix="/api", template_folder="templates")


@dataclass(frozen=True)
class Group:
    """A resource with its routes."""

    name: str
    title: str
    routes: list[Route]

    @property
    def address(self) -> str:
        """Where its page is."""
        return url_for("reference.group", name=self.name)


@bp.get("/")
def index() -> ResponseReturnValue:
    """Say how the interface is used, and list its resources."""
    _for_technicians()
    return render_template(
        "reference/index.html",
        groups=_groups(),
        here=None,
        root=_root(),
        scopes=tokens.SCOPES,
        missing=phrases.NOT_OFFERED,
    )


@bp.get("/<name>")
def group(name: str) -> ResponseReturnValue:
    """Show every route of a resource."""
    _for_technicians()
    groups = _groups()
    here = next((one for one in groups if one.name == name), None)
    if here is None:
        abort(404)
    base = request.host_url.rstrip("/")
    return render_template(
        "reference/group.html",
        groups=groups,
        here=here,
        root=_root(),
        example=lambda route: examples.of(route, base),
        fields=_fields,
    )


@bp.get("/openapi.json")
def download() -> ResponseReturnValue:
    """Give the same document that systems read."""
    _for_technicians()
    return answer(document(current_app._get_current_object()))  # type: ignore[attr-defined]


def _for_technicians() -> None:
    """Let only people with a technical role read it.

    Raises:
        NotAllowed: for everybody else.
    """
    if not identity.me().profile.roles & shell.TECHNICIANS:
        raise NotAllowed("接口说明供系统管理员、流程分析员和隐私负责人查看。")


def _groups() -> list[Group]:
    found: dict[str, list[Route]] = {}
    for route in routes(current_app._get_current_object()):  # type: ignore[attr-defined]
        found.setdefault(route.group, []).append(route)
    return [Group(name, phrases.GROUPS[name][0], several) for name, several in found.items()]


def _root() -> str:
    return f"{request.host_url.rstrip('/')}{ROOT}"


def _fields(route: Route) -> list[str]:
    """Return the names of the fields of an answer."""
    return shapes.SHAPES.get(route.contract.returns.removesuffix("[]"), "").split()
