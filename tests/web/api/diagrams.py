"""Deploying small diagrams by REST, as a client does it."""

from __future__ import annotations

import io
from typing import Any

from sqlalchemy import select

from engine import commands, db
from engine.hooks import SYSTEM
from engine.models import HumanTask
from tests.web.api.conftest import System


def deploy(
    api: System, *contents: bytes, name: str = "test", status: int = 200, **fields: str
) -> Any:
    """Post diagrams as files d0.bpmn, d1.bpmn, …; return the JSON answer."""
    files = {f"d{number}.bpmn": content for number, content in enumerate(contents)}
    return post_files(api, files, name=name, status=status, **fields)


def post_files(
    api: System, files: dict[str, bytes], *, name: str = "test", status: int = 200, **fields: str
) -> Any:
    """Post files by name; field names are written with `_` for `-`."""
    data: dict[str, Any] = {"deployment-name": name}
    data |= {key.replace("_", "-"): value for key, value in fields.items()}
    data |= {
        f"part{number}": (io.BytesIO(content), file)
        for number, (file, content) in enumerate(files.items())
    }
    answer = api.ask("POST", "/deployment/create", data=data, content_type="multipart/form-data")
    text = answer.get_data(as_text=True)
    assert answer.status_code == status, (answer.status_code, text)
    return answer.get_json()


def start(api: System, key: str = "p", status: int = 200, **body: Any) -> Any:
    """Start the newest version of a key; return the JSON answer."""
    return api.post(f"/process-definition/key/{key}/start", body, status=status)


def typed(**values: Any) -> dict[str, Any]:
    """Write variables as a client does, without types."""
    return {name: {"value": value} for name, value in values.items()}


def complete(root: str, element: str) -> None:
    """Complete an open task at an element, as the engine's own tests do."""
    task = task_at(root, element)
    with db.transaction() as session:
        commands.complete(session, task, actor=SYSTEM)


def task_at(root: str, element: str) -> str:
    with db.reading() as session:
        return (
            session.scalars(
                select(HumanTask.id).where(
                    HumanTask.root_id == root,
                    HumanTask.element_id == element,
                    HumanTask.status == "open",
                )
            ).first()
            or ""
        )
