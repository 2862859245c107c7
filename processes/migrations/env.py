"""Alembic's entry: runs on the database this process is bound to."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

from alembic import context
from sqlalchemy import Connection
from sqlalchemy.types import TypeDecorator

from engine import bundles, db
from engine.models import Base


def render(kind: str, item: Any, _: object) -> str | Literal[False]:
    """Write our own column types as what lies in the database: a migration outlives our code."""
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{item.impl!r}"
    return False


@contextmanager
def references_at_rest(connection: Connection) -> Iterator[None]:
    """Let SQLite copy a table that others refer to; look at every reference afterwards.

    It changes a column by making the table anew, and dropping the old one counts as deleting
    its rows. The switch works only outside a transaction.
    """
    driver = connection.connection.driver_connection
    if connection.dialect.name != "sqlite" or driver is None:
        yield
        return
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
        broken = driver.execute("PRAGMA foreign_key_check").fetchall()
        assert not broken, broken  # noqa: S101 - a migration that loses rows must not pass
    finally:
        driver.execute("PRAGMA foreign_keys=ON")


bundles.load_all()

with db.engine().connect() as connection, references_at_rest(connection):
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,
        render_item=render,
        compare_type=True,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
