"""What the engine asks of people: who an account is, and an office to walk scenarios in."""

from sqlalchemy.orm import Session

from engine.hooks import actor_source, on_seed
from processes.people import demo, identity

actor_source(identity.actor_for)

#: Nobody signs in to an office that only scenarios walk in: the password hash opens nothing.
_NO_PASSWORD = "!"  # noqa: S105


@on_seed
def seed(session: Session) -> None:
    """Put the demonstration's organisations and accounts into an empty database."""
    if not demo.is_installed(session):
        demo.organisations(session)
        demo.accounts(session, stored=_NO_PASSWORD)
