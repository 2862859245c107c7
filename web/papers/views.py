"""One click, one A4 page; and the files of a case, only ever as a download."""

from flask import Blueprint, Response, render_template, url_for
from flask.typing import ResponseReturnValue

from engine import db, queries
from engine.attachments import storage
from engine.errors import NotFound
from engine.models import Attachment
from processes.appeals import papers
from processes.people import reveal
from web.addresses import absolute
from web.identity import me
from web.intake.words import in_fours, qr

bp = Blueprint("papers", __name__, template_folder="templates")


@bp.get("/papers/<kind>/<key>")
def show(kind: str, key: str) -> ResponseReturnValue:
    """Show a paper of a case that I may see, ready to print."""
    viewer = me().viewer
    paper = db.unit(lambda session: papers.compose(session, viewer, kind, key))
    return render_template(
        "papers/paper.html",
        paper=paper,
        code=in_fours(paper.query_code),
        qr=qr(absolute(url_for("intake.track"))) if paper.query_code else None,
    )


@bp.get("/files/<file_id>")
def file(file_id: str) -> Response:
    """Download a file of a case that I may see; who did is written down."""
    viewer = me().viewer

    with db.transaction() as session:
        found = session.get(Attachment, file_id) if len(file_id) <= 32 else None
        if found is None or found.instance_id is None:
            raise NotFound("没有这个附件。")
        queries.require(session, viewer, found.instance_id)
        if not papers.opens_files(session, viewer, found.instance_id):
            # photos and recordings carry names and faces: not for invited outsiders (D-17)
            raise NotFound("没有这个附件。")
        reveal.note(
            session,
            viewer.id,
            instance_id=found.instance_id,
            what=f"file:{found.id}",
            reason="下载附件",
        )
    return download(found)


def download(attachment: Attachment) -> Response:
    """Return a file so that no browser shows or runs it on our site."""
    response = Response(storage.read(attachment), mimetype=attachment.media_type)
    response.headers.set("Content-Disposition", "attachment", filename=storage.name_of(attachment))
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.headers["Cache-Control"] = "no-store, private"
    return response
