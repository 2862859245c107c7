"""The tree of organisations: who is above whom, and who steps in.

The chain of the union is company → community → street (or industry) → district → city
(工会法 §11). Departments and organs stand beside it and have no superior here.
"""

from collections.abc import Iterable

from sqlalchemy import CTE, literal, select
from sqlalchemy.orm import Session, aliased

from engine.errors import Conflict, InvalidInput, NotFound
from processes.people.models import Account, Org, OrgLink

#: The organisation that answers for the whole district; nothing here is owed above it.
DISTRICT = "district"

#: How high a level stands. An industry union stands beside the street.
_HEIGHT = {"L1": 1, "L2": 2, "L3": 3, "L3H": 3, "L4": 4, "L5": 4, "L6": 6}

LEVELS = tuple(_HEIGHT)


def add(
    session: Session,
    code: str,
    name: str,
    *,
    kind: str,
    level: str,
    parent: str | None = None,
    letters: str | None = None,
    has_union: bool = True,
) -> Org:
    """Add an organisation below another one.

    Raises:
        InvalidInput: the code has other signs than a–z, 0–9 and _.
        Conflict: the code is taken, by an organisation or by a login.
        NotFound: there is no such parent.
    """
    if not code or set(code) - set("abcdefghijklmnopqrstuvwxyz0123456789_"):
        raise InvalidInput("组织代码只能用小写字母、数字和下划线。", {"code": "格式不正确"})
    # A login stands beside organisations in case access: one must not be taken for the other.
    if session.get(Org, code) is not None or session.get(Account, code) is not None:
        raise Conflict(f"代码“{code}”已被使用。")
    if parent is not None:
        org(session, parent)
    made = Org(
        code=code,
        name=name,
        kind=kind,
        level=level,
        parent=parent,
        street_code=letters,
        has_union=has_union,
    )
    session.add(made)
    return made


def org(session: Session, code: str) -> Org:
    """Return an organisation.

    Raises:
        NotFound: no organisation has this code.
    """
    found = session.get(Org, code)
    if found is None:
        raise NotFound(f"没有代码为“{code}”的组织。")
    return found


def names(session: Session, codes: Iterable[str]) -> dict[str, str]:
    """Return the names of organisations; a code that is not known stands for itself."""
    wanted = set(codes)
    if not wanted:
        return {}
    known = dict(session.execute(select(Org.code, Org.name).where(Org.code.in_(wanted))).all())
    return {code: known.get(code, code) for code in wanted}


def lineage(start: Iterable[str]) -> CTE:
    """Return a recursive query (origin, code, parent, steps): each start and all above it.

    `steps` is 0 for the start itself. Built here so that access rows can be written in SQL
    without reading the tree first.
    """
    base = (
        select(
            Org.code.label("origin"),
            Org.code.label("code"),
            Org.parent.label("parent"),
            literal(0).label("steps"),
        )
        .where(Org.code.in_(sorted(set(start))))
        .cte("lineage", recursive=True)
    )
    above = aliased(Org)
    return base.union_all(
        select(base.c.origin, above.code, above.parent, base.c.steps + 1).join(
            base, above.code == base.c.parent
        )
    )


def chain(session: Session, code: str) -> list[Org]:
    """Return the organisation and everything above it, nearest first.

    Raises:
        NotFound: no organisation has this code.
    """
    found = [org(session, code)]
    while found[-1].parent is not None:
        found.append(org(session, found[-1].parent))
    return found


def superior(session: Session, code: str) -> str:
    """Return the code of the next union level up.

    The district answers for itself here: what is above it (the city) does not work in this
    system. Departments and organs, which have no parent, are looked after by the district.

    Raises:
        NotFound: no organisation has this code.
    """
    here = org(session, code)
    if code == DISTRICT or here.parent is None:
        return DISTRICT
    return here.parent


def at_level(session: Session, code: str, level: str) -> str:
    """Return the organisation of a level that is responsible for this one.

    Walks up from `code` until the level is reached or passed, so that the answer exists for
    every pair: a community has no company below it, and answers itself. For "L3H" the
    industry an organisation belongs to (系统) is taken if it has one, else its street.

    Raises:
        NotFound: no organisation has this code.
    """
    if level == "L3H":
        industry = session.scalar(
            select(OrgLink.other).where(OrgLink.org == code, OrgLink.kind == "系统")
        )
        if industry is not None:
            return industry
    wanted = _HEIGHT.get(level, _HEIGHT["L4"])
    line = chain(session, code)
    reached = (place.code for place in line if _HEIGHT.get(place.level, 0) >= wanted)
    return next(reached, line[-1].code)


def common_superior(session: Session, first: str, second: str) -> str:
    """Return the lowest organisation that stands above (or is) both.

    Decides who settles a dispute over jurisdiction. Two that share nothing meet at the
    district.
    """
    above_first = {place.code for place in chain(session, first)}
    shared = (place.code for place in chain(session, second) if place.code in above_first)
    return next(shared, DISTRICT)


def descendants(session: Session, code: str) -> list[str]:
    """Return the codes of everything below an organisation, without itself, sorted."""
    tree = select(Org.code).where(Org.parent == code).cte("below", recursive=True)
    child = aliased(Org)
    tree = tree.union_all(select(child.code).join(tree, child.parent == tree.c.code))
    return sorted(session.scalars(select(tree.c.code)))


def of_kind(session: Session, *levels: str, street: str | None = None) -> list[Org]:
    """Return the organisations of some levels, by code; of one street if asked."""
    query = select(Org).where(Org.level.in_(levels), Org.valid_to.is_(None)).order_by(Org.code)
    if street is not None:
        query = query.where(Org.code.in_(descendants(session, street)))
    return list(session.scalars(query))
