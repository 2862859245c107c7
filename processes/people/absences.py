"""外出委托: who is away, who stands in, and what may not be delegated."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import clock
from engine.errors import InvalidInput, NotAllowed
from processes.people import orgs, posts
from processes.people.models import Absence, Account, Post

#: A longer absence is a change of post, not an errand.
LONGEST = timedelta(days=92)

REASONS = ("公出", "休假", "病假", "培训", "其他")


def go_away(
    session: Session,
    login: str,
    *,
    starts_at: datetime,
    ends_at: datetime,
    delegate_to: str | None = None,
    reason: str = "公出",
) -> Absence:
    """Note that an account is away, and who holds its posts meanwhile.

    The delegate must work in the same organisation or above it, so that nobody's cases are
    opened to a stranger by an errand.

    Raises:
        InvalidInput: the period or the delegate is not acceptable, with the field.
    """
    _check_period(starts_at, ends_at)
    if delegate_to is not None:
        _check_delegate(session, login, delegate_to)
    if reason not in REASONS:
        raise InvalidInput("请选择外出原因。", {"reason": "请选择"})
    absence = Absence(
        account=login,
        delegate_to=delegate_to,
        starts_at=starts_at,
        ends_at=ends_at,
        reason=reason,
    )
    session.add(absence)
    return absence


def come_back(session: Session, absence_id: int, *, login: str) -> None:
    """End one's absence early; the stand-in loses the posts at once.

    Raises:
        NotAllowed: it is somebody else's absence.
    """
    absence = session.get(Absence, absence_id)
    if absence is None or absence.account != login:
        raise NotAllowed("只能结束本人的外出委托。")
    if absence.ended_early_at is None:
        absence.ended_early_at = clock.now()


def current(session: Session, login: str) -> list[Absence]:
    """Return the absences of an account that run now or are still to come, by start."""
    return list(
        session.scalars(
            select(Absence)
            .where(
                Absence.account == login,
                Absence.ends_at > clock.now(),
                Absence.ended_early_at.is_(None),
            )
            .order_by(Absence.starts_at)
        )
    )


def _check_period(starts_at: datetime, ends_at: datetime) -> None:
    if ends_at <= starts_at:
        raise InvalidInput("结束时间须晚于开始时间。", {"ends_at": "早于开始时间"})
    if ends_at - starts_at > LONGEST:
        raise InvalidInput(
            "外出委托最长 92 个自然日，更长请办理岗位变更。", {"ends_at": "期限过长"}
        )


def _check_delegate(session: Session, login: str, delegate_to: str) -> None:
    account = session.get(Account, delegate_to)
    if delegate_to == login or account is None or not account.active:
        raise InvalidInput("请选择在岗的其他同事。", {"delegate_to": "请重新选择"})
    own, theirs = _places(session, login), _places(session, delegate_to)
    above = {place.code for code in own for place in orgs.chain(session, code)}
    if not theirs & above:
        raise InvalidInput("只能委托给本单位或上级单位的同事。", {"delegate_to": "不是本单位同事"})
    if delegate_to in _waiting_for(session, login):
        raise InvalidInput("对方正委托给您，不能互相委托。", {"delegate_to": "互相委托"})


def _places(session: Session, login: str) -> set[str]:
    return set(
        session.scalars(
            select(Post.org).where(Post.account == login, posts.valid_on(posts.today()))
        )
    )


def _waiting_for(session: Session, login: str) -> set[str]:
    """Those who are or will be away and have named this account."""
    return set(
        session.scalars(
            select(Absence.account).where(
                Absence.delegate_to == login,
                Absence.ends_at > clock.now(),
                Absence.ended_early_at.is_(None),
            )
        )
    )
