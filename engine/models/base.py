"""What every table has: identifiers, moments, names of constraints."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar, cast

from sqlalchemy import (
    JSON,
    BigInteger,
    DateTime,
    Dialect,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    TypeDecorator,
)
from sqlalchemy.orm import DeclarativeBase, mapped_column


def utc(value: datetime) -> datetime:
    """Return a moment in UTC. Raises ValueError for one without a time zone."""
    if value.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    return value.astimezone(UTC)


class Moment(TypeDecorator[datetime]):
    """An instant: aware in Python, UTC in the database. Naive values are refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else utc(value)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None or value.tzinfo is not None:
            return value
        return value.replace(tzinfo=UTC)


def new_id() -> str:
    """Return a new identifier: 32 hexadecimal digits, random."""
    return uuid.uuid4().hex


#: Counted rows (history, jobs): the database gives the number.
Id = Annotated[
    int,
    mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
]
#: Things that are named outside (instances, tasks): never guessable.
Key = Annotated[str, mapped_column(String(32), primary_key=True, default=new_id)]
InstanceRef = Annotated[str, mapped_column(String(32), ForeignKey("process_instance.id"))]
Code = Annotated[str, mapped_column(String(120))]
Document = Annotated[dict[str, Any], mapped_column(JSON)]


class Base(DeclarativeBase):
    """Every table of every floor; constraint names are fixed so that Alembic can find them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: Moment,
        bytes: LargeBinary,
        str: String(255),
        dict[str, Any]: JSON(none_as_null=True),
    }


def table_of(model: type[Base]) -> Table:
    """Return the table behind a class; every class of ours has exactly one.

    Statements on tables pass by what the ORM does to classes, such as grouping rows by which
    of their values are NULL.
    """
    return cast("Table", model.__table__)
