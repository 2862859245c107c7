"""A task that nobody could take goes to the level above, and the history says so (§4.0-1).

Nobody: the organisation has no account in that role today, everybody is away without a delegate,
or everybody is barred from the case (回避). The original group stays a candidate, so that
somebody who comes back can still take the task.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, exists, insert, select, update
from sqlalchemy.orm import Session

from engine import clock
from engine.hooks import Change, on_change
from engine.models import CaseAccess, HistoryEvent, HumanTask, HumanTaskCandidate
from processes.people import orgs, posts, roles
from processes.people.models import Absence, Account, Org, Post


@dataclass(frozen=True)
class Waiting:
    """An open task that waits for groups and for nobody in particular."""

    id: str
    instance_id: str
    root_id: str
    element_id: str
    groups: tuple[str, ...]


@on_change
def reroute(session: Session, changes: Sequence[Change]) -> None:
    """Find the new tasks that nobody could take. One statement when all are staffed."""
    _reroute(
        session,
        [
            Waiting(task.id, change.instance_id, change.root_id, task.element_id, task.groups)
            for change in changes
            for task in change.opened
            if not task.assignee and not task.users
        ],
    )


def recheck(session: Session, root_id: str) -> None:
    """Look again at the open tasks of a case, after somebody was barred or recused."""
    open_tasks = session.execute(
        select(
            HumanTask.id,
            HumanTask.instance_id,
            HumanTask.element_id,
            HumanTask.groups,
            HumanTask.users,
        ).where(
            HumanTask.root_id == root_id,
            HumanTask.status == "open",
            HumanTask.assignee.is_(None),
        )
    )
    _reroute(
        session,
        [
            Waiting(task_id, instance_id, root_id, element_id, tuple(groups))
            for task_id, instance_id, element_id, groups, users in open_tasks
            if not users
        ],
    )


def _reroute(session: Session, tasks: Iterable[Waiting]) -> None:
    ours = [task for task in tasks if task.groups and all(map(_of_office, task.groups))]
    if not ours:
        return
    staff, known, restricted = _staff(session, ours)
    for task in ours:
        able = {login for group in task.groups for login in staff.get(group, ())}
        if able and restricted:
            able -= posts.barred_logins(session, task.root_id, able)
        if not able and all(roles.split(group)[1] in known for group in task.groups):
            _send_up(session, task)


def _of_office(group: str) -> bool:
    role, organisation = roles.split(group)
    return bool(organisation) and roles.opens_cases(role)


def _staff(
    session: Session, tasks: Sequence[Waiting]
) -> tuple[dict[str, set[str]], set[str], bool]:
    """Return who could act by group, which organisations exist, and whether anybody is barred."""
    wanted = {roles.split(group) for task in tasks for group in task.groups}
    barring = exists(
        select(CaseAccess.id).where(
            CaseAccess.relation == "barred",
            CaseAccess.instance_id.in_({task.root_id for task in tasks}),
        )
    )
    rows = session.execute(
        select(Org.code, Post.role, Account.login, barring)
        .outerjoin(
            Post,
            and_(
                Post.org == Org.code,
                Post.role.in_({role for role, _ in wanted}),
                posts.valid_on(posts.today()),
            ),
        )
        .outerjoin(Account, and_(Account.login == Post.account, Account.active, ~_gone()))
        .where(Org.code.in_({organisation for _, organisation in wanted}))
    ).all()
    staff: dict[str, set[str]] = {}
    for organisation, role, login, _ in rows:
        if login is not None:
            staff.setdefault(roles.group(role, organisation), set()).add(login)
    return staff, {row[0] for row in rows}, any(row[3] for row in rows)


def _gone() -> ColumnElement[bool]:
    """Whether the account is away and named nobody; a delegate counts as present."""
    return exists(
        select(Absence.id).where(
            Absence.account == Account.login,
            Absence.delegate_to.is_(None),
            posts.away_at(clock.now()),
        )
    )


def _send_up(session: Session, task: Waiting) -> None:
    """Add the nearest group above that could act; nothing when there is none."""
    above: list[str] = []
    for group in task.groups:
        role, organisation = roles.split(group)
        if organisation == orgs.DISTRICT:
            continue
        place = posts.staffed_org(
            session, role, orgs.superior(session, organisation), instance_id=task.root_id
        )
        if roles.group(role, place) not in (*task.groups, *above):
            above.append(roles.group(role, place))
    if not above:
        return
    session.execute(
        insert(HumanTaskCandidate),
        [{"human_task_id": task.id, "kind": "group", "who": group} for group in above],
    )
    session.execute(
        update(HumanTask).where(HumanTask.id == task.id).values(groups=[*task.groups, *above])
    )
    name = session.scalar(select(HumanTask.name).where(HumanTask.id == task.id))
    session.add(
        HistoryEvent(
            instance_id=task.instance_id,
            root_id=task.root_id,
            at=clock.now(),
            kind="rerouted",
            element_id=task.element_id,
            name=name,
            actor="system",
            data={"groups": above, "task": task.id},
        )
    )
