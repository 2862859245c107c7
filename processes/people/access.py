"""Who may see a case: rows written with every command (`engine.md` §11).

The engine calls `remember` inside each command's transaction. A task for `handler@pinghu` makes
Pinghu a handler of the case and everything above Pinghu a superior; a task for a
representative, a department or a lawyer invites exactly that one, and so does a task for a
person, who stands here by login. Nothing is ever deleted: a
case that went back to another street stays visible to the one that worked on it. `bar` shuts
out the accused employer (信访工作条例 §30) and wins over everything else.
"""

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from datetime import datetime
from threading import Lock
from typing import Any

from sqlalchemy import (
    CompoundSelect,
    Insert,
    Select,
    case,
    literal,
    select,
    true,
    union_all,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from engine import clock, db
from engine.errors import NotFound
from engine.hooks import Actor, Change, guard, on_change
from engine.models import CaseAccess, Moment, ProcessInstance
from processes.people import fallback, orgs, posts, roles
from processes.people.access_models import CaseRecusal

Row = Select[*tuple[Any, ...]]

#: The longest name an organisation, a guest or a login can have.
LONGEST = 120
#: Rows of one statement; SQLite unites at most 500.
MANY = 200
_COLUMNS = ["instance_id", "organisation", "relation", "since"]

#: (root instance, code) pairs known to be in the database: most commands of a case add nobody.
_known: OrderedDict[tuple[str, str], None] = OrderedDict()
_known_lock = Lock()
_KNOWN_SIZE = 20_000


@on_change
def remember(session: Session, changes: Sequence[Change]) -> None:
    """Open the case to whoever just got work in it, and to those above them.

    At most one statement per case, none when everybody already sees it.
    """
    wanted: dict[str, tuple[set[str], set[str]]] = {}
    for change in changes:
        offices, guests = wanted.setdefault(change.root_id, (set(), set()))
        if change.started and change.actor.kind == "person":
            guests.add(change.actor.id)
        for task in change.opened:
            for candidate in task.groups:
                role, organisation = roles.split(candidate)
                if organisation and roles.is_outside(role):
                    guests.add(roles.guest_code(role, organisation))
                elif organisation:
                    offices.add(organisation)
            guests.update(login for login in (*task.users, task.assignee) if login)
    for root_id, (offices, guests) in wanted.items():
        fresh = _not_yet_known(session, root_id, offices | guests)
        if fresh:
            _open(session, root_id, offices & fresh, guests & fresh)


@guard
def admits(session: Session, root_id: str, actor: Actor) -> bool:
    """Keep barred people from acting, even on a task that their group was offered before."""
    if actor.kind not in ("person", "service"):
        return True
    return not posts.barred_logins(session, root_id, {actor.id})


def open_to(session: Session, instance_id: str, organisation: str) -> None:
    """Make an organisation a handler of a case, and its superiors superiors."""
    _open(session, _root(session, instance_id), {organisation}, set())


def invite(session: Session, instance_id: str, code: str) -> None:
    """Open a case to one guest: a representative's code, an outside group, a login."""
    _open(session, _root(session, instance_id), set(), {code})


def bar(session: Session, instance_id: str, organisation: str) -> None:
    """Shut an organisation and everybody who belongs to it out of a case.

    For the accused employer: neither its union nor a representative or volunteer who works
    there may learn who complained (信访工作条例 §30). Wins over every other relation.
    """
    now, root_id = clock.now(), _root(session, instance_id)
    statement = _insert(session).values(
        instance_id=root_id,
        organisation=organisation,
        relation="barred",
        since=now,
    )
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["instance_id", "organisation", "relation"], set_={"until": None}
        )
    )
    fallback.recheck(session, root_id)


def unbar(session: Session, instance_id: str, organisation: str) -> None:
    """Lift a bar that was a mistake, for example a wrong employer. The row stays, ended."""
    session.execute(
        update(CaseAccess)
        .where(
            CaseAccess.instance_id == _root(session, instance_id),
            CaseAccess.organisation == organisation,
            CaseAccess.relation == "barred",
        )
        .values(until=clock.now())
    )


def recuse(
    session: Session, instance_id: str, login: str, *, reason: str, decided_by: str
) -> CaseRecusal:
    """回避: keep one account out of a case, whatever its posts; say why and who decided."""
    root_id = _root(session, instance_id)
    known = session.query(CaseRecusal).filter_by(instance_id=root_id, account=login).one_or_none()
    if known is not None:
        return known
    recusal = CaseRecusal(
        instance_id=root_id,
        account=login,
        reason=reason,
        decided_by=decided_by,
        decided_at=clock.now(),
    )
    session.add(recusal)
    bar(session, root_id, login)
    return recusal


def forget_known() -> None:
    """Forget which rows were written; for whoever deletes cases."""
    with _known_lock:
        _known.clear()


def _root(session: Session, instance_id: str) -> str:
    root_id = session.scalar(
        select(ProcessInstance.root_id).where(ProcessInstance.id == instance_id)
    )
    if root_id is None:
        raise NotFound("没有这个诉求件。")
    return root_id


def _not_yet_known(session: Session, root_id: str, codes: set[str]) -> set[str]:
    """Return the codes that are not known to be written; note them once this commits."""
    with _known_lock:
        fresh = {code for code in codes if (root_id, code) not in _known}
    if fresh:
        db.after_commit(session, lambda: _note(root_id, fresh))
    return fresh


def _note(root_id: str, codes: Iterable[str]) -> None:
    with _known_lock:
        for code in codes:
            _known[root_id, code] = None
        while len(_known) > _KNOWN_SIZE:
            _known.popitem(last=False)


def _open(session: Session, root_id: str, offices: set[str], guests: set[str]) -> None:
    """Write the rows in as few statements as it takes; rows that exist stay as they are."""
    now = clock.now()
    # A diagram may name somebody who cannot exist.
    rows: list[Row] = [
        _guest(root_id, code, now) for code in sorted(guests) if len(code) <= LONGEST
    ]
    if offices:
        rows.append(_offices(root_id, offices, now))
    for first in range(0, len(rows), MANY):
        _insert_rows(session, rows[first : first + MANY])


def _insert_rows(session: Session, rows: Sequence[Row]) -> None:
    source: Row | CompoundSelect[*tuple[Any, ...]] = rows[0]
    if len(rows) > 1:
        both = union_all(*rows).subquery()
        # SQLite needs a WHERE between SELECT and ON CONFLICT to tell it from a join.
        source = select(*both.c).where(true())
    session.execute(_insert(session).from_select(_COLUMNS, source).on_conflict_do_nothing())


def _guest(root_id: str, code: str, now: datetime) -> Row:
    return select(
        literal(root_id).label("instance_id"),
        literal(code).label("organisation"),
        literal("invited").label("relation"),
        literal(now, Moment).label("since"),
    ).where(true())


def _offices(root_id: str, offices: set[str], now: datetime) -> Row:
    """The organisations as handlers and everything above them as superiors."""
    line = orgs.lineage(offices)
    relation = case((line.c.steps == 0, literal("handler")), else_=literal("superior"))
    return (
        select(
            literal(root_id).label("instance_id"),
            line.c.code.label("organisation"),
            relation.label("relation"),
            literal(now, Moment).label("since"),
        )
        .distinct()
        .where(true())
    )


def _insert(session: Session) -> Any:
    """Return the database's own INSERT, which knows ON CONFLICT (typed alike on both)."""
    made: Insert = (postgresql if db.is_postgres(session) else sqlite).insert(CaseAccess)
    return made
