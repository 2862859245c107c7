"""待办: what waits for me, and doing it."""

from __future__ import annotations

from flask import Blueprint, flash, g, jsonify, make_response, redirect, render_template, request
from flask import url_for as address
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from engine import commands, db, queries
from engine.commands import Completion, reading, submissions
from engine.errors import InvalidInput
from engine.forms import BoundForm
from processes.appeals import contact
from web import downloads, errors, identity, words
from web.inbox import attached, lists, page

bp = Blueprint("inbox", __name__, url_prefix="/inbox", template_folder="templates")


@bp.get("/")
def index() -> ResponseReturnValue:
    """Show my list; beside it, where there is room, its first task."""
    asked, viewer = lists.asked(), identity.viewer()
    with db.reading() as session:
        listing = lists.build(session, viewer, asked)
        first = next((row for row in listing.rows if not row.leaves), None)
        view = page.build(session, viewer, first.id, asked) if first else None
    return render_template("inbox/index.html", listing=listing, view=view, opened=False)


@bp.get("/export.xlsx")
def export() -> ResponseReturnValue:
    """Take the list away as a sheet."""
    asked = lists.asked()
    with db.reading() as session:
        rows = lists.table(session, identity.viewer(), asked)
    return downloads.sheet(rows, f"{lists.BOXES[asked.box]}{words.day(words.today())}")


@bp.get("/<task_id>")
def show(task_id: str) -> ResponseReturnValue:
    """Show one task: content, progress, form."""
    return _show(task_id)


@bp.post("/<task_id>")
def complete(task_id: str) -> ResponseReturnValue:
    """Complete a task with what was entered; my next task of the case opens at once."""
    who, asked = identity.me(), lists.asked()
    with db.reading() as session:
        view = page.build(session, who.viewer, task_id, asked)
        form = page.bind(queries.task(session, who.viewer, task_id), request.form)
    g.typed = attached.typed(form)
    uploads = attached.receive(form)
    if (form and not form.validate()) or uploads.errors:
        return _again(view, form, uploads)
    key = request.form.get("_key", "")[:80] or None
    entered = form.values() if form else {}

    def work(session: Session) -> Completion:
        repeated = submissions.earlier(session, key, entered) is not None
        files = () if repeated else uploads.admit(session, who.profile.login)
        return commands.complete(
            session,
            task_id,
            actor=who.actor,
            submission=entered,
            files=files,
            idempotency_key=key,
        )

    try:
        done = db.unit(work)
    except InvalidInput as refusal:
        return _again(view, form, uploads, refusal)
    return _next(view, done)


@bp.post("/<task_id>/claim")
def claim(task_id: str) -> ResponseReturnValue:
    """Sign for a task (签收): from now on it is mine."""
    who = identity.me()

    def work(session: Session) -> None:
        queries.task(session, who.viewer, task_id)  # not visible: 404 and nothing else
        commands.claim(session, task_id, actor=who.actor)

    db.unit(work)
    flash("已签收，这件事项由您办理。")
    return redirect(address("inbox.show", task_id=task_id), 303)


@bp.post("/<task_id>/unclaim")
def unclaim(task_id: str) -> ResponseReturnValue:
    """Put a task back for its group (退回待签收); my draft stays."""
    who = identity.me()

    def work(session: Session) -> None:
        queries.task(session, who.viewer, task_id)
        commands.unclaim(session, task_id, actor=who.actor)

    db.unit(work)
    flash("已退回待签收，同组的同事可以签收办理，您的草稿仍保留。")
    return redirect(address("inbox.index", box="unsigned"), 303)


@bp.post("/<task_id>/draft")
def draft(task_id: str) -> ResponseReturnValue:
    """Keep what is typed so far."""
    who = identity.me()
    typed = {
        name: many for name, many in request.form.lists() if not name.startswith(("_", "csrf_"))
    }

    def work(session: Session) -> None:
        queries.task(session, who.viewer, task_id)
        commands.save_draft(session, task_id, actor=who.actor, payload=typed)

    db.unit(work)
    said = f"草稿已保存 {words.local(words.now()):%H:%M}"
    if errors.wants_json():
        return jsonify(message=said)
    flash(said)
    return redirect(address("inbox.show", task_id=task_id), 303)


@bp.post("/<task_id>/fields")
def fields(task_id: str) -> ResponseReturnValue:
    """Return the fields that depend on what is typed so far; nothing is kept."""
    who = identity.me()
    with db.reading() as session:
        form = page.bind(queries.task(session, who.viewer, task_id), request.form)
    return render_template(
        "inbox/fields.html", form=form, url=address("inbox.fields", task_id=task_id)
    )


@bp.post("/<task_id>/contact")
def show_contact(task_id: str) -> ResponseReturnValue:
    """Show the worker's name and phone once, for a reason that is written down."""
    viewer, asked = identity.viewer(), lists.asked()
    reason = request.form.get("reason", "")
    with db.transaction() as session:
        view = page.build(session, viewer, task_id, asked)
        try:
            view.contact = contact.read(session, viewer, view.task.root_id, reason=reason)
        except InvalidInput as refusal:
            view.contact_error = str(refusal)
        listing = lists.build(session, viewer, asked)
    status = 422 if view.contact_error else 200
    if request.headers.get("HX-Request"):
        return render_template("inbox/contact.html", view=view), status
    return render_template("inbox/index.html", listing=listing, view=view, opened=True), status


def _show(task_id: str) -> ResponseReturnValue:
    asked, viewer = lists.asked(), identity.viewer()
    part = bool(request.headers.get("HX-Request"))
    with db.reading() as session:
        view = page.build(session, viewer, task_id, asked)
        listing = None if part else lists.build(session, viewer, asked)
    if view.task.unread and view.may_act:
        with db.transaction() as session:
            reading.mark_read(session, task_id)
    template = "inbox/detail.html" if part else "inbox/index.html"
    return render_template(template, listing=listing, view=view, opened=True)


def _again(
    view: page.Page,
    form: BoundForm | None,
    uploads: attached.Received,
    refusal: InvalidInput | None = None,
) -> ResponseReturnValue:
    """Show the form again with what is wrong; everything typed and every file stays."""
    message = str(refusal) if refusal else "；".join(uploads.errors)
    if form and refusal:
        form.refuse(refusal.fields)
    if request.headers.get("HX-Request"):
        url = address("inbox.fields", task_id=view.task.id)
        return render_template("inbox/again.html", form=form, message=message, url=url), 422
    view.form, view.message, view.kept = form, message, uploads.kept
    view.key = request.form.get("_key", "") or view.key
    with db.reading() as session:
        listing = lists.build(session, identity.viewer(), lists.asked())
    return render_template("inbox/index.html", listing=listing, view=view, opened=True), 422


def _next(view: page.Page, done: Completion) -> ResponseReturnValue:
    said = f"{view.task.name}：已提交。"
    if done.postponed:
        said += "后面的自动步骤稍后继续，您不用再提交。"
    flash(said + ("接着办理下一步。" if done.next_task_id else ""))
    if done.next_task_id:
        target = address("inbox.show", task_id=done.next_task_id)
    else:
        target = address("inbox.index")
    if request.headers.get("HX-Request"):
        return make_response("", 204, {"HX-Redirect": target})
    return redirect(target, 303)
