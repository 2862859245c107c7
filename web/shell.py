"""The frame around every staff page: menu by role, counts, who is signed in."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from flask import Flask, current_app, request, url_for

from engine import clock, db, queries, settings
from processes.people import roles
from web import identity, words

#: Who registers appeals at a window or by telephone.
REGISTRARS = frozenset({"window", "dispatcher", "deskofficer", "rights", "handler"})
#: Who looks at processes instead of, or besides, their own tasks.
OVERSEERS = frozenset(
    {"chair", "reviewer", "rights", "organizing", "inspector", "manager", "analyst", "admin"}
    | {"privacy", "dispatcher", "handler", "deskofficer", "office", "window"}
)


#: Who connects other systems to this one.
TECHNICIANS = frozenset(role.code for role in roles.ROLES.values() if role.kind == "technical")


@dataclass(frozen=True)
class Entry:
    """One line of the menu."""

    title: str
    icon: str
    address: str
    here: bool = False
    count: int = 0


@dataclass(frozen=True)
class Part:
    """A heading of the menu and its lines."""

    title: str
    entries: list[Entry] = field(default_factory=list)


class Shell:
    """Computed when a template asks: an error page of a broken database still renders."""

    @cached_property
    def _who(self) -> identity.Identity:
        return identity.me()

    @property
    def name(self) -> str:
        """The person's own name; colleagues know each other."""
        return self._who.profile.name

    @cached_property
    def posts(self) -> list[str]:
        """Each post as a line: organisation and role, stand-ins marked."""
        return [
            " ".join(dict.fromkeys((post.org_name, post.role_title)))
            + ("（代）" if post.for_login else "")
            for post in self._who.profile.posts
        ]

    @property
    def post(self) -> str:
        """The first post, for the top bar."""
        return self.posts[0] if self.posts else ""

    @property
    def demo(self) -> bool:
        """Whether the start page offers other roles."""
        return settings.current().demo

    @property
    def clock(self) -> str:
        """The office's time where it is not the wall's, else nothing."""
        return words.long_moment(clock.now()) if clock.offset() or self.demo else ""

    @cached_property
    def counts(self) -> queries.Counts:
        """How many tasks lie in each box."""
        with db.reading() as session:
            return queries.counts(session, self._who.viewer)

    @cached_property
    def unread(self) -> int:
        """How many reminders nobody opened for this person yet."""
        with db.reading() as session:
            return queries.unread(session, self._who.viewer)

    @cached_property
    def menu(self) -> list[Part]:
        """The menu at the left."""
        own = [self._inbox(), self._box("done", "已办", "circle-check")]
        own.append(self._box("started", "我发起的", "send"))
        parts = [Part("", own)]
        if self._registers and _exists("registration.form"):
            parts.append(
                Part("诉求", [self._entry("登记诉求", "square-plus", "registration.form")])
            )
        if self._oversees:
            parts.append(Part("运行", [self._entry("在办情况", "route", "monitor.index")]))
            parts[-1].entries.append(self._entry("流程", "sitemap", "monitor.index_of_processes"))
        if self._connects and _exists("reference.index"):
            here = _here("reference.")
            address = url_for("reference.index")
            entry = Entry("接口说明", icon="api", address=address, here=here)
            parts.append(Part("系统", [entry]))
        return parts

    @cached_property
    def bar(self) -> list[Entry]:
        """The bar at the bottom of a phone: four places at most."""
        entries = [self._inbox("待办")]
        if self._registers and _exists("registration.form"):
            entries.append(self._entry("登记", "square-plus", "registration.form"))
        if self._oversees:
            entries.append(self._entry("在办", "route", "monitor.index"))
        entries.append(self._box("done", "已办", "circle-check"))
        return entries

    @property
    def _registers(self) -> bool:
        return bool(self._who.profile.roles & REGISTRARS)

    @property
    def _oversees(self) -> bool:
        return bool(self._who.profile.roles & OVERSEERS)

    @property
    def _connects(self) -> bool:
        return bool(self._who.profile.roles & TECHNICIANS)

    def _inbox(self, title: str = "待办事项") -> Entry:
        waiting = self.counts.mine + self.counts.unsigned
        here = _here("inbox.") and request.args.get("box") not in ("done", "started")
        return Entry(title, "inbox", url_for("inbox.index"), here, waiting)

    def _box(self, box: str, title: str, icon: str) -> Entry:
        here = _here("inbox.") and request.args.get("box") == box
        return Entry(title, icon, url_for("inbox.index", box=box), here)

    def _entry(self, title: str, icon: str, endpoint: str) -> Entry:
        return Entry(title, icon, url_for(endpoint), request.endpoint == endpoint)


def init_app(app: Flask) -> None:
    """Give every template the frame, the theme and who may do what."""
    app.context_processor(lambda: {"shell": Shell()})
    app.jinja_env.globals.update(theme=theme, titled=roles.title)


def theme() -> str:
    """Return the theme chosen on this device, or nothing: then the device decides."""
    chosen = request.cookies.get("theme", "")
    return chosen if chosen in ("light", "dark") else ""


def _here(prefix: str) -> bool:
    return str(request.endpoint).startswith(prefix)


def _exists(endpoint: str) -> bool:
    return endpoint in current_app.view_functions
