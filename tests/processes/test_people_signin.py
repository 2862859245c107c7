"""Passwords, signing in, slowing down, sessions."""

from __future__ import annotations

from datetime import timedelta

import argon2
import pytest

from engine import clock, db
from engine.errors import Conflict, InvalidInput
from processes.people import accounts, demo, passwords, sessions, signin
from processes.people.models import LoginSession, SignInThrottle
from tests.processes import people_office

RIGHT, WRONG = demo.PASSWORD, "not the password"


@pytest.fixture
def office(database):
    people_office.furnish()


@pytest.fixture
def both_offices(either_database):
    people_office.furnish()


@pytest.fixture
def wall(monkeypatch):
    """Wall time that the test moves."""
    real = clock.real
    moved = {"by": timedelta(0)}
    monkeypatch.setattr(clock, "real", lambda: real() + moved["by"])

    def move(**period):
        moved["by"] += timedelta(**period)

    return move


def _sign_in(login, password, address=""):
    with db.reading() as session:
        claim = signin.look_up(session, login, address)
    proven = signin.prove(claim, password)
    with db.transaction() as session:
        return signin.finish(session, claim, proven=proven, address=address)


def test_wrong_unknown_and_closed_are_told_the_same(office):
    with db.transaction() as session:
        accounts.close(session, "pinghu_desk2")
    answers = {
        _sign_in("pinghu_window1", WRONG),
        _sign_in("nobody_here", RIGHT),
        _sign_in("pinghu_desk2", RIGHT),
        _sign_in("", ""),
    }
    assert answers == {signin.Outcome(None, signin.WRONG)}


def test_the_right_password_opens_a_session(office):
    outcome = _sign_in("pinghu_window1", RIGHT)
    assert outcome.token
    with db.reading() as session:
        found = sessions.check(session, outcome.token)
        assert found is not None
        assert found.account == "pinghu_window1"
        assert outcome.token not in str(found.__dict__)


def test_an_unknown_login_costs_the_same_work_as_a_wrong_password(office, monkeypatch):
    """Counted, not timed: one comparison each, against a hash of the same parameters."""
    compared = []

    def matches(stored, password):
        compared.append(argon2.extract_parameters(stored))
        return False

    monkeypatch.setattr(passwords, "matches", matches)
    for login in ("pinghu_window1", "nobody_here"):
        with db.reading() as session:
            claim = signin.look_up(session, login)
        assert not signin.prove(claim, WRONG)
    known, unknown = compared
    assert known == unknown


def test_the_sixth_try_must_wait_even_with_the_right_password(both_offices, wall):
    for _ in range(5):
        assert _sign_in("pinghu_window1", WRONG).message == signin.WRONG
    refused = _sign_in("pinghu_window1", RIGHT)
    assert refused.token is None
    assert "分钟后再试" in refused.message
    wall(seconds=31)
    assert _sign_in("pinghu_window1", RIGHT).token


def test_waiting_doubles_and_ends_at_a_quarter_of_an_hour(office, wall):
    for _ in range(5):
        _sign_in("pinghu_window1", WRONG)
    waits = []
    for _ in range(7):
        with db.reading() as session:
            row = session.query(SignInThrottle).one()
            waits.append(round((row.blocked_until - clock.real()).total_seconds()))
        wall(minutes=15, seconds=1)
        _sign_in("pinghu_window1", WRONG)
    assert waits == [30, 60, 120, 240, 480, 900, 900]


def test_an_unknown_login_is_slowed_down_exactly_like_a_known_one(office):
    for login in ("nobody_here", "pinghu_window1"):
        answers = [_sign_in(login, WRONG).message for _ in range(7)]
        assert answers[:5] == [signin.WRONG] * 5
        assert "分钟后再试" in answers[6]


def test_success_forgives_and_a_day_forgets(office, wall):
    for _ in range(4):
        _sign_in("pinghu_window1", WRONG)
    assert _sign_in("pinghu_window1", RIGHT).token
    for _ in range(4):
        _sign_in("pinghu_window1", WRONG)
    wall(hours=25)
    _sign_in("pinghu_window1", WRONG)
    assert _sign_in("pinghu_window1", RIGHT).token


def test_one_address_that_tries_many_logins_is_slowed_down(office):
    for number in range(50):
        with db.transaction() as session:
            claim = signin.look_up(session, f"guess_{number}", "203.0.113.9")
            signin.finish(session, claim, proven=False, address="203.0.113.9")
    assert "分钟后再试" in _sign_in("pinghu_window1", RIGHT, "203.0.113.9").message
    assert _sign_in("pinghu_window1", RIGHT, "203.0.113.10").token


def test_a_password_changed_between_look_up_and_finish_opens_nothing(office):
    with db.reading() as session:
        claim = signin.look_up(session, "pinghu_window1")
    proven = signin.prove(claim, RIGHT)
    with db.transaction() as session:
        accounts.change_password(
            session, "pinghu_window1", stored_before=claim.stored, stored="another"
        )
    with db.transaction() as session:
        assert signin.finish(session, claim, proven=proven).token is None


def _open(login="pinghu_window1"):
    with db.transaction() as session:
        return sessions.start(session, login)


def _alive(token):
    with db.reading() as session:
        return sessions.check(session, token) is not None


def test_rotation_kills_the_old_token_at_once(both_offices):
    old = _open()
    with db.transaction() as session:
        fresh = sessions.rotate(session, old)
    assert fresh != old
    assert not _alive(old)
    assert _alive(fresh)
    with db.transaction() as session:
        assert sessions.rotate(session, old) is None


def test_signing_out_kills_the_token_and_only_that_one(office):
    first, second = _open(), _open()
    with db.transaction() as session:
        sessions.revoke(session, first)
    assert (_alive(first), _alive(second)) == (False, True)


def test_half_an_hour_without_use_ends_a_session(office, wall):
    token = _open()
    wall(minutes=29)
    assert _alive(token)
    with db.transaction() as session:
        assert sessions.needs_touch(sessions.check(session, token))
        sessions.touch(session, token)
    wall(minutes=29)
    assert _alive(token)
    wall(minutes=2)
    assert not _alive(token)


def test_twelve_hours_end_a_session_in_any_case(office, wall):
    token = _open()
    for _ in range(36):
        wall(minutes=20)
        with db.transaction() as session:
            sessions.touch(session, token)
            fresh = sessions.rotate(session, token)
            token = fresh or token
    assert not _alive(token)


def test_a_closed_account_and_a_lost_post_end_the_sessions(office):
    token, other = _open(), _open("pinghu_desk1")
    with db.transaction() as session:
        accounts.close(session, "pinghu_window1")
        accounts.dismiss(session, "pinghu_desk1", "handler", "pinghu")
    assert not _alive(token)
    assert not _alive(other)


def test_changing_the_password_signs_out_everywhere_else(both_offices):
    here, elsewhere = _open(), _open()
    with db.transaction() as session:
        before = accounts.account(session, "pinghu_window1").password
        accounts.change_password(
            session, "pinghu_window1", stored_before=before, stored="new", token=here
        )
    assert (_alive(here), _alive(elsewhere)) == (True, False)
    with pytest.raises(Conflict), db.transaction() as session:
        accounts.change_password(session, "pinghu_window1", stored_before=before, stored="newer")


def test_a_guessed_or_stolen_row_signs_nobody_in(office):
    token = _open()
    with db.reading() as session:
        stored = session.query(LoginSession).one().token_hash
    assert not _alive(stored)
    assert not _alive("")
    assert not _alive(token[:-1])


@pytest.mark.parametrize(
    "bad",
    [
        "short",
        "12345678",
        "aaaaaaaa",
        "PASSWORD",
        "huiyin2026",
        "总工会12345",
        "Longgang-88",
        "pinghu_window1",
        "pinghu_window1!!",
        "x" * 129,
    ],
)
def test_weak_passwords_are_refused_with_a_reason(bad):
    with pytest.raises(InvalidInput) as refusal:
        passwords.check_strength(bad, login="pinghu_window1", name="苏某甲")
    assert "密码" in refusal.value.fields["password"]


@pytest.mark.parametrize("good", ["四个随意的词语连起来", "correct horse battery", "x7! ()'--é好"])
def test_any_characters_are_welcome(good):
    passwords.check_strength(good, login="pinghu_window1")
    assert passwords.matches(passwords.hashed(good), good)
    assert not passwords.matches(passwords.hashed(good), good + " ")


def test_a_broken_hash_matches_nothing():
    assert not passwords.matches("", "anything")
    assert not passwords.matches("$argon2id$broken", "anything")


def test_a_login_must_not_look_like_an_organisation_or_be_taken(office):
    with db.transaction() as session:
        for taken in ("pinghu", "pinghu_window1"):
            with pytest.raises(Conflict):
                accounts.create(session, taken, stored="x")
        for odd in ("", "Öl", "a b", "a@b"):
            with pytest.raises(InvalidInput):
                accounts.create(session, odd, stored="x")
