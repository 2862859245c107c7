"""Following an appeal with the query code: state, answers, rating, withdrawal.

Every wrong code gets the same page after the same work; failures are counted for each address, so
that 12 characters (more than 55 bits) cannot be tried through. Half an hour later the code is
asked for again.
"""

import unicodedata
from collections.abc import Callable, Mapping
from typing import Any, Literal

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from engine import db
from engine.errors import InvalidInput, NotFound
from processes.appeals import reps_worker, tracking
from processes.appeals.tracking import DocumentView
from web import uploads
from web.access import public
from web.intake import keys, words
from web.intake.views import WORKER, bp
from web.security import limiter, new_key
from web.uploads import Uploads

_FAILED = "10 per 10 minutes"


@bp.get("/track")
@public
def track() -> ResponseReturnValue:
    """Ask for the query code."""
    return render_template("intake/track.html", wrong=False, fresh=keys.held_fresh() is not None)


@bp.post("/track")
@public
@limiter.limit("60 per minute")
@limiter.limit(_FAILED, deduct_when=lambda response: response.status_code == 422)
def open_case() -> ResponseReturnValue:
    """Open the case of a code. The code stays in the body; the answer is a redirect."""
    code = plain_code(request.form.get("code", ""))
    try:
        with db.reading() as session:
            tracking.open_case(session, code)
    except NotFound:
        return render_template("intake/track.html", wrong=True, fresh=False), 422
    response = redirect(url_for("intake.case"), 303)
    keys.hold_case(response, code)
    return response


@bp.get("/track/case")
@public
def case() -> ResponseReturnValue:
    """Show the case; reading an answer here is the proof that it was delivered."""
    code = keys.held_case()
    if code is None:
        return redirect(url_for("intake.track"))
    return _case(code, {}, {}, Uploads(), "")


@bp.post("/track/rate")
@public
@limiter.limit("20 per minute")
def rate() -> ResponseReturnValue:
    """Rate the answer: 满意, 基本满意 or 不满意."""
    satisfaction = request.form.get("satisfaction", "")
    text = request.form.get("rating_text", "").strip()
    values = {"satisfaction": satisfaction, "rating_text": text}

    def act(session: Session, code: str) -> None:
        if satisfaction not in {rating.value for rating in words.RATINGS}:
            raise InvalidInput("还没有选。", {"satisfaction": "请选一个"})
        view = tracking.open_case(session, code)
        if view.rating != satisfaction:  # the same press again says nothing new
            tracking.rate(session, view.appeal, satisfaction, text)

    return _act(act, "评价已提交，谢谢您。", values, Uploads(), "rate")


@bp.post("/track/confirm")
@public
@limiter.limit("20 per minute")
def confirm() -> ResponseReturnValue:
    """Say whether the matter is solved that representatives helped with."""
    solved, satisfaction = request.form.get("solved", ""), request.form.get("confirm_rating", "")

    def act(session: Session, code: str) -> None:
        wrong = {"solved": "请选一个"} if solved not in ("yes", "no") else {}
        if satisfaction not in {rating.value for rating in words.RATINGS}:
            wrong["confirm_rating"] = "请选一个"
        if wrong:
            raise InvalidInput("还没有选。", wrong)
        view = tracking.open_case(session, code)
        if view.can_confirm:  # a second press finds it said
            said: Literal["yes", "no"] = "yes" if solved == "yes" else "no"
            reps_worker.confirm(session, view.appeal_no, said, satisfaction=satisfaction)

    values = {"solved": solved, "confirm_rating": satisfaction}
    return _act(act, "已经告诉办理的工会，谢谢您。", values, Uploads(), "confirm")


@bp.post("/track/withdraw")
@public
@limiter.limit("20 per minute")
def withdraw() -> ResponseReturnValue:
    """Ask for the appeal to be withdrawn; staff confirm."""
    reason = request.form.get("reason", "").strip()

    def act(session: Session, code: str) -> None:
        if not reason:
            raise InvalidInput("没有写原因。", {"reason": "写一句为什么撤回，比如：单位已经发了"})
        view = tracking.open_case(session, code)
        if not view.withdrawing:
            tracking.withdraw(session, view.appeal, reason)

    return _act(
        act, "已告诉办理的工会，确认后会在这里通知您。", {"reason": reason}, Uploads(), "withdraw"
    )


@bp.post("/track/supplement")
@public
@limiter.limit("20 per minute")
def supplement() -> ResponseReturnValue:
    """Add words or files to the case."""
    text = request.form.get("text", "").strip()
    files = uploads.receive(request)
    once = f"more:{keys.of_form()}"

    def act(session: Session, code: str) -> None:
        if files.errors:
            raise InvalidInput("附件没有都收到。")
        if tracking.supplemented(session, once):
            return
        if not text and not files.kept:
            raise InvalidInput("没有内容。", {"text": "写几句话，或者选一个文件"})
        rows = files.admit(session, by=WORKER.id)
        appeal = tracking.open_case(session, code).appeal
        tracking.supplement(session, appeal, text, rows, idempotency_key=once)

    return _act(act, "补充已经交给办理的工会。", {"text": text}, files, "supplement")


@bp.post("/track/leave")
@public
def leave() -> ResponseReturnValue:
    """Forget the case in this browser."""
    response = redirect(url_for("intake.track"), 303)
    keys.forget(response)
    return response


def plain_code(typed: str) -> str:
    """Return a typed code as it is stored: capitals and digits, no dashes, not full-width."""
    plain = unicodedata.normalize("NFKC", typed).upper()
    return "".join(char for char in plain if char.isascii() and char.isalnum())[:20]


def _act(
    act: Callable[[Session, str], None],
    said: str,
    values: Mapping[str, Any],
    files: Uploads,
    part: str,
) -> ResponseReturnValue:
    code = keys.held_case()
    if code is None:
        flash("为了安全，页面放久了要重新输入查询码。", "warning")
        return redirect(url_for("intake.track"), 303)
    try:
        db.unit(lambda session: act(session, code))
    except InvalidInput as refused:
        errors = refused.fields or {part: str(refused)}
        return _case(code, values, errors, files, part, status=422)
    flash(said)
    return redirect(url_for("intake.case"), 303)


def _case(
    code: str,
    values: Mapping[str, Any],
    errors: Mapping[str, str],
    files: Uploads,
    part: str,
    *,
    status: int = 200,
) -> Response:
    try:
        view = db.unit(lambda session: _read(session, code))
    except NotFound:
        response = redirect(url_for("intake.track"))
        keys.forget(response)
        return response
    notices, older = _notices(view)
    page = render_template(
        "intake/case.html",
        case=view,
        notices=notices,
        older=older,
        step_names=words.STEPS,
        ratings=words.RATINGS,
        rating_names={rating.value: rating.name for rating in words.RATINGS},
        conclusions=words.CONCLUSIONS,
        titles=words.TITLES,
        values=values,
        errors=errors,
        uploads=files,
        open=part,
        form_key=new_key(),
    )
    return make_response(page, status)


def _notices(view: tracking.CaseView) -> tuple[list[DocumentView], list[DocumentView]]:
    """Split what is no answer: what counts now, and what was read before or is out of date.

    Of several of one kind (progress every ten working days) the newest counts. The last word stays
    open, whatever it is: the notice of acceptance, of merging, of what became of a proposal.
    """
    told = [document for document in view.documents if document.kind != "reply"]
    open_: list[DocumentView] = []
    for one in told:
        known = any(one.title == other.title for other in open_)
        if one.kind == "interim" or not (one.delivered or known):
            open_.append(one)
    if len(open_) > 1 and open_[-1] is told[-1] and open_[-1].kind == "notice":
        open_.pop()  # the receipt of the first day says nothing new any more
    if not open_ and told and told[0] is view.documents[0]:
        open_ = told[:1]
    return open_, [one for one in told if one not in open_]


def _read(session: Session, code: str) -> tracking.CaseView:
    view = tracking.open_case(session, code)
    if any(not document.delivered for document in view.documents):
        tracking.opened(session, view.appeal)
    return view
