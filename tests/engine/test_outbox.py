"""The outbox: notices inside the office, channels out of it, at least once and by key."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from engine import clock, commands, db, hooks, queries, services
from engine.jobs import outbox
from engine.models import Outbox
from engine.services import ServiceCall
from tests.engine import office
from tests.engine.office import diagram, flows, user

TELLS = diagram(
    '<bpmn:startEvent id="s"/>'
    '<bpmn:serviceTask id="tell" camunda:delegateExpression="${test.tell}"/>'
    + user("a")
    + '<bpmn:endEvent id="e"/>'
    + flows("s>tell", "tell>a", "a>e")
)


@services.service("test.tell")
def tell(call: ServiceCall) -> None:
    """Owe one notice to a group and one message to the outside."""
    for kind, recipient in (("reminder", "handler@pinghu"), ("test_mail", "SQ-1")):
        call.post(
            kind=kind,
            recipient=recipient,
            payload={"what": "due_soon"},
            key=f"{kind}:{call.instance.id}",
            urgent=True,
        )


@pytest.fixture
def post(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A channel to the outside that notes the keys it was given."""
    seen: list[str] = []
    monkeypatch.setattr(hooks, "_channels", {})
    hooks.channel("test_mail")(lambda recipient, payload, key: seen.append(key))
    return seen


def test_a_channel_gets_each_message_once(either_database: str, post: list[str]) -> None:
    office.prepare()
    office.publish(TELLS)
    case = office.start()
    assert outbox.deliver() == 2
    assert outbox.deliver() == 0
    assert post == [f"test_mail:{case}"]


def test_a_broken_channel_is_tried_again_with_the_same_key(
    database: str, post: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    office.prepare()
    office.publish(TELLS)
    case = office.start()

    def broken(_recipient: str, _payload: str, key: str) -> None:
        post.append(key)
        raise OSError("no route")

    hooks.channel("test_mail")(broken)
    outbox.deliver()
    outbox.deliver()
    assert post == [f"test_mail:{case}"]  # not before its time
    real = clock.real
    monkeypatch.setattr(clock, "real", lambda: real() + timedelta(minutes=2))
    hooks.channel("test_mail")(lambda recipient, payload, key: post.append(key))
    outbox.deliver()
    assert post == [f"test_mail:{case}"] * 2
    with db.reading() as session:
        row = session.scalars(select(Outbox).where(Outbox.kind == "test_mail")).one()
    assert row.sent_at is not None


def test_a_notice_is_for_its_group_and_only_in_visible_cases(database: str) -> None:
    office.prepare()
    office.publish(TELLS)
    office.start()
    ann = queries.Viewer("ann", office.ANN.groups, frozenset({"pinghu"}), scope="all")
    bob = queries.Viewer("bob", office.BOB.groups, frozenset({"bantian"}), scope="all")
    blind = queries.Viewer("eve", office.ANN.groups, frozenset({"nowhere"}))
    with db.transaction() as session:
        assert queries.unread(session, bob) == 0
        assert queries.notices(session, blind).total == 0
        found = queries.notices(session, ann)
        assert [notice.payload for notice in found.items] == [{"what": "due_soon"}]
        assert commands.read_notices(session, [found.items[0].id], actor=office.ANN) == 1
        assert queries.unread(session, ann) == 0
        assert queries.notices(session, ann).items[0].read
