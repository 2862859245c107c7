"""Working days with 调休, deadlines that can be computed anew, years that are not yet published."""

from engine.calendar.days import WorkCalendar, china_date, load
from engine.calendar.deadline import Deadline, Frozen, compute, extend, freeze, remind, thaw
from engine.calendar.editing import Moved, Publication, publish, recompute, seed, set_day, warnings
from engine.calendar.functions import NAMES, functions, notice_time

__all__ = [
    "NAMES",
    "Deadline",
    "Frozen",
    "Moved",
    "Publication",
    "WorkCalendar",
    "china_date",
    "compute",
    "extend",
    "freeze",
    "functions",
    "load",
    "notice_time",
    "publish",
    "recompute",
    "remind",
    "seed",
    "set_day",
    "thaw",
    "warnings",
]
