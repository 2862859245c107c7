"""Who may call the API at all: passwords of systems, tokens with scopes, and nobody else."""

from __future__ import annotations

import base64

import pytest
from flask import Flask
from sqlalchemy import event, update
from structlog.testing import capture_logs

from engine import clock, commands, db
from engine.hooks import SYSTEM
from processes.people import access, accounts, demo, passwords, tokens
from processes.people.models import Account, ApiToken
from tests.web.api.conftest import Knock, System, make_token
from tests.web.conftest import Enter, start_matter
from web.api.access import contract_of

PATH = "/variable-instance"


def basic(app: Flask, login: str, password: str) -> System:
    word = base64.b64encode(f"{login}:{password}".encode()).decode()
    return System(app.test_client(), {"Authorization": f"Basic {word}"})


def routes(app: Flask) -> list[tuple[str, str, str]]:
    """Return (method, path below the root, scope) of every route, made-up ids filled in."""
    found = []
    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        if rule.endpoint.startswith("api."):
            contract = contract_of(app.view_functions[rule.endpoint])
            assert contract is not None, rule.endpoint
            numbers = {name for name, kind in rule._converters.items() if kind.regex == "\\d+"}
            values = {name: 987654 if name in numbers else "f" * 32 for name in rule.arguments}
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                path = adapter.build(rule.endpoint, values, method)
                found.append((method, path.removeprefix("/engine-rest"), contract.scope))
    return found


def test_without_credentials_every_route_says_who_it_wants(app: Flask, nobody: System) -> None:
    tried = routes(app)
    assert len(tried) >= 5
    for method, path, _ in tried:
        answer = nobody.ask(method, path, {} if method != "GET" else None)
        assert answer.status_code == 401, f"{method} {path}"
        assert answer.headers["WWW-Authenticate"].startswith('Basic realm="')
        assert answer.get_json()["type"] == "AuthenticationException"


def test_the_cookie_of_a_person_opens_no_route(app: Flask, enter: Enter) -> None:
    person = System(enter("pinghu_handler1").client)
    for method, path, _ in routes(app):
        assert person.ask(method, path).status_code == 401, f"{method} {path}"


def test_a_token_without_the_scope_opens_no_route(app: Flask, bearer: Knock) -> None:
    with_scope = {scope: bearer(*(set(tokens.SCOPES) - {scope})) for scope in tokens.SCOPES}
    for method, path, scope in routes(app):
        answer = with_scope[scope].ask(method, path, {} if method != "GET" else None)
        assert answer.status_code == 403, f"{method} {path}"
        told = answer.get_json()
        assert (told["type"], told["resourceName"]) == ("AuthorizationException", scope)


def test_the_same_under_the_name_of_the_engine(app: Flask, nobody: System, api: System) -> None:
    nobody.root = api.root = "/engine-rest/engine/default"
    assert nobody.ask("GET", PATH).status_code == 401
    assert api.get(PATH) == []


def test_a_person_has_no_password_here(app: Flask) -> None:
    assert basic(app, "pinghu_handler1", demo.PASSWORD).ask("GET", PATH).status_code == 401
    assert basic(app, "nobody", demo.PASSWORD).ask("GET", PATH).status_code == 401
    assert basic(app, demo.SERVICE_LOGIN, "wrong").ask("GET", PATH).status_code == 401


def test_a_system_has_no_page(enter: Enter) -> None:
    page = enter(None).post("/login", {"login": demo.SERVICE_LOGIN, "password": demo.PASSWORD})
    assert page.status_code == 401
    assert enter(demo.SERVICE_LOGIN).get("/inbox/").status_code == 302


def test_a_closed_account_is_out_at_once(api: System, bearer: Knock) -> None:
    by_token = bearer("read")
    assert api.get(PATH) == by_token.get(PATH) == []
    with db.transaction() as session:
        accounts.close(session, demo.SERVICE_LOGIN)
    assert api.ask("GET", PATH).status_code == 401
    assert by_token.ask("GET", PATH).status_code == 401


def test_a_changed_password_is_out_at_once(api: System) -> None:
    assert api.get(PATH) == []
    with db.transaction() as session:
        stored = passwords.hashed("another-long-one")
        session.execute(
            update(Account).where(Account.login == demo.SERVICE_LOGIN).values(password=stored)
        )
    assert api.ask("GET", PATH).status_code == 401


def test_the_password_is_compared_once(api: System, monkeypatch: pytest.MonkeyPatch) -> None:
    compared = []
    slow = passwords.matches
    monkeypatch.setattr(passwords, "matches", lambda *given: compared.append(1) or slow(*given))
    with db.transaction() as session:  # a hash nobody has met in this process
        session.execute(
            update(Account)
            .where(Account.login == demo.SERVICE_LOGIN)
            .values(password=passwords.hashed(demo.PASSWORD))
        )
    for _ in range(5):
        assert api.get(PATH) == []
    assert len(compared) == 1


def test_guessing_is_slowed_down_and_a_working_system_is_not_locked_out(
    app: Flask, api: System
) -> None:
    assert api.get(PATH) == []
    guesser = basic(app, demo.SERVICE_LOGIN, "guess")
    found = [guesser.ask("GET", PATH).status_code for _ in range(6)]
    assert found == [401] * 5 + [429]
    assert api.get(PATH) == []


def test_an_ended_token_opens_nothing(app: Flask, bearer: Knock) -> None:
    revoked, expired = bearer("read"), bearer("read")
    assert revoked.get(PATH) == []
    with db.transaction() as session:
        first, second = tokens.listed(session, demo.SERVICE_LOGIN)[::-1]
        tokens.revoke(session, demo.SERVICE_LOGIN, first.id)
        session.get_one(ApiToken, second.id).expires_at = clock.real()
    for ended in (revoked, expired):
        assert ended.ask("GET", PATH).status_code == 401
    made_up = System(app.test_client(), {"Authorization": "Bearer hy_made_up"})
    assert made_up.ask("GET", PATH).status_code == 401


def test_using_a_token_is_written_down_once_a_minute(app: Flask, bearer: Knock) -> None:
    system = bearer("read")
    for _ in range(3):
        system.get(PATH)
    with db.reading() as session:
        (token,) = tokens.listed(session, demo.SERVICE_LOGIN)
        used = token.last_used_at
    assert used is not None
    system.get(PATH)
    with db.reading() as session:
        assert tokens.listed(session, demo.SERVICE_LOGIN)[0].last_used_at == used


def test_a_systems_token_costs_one_statement(app: Flask, bearer: Knock) -> None:
    system, asked = bearer("read"), []
    system.get(PATH)  # from now on its use is written down

    def note(_c: object, _x: object, statement: str, *_: object) -> None:
        asked.append(statement)

    event.listen(db.engine(), "before_cursor_execute", note)
    system.get("/version")
    event.remove(db.engine(), "before_cursor_execute", note)
    assert [text for text in asked if "account" in text] == [
        text for text in asked if "api_token" in text
    ]
    assert sum("api_token" in text for text in asked) == 1


def test_a_persons_token_sees_what_the_person_sees(app: Flask, bearer: Knock) -> None:
    instance = start_matter("核实", "ZX-1")
    with db.transaction() as session:
        commands.set_variables(session, instance, {"amount": 5}, actor=SYSTEM)
    insider = bearer("read", login="pinghu_handler1")
    outsider = bearer("read", login="analyst1")
    system = bearer("read")
    assert [len(who.get(PATH)) > 0 for who in (insider, outsider, system)] == [True, False, True]
    with db.transaction() as session:
        access.bar(session, instance, demo.SERVICE_LOGIN)
    assert system.get(PATH) == []


def test_the_log_says_who_and_what_but_not_with_which_words(
    api: System,
) -> None:
    instance = start_matter("核实", "ZX-1")
    path = f"/process-instance/{instance}/variables/said"
    with capture_logs() as lines:  # wherever another test of this process sent them
        api.do("PUT", path, {"value": "a-secret-of-somebody"}, status=204)
        api.get(PATH, variableValues="said_eq_a-secret-of-somebody")
    told = str(lines)
    assert "engine_api" in told
    assert "/engine-rest/process-instance/<owner_id>/variables/<name>" in told
    assert "'status': 204" in told
    for secret in ("a-secret-of-somebody", instance, demo.PASSWORD):
        assert secret not in told


def test_a_token_of_no_scope_or_for_nobody_is_not_made(office: str) -> None:
    from engine.errors import InvalidInput, NotFound

    with pytest.raises(InvalidInput):
        make_token(demo.SERVICE_LOGIN, [])
    with pytest.raises(InvalidInput):
        make_token(demo.SERVICE_LOGIN, ["everything"])
    with pytest.raises(NotFound):
        make_token("no_such_login", ["read"])


def test_what_is_not_there_is_told_in_the_same_shape(api: System) -> None:
    for method, path, status in (
        ("GET", "/no-such-resource", 404),
        ("DELETE", PATH, 405),
    ):
        answer = api.ask(method, path)
        assert answer.status_code == status
        assert answer.get_json()["type"] == "RestException"
        assert answer.headers["Content-Type"] == "application/json"
