"""The page on which the interface is read: for technicians, in Chinese, complete."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.web.conftest import Enter
from web.api import phrases
from web.api.catalogue import routes


@pytest.mark.parametrize("login", ["pinghu_handler1", "rep_0001", "district_chair"])
def test_it_is_no_business_of_the_office(enter: Enter, login: str) -> None:
    for path in ("/api/", "/api/task", "/api/openapi.json"):
        assert enter(login).get(path).status_code == 403, path
    assert "接口说明" not in enter(login).get("/inbox/").get_data(as_text=True)


def test_a_stranger_is_led_to_the_login(enter: Enter) -> None:
    assert enter(None).get("/api/").headers["Location"].startswith("/login")


@pytest.mark.parametrize("login", ["analyst1", "admin1", "privacy1"])
def test_technicians_find_it_in_their_menu(enter: Enter, login: str) -> None:
    page = enter(login).get("/inbox/").get_data(as_text=True)
    assert 'href="/api/"' in page
    start = enter(login).get("/api/").get_data(as_text=True)
    for title, _ in phrases.GROUPS.values():
        assert title in start
    assert "Authorization: Basic" in start


def test_every_route_is_on_the_page_of_its_group(app: Flask, enter: Enter) -> None:
    person = enter("analyst1")
    found = routes(app)
    for group in dict.fromkeys(route.group for route in found):
        page = person.get(f"/api/{group}").get_data(as_text=True)
        plain = page.replace("/&#8203;", "/")
        for route in found:
            if route.group == group:
                assert route.path in plain, route.path
                assert f'id="{route.method.lower()}-{route.name}"' in page
                for one in (*route.parameters, *route.body):
                    assert f"<code>{one.name}</code>" in page
        assert "curl -u" in page
    assert person.get("/api/nothing").status_code == 404


def test_the_document_can_be_taken_away(enter: Enter) -> None:
    answer = enter("analyst1").get("/api/openapi.json")
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.get_json()["openapi"].startswith("3.")
