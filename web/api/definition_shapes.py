"""How deployments and definitions look in an answer."""

from __future__ import annotations

import mimetypes
from typing import Any

from flask import request

from engine import retention
from engine.models import Deployment, ProcessDefinition
from web.api import names
from web.api.answer import moment
from web.api.errors import ROOT


def link(path: str) -> dict[str, str]:
    """Return how a new thing is reached."""
    return {"method": "GET", "href": f"{request.host_url.rstrip('/')}{ROOT}{path}", "rel": "self"}


def deployment(row: Deployment) -> dict[str, Any]:
    """Return a deployment as the lists show it."""
    return {
        "links": [],
        "id": str(row.id),
        "name": row.meta.get("name") or row.meta.get("title") or row.bundle,
        "source": row.meta.get("source") if row.source == "rest" else row.source,
        "deploymentTime": moment(row.deployed_at),
        "tenantId": None,
    }


def process(row: ProcessDefinition) -> dict[str, Any]:
    """Return a process definition."""
    said = row.description
    return {
        "id": names.definition_of(row),
        "key": row.key,
        "category": said.get("category", row.bundle) or None,
        "description": said.get("documentation") or None,
        "name": row.name,
        "version": row.version,
        "resource": row.resource,
        "deploymentId": str(row.deployment_id),
        "diagram": None,
        "suspended": row.suspended,
        "tenantId": None,
        "versionTag": said.get("version_tag") or None,
        "historyTimeToLive": retention.days(said.get("history_ttl")),
        "startableInTasklist": bool(said.get("startable", True)),
    }


def media_type(name: str) -> str:
    """Return the type under which a deployed file is given out; never one a browser runs."""
    if name.endswith((".bpmn", ".dmn", ".xml")):
        return "application/xml"
    if name.endswith((".form", ".json")):
        return "application/json"
    guessed = mimetypes.guess_type(name)[0] or ""
    return guessed if guessed in ("image/png", "image/jpeg", "text/plain") else "text/plain"
