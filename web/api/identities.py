"""`/identity`, `/user/{id}/profile`, `/authorization/check`: who somebody is, what a caller may.

Only what clients ask before they show a list or a button: accounts are kept elsewhere. What
is told of a person is the name that colleagues see anyway; never an address or a number.
"""

from __future__ import annotations

from typing import Any

from flask.typing import ResponseReturnValue

from engine import db
from engine.errors import NotFound
from processes.people import accounts, directory, identity
from web.api import access
from web.api.access import caller, needs
from web.api.answer import answer
from web.api.blueprint import bp
from web.api.directory import person, title
from web.api.errors import ApiError, forbidden, invalid, missing
from web.api.params import NUMBER, TEXT, Params, json_body

GROUPS = Params("identity groups", {"userId": TEXT})
VERIFY = Params("credentials", {"username": TEXT, "password": TEXT})
CHECK = Params(
    "authorization check",
    {
        "permissionName": TEXT, "resourceName": TEXT, "resourceType": NUMBER,
        "resourceId": TEXT, "userId": TEXT,
    },
)  # fmt: skip

#: Camunda's number of a resource → what reading it needs here, and what changing it needs.
RESOURCES = {
    6: ("read", "operate"),  # process definition
    7: ("task", "task"),
    8: ("read", "operate"),  # process instance
    9: ("read", "deploy"),
    10: ("read", "operate"),  # decision definition
    13: ("read", "operate"),  # batch
    14: ("read", "operate"),  # decision requirements definition
    17: ("history", "operate"),  # operation log
    19: ("history", "operate"),  # historic task
    20: ("history", "operate"),  # historic process instance
}
#: Permissions that mean the same scope whatever else the resource allows.
PERMISSIONS = {
    (6, "CREATE_INSTANCE"): "start",
    (8, "CREATE"): "start",
    (10, "CREATE_INSTANCE"): "decide",
}


@bp.get("/identity/groups")
@needs("task", query=GROUPS, returns="IdentityGroups")
def get_identity_groups() -> ResponseReturnValue:
    """Return a user's candidate groups, and who else is in them."""
    login = GROUPS.query().get("userId")
    if not login:
        raise invalid("No user id was supplied")
    with db.reading() as session:
        groups = directory.groups_of(session, login)
        others = {one for group in groups for one in directory.members(session, group)} - {login}
        known = accounts.names(session, others)
    return answer(
        {
            "groups": [{"id": group, "name": title(group)} for group in groups],
            "groupUsers": [_named(one, known.get(one, one)) for one in sorted(others)],
        }
    )


def _named(login: str, name: str) -> dict[str, Any]:
    shown = person(login, name)
    del shown["email"]
    return shown


@bp.post("/identity/verify")
@needs("read", body=VERIFY, returns="Authentication")
def verify_identity() -> ResponseReturnValue:
    """Say whether a password is that of a system. People sign in on pages, never through here."""
    asked = VERIFY.asked(json_body())
    login, password = asked.get("username"), asked.get("password")
    if not login or not password:
        raise invalid("Username and password are required")
    try:
        access.prove(login, password)
        proven = True
    except ApiError as refused:
        if refused.status != 401:
            raise
        proven = False
    return answer({"authenticatedUser": login, "authenticated": proven})


@bp.get("/user/<user_id>/profile")
@needs("task", returns="UserProfile")
def get_user_profile(user_id: str) -> ResponseReturnValue:
    """Return how an account is called."""
    with db.reading() as session:
        try:
            known = identity.identify(session, user_id).profile
        except NotFound:
            raise missing(f"User with id {user_id} does not exist") from None
    return answer(person(known.login, known.name))


@bp.get("/authorization/check")
@needs("read", query=CHECK, returns="AuthorizationCheck")
def check_authorization() -> ResponseReturnValue:
    """Say whether the caller's token would let it do something."""
    asked = CHECK.query()
    permission, kind = asked.get("permissionName"), asked.get("resourceType")
    if not permission or not asked.get("resourceName") or kind is None:
        raise invalid("Parameters 'permissionName', 'resourceName' and 'resourceType' are required")
    if asked.get("userId", caller().actor.id) != caller().actor.id:
        raise forbidden("Only the caller's own permissions are told.", "READ", "Authorization", "*")
    return answer(
        {
            "permissionName": permission,
            "resourceName": asked.get("resourceName"),
            "resourceId": asked.get("resourceId"),
            "authorized": _scope(kind, permission) in caller().scopes,
        }
    )


def _scope(kind: int, permission: str) -> str | None:
    """Return the scope behind a permission of Camunda; None for what nobody has here."""
    if (kind, permission) in PERMISSIONS:
        return PERMISSIONS[kind, permission]
    if kind not in RESOURCES:
        return None
    if permission.startswith("READ_HISTORY"):
        return "history"
    if "TASK" in permission:
        return "task"
    reads, changes = RESOURCES[kind]
    return reads if permission.startswith("READ") else changes
