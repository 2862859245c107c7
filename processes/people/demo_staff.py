"""Who works in the demonstration (§5.2): 296 accounts, counted by `tests`.

Logins say place and work (`pinghu_window1`). Names say that they are examples.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import NamedTuple

from processes.people.demo_orgs import DEPARTMENTS, INDUSTRIES, ORGANS, STREETS

_SURNAMES = "陈李张黄林王刘吴周何罗梁邓郑谢曾彭叶邱钟赖温廖古江卢范杨蔡苏"
_STEMS = "甲乙丙丁戊己庚辛壬癸"


class Member(NamedTuple):
    """One account to be: its login, its posts, where the person is employed."""

    login: str
    posts: tuple[tuple[str, str], ...]
    employer: str | None = None


#: Federations with two accounts each; all others are served by their street.
STAFFED_FEDERATIONS = (
    *(f"pinghu_c{number}" for number in range(1, 7)),
    "park_zhigu",
    "longgang_c1",
    "bantian_c1",
    "buji_c1",
    "longcheng_c1",
    "jihua_c1",
)
STAFFED_COMPANIES = tuple(f"ent_{number:03}" for number in range(1, 11))

#: Login within the organisation → roles there.
_STREET_STAFF = {
    "chair": ("chair", "reviewer"),
    "vice": ("reviewer", "dispatcher"),
    "handler1": ("handler", "rights"),
    "handler2": ("handler", "organizing"),
    "publicity1": ("publicity", "callback"),
    "window1": ("window", "dispatcher"),
    "desk1": ("deskofficer", "handler"),
    "desk2": ("deskofficer", "callback"),
}
_DISTRICT_STAFF = {
    "chair": ("chair", "manager"),
    "vice1": ("reviewer", "manager"),
    "vice2": ("reviewer",),
    "vice3": ("reviewer",),
    "office1": ("office", "dispatcher"),
    "office2": ("office",),
    "office3": ("office",),
    "organizing1": ("organizing", "deskofficer"),
    "organizing2": ("organizing",),
    "organizing3": ("organizing",),
    "publicity1": ("publicity",),
    "publicity2": ("publicity",),
    "rights1": ("rights", "handler"),
    "rights2": ("rights", "handler"),
    "rights3": ("rights", "handler"),
    "rights4": ("rights", "handler"),
    "rights5": ("rights",),
    "personnel1": ("personnel",),
    "personnel2": ("personnel",),
    "window1": ("window", "dispatcher"),
    "window2": ("window",),
    "callback1": ("callback",),
    "inspector1": ("inspector",),
    "inspector2": ("inspector",),
}
_FEDERATION_STAFF = {
    "chair": ("chair", "reviewer"),
    "staff1": ("window", "dispatcher", "handler", "callback"),
}
_COMPANY_STAFF = {
    "chair": ("chair", "reviewer"),
    "handler1": ("handler", "dispatcher", "window"),
}
_INDUSTRY_STAFF = {
    "chair": ("chair", "reviewer"),
    "handler1": ("handler", "dispatcher", "window"),
    "desk1": ("deskofficer", "callback"),
}


def members() -> list[Member]:
    """Return all accounts but those of the representatives, in a fixed order."""
    return [
        *_staff("district", _DISTRICT_STAFF),
        *(member for street in STREETS for member in _staff(street.code, _STREET_STAFF)),
        *(member for code in STAFFED_FEDERATIONS for member in _staff(code, _FEDERATION_STAFF)),
        *(
            member._replace(employer=code)
            for code in STAFFED_COMPANIES
            for member in _staff(code, _COMPANY_STAFF)
        ),
        *(member for code, _, _ in INDUSTRIES for member in _staff(code, _INDUSTRY_STAFF)),
        *(
            Member(f"{code}_liaison1", (("liaison", code),))
            for code in (*(row[0] for row in DEPARTMENTS), *(row[0] for row in ORGANS))
        ),
        *_delegates(),
        *(Member(f"lawyer{n}", (("lawyer", "district"),)) for n in range(1, 7)),
        *(
            Member(f"mediator{n}", (("mediator", street.code),))
            for n, street in enumerate(STREETS[:8], 1)
        ),
        *(Member(f"analyst{n}", (("analyst", "district"),)) for n in (1, 2)),
        Member("admin1", (("admin", "district"),)),
        Member("privacy1", (("privacy", "district"),)),
    ]


def person_name(number: int) -> str:
    """Return the example name of a number from 0 on: 陈某甲（示例）, 李某甲（示例） …"""
    stem, surname = divmod(number, len(_SURNAMES))
    return f"{_SURNAMES[surname]}某{_STEMS[stem % len(_STEMS)]}（示例）"


def phone(number: int) -> str:
    """Return the example phone of a number: the block 1380000xxxx is not given out."""
    return f"1380000{number % 10_000:04}"


class Rep(NamedTuple):
    """One representative: code, mandates (kind, level), street, industry, employer."""

    code: str
    mandates: tuple[tuple[str, str], ...]
    street: str | None
    industry: str | None
    employer: str | None
    focus: tuple[str, ...]
    in_roster: bool


REPS, DOUBLE, GUESTS = 60, 8, 6
TERM = ("2021—2026", date(2021, 10, 1))


def reps() -> list[Rep]:
    """Return 60 representatives with 68 mandates.

    18 party delegates, 27 deputies, 23 CPPCC members; 4 province or above, 12 city, 46
    district, 6 street (party delegates only). The first eight hold two mandates.
    """
    mandates = _mandates()
    return [
        Rep(
            code=f"rep_{number + 1:04}",
            mandates=(mandates[number], *mandates[REPS + number : REPS + number + 1])
            if number < DOUBLE
            else (mandates[number],),
            street=STREETS[number % len(STREETS)].code,
            industry=INDUSTRIES[number % len(INDUSTRIES)][0] if number % 3 == 0 else None,
            # One in four works in a company of the district and may be barred from its cases.
            employer=f"ent_{number // 4 + 1:03}" if number % 4 == 3 else None,
            focus=_focus(number),
            in_roster=number < REPS - GUESTS,
        )
        for number in range(REPS)
    ]


def _mandates() -> list[tuple[str, str]]:
    """Return 68 (kind, level) so that nobody's two mandates are of the same kind."""
    street = [("党代表", "街")] * 6
    party = [("党代表", "区")] * 11 + [("党代表", "市")] * 1
    deputies = [("人大代表", "区")] * 19 + [("人大代表", "市")] * 6 + [("人大代表", "省")] * 2
    cppcc = [("政协委员", "区")] * 16 + [("政协委员", "市")] * 5 + [("政协委员", "省")] * 2
    # The first eight are deputies, the last eight (their second mandates) CPPCC members.
    return [*deputies, *street, *party, *cppcc]


def _focus(number: int) -> tuple[str, ...]:
    first = number % 14 + 1
    return (f"{first:02}", f"{(first + 3) % 14 + 1:02}")


def _staff(org: str, staff: Mapping[str, tuple[str, ...]]) -> Iterator[Member]:
    for suffix, held in staff.items():
        yield Member(f"{org}_{suffix}", tuple((role, org) for role in held))


def _delegates() -> Iterator[Member]:
    for number in range(1, 31):
        company = f"ent_{number:03}"
        yield Member(f"delegate_{number:03}", (("delegate", company),), employer=company)
