"""What diagrams say about time: `workdays(5)`, `deadline('handle', level)`, `before(…, '80%')`.

The functions are bound to one session and one moment; the calendar is read at the first use only:
a process without deadlines pays nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from sqlalchemy.orm import Session

from engine.calendar import deadline as rules
from engine.calendar.days import WorkCalendar, china_date, load
from engine.calendar.deadline import CLOSES, OPENS, Deadline, Unit
from engine.clock import CHINA
from engine.errors import ExpressionError
from engine.expressions.builtins import ranges

#: Reads the SLA table (D-03): stage, level, kind, urgency → amount, unit, warn, escalate_to.
Decide = Callable[[Mapping[str, Any]], Mapping[str, Any]]
#: The names `functions` gives; rules for diagrams know them.
NAMES: Final = (
    "workdays", "days", "months", "hours", "until", "deadline", "before", "reminders",
    "earliest", "latest", "clear_days", "is_workday", "workdays_between", "now", "dateTime",
)  # fmt: skip
#: Camunda's name for a moment one can reckon with: `${dateTime().plusDays(3).toDate()}`.
CAMUNDAS_NOW: Final = "dateTime"


def functions(
    session: Session, now: datetime, *, decide: Decide | None = None
) -> Mapping[str, Callable[..., Any]]:
    """Return the functions of time for expressions evaluated at one moment.

    Args:
        session: to read the calendar.
        now: what periods begin at unless they name a base.
        decide: evaluates the SLA table; without it `deadline(…)` is refused.
    """
    bound = _Functions(session, now, decide)
    named = {name: getattr(bound, name) for name in NAMES if name != CAMUNDAS_NOW}
    return {**named, CAMUNDAS_NOW: bound.now}


class _Functions:
    """The public methods are the functions; their docstrings are the help in the studio."""

    def __init__(self, session: Session, now: datetime, decide: Decide | None) -> None:
        self._session, self._now, self._decide = session, now, decide

    def now(self) -> datetime:
        """现在（本次办理的时刻）。"""
        return self._now.astimezone(CHINA)

    def workdays(self, n: Any, base: Any = None) -> Deadline:
        """起算日之后第 n 个工作日 18:00，含调休上班日。"""
        return self._period(n, "W", base)

    def days(self, n: Any, base: Any = None) -> Deadline:
        """N 个自然日，末日遇休息日顺延到下一个工作日。"""
        return self._period(n, "C", base)

    def months(self, n: Any, base: Any = None) -> Deadline:
        """N 个月，没有对应日的取月末，末日遇休息日顺延。"""
        return self._period(n, "M", base)

    def hours(self, n: Any, base: Any = None) -> Deadline:
        """N 小时，昼夜连续计算。"""
        return self._period(n, "H", base)

    def until(self, day: Any, policy: str = "previous_workday") -> Deadline:
        """固定日期；遇休息日默认提前到上一个工作日，也可 next_workday、calendar_day。"""
        return rules.compute(
            self._calendar, moment(day, CLOSES), 0, "T", policy=policy or "previous_workday"
        )

    def deadline(
        self,
        stage: str,
        level: Any = None,
        kind: Any = None,
        urgency: Any = None,
        base: Any = None,
    ) -> Deadline:
        """时限表里这个阶段的期限。"""
        if self._decide is None:
            raise ExpressionError("这里不能使用 deadline(…)：没有时限表。")
        row = self._decide({"stage": stage, "level": level, "kind": kind, "urgency": urgency})
        amount, unit = row.get("amount"), row.get("unit")
        if amount is None or unit is None:
            raise ExpressionError(f"时限表没有给出“{stage}”的期限，请补上数量和单位。")
        return rules.compute(
            self._calendar,
            self._base(base),
            amount,
            unit,
            stage=str(stage),
            level=str(level or ""),
            warn=_leads(row.get("warn")),
            escalate_to=str(row.get("escalate_to") or ""),
        )

    def before(self, due: Any, lead: Any) -> Any:
        """到期前的提醒时刻：80% · 5W · 10C · 4H · 30min。"""
        if not isinstance(lead, str):
            # FEEL has a function of this name, which compares points and ranges.
            return ranges.before(_point(due), _point(lead))
        return rules.remind(self._calendar, self._due(due), lead)

    def reminders(self, due: Any) -> list[Deadline]:
        """时限表写明的各次提醒时刻，由早到晚。"""
        found = self._due(due)
        return sorted(rules.remind(self._calendar, found, lead) for lead in found.warn)

    def earliest(self, *dues: Any) -> Deadline:
        """几个期限中最早的一个。"""
        return min(self._all(dues))

    def latest(self, *dues: Any) -> Deadline:
        """几个期限中最晚的一个。"""
        return max(self._all(dues))

    def clear_days(self, n: Any, base: Any = None) -> datetime:
        """次日起满 n 个自然日之后的最早时刻（例如公告满 3 日方可开场）。"""
        count = rules.compute(self._calendar, self._base(base), n, "C").amount
        first = china_date(self._base(base)) + timedelta(days=int(count) + 1)
        return datetime.combine(first, time(0), CHINA)

    def is_workday(self, day: Any) -> bool:
        """这一天是否上班。"""
        return self._calendar.is_workday(china_date(moment(day)))

    def workdays_between(self, first: Any, last: Any) -> int:
        """First 次日起到 last 为止的工作日数。"""
        return self._calendar.workdays_between(china_date(moment(first)), china_date(moment(last)))

    @property
    def _calendar(self) -> WorkCalendar:
        return load(self._session)

    def _base(self, base: Any) -> datetime:
        return self._now if base is None else moment(base)

    def _period(self, n: Any, unit: Unit, base: Any) -> Deadline:
        return rules.compute(self._calendar, self._base(base), n, unit)

    def _due(self, due: Any) -> Deadline:
        if isinstance(due, Deadline):
            return due
        fixed = moment(due, CLOSES)
        # A variable keeps only the moment of a deadline; reminders count back from there.
        return Deadline(base=min(fixed, self._now), amount=0, unit="T", due_at=fixed)

    def _all(self, dues: tuple[Any, ...]) -> list[Deadline]:
        if not dues:
            raise ExpressionError("请至少给出一个期限。")
        return [self._due(due) for due in dues]


def _point(value: Any) -> Any:
    return value.due_at if isinstance(value, Deadline) else value


def _leads(value: Any) -> tuple[str, ...]:
    """“10C/5C/1C”, “10C,5C” or a list → the leads."""
    if value is None:
        return ()
    parts = value if isinstance(value, list | tuple) else str(value).replace("/", ",").split(",")
    return tuple(str(part).strip() for part in parts if str(part).strip() not in ("", "—", "-"))


def moment(value: Any, hour: time = OPENS) -> datetime:
    """Return a moment, with a zone, of a moment, a deadline, a date or a text.

    Args:
        value: what an expression gave.
        hour: the hour meant when only a date is given.

    Raises:
        ExpressionError: it is none of these.
    """
    if isinstance(value, Deadline):
        return value.due_at
    if isinstance(value, str):
        value = _parsed(value.strip())
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=CHINA)
    if isinstance(value, date):
        return datetime.combine(value, hour, CHINA)
    raise ExpressionError(f"“{value}”不是日期。")


def _parsed(text: str) -> date | datetime:
    try:
        return date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text)
    except ValueError:
        raise ExpressionError(f"“{text}”不是日期，请写成 2026-04-07。") from None


def notice_time(session: Session, moment: datetime, *, urgent: bool = False) -> datetime:
    """Return when a notice to a person may go out: 09:00–18:00 on working days, urgent at once."""
    if urgent:
        return moment
    calendar, here = load(session), moment.astimezone(CHINA)
    day = here.date()
    if calendar.is_workday(day) and OPENS <= here.time() < CLOSES:
        return moment
    if here.time() >= CLOSES:
        day += timedelta(days=1)
    return rules.at(calendar.on_or_after(day), OPENS)
