"""The roles of the office: what they are called and what belonging to one opens.

A candidate group is `role@organisation`, for example `handler@pinghu`. Three kinds of role
differ in what their holders see besides the tasks addressed to them:

* `office`: the cases of the organisation (and, for a superior, of everything below it);
* `technical`: no case at all (analysts see statistics and diagrams, administrators accounts);
* `outside`: only what they are invited to (departments, representatives, lawyers).
"""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["office", "technical", "outside"]


@dataclass(frozen=True)
class Role:
    """One role: its code in candidate groups, its name on screens, its kind."""

    code: str
    title: str
    kind: Kind = "office"


#: Held by every service account, and by nobody else: it is no post, it is the kind of account.
SERVICE = "service"

#: Order is the order on screens.
ROLES: dict[str, Role] = {
    role.code: role
    for role in (
        Role("window", "窗口受理员"),
        Role("dispatcher", "分办员"),
        Role("handler", "承办人"),
        Role("reviewer", "审核人"),
        Role("chair", "主席"),
        Role("deskofficer", "街道专人"),
        Role("organizing", "组建部综合岗"),
        Role("rights", "权益部岗"),
        Role("publicity", "宣教部岗"),
        Role("office", "办公室岗"),
        Role("personnel", "组织部岗"),
        Role("inspector", "督查员"),
        Role("manager", "在办件总览"),
        Role("callback", "回访员"),
        Role("liaison", "部门会办员", "outside"),
        Role("rep", "代表委员", "outside"),
        Role("delegate", "工会代表/委员", "outside"),
        Role("lawyer", "律师", "outside"),
        Role("mediator", "调解员", "outside"),
        Role("privacy", "隐私负责人", "technical"),
        Role("analyst", "流程分析员", "technical"),
        Role("admin", "系统管理员", "technical"),
        Role(SERVICE, "接口账号", "technical"),
    )
}

#: Roles whose holders check other people's access: they see every case, and leave a trace.
AUDIT_ROLES = frozenset({"privacy"})
#: Roles that see every case. A bar (回避) still wins.
SEES_ALL = AUDIT_ROLES | {SERVICE}


def group(role: str, organisation: str) -> str:
    """Return the candidate group of a role in an organisation."""
    return f"{role}@{organisation}"


def split(candidate_group: str) -> tuple[str, str]:
    """Return role and organisation of a candidate group; organisation is "" without an @."""
    role, _, organisation = candidate_group.partition("@")
    return role, organisation


def title(role: str) -> str:
    """Return the Chinese name of a role, or its code when it is not known."""
    known = ROLES.get(role)
    return known.title if known else role


def is_outside(role: str) -> bool:
    """Say whether holders of the role see only what they are invited to."""
    known = ROLES.get(role)
    return known is not None and known.kind == "outside"


def guest_code(role: str, organisation: str) -> str:
    """Return what is invited to a case when an outside role gets work in it.

    A representative by its own code. Everybody else by the group: a lawyer of the district
    must not count as the district, which sees everything below it.
    """
    return organisation if role == "rep" else group(role, organisation)


def opens_cases(role: str) -> bool:
    """Say whether a post in this role opens the cases of its organisation."""
    known = ROLES.get(role)
    return known is not None and known.kind == "office"


def may_be_lent(role: str) -> bool:
    """Say whether a stand-in takes the role over; accounts and diagrams stay with their own."""
    known = ROLES.get(role)
    return known is not None and known.kind != "technical" and role != "rep"
