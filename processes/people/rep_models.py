"""Representatives (代表委员), their mandates, and the time slots they have promised."""

from datetime import date, datetime

from sqlalchemy import JSON, Boolean, Date, ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column

from engine.models import Base


class Representative(Base):
    """A party delegate, people's deputy or CPPCC member who works with the union.

    `code` (`rep_0007`) stands in candidate groups and in case access instead of a name.
    """

    __tablename__ = "representative"

    code: Mapped[str] = mapped_column(String(20), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), unique=True)
    #: 工会界别, 工会干部, 劳模工匠, 其他: one person may be several.
    categories: Mapped[list[str]] = mapped_column(JSON, default=list)
    #: Appeal categories (two digits) the person follows.
    focus_areas: Mapped[list[str]] = mapped_column(JSON, default=list)
    industry: Mapped[str | None] = mapped_column(String(40))
    #: The street whose union keeps contact; None for the district.
    street: Mapped[str | None] = mapped_column(ForeignKey("org.code"), index=True)
    #: Slots the person prefers, for example ["wed_pm"]; empty means any.
    contact_windows: Mapped[list[str]] = mapped_column(JSON, default=list)
    #: Contacts a year without special approval (D-08).
    freq_cap: Mapped[int] = mapped_column(Integer, default=6)
    #: False: invited from outside the district's roster (外邀).
    in_roster: Mapped[bool] = mapped_column(Boolean, default=True)
    #: The member of staff who records for a representative who does not log in (§4.0-6).
    custodian: Mapped[str | None] = mapped_column(ForeignKey("account.login"))
    studio: Mapped[str | None] = mapped_column(String(40))
    is_demo: Mapped[bool] = mapped_column(Boolean, default=False)


class RepMandate(Base):
    """One office a representative holds, for one term."""

    __tablename__ = "rep_mandate"

    id: Mapped[int] = mapped_column(primary_key=True)
    rep: Mapped[str] = mapped_column(ForeignKey("representative.code"), index=True)
    #: 党代表, 人大代表, 政协委员.
    kind: Mapped[str] = mapped_column(String(10))
    #: 国, 省, 市, 区, 街.
    level: Mapped[str] = mapped_column(String(4))
    term: Mapped[str] = mapped_column(String(20))
    #: 界别, 代表团 or 选区.
    sector: Mapped[str] = mapped_column(String(40))
    starts_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date | None] = mapped_column(Date)
    #: 在任, 终止.
    status: Mapped[str] = mapped_column(String(6), default="在任")
    basis_file: Mapped[str | None] = mapped_column(String(80))


class RepReservation(Base):
    """Half a day of a representative, promised to one unit for one case (§4.0-5).

    The partial unique index is the lock: of two units that ask for the same half day exactly
    one wins, on any database. A released row stays as a record and frees the slot.
    """

    __tablename__ = "rep_reservation"
    __table_args__ = (
        Index(
            "uq__rep_reservation__slot",
            "rep",
            "day",
            "slot",
            unique=True,
            sqlite_where=text("released_at IS NULL"),
            postgresql_where=text("released_at IS NULL"),
        ),
        Index("ix__rep_reservation__instance", "instance_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    rep: Mapped[str] = mapped_column(ForeignKey("representative.code"))
    day: Mapped[date] = mapped_column(Date)
    #: "am" or "pm".
    slot: Mapped[str] = mapped_column(String(2))
    #: The root instance of the case the slot is for.
    instance_id: Mapped[str] = mapped_column(ForeignKey("process_instance.id"))
    unit: Mapped[str] = mapped_column(ForeignKey("org.code"))
    reserved_by: Mapped[str] = mapped_column(String(60))
    reserved_at: Mapped[datetime]
    released_at: Mapped[datetime | None]
    released_because: Mapped[str | None] = mapped_column(String(40))

    is_demo: Mapped[bool] = mapped_column(Boolean, default=False)
