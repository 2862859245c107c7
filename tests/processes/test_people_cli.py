"""Setting an office up from the command line: no first-run page exists."""

from __future__ import annotations

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from engine import db
from engine.cli import HuiyinGroup
from processes.people import cli, identity, passwords, posts
from processes.people.models import Account, ApiToken


@pytest.fixture
def run(database):
    group = HuiyinGroup("huiyin")
    cli.register(group)

    def invoke(*words, ok=True):
        result = CliRunner().invoke(group, words)
        assert (result.exit_code == 0) is ok, result.output
        return result.output

    return invoke


def _office(run):
    run("org", "add", "district", "某区总工会", "--kind", "区总工会", "--level", "L4")
    run(
        "org",
        "add",
        "north",
        "北街道总工会",
        "--kind",
        "街道总工会",
        "--level",
        "L3",
        "--parent",
        "district",
        "--letters",
        "NO",
    )


GOOD = "a long enough phrase"


def _admin(run, login="anna", password=GOOD, **options):
    return run(
        "account",
        "add",
        login,
        "--name",
        "示例甲",
        "--role",
        "admin",
        "--org",
        "district",
        "--password",
        password,
        **options,
    )


def test_the_first_administrator_is_made_by_hand(run):
    _office(run)
    assert "首次登录须修改密码" in _admin(run)
    with db.reading() as session:
        who = identity.identify(session, "anna")
    assert who.profile.must_change_password
    assert who.actor.groups == {"admin@district"}


def test_a_weak_password_a_taken_login_and_an_unknown_place_are_refused(run):
    _office(run)
    assert "太常见" in _admin(run, password="12345678", ok=False)
    assert "已被使用" in _admin(run, login="north", ok=False)
    assert "没有代码" in run(
        "account",
        "add",
        "ben",
        "--name",
        "示例乙",
        "--role",
        "chair",
        "--org",
        "nowhere",
        "--password",
        "a long enough phrase",
        ok=False,
    )
    with db.reading() as session:
        assert session.query(Account).count() == 0


def test_an_organisation_cannot_take_a_login_and_needs_a_parent(run):
    _office(run)
    _admin(run)
    for code, parent in (
        ("anna", "district"),
        ("north", "district"),
        ("x", "nowhere"),
        ("A", "north"),
    ):
        run("org", "add", code, "x", "--kind", "x", "--level", "L2", "--parent", parent, ok=False)
    assert "北街道总工会" in run("org", "list")


def test_posts_come_and_go_and_accounts_close(run):
    _office(run)
    _admin(run)
    run("account", "post", "anna", "chair", "north")
    with db.reading() as session:
        assert posts.holders(session, "chair", "north") == ["anna"]
    run("account", "post", "anna", "chair", "north", "--end")
    run("account", "post", "anna", "emperor", "north", ok=False)
    run("account", "password", "anna", "--password", "another long phrase")
    with db.reading() as session:
        assert posts.holders(session, "chair", "north") == []
        stored = session.get(Account, "anna").password
    assert passwords.matches(stored, "another long phrase")
    run("account", "close", "anna")
    with db.reading() as session:
        assert posts.holders(session, "admin", "district") == []


def test_a_system_gets_an_account_and_tokens(run):
    from processes.people import tokens

    run("account", "add", "crm", "--service", "--password", GOOD)
    with db.reading() as session:
        found = identity.identify(session, "crm")
        assert (found.viewer.scope, found.viewer.roles) == ("all", {"service"})
    told = run("account", "token", "crm", "--name", "sync", "--scope", "read", "--days", "9")
    token = told.split()[-1]
    with db.reading() as session:
        kept = tokens.check(session, token)
        assert kept is not None
        assert (kept.account, kept.scopes, kept.is_service) == ("crm", {"read"}, True)
        assert token not in session.scalars(select(ApiToken.digest)).all()
    assert "read  sync" in run("account", "tokens", "crm")
    assert "已撤销" in run("account", "tokens", "crm", "--revoke", str(kept.id))
    with db.reading() as session:
        assert tokens.check(session, token) is None
    run("account", "token", "crm", "--name", "x", "--scope", "everything", ok=False)
    run("account", "tokens", "crm", "--revoke", "999", ok=False)


def test_a_person_needs_a_name_and_nobody_is_appointed_a_system(run):
    _office(run)
    run("account", "add", "anna", "--password", GOOD, ok=False)
    _admin(run)
    run("account", "post", "anna", "service", "district", ok=False)
