"""Handing in an appeal: no login, phone first, works without scripts."""

import unicodedata
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import validate_csrf
from wtforms import ValidationError  # type: ignore[import-untyped]  # has no types

from engine import db
from engine.errors import InvalidInput, NotFound
from engine.hooks import Actor
from processes.appeals import intake
from processes.appeals.intake import Receipt
from web import uploads
from web import words as office
from web.access import public
from web.addresses import absolute
from web.intake import choices, keys, words
from web.intake.once import hand_in
from web.security import csrf, limiter, new_key
from web.uploads import Uploads

bp = Blueprint("intake", __name__, template_folder="templates")

#: Whoever hands in a form without an account.
WORKER = Actor("worker", kind="worker")
#: The notice a worker agrees to; changed together with `_notice.html`.
CONSENT_VERSION = "2026-11"

_STALE = "页面打开得太久了。内容都在，再按一次“提交给工会”就可以。"

_TEXT = (
    "content", "street", "community", "identity_mode", "name", "phone", "category",
    "employer_name", "behalf_name", "behalf_relation",
)  # fmt: skip
_TICKS = ("on_behalf", "worker_agrees_employer", "consent")
#: Opened again when something in it is filled in or wrong.
_MORE = {"employer_name", "category", "worker_agrees_employer", "on_behalf", "behalf_name"}


@bp.get("/submit")
@public
def submit() -> ResponseReturnValue:
    """Show the empty form."""
    return _form({"identity_mode": "real"}, {}, Uploads(), new_key())


@bp.post("/submit")
@csrf.exempt
@public
@limiter.limit("20 per minute")
def send() -> ResponseReturnValue:
    """Hand the appeal in; on an error give everything back, files included.

    The form's token is checked here and not before the view: a page that lay open overnight must
    not cost the worker what she has typed.
    """
    key = keys.of_form()
    values = typed(request.form, _TEXT, _TICKS)
    files = uploads.receive(request)
    if not _token_holds():
        return _form(values, {"form": _STALE}, files, key), 400
    try:
        if files.errors:
            raise InvalidInput("附件没有都收到。")  # noqa: TRY301 - the same page as below
        receipt = _hand_in(values, files, key)
    except InvalidInput as refused:
        wrong = dict(refused.fields)
        if "content" in wrong and not values["content"]:
            wrong["content"] = "写几句话，或者拍一张照片、录一段话"
        return _form(values, wrong, files, key), 422
    response = redirect(url_for("intake.done"), 303)
    keys.hold_fresh(response, receipt.no)
    return response


@bp.get("/submit/done")
@public
def done() -> ResponseReturnValue:
    """Show the query code, in the browser that handed the appeal in and nowhere else."""
    number = keys.held_fresh()
    if number is None:
        return redirect(url_for("intake.track"))
    with db.reading() as session:
        receipt = intake.receipt(session, number)
        holder = choices.name(session, receipt.street)
    return render_template(
        "intake/done.html",
        code="-".join(words.in_fours(receipt.query_code)),
        code_parts=words.in_fours(receipt.query_code),
        number=receipt.no,
        holder=holder,
        received=office.moment(receipt.received_at),
        accept_by=office.day(receipt.accept_due),
        anonymous=receipt.identity_mode == "anonymous",
        qr=words.qr(absolute(url_for("intake.track"))),
    )


@bp.post("/submit/done")
@public
def noted() -> ResponseReturnValue:
    """The worker has written the code down: open the case at once."""
    number = keys.held_fresh()
    if number is None:
        return redirect(url_for("intake.track"))
    with db.reading() as session:
        receipt = intake.receipt(session, number)
    response = redirect(url_for("intake.case"), 303)
    keys.hold_case(response, receipt.query_code)
    return response


def _token_holds() -> bool:
    try:
        validate_csrf(request.form.get("csrf_token"))
    except ValidationError:
        return False
    return True


def typed(
    form: Mapping[str, str], texts: tuple[str, ...], ticks: tuple[str, ...]
) -> dict[str, Any]:
    """Return what was typed: trimmed, full-width letters and digits made plain in codes."""
    values: dict[str, Any] = {key: form.get(key, "").strip() for key in texts}
    if "phone" in values:
        values["phone"] = unicodedata.normalize("NFKC", values["phone"]).replace(" ", "")
    values.update({key: form.get(key) == "true" for key in ticks})
    return values


def _hand_in(values: Mapping[str, Any], files: Uploads, key: str) -> Receipt:
    submission, once = _submission(values, files), f"web:{key}"
    return hand_in(once, "intake", submission, files, actor=WORKER)


def _submission(values: Mapping[str, Any], files: Uploads) -> dict[str, Any]:
    """Return the form as the diagram's start form knows it."""
    kinds = {staged.kind for staged in files.staged}
    submission = {key: value for key, value in values.items() if value not in ("", None)}
    if values["content"] or not kinds:
        submission["content_form"] = "text"
    else:
        submission["content_form"] = "photo" if kinds & {"image", "document"} else "voice"
    if values["identity_mode"] == "anonymous":
        # what an anonymous person typed before changing her mind is not kept
        for key in ("name", "phone", "behalf_name", "behalf_relation"):
            submission.pop(key, None)
        submission["on_behalf"] = False
    submission["consent_version"] = CONSENT_VERSION
    return submission


def _form(values: Mapping[str, Any], errors: Mapping[str, str], files: Uploads, key: str) -> str:
    with db.reading() as session:
        streets, communities = choices.streets(session), choices.communities(session)
    return render_template(
        "intake/submit.html",
        values=values,
        errors=errors,
        titles=words.TITLES,
        uploads=files,
        form_key=key,
        streets=streets,
        communities=communities,
        categories=choices.CATEGORIES,
        modes=words.MODES,
        more_open=any(values.get(name) or errors.get(name) for name in _MORE),
        consent_version=CONSENT_VERSION,
        fresh=_fresh(),
    )


def _fresh() -> bool:
    number = keys.held_fresh()
    if number is None:
        return False
    try:
        with db.reading() as session:
            intake.receipt(session, number)
    except NotFound:
        return False  # the demo office was cleared since
    return True


from web.intake import tracking  # noqa: E402, F401 - adds its routes to `bp`
