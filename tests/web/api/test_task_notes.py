"""Remarks and papers at a task over HTTP: the wrong person first, hostile files too."""

from __future__ import annotations

import io
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from engine import db
from engine.attachments import storage
from engine.errors import NotFound
from engine.models import Attachment, TaskNote, TaskPaper
from tests.web.api.conftest import Knock, System
from tests.web.api.task_office import deploy, line, only, start, task


@pytest.fixture
def first(api: System) -> str:
    deploy(api, line(task("a")))
    start(api)
    return str(only(api)["id"])


def attach(
    system: System, task_id: str, content: bytes | None = None, **fields: Any
) -> TestResponse:
    data: dict[str, Any] = {name.replace("_", "-"): value for name, value in fields.items()}
    if content is not None:
        data["content"] = (io.BytesIO(content), fields.get("attachment_name", "x.txt"))
    return system.ask(
        "POST",
        f"/task/{task_id}/attachment/create",
        data=data,
        content_type="multipart/form-data",
    )


def test_without_credentials_scope_or_sight_nothing_happens(
    api: System, nobody: System, bearer: Knock, first: str
) -> None:
    remark = api.post(f"/task/{first}/comment/create", {"message": "hm"})["id"]
    paper = attach(api, first, b"text").get_json()["id"]
    no_scope, stranger = bearer("read"), bearer("task", login="bantian_handler1")
    for method, verb in (
        ("GET", "comment"), ("GET", f"comment/{remark}"), ("POST", "comment/create"),
        ("GET", "attachment"), ("GET", f"attachment/{paper}"),
        ("GET", f"attachment/{paper}/data"), ("DELETE", f"attachment/{paper}"),
    ):  # fmt: skip
        path = f"/task/{first}/{verb}"
        body = {"message": "x"} if method == "POST" else {}
        assert nobody.ask(method, path, body).status_code == 401, path
        assert no_scope.ask(method, path, body).status_code == 403, path
        assert stranger.is_kept_from(method, path, body), path
    assert attach(nobody, first, b"text").status_code == 401
    assert attach(no_scope, first, b"text").status_code == 403
    assert attach(stranger, first, b"text").status_code == 400
    assert attach(api, "zz", b"text").status_code == 400
    assert api.ask("GET", f"/task/another/comment/{remark}").status_code == 404


def test_remarks_are_kept_sealed_and_stay_after_the_end(api: System, first: str) -> None:
    made = api.post(f"/task/{first}/comment/create", {"message": "给张三打电话"})
    assert made["message"] == "给张三打电话"
    assert made["userId"] == "engine_api"
    assert made["links"][0]["href"].endswith(f"/task/{first}/comment/{made['id']}")
    api.post(f"/task/{first}/comment/create", {"message": " "}, status=400)
    with db.reading() as session:
        assert "张三".encode() not in session.scalars(select(TaskNote.message)).one()
    api.post(f"/task/{first}/complete", {}, status=204)
    api.post(f"/task/{first}/comment/create", {"message": "late"}, status=409)
    [kept] = api.get(f"/task/{first}/comment")
    assert kept["message"] == "给张三打电话"
    assert api.get(f"/task/{first}/comment/{made['id']}")["id"] == made["id"]


def test_a_file_is_attached_given_out_as_a_download_and_removed(api: System, first: str) -> None:
    answer = attach(
        api, first, "收据 10 元".encode(), attachment_name="receipt.txt",
        attachment_description="of Monday", attachment_type="receipt",
    )  # fmt: skip
    assert answer.status_code == 200, answer.get_data(as_text=True)
    made = answer.get_json()
    assert (made["name"], made["description"], made["type"], made["url"]) == (
        "receipt.txt", "of Monday", "receipt", None,
    )  # fmt: skip
    assert [one["id"] for one in api.get(f"/task/{first}/attachment")] == [made["id"]]
    path = f"/task/{first}/attachment/{made['id']}"
    assert api.get(path)["name"] == "receipt.txt"
    given = api.ask("GET", f"{path}/data")
    assert given.get_data() == "收据 10 元".encode()
    assert given.headers["Content-Disposition"].startswith("attachment;")
    assert given.headers["X-Content-Type-Options"] == "nosniff"
    with db.reading() as session:
        stored = session.scalars(select(Attachment)).one()
        assert storage.read(stored)
    api.do("DELETE", path, {}, status=204)
    assert api.get(f"/task/{first}/attachment") == []
    api.do("DELETE", path, {}, status=404)
    with db.reading() as session:
        assert session.scalars(select(Attachment)).all() == []
        with pytest.raises(NotFound):
            storage.read(stored)


def test_an_address_is_attached_and_nothing_else_that_looks_like_one(
    api: System, first: str
) -> None:
    made = attach(api, first, url="https://office.example/paper", attachment_name="Paper")
    assert made.get_json()["url"] == "https://office.example/paper"
    path = f"/task/{first}/attachment/{made.get_json()['id']}"
    assert api.ask("GET", f"{path}/data").status_code == 404
    for url in ("javascript:alert(1)", "file:///etc/passwd", ""):
        assert attach(api, first, url=url).status_code == 400
    assert attach(api, first).status_code == 400
    assert attach(api, first, b"x", nonsense="1").status_code == 400


@pytest.mark.parametrize(
    "content",
    [b"", b"\x7fELF\x02\x01\x01\x00", b"MZ\x90\x00\x03", b"PK\x03\x04nonsense", b"%PDF-1.7 junk",
     b"\xff\xfe<\x00s\x00"],
)  # fmt: skip
def test_hostile_files_are_refused_with_a_reason(api: System, first: str, content: bytes) -> None:
    answer = attach(api, first, content)
    assert answer.status_code == 400, answer.get_data(as_text=True)
    with db.reading() as session:
        assert session.scalars(select(TaskPaper)).all() == []
