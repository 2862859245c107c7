"""提醒: the messages that processes owed me or my office, and that I have read them."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from engine import commands, db, queries
from web import identity, listing
from web.notices import sentences

bp = Blueprint("notices", __name__, url_prefix="/notices", template_folder="templates")


@bp.get("/")
def index() -> ResponseReturnValue:
    """Show my notices, newest first."""
    number, viewer = listing.page_number(), identity.viewer()
    with db.reading() as session:
        found = queries.notices(session, viewer, page=number, size=listing.SIZE)
    return render_template(
        "notices/index.html",
        lines=[sentences.line(notice) for notice in found.items],
        page=listing.Pager(number, listing.SIZE, found.total, "notices.index", {}),
    )


@bp.post("/read")
def read() -> ResponseReturnValue:
    """Mark everything on the first pages as read."""
    with db.transaction() as session:
        found = queries.notices(session, identity.viewer(), size=200)
        commands.read_notices(
            session, [notice.id for notice in found.items], actor=identity.me().actor
        )
    return redirect(url_for("notices.index"))
