"""Moves with representatives: inviting them, and turning a matter into a proposal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from processes.demo.moves import Move, Moves

_ANSWER = {
    "conclusion": "support", "facts": "{facts}", "basis": "{basis}", "content": "{reply}",
    "result_class": "A",
}  # fmt: skip


def picks(count: int, *, first: str | None = None, meet: str = "T+8W", after: str = "1W") -> Move:
    """选定代表委员：名单上的前几位，first 在名单上就排第一。"""

    def chosen(known: Mapping[str, Any]) -> list[str]:
        listed = [str(option["value"]) for option in known["rep_options"]]
        preferred = [code for code in listed if code == first]
        return [*preferred, *(code for code in listed if code != first)][:count]

    form = {
        "meet_on": meet,
        "meet_half": "am",
        "agenda": "听取职工意见，与部门协商办法。",
    }
    return {
        "after": after,
        "at": "ut_pick_reps",
        "form": form,
        "choose": {"picked_reps": chosen, "rep_leader": lambda known: chosen(known)[0]},
    }


def answers_invitation(reply: str, *, after: str = "1W") -> Move:
    """邀请回执：代表本人填写。"""
    form = {"reply": reply, "reply_by": "self", "opinion": "建议先到现场听职工说。"}
    if reply == "suggest":
        form["suggestion"] = "请熟悉交通的代表参加。"
    return {"after": after, "at": "ut_invite_reply", "form": form}


def nobody_comes(*, after: str = "1W") -> Move:
    """代表委员一位也不能参加，备选也问完了。"""
    return {
        "after": after,
        "exhaust": {
            "ut_invite_reply": {"reply": "no", "reply_by": "self"},
            "ut_slot_conflict": {"slot_choice": "other"},
        },
    }


def plans(*departments: str, after: str = "1W") -> Move:
    """制定推动方案。"""
    form = {
        "goal": "推动有关部门拿出时间表。",
        "meeting_departments": list(departments),
        "milestones": "两周内开协调会，一个月内落实。",
        "plan_until": "T+25W",
    }
    return {"after": after, "at": "ut_plan", "form": form}


def meets(promise: str = "本月内试运行。", *, department: str = "", after: str = "4W") -> Move:
    """召开协调会。"""
    form: dict[str, Any] = {
        "held_on": "T",
        "participants": "代表委员、街道总工会、主管部门、企业各一人",
        "minutes": "各方确认问题属实，主管部门承诺办理。",
        "promise": promise,
        "promise_due": "T+15W",
        "meeting_enough": "no",
    }
    if department:
        form["department"] = department
    return {"after": after, "at": "ut_meeting", "form": form}


def follows_up(after: str = "3W") -> Move:
    """跟踪落实。"""
    form = {"fulfilled": "all", "progress": "已按承诺落实，职工现场确认。"}
    return {"after": after, "at": "ut_track", "form": form}


def concludes(result: str = "solved", *, after: str = "1W") -> Move:
    """登记推动结果。"""
    form = {"promote_result": result, "summary": "代表委员两次到场，部门和企业逐项回应。"}
    if result in ("solved", "partial"):
        form |= _ANSWER
    return {"after": after, "at": "ut_result", "form": form}


def confirms(satisfaction: str = "satisfied", *, after: str = "1W") -> Move:
    """职工确认。"""
    form = {
        "worker_confirmed": "yes",
        "confirm_satisfaction": satisfaction,
        "confirm_by": "phone",
        "confirm_note": "认可。",
    }
    return {"after": after, "at": "ut_worker_confirm", "form": form}


def initiates(*, after: str = "1W") -> Move:
    """建议提案立项，提案人用名单上的第一位。"""
    form = {
        "session_kind": "closed",
        "title": "关于{title}的建议",
        "proposal_nature": True,
        "units": ["gov_transport"],
        "marks": [],
    }
    return {
        "after": after,
        "at": "ut_initiate",
        "form": form,
        "choose": {"proposer": lambda known: str(known["proposer_options"][0]["value"])},
    }


def supports(*departments: str, after: str = "1W") -> Move:
    """指定支撑专员，请部室供材。"""
    return {
        "after": after,
        "at": "ut_support",
        "form": {"needs": "汇总近一年同类诉求。", "material_departments": list(departments)},
        "choose": {"support_group": lambda known: str(known["support_options"][0]["value"])},
    }


def gives_material(department: str, *, after: str = "3W") -> Move:
    """部室供材。"""
    form = {
        "department": department,
        "catalogue": "近一年同类诉求统计表、现场照片、职工问卷。",
        "measure": "按受理日期统计，同一人重复反映计一次。",
        "masked": True,
    }
    return {"after": after, "at": "ut_material", "form": form}


def writes_proposal(*, after: str = "4W") -> Move:
    """起草建议提案。"""
    form = {
        "title": "关于{title}的建议",
        "cause": "职工集中反映{title}，影响面广。",
        "analysis": "{facts}",
        "suggestion": "一、列入本年度民生实事；二、建立联席会议；三、每季度公布进展。",
    }
    return {"after": after, "at": "ut_draft", "form": form}


def agrees(*, after: str = "1W") -> Move:
    """代表本人确认。"""
    form = {"rep_confirm": "agree", "reply_by": "self"}
    return {"after": after, "at": "ut_rep_confirm", "form": form}


def submits(*, after: str = "1W") -> Move:
    """提交登记。"""
    form = {"receipt_no": "示例回执 2026-07", "submitted_on": "T", "submitted_to": "organ_npc"}
    return {"after": after, "at": "ut_submit", "form": form}


def filed(*, after: str = "4W") -> Move:
    """登记审查结果：立案。"""
    form = {"review_result": "filed", "filed_no": "示例建议第 20260117 号", "reviewed_on": "T"}
    return {"after": after, "at": "ut_review_result", "form": form}


def handed_over(*, after: str = "1W") -> Move:
    """交办登记。"""
    form = {"main_unit": "gov_transport", "co_units": [], "handed_on": "T", "difficulty": "normal"}
    return {"after": after, "at": "ut_handover", "form": form}


def answered(*, after: str = "8W") -> Move:
    """答复登记。"""
    form = {
        "result_class": "A",
        "replied_on": "T",
        "points": "夜间线路自下月起延至零点，途经园区东门。",
    }
    return {"after": after, "at": "ut_reply", "form": form}


def tells_worker(*, after: str = "1W") -> Move:
    """向来源职工说明。"""
    text = "您反映的事转成了人大建议，主办部门已答复：夜间线路自下月起延至零点。"
    return {"after": after, "at": "ut_inform_workers", "form": {"inform_text": text}}


def promoted(*, department: str = "gov_transport") -> Moves:
    """代表委员推动到有结果。"""
    return (
        picks(2),
        answers_invitation("yes"),
        answers_invitation("yes", after="1H"),
        plans(department),
        meets(department=department),
        follows_up(),
        concludes(),
        confirms(),
    )
