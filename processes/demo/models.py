"""Whether the demonstration office is complete: a build that was interrupted starts again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from engine.models import Base, Id


class DemoOffice(Base):
    """One row per demonstration office, thus at most one. Wall time, not engine time."""

    __tablename__ = "demo_office"

    id: Mapped[Id]
    begun_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    appeals: Mapped[int] = mapped_column(default=0)
