"""What staff do in the stories, one function per form. A move is a step of a scenario.

Texts in braces come from `texts.toml`. `after` says how much later than the move before.
"""

from __future__ import annotations

from typing import Any

from engine.errors import InvalidInput

Move = dict[str, Any]
Moves = tuple[Move, ...]

_ANSWER = {"conclusion": "support", "facts": "{facts}", "basis": "{basis}"}
#: Level → what the dispatcher settles so that D-02 gives it.
_AUTHORITY: dict[str, dict[str, Any]] = {
    "L1": {"has_union": True, "worker_agrees_employer": True},
    "L2": {},
    "L3": {"dept_level": "street", "scope": "street"},
    "L3H": {"dept_level": "street", "scope": "street", "industry_managed": True},
    "L4": {"dept_level": "district", "scope": "district"},
    "L6": {"dept_level": "city", "scope": "city"},
    "common": {"dept_level": "district", "scope": "district", "is_common": True},
}
#: The form has no empty place for these.
_TRIAGE: dict[str, Any] = {
    "route": "union", "dept_level": "none", "scope": "person", "urgency": "normal",
    "legal_stage": "none", "is_common": False, "has_union": False, "industry_managed": False,
    "worker_agrees_employer": False, "title": "{title}",
}  # fmt: skip


def triage(
    category: str, level: str = "L2", *, after: str = "3H", kind: str = "help", **form: Any
) -> Move:
    """受理分办：由 level 一级办理。"""
    if level not in _AUTHORITY:
        raise InvalidInput(f"没有层级 {level}。")
    filled = {**_TRIAGE, "category": category, "kind": kind, **_AUTHORITY[level], **form}
    return {"after": after, "at": "ut_triage", "form": filled}


def direct(category: str, route: str, where_to: str = "", *, kind: str = "consult") -> Move:
    """受理分办：当场答复、依法引导或不予受理，答复由分办人写。"""
    form = {
        **_TRIAGE, "route": route, "category": category, "kind": kind, "facts": "{facts}",
        "basis": "{basis}", "content_reply": "{reply}", "where_to": where_to,
    }  # fmt: skip
    return {"after": "3H", "at": "ut_triage", "form": form}


def handle(action: str = "reply", *, after: str = "2W", **form: Any) -> Move:
    """办理。"""
    filled: dict[str, Any] = {
        "contact_way": "phone", "contacted_on": "T", "summary": "与职工和企业分别核对情况。",
        "action": action,
    }  # fmt: skip
    if action in ("reply", "hang"):
        filled |= _ANSWER | {"content": "{reply}", "result_class": "A"}
    filled |= form
    files = filled.pop("files", ())
    return {"after": after, "at": "ut_handle", "form": filled, "files": files}


def sign(after: str = "1W") -> Move:
    """审核签发。"""
    return {"after": after, "at": "ut_approve_reply", "form": {"approval": "sign"}}


def publicizes(after: str = "2H") -> Move:
    """集中公示：不写个人信息。公示与否由决策表定，不公示的跳过。"""
    form = {
        "public_text": "职工反映的{title}，已经办结并答复本人。",
        "public_range": "community",
        "no_personal": True,
    }
    return {"after": after, "exhaust": {"ut_publicize": form}}


def send_back(note: str) -> Move:
    """退回修改。"""
    form = {"approval": "back", "approval_note": note}
    return {"after": "1W", "at": "ut_approve_reply", "form": form}


def draft(after: str = "1W") -> Move:
    """起草、修改答复。"""
    form = {**_ANSWER, "content": "{reply}", "result_class": "A"}
    return {"after": after, "at": "ut_draft_reply", "form": form}


def opens(after: str = "1W") -> Move:
    """职工打开查询页。"""
    return {"after": after, "opens": True}


def rates(satisfaction: str, words: str = "", *, after: str = "1H") -> Move:
    """职工评价。"""
    return {"after": after, "rates": satisfaction, "words": words}


def phones(result: str = "connected", *, after: str = "6W") -> Move:
    """电话送达。"""
    note = "说明了答复内容。" if result == "connected" else "无人接听。"
    form = {"phone_result": result, "phone_note": note}
    return {"after": after, "at": "ut_deliver_phone", "form": form}


def calls_back(satisfaction: str | None, *, after: str = "4W") -> Move:
    """回访；None 是没有接通。"""
    form: dict[str, Any] = {"callback_result": "reached" if satisfaction else "no_answer"}
    if satisfaction:
        form |= {"satisfaction": satisfaction, "by_proxy": True}
    return {"after": after, "at": "ut_callback", "form": form}


def claim(element: str, *, after: str = "1H", login: str | None = None, **draft_: Any) -> Move:
    """签收；写了内容的存为草稿。"""
    move: Move = {"after": after, "claim": element}
    if login:
        move["as"] = login
    if draft_:
        move["form"] = draft_
    return move


def returns(reason: str, decision: str, target: str | None = None) -> Moves:
    """退单，由上一级审核。"""
    form = {"return_decision": decision, "return_note": "已核对属地和职责。"}
    if target:
        form["target_org"] = target
    return (
        handle("return", after="1W", return_basis=reason),
        {"after": "1W", "at": "ut_return_review", "form": form},
    )


def disputes(reason: str, target: str) -> Moves:
    """管辖争议，由上一级指定。"""
    form = {"return_decision": "redispatch", "target_org": target, "return_note": "指定管辖。"}
    return (
        handle("dispute", after="1W", return_basis=reason),
        {"after": "1W", "at": "ut_jurisdiction", "form": form},
    )


def asks_departments(*departments: str, after: str = "2W") -> Moves:
    """部门会办：函询，各部门一份意见。"""
    answers = tuple(
        {
            "after": "2W",
            "at": "ut_cooperate",
            "of": department,
            "form": {
                "opinion": "经核查，同意配合处理，并责成企业限期整改。",
                "substantial_opinion": True,
                "letter_no": f"示例函〔2026〕{number} 号",
                "replied_on": "T",
            },
        }
        for number, department in enumerate(departments, start=21)
    )
    question = "请就职工反映的情况核查并答复处理意见。"
    asked = handle("cooperate", after=after, departments=list(departments), question=question)
    return (asked, *answers)


def withdraws(reason: str) -> Moves:
    """职工撤回，工作人员核实。"""
    form = {"withdraw_decision": "yes", "withdraw_note": "电话核实，系本人自愿。"}
    return (
        {"after": "1W", "withdraws": reason},
        {"after": "3H", "at": "ut_withdraw", "form": form},
        opens(),
    )


def explains(*, after: str = "1W") -> Move:
    """逾期说明。"""
    form = {"delay_reason": "企业负责人出差，资料未交齐。", "delay_until": "T+3W"}
    return {"after": after, "at": "ut_explain_delay", "form": form}


def supervises(*, after: str = "1W") -> Move:
    """督办。"""
    form = {"supervise_demand": "请三个工作日内与职工见面并答复。", "supervise_until": "T+3W"}
    return {"after": after, "at": "ut_supervise", "form": form}


def merges(decision: str) -> Move:
    """同诉确认：主件用查重找到的那件。"""
    form = {"merge_decision": decision, "merge_reason": "同一企业、同一事由。"}
    return {
        "after": "3H",
        "at": "ut_merge_confirm",
        "form": form,
        "choose": {"main_appeal": lambda known: known["main_appeal"]},
    }


def settled(category: str, level: str, rating: str | None, **where: Any) -> Moves:
    """一件普通件从分办到评价。"""
    told = (opens(), rates(rating)) if rating else (phones(), calls_back("basic"))
    return (triage(category, level, **where), handle(), sign(), *told)
