"""Alembic's entry: runs on the database this process is bound to."""

from alembic import context

from engine import bundles, db
from engine.models import Base

bundles.load_all()

with db.engine().connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,
        compare_type=True,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
