"""Organisations, persons, posts, representatives: shared by every area.

The functions other areas use most, session first:

    from processes import people
    people.holders(session, "handler", "pinghu")
"""

from processes.people.orgs import at_level, common_superior, descendants, org, superior
from processes.people.posts import holders, second_reviewer_org, staffed_org

__all__ = [
    "at_level",
    "common_superior",
    "descendants",
    "holders",
    "org",
    "second_reviewer_org",
    "staffed_org",
    "superior",
]
