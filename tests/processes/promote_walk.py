"""Steps of P03 for tests: representatives are asked, met, and their result is recorded."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from engine import clock, db
from processes.appeals.reps_models import Invitation, WorkGroup
from processes.people.models import RepReservation
from tests.processes.reps_walk import ANSWER, Case

REP, OTHER = "rep_0001", "rep_0012"
DESK = "pinghu_desk1"


def day(ahead: int = 20) -> str:
    return (clock.today().date() + timedelta(days=ahead)).isoformat()


def pick(case: Case, *reps: str, login: str = DESK, **form) -> Case:
    return case.at(
        "ut_pick_reps",
        login,
        **{
            "picked_reps": list(reps),
            "meet_on": day(),
            "meet_half": "am",
            "agenda": "分期支付的时间表",
            **({"rep_leader": reps[0]} if reps else {}),
            **form,
        },
    )


def proxy(case: Case, reply: str, login: str = DESK) -> Case:
    return case.at("ut_invite_reply", login, reply=reply, reply_by="proxy", proof="电话 12 号")


def planned(case: Case, login: str = DESK) -> Case:
    return case.at(
        "ut_plan",
        login,
        goal="发清工资",
        meeting_departments=["gov_hr", "gov_justice"],
        milestones="本周核数",
        plan_until=day(30),
    )


def met(case: Case, login: str = DESK, enough: str = "no") -> Case:
    return case.at(
        "ut_meeting",
        login,
        held_on=day(0),
        participants="区人社局、企业、代表",
        minutes="企业承诺两周内发清。",
        promise="两周内发清",
        promise_due=day(14),
        meeting_enough=enough,
    )


def finished(case: Case, result: str, login: str = DESK) -> Case:
    answer = ANSWER if result in ("solved", "partial") else {}
    return (
        met(planned(case, login), login, enough="yes")
        .at("ut_track", login, fulfilled="all", progress="已经到账")
        .at("ut_result", login, promote_result=result, summary="协调会一次", **answer)
    )


def confirmed(case: Case, login: str = DESK, said: str = "yes") -> Case:
    form = {"worker_confirmed": said, "confirm_by": "phone"}
    if said != "unreached":
        form["confirm_satisfaction"] = "satisfied"
    return case.at("ut_worker_confirm", login, **form)


def group_of(case: Case) -> WorkGroup:
    with db.reading() as session:
        return session.scalars(
            select(WorkGroup)
            .where(WorkGroup.appeal_no == case.number)
            .order_by(WorkGroup.id.desc())
        ).first()


def lines(case: Case) -> dict[str, Invitation]:
    with db.reading() as session:
        return {
            line.rep: line
            for line in session.scalars(
                select(Invitation).where(Invitation.work_group_id == group_of(case).id)
            )
        }


def held(case: Case) -> list[RepReservation]:
    with db.reading() as session:
        return list(
            session.scalars(
                select(RepReservation).where(
                    RepReservation.instance_id == case.root, RepReservation.released_at.is_(None)
                )
            )
        )
