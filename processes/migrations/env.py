"""Alembic's entry: runs on the database this process is bound to."""

from typing import Any, Literal

from alembic import context
from sqlalchemy.types import TypeDecorator

from engine import bundles, db
from engine.models import Base


def render(kind: str, item: Any, _: object) -> str | Literal[False]:
    """Write our own column types as what lies in the database: a migration outlives our code."""
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{item.impl!r}"
    return False


bundles.load_all()

with db.engine().connect() as connection:
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
