"""Sheets of 12345 and 信访: look first, then register; and the answers to send back.

Nothing is registered before the clerk has seen every row with its faults. The sheet waits in the
folder of staged files (signed token, gone after a day); twenty rows are registered at a time, so
that a thousand rows show their progress, survive a closed browser and can be begun again: a row
whose external number is known is counted, not registered twice.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue

from engine import clock, db
from engine.attachments import storage
from engine.errors import Conflict, EngineError, InvalidInput
from processes.appeals import exchange, intake, returns
from web import uploads
from web.identity import me
from web.intake import choices
from web.registration import words
from web.registration.views import bp
from web.uploads import Kept

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: Rows of one request: well below a second each, so the page answers within a few.
CHUNK = 20
_SOURCES = dict(words.SOURCES)


@dataclass
class Progress:
    """How far an import has come; carried by the form from one request to the next."""

    at: int = 0
    made: int = 0
    known: int = 0
    #: `line|reason`, for the rows the engine would not take after all.
    failed: list[str] = field(default_factory=list)


@bp.get("/import")
def sheet() -> ResponseReturnValue:
    """Offer the template, the upload and the answers to send back."""
    return _start({})


@bp.get("/import/template")
def template() -> Response:
    """Download the sheet to fill in."""
    with db.reading() as session:
        names = [name for _, name in choices.streets(session)]
    categories = [label.partition(" ")[2] for _, label in words.CATEGORIES]
    return _download(exchange.template(names, categories), "工单导入模板")


@bp.post("/import")
def preview() -> ResponseReturnValue:
    """Show what the sheet says and what is wrong with it; register nothing."""
    source = request.form.get("source", "")
    files = uploads.receive(request, most=1)
    errors = {} if source in _SOURCES else {"source": "请选择工单来自哪里"}
    if not files.kept:
        errors["files"] = files.errors[0] if files.errors else "请选择 Excel 文件"
    if errors:
        return _start(errors, source), 422
    kept = files.kept[0]
    try:
        read = _read(kept)
    except InvalidInput as refused:
        return _start({"files": str(refused)}, source), 422
    with db.reading() as session:
        known = intake.known_external(session, source, [row.external_no for row in read.good])
    return render_template(
        "registration/preview.html",
        sheet=read,
        known=known,
        fresh=[row for row in read.good if row.external_no not in known],
        kept=kept,
        source=source,
        source_name=_SOURCES[source],
        words=words,
        streets=_streets(),
        categories=dict(words.CATEGORIES),
    )


@bp.post("/import/run")
def run() -> ResponseReturnValue:
    """Register the next rows; the page goes on by itself."""
    source = request.form.get("source", "")
    files = uploads.receive(request, most=1)
    if source not in _SOURCES or not files.kept:
        return _start(
            {"files": "上传的表格已过保留时间，请重新上传。已登记的不会重复。"}, source
        ), 422
    kept = files.kept[0]
    rows = _read(kept).good
    progress = _progress()
    for row in rows[progress.at : progress.at + CHUNK]:
        _one(row, source, progress)
    progress.at = min(progress.at + CHUNK, len(rows))
    finished = progress.at >= len(rows)
    if finished:
        storage.discard(kept.staged)
    return render_template(
        "registration/progress.html",
        progress=progress,
        total=len(rows),
        finished=finished,
        kept=kept,
        source=source,
        source_name=_SOURCES[source],
        failures=[line.partition("|")[::2] for line in progress.failed],
    )


@bp.post("/import/problems")
def problems() -> ResponseReturnValue:
    """Download the rows that could not be taken, with the reasons."""
    files = uploads.receive(request, most=1)
    if not files.kept:
        return _start({"files": "上传的表格已过保留时间，请重新上传。"}), 422
    return _download(exchange.problems(_read(files.kept[0])), "未导入的行")


@bp.post("/import/answers")
def send_back() -> ResponseReturnValue:
    """Download signed answers of a source and a period, for 回填."""
    source = request.form.get("source", "")
    first, last = _day("since"), _day("until")
    if source not in _SOURCES or first is None or last is None or first > last:
        return _start({"answers": "请选择来源和起止日期"}, source), 422
    since = datetime.combine(first, time(0), clock.CHINA)
    until = datetime.combine(last + timedelta(days=1), time(0), clock.CHINA)
    viewer = me().viewer
    rows = db.unit(
        lambda session: returns.answered(session, viewer, source, since=since, until=until)
    )
    return _download(exchange.answers(rows), f"答复回填_{_SOURCES[source]}")


def _one(row: exchange.Row, source: str, progress: Progress) -> None:
    actor = me().actor
    submission = _submission(row, source)
    try:
        db.unit(
            lambda session: intake.submit(
                session,
                form="imported",
                submission=submission,
                actor=actor,
                idempotency_key=f"import:{source}:{row.external_no}"[:80],
            )
        )
        progress.made += 1
    except Conflict:
        progress.known += 1
    except EngineError as refused:
        reasons = getattr(refused, "fields", None) or {"": str(refused)}
        progress.failed.append(f"{row.line}|{'；'.join(reasons.values())}")


def _submission(row: exchange.Row, source: str) -> dict[str, Any]:
    submission: dict[str, Any] = {key: value for key, value in row.values.items() if value}
    submission.update(external_source=source, channel=source)
    submission.pop("external_due", None)
    submission.pop("received_on", None)
    if row.due_at is not None:
        submission["external_due"] = row.due_at.date().isoformat()
    if row.received_on is not None:
        submission["received_on"] = row.received_on.isoformat()
    return submission


def _read(kept: Kept) -> exchange.Sheet:
    categories = {label.partition(" ")[2]: code for code, label in words.CATEGORIES}
    categories |= {code: code for code, _ in words.CATEGORIES}
    streets = {name: code for code, name in _streets().items()}
    streets |= {name.removesuffix("街道"): code for name, code in streets.items()}
    return exchange.read(storage.read_staged(kept.staged), streets=streets, categories=categories)


def _streets() -> dict[str, str]:
    with db.reading() as session:
        return dict(choices.streets(session))


def _progress() -> Progress:
    def count(name: str) -> int:
        text = request.form.get(name, "0")
        return min(int(text), exchange.MAX_ROWS) if text.isdigit() and len(text) < 6 else 0

    failed = request.form.getlist("failed")[: exchange.MAX_ROWS]
    return Progress(count("at"), count("made"), count("known"), failed)


def _day(name: str) -> date | None:
    try:
        return date.fromisoformat(request.form.get(name, ""))
    except ValueError:
        return None


def _start(errors: Mapping[str, str], source: str = "") -> str:
    today = clock.today().date()
    return render_template(
        "registration/import.html",
        errors=errors,
        source=source,
        sources=words.SOURCES,
        limit=exchange.MAX_ROWS,
        since=(today - timedelta(days=7)).isoformat(),
        until=today.isoformat(),
        columns=[names[0] for names in exchange.COLUMNS.values()],
        required=[exchange.COLUMNS[key][0] for key in exchange.REQUIRED],
    )


def _download(content: bytes, name: str) -> Response:
    response = Response(content, mimetype=_XLSX)
    response.headers.set(
        "Content-Disposition", "attachment", filename=f"{name}_{clock.today():%Y%m%d}.xlsx"
    )
    return response
