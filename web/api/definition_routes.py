"""Definitions by id, by key, and by key and tenant: three addresses of one view."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from flask.typing import ResponseReturnValue

from engine.queries.asked import Asked, definition_number
from web.api.access import needs
from web.api.blueprint import bp

View = TypeVar("View", bound=Callable[..., Any])
Register = Callable[[View], View]


@dataclass(frozen=True)
class Wanted:
    """Which definition an address means: one version by id, or the newest of a key."""

    id: str | None = None
    key: str | None = None
    #: There are no tenants here: with one, nothing is found.
    tenant: str | None = None

    @property
    def words(self) -> str:
        """What is missing when it is not found, as Camunda says it."""
        if self.key is None:
            return f"id: {self.id}"
        whose = "no tenant-id" if self.tenant is None else f"tenant-id: {self.tenant}"
        return f"key: {self.key} and {whose}"

    def asked(self, by_id: str) -> Asked:
        """Return the question to a list that has a filter `by_id`."""
        if self.key is None:
            return Asked({by_id: definition_number(self.id or "")})
        tenant = {} if self.tenant is None else {"tenantIdIn": [self.tenant]}
        return Asked({"key": self.key, "latestVersion": True, **tenant})


def of(resource: str, wanted: type[Wanted]) -> Callable[..., Register[Any]]:
    """Return `route(method, path, scope, …)`, which registers a view that gets a `wanted`.

    Args:
        resource: where the definitions live, for example `/process-definition`.
        wanted: what the view gets, with a `find` of that resource.
    """

    def route(method: str, path: str, scope: str, **contract: Any) -> Register[Any]:
        def register(view: View) -> View:
            def by_id(definition_id: str) -> ResponseReturnValue:
                return view(wanted(id=definition_id))  # type: ignore[no-any-return]

            def by_key(key: str) -> ResponseReturnValue:
                return view(wanted(key=key))  # type: ignore[no-any-return]

            def of_tenant(key: str, tenant: str) -> ResponseReturnValue:
                return view(wanted(key=key, tenant=tenant))  # type: ignore[no-any-return]

            for how, start, what in (
                (by_id, "<definition_id>", "by_id"),
                (by_key, "key/<key>", "by_key"),
                (of_tenant, "key/<key>/tenant-id/<tenant>", "of_tenant"),
            ):
                how.__name__, how.__doc__ = f"{view.__name__}_{what}", view.__doc__
                guarded = needs(scope, **contract)(how)
                rule = f"{resource}/{start}{path}"
                bp.add_url_rule(rule, how.__name__, guarded, methods=[method])
            return view

        return register

    return route
