"""Organisations, persons, posts, representatives: shared by every area.

The functions other areas use most, session first:

    from processes import people
    people.holders(session, "handler", "pinghu")
"""

from processes.people.identity import actor_for, identify, viewer_for
from processes.people.orgs import at_level, common_superior, descendants, org, superior
from processes.people.posts import holders, second_reviewer_org, staffed_org

__all__ = [
    "actor_for",
    "at_level",
    "common_superior",
    "descendants",
    "holders",
    "identify",
    "org",
    "second_reviewer_org",
    "staffed_org",
    "superior",
    "viewer_for",
]
