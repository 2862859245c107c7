"""Setting an office up from the command line: no first-run page exists."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from engine import db
from engine.cli import HuiyinGroup
from processes.people import cli, identity, passwords, posts
from processes.people.models import Account


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
