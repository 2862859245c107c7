"""在办情况: where every case stands, one case in full, and the operator's few levers."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request
from flask import url_for as address
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from engine import commands, db, queries
from engine.errors import NotAllowed, NotFound
from engine.models import Incident
from web import downloads, identity, listing, words
from web.monitor import lists, page, processes

bp = Blueprint("monitor", __name__, url_prefix="/monitor", template_folder="templates")


@bp.get("/")
def index() -> ResponseReturnValue:
    """Show the cases I may see, with figures by process."""
    wanted, viewer, number = lists.asked(), identity.viewer(), listing.page_number()
    with db.reading() as session:
        statistics = queries.statistics(session, viewer)
        rows, total = lists.lines(session, viewer, wanted, number)
        choices = lists.choices(session, viewer, statistics)
    return render_template(
        "monitor/index.html",
        rows=rows,
        wanted=wanted,
        choices=choices,
        figures=lists.figures(statistics, wanted),
        bars=lists.bars(statistics),
        page=listing.Pager(number, listing.SIZE, total, "monitor.index", wanted.kept),
    )


@bp.get("/export.xlsx")
def export() -> ResponseReturnValue:
    """Take the list away as a sheet."""
    with db.reading() as session:
        rows = lists.table(session, identity.viewer(), lists.asked())
    return downloads.sheet(rows, f"在办情况{words.day(words.today())}")


@bp.get("/processes")
def index_of_processes() -> ResponseReturnValue:
    """List the published processes with how many cases wait where."""
    with db.reading() as session:
        found = processes.published(session, identity.viewer())
    return render_template("monitor/processes.html", processes=found)


@bp.get("/processes/<key>")
def process(key: str) -> ResponseReturnValue:
    """Show one published diagram with how many tokens wait at each step."""
    with db.reading() as session:
        found = processes.one(session, identity.viewer(), key)
    return render_template("monitor/process.html", process=found)


@bp.get("/<instance_id>")
def show(instance_id: str) -> ResponseReturnValue:
    """Show one case in full."""
    with db.reading() as session:
        view = page.build(session, identity.viewer(), instance_id)
    return render_template("monitor/show.html", view=view)


@bp.post("/incidents/<int:incident_id>/retry")
def retry(incident_id: int) -> ResponseReturnValue:
    """Try once more what failed (operators only)."""
    who = identity.me()

    def work(session: Session) -> str:
        incident = session.get(Incident, incident_id)
        if incident is None or incident.instance_id is None:
            raise NotFound("没有这个异常，可能已经处理。")
        queries.require(session, who.viewer, incident.instance_id)
        if not who.viewer.has_role(*page.OPERATORS):
            raise NotAllowed("重试自动步骤需要系统管理员或在办件管理岗。")
        commands.retry(session, incident_id, actor=who.actor)
        return incident.instance_id

    instance_id = db.unit(work)
    flash("已安排重试，几秒后刷新可以看到结果。")
    return redirect(address("monitor.show", instance_id=instance_id), 303)


@bp.post("/<instance_id>/suspend")
def suspend(instance_id: str) -> ResponseReturnValue:
    """Stop a case for a while; nobody can complete anything in it until it goes on."""
    _operate(instance_id, commands.suspend)
    flash("已暂停办理。")
    return redirect(address("monitor.show", instance_id=instance_id), 303)


@bp.post("/<instance_id>/resume")
def resume(instance_id: str) -> ResponseReturnValue:
    """Let a stopped case go on."""
    _operate(instance_id, commands.resume)
    flash("已恢复办理。")
    return redirect(address("monitor.show", instance_id=instance_id), 303)


def _operate(instance_id: str, command: processes.Command) -> None:
    who, reason = identity.me(), request.form.get("reason", "").strip()

    def work(session: Session) -> None:
        queries.require(session, who.viewer, instance_id)
        if not who.viewer.has_role(*page.OPERATORS):
            raise NotAllowed("暂停和恢复需要系统管理员或在办件管理岗。")
        command(session, instance_id, actor=who.actor, reason=reason)

    db.unit(work)
