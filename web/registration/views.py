"""One page for a call: type, look at what came before, answer from the library, next.

Everything is one form and plain buttons, so that it works without a script; htmx and a few keys
make it fast. Phone numbers travel in POST bodies only.
"""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask import session as page_cookie
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from engine import db, queries
from engine.errors import InvalidInput, NotAllowed, NotFound
from processes.appeals import answers, intake
from processes.appeals import earlier as appeals
from processes.appeals.intake import Receipt
from processes.people import orgs
from web import uploads
from web.identity import me
from web.intake import choices, keys
from web.intake.once import hand_in
from web.intake.views import typed
from web.intake.words import in_fours
from web.registration import words
from web.security import new_key
from web.shell import REGISTRARS
from web.uploads import Uploads

bp = Blueprint("registration", __name__, url_prefix="/register", template_folder="templates")

_TEXT = (
    "channel", "kind", "category", "content", "name", "phone", "identity_mode", "street",
    "community", "employer_name", "title", "demand", "persons_affected", "occurred_on", "amount",
    "urgency", "legal_stage", "reply_content", "reply_basis", "conclusion", "satisfaction",
)  # fmt: skip
_TICKS = ("onspot", "worker_agrees_employer")
_REPLY = ("reply_content", "reply_basis", "conclusion", "satisfaction")
_MORE = {"title", "demand", "persons_affected", "occurred_on", "amount"}


@bp.before_request
def _only_registrars() -> None:
    if not me().profile.roles & REGISTRARS:
        raise NotAllowed("登记诉求由窗口受理员、分办员和承办人使用。")


@bp.get("")
def form() -> ResponseReturnValue:
    """Show an empty form with the defaults of my post."""
    return _page(_defaults(), {}, Uploads(), new_key(), last=_last())


@bp.post("")
def save() -> ResponseReturnValue:
    """Register, or do what a button of the page asks; nothing typed is lost."""
    values = typed(request.form, _TEXT, _TICKS)
    files = uploads.receive(request)
    key = keys.of_form()
    action = request.form.get("action", "save")
    if action not in ("save", "next"):
        return _help(action, values, files, key)
    try:
        if files.errors:
            raise InvalidInput("附件没有都收到。")  # noqa: TRY301 - the same page as below
        receipt = _register(values, files, key)
    except InvalidInput as refused:
        return _page(values, refused.fields or {"content": str(refused)}, files, key), 422
    page_cookie["registered"] = receipt.no
    if action == "next":
        page_cookie["channel"] = values["channel"]
        return redirect(url_for("registration.form"), 303)
    return redirect(url_for("registration.done", number=receipt.no), 303)


@bp.get("/done/<number>")
def done(number: str) -> ResponseReturnValue:
    """Show number and query code of a case that I registered, or that the counter may see."""
    with db.reading() as session:
        receipt = intake.receipt(session, number)
        viewer = me().viewer
        seen = queries.may_see(session, viewer, receipt.instance_id)
        if not seen or not intake.may_hold_code(session, viewer, receipt.instance_id):
            raise NotFound("没有这件诉求。")
    return render_template(
        "registration/done.html", receipt=receipt, code=in_fours(receipt.query_code)
    )


@bp.post("/earlier")
def earlier() -> ResponseReturnValue:
    """Return earlier cases of a phone number, masked; looking is logged."""
    found = _earlier(_phone())
    return render_template("registration/_earlier.html", earlier=found, words=words)


@bp.post("/answers")
def library() -> ResponseReturnValue:
    """Return the answers that fit the words and the category."""
    found = _answers(request.form.get("q", ""), request.form.get("category", ""))
    return render_template("registration/_answers.html", found=found)


def _help(action: str, values: dict[str, Any], files: Uploads, key: str) -> ResponseReturnValue:
    """Answer a button of the page where no script runs."""
    if action.startswith("insert-"):
        with db.reading() as session:
            chosen = answers.get(session, _number(action.removeprefix("insert-")))
        if chosen is not None:
            values.update(onspot=True, reply_content=chosen.body, reply_basis=chosen.basis)
    return _page(values, {}, files, key, show_earlier=action == "earlier")


def _register(values: Mapping[str, Any], files: Uploads, key: str) -> Receipt:
    submission = {name: value for name, value in values.items() if value not in ("", None)}
    if not values["onspot"]:
        for name in _REPLY:
            submission.pop(name, None)
    if values["identity_mode"] == "anonymous":
        for name in ("name", "phone"):
            submission.pop(name, None)
    actor = me().actor
    once = f"desk:{actor.id}:{key}"[:80]
    return hand_in(once, "register", submission, files, actor=actor)


def _page(
    values: Mapping[str, Any],
    errors: Mapping[str, str],
    files: Uploads,
    key: str,
    *,
    last: Receipt | None = None,
    show_earlier: bool = False,
) -> str:
    with db.reading() as session:
        streets, communities = choices.streets(session), choices.communities(session)
    query = request.form.get("q", "")
    return render_template(
        "registration/form.html",
        words=words,
        values=values,
        errors=errors,
        uploads=files,
        form_key=key,
        streets=streets,
        communities=communities,
        earlier=_earlier(_phone()) if show_earlier else None,
        found=_answers(query, str(values.get("category", ""))),
        query=query,
        last=last,
        last_code=in_fours(last.query_code) if last else [],
        more_open=any(values.get(name) or errors.get(name) for name in _MORE),
    )


def _defaults() -> dict[str, Any]:
    """Return what my post already says: the channel, and the street I sit in."""
    profile = me().profile
    channel = page_cookie.pop("channel", None)
    if channel is None:
        channel = "phone" if any(post.org == "district" for post in profile.posts) else "window"
    with db.reading() as session:
        street = _street(session, [post.org for post in profile.posts])
    return {
        "channel": channel,
        "kind": "help",
        "identity_mode": "real",
        "street": street,
        "urgency": "normal",
        "legal_stage": "none",
        "conclusion": "explain",
    }


def _street(session: Session, codes: list[str]) -> str:
    for code in codes:
        try:
            line = orgs.chain(session, code)
        except NotFound:
            continue  # a representative's code is no organisation
        for place in line:
            if place.level == "L3":
                return place.code
    return ""


def _last() -> Receipt | None:
    """Return the case registered just before, so that its code can still be read out."""
    number = page_cookie.pop("registered", None)
    if number is None:
        return None
    try:
        with db.reading() as session:
            receipt = intake.receipt(session, number)
            seen = intake.may_hold_code(session, me().viewer, receipt.instance_id)
    except NotFound:
        return None
    return receipt if seen else None


def _phone() -> str:
    return str(typed(request.form, ("phone",), ())["phone"])


def _earlier(phone: str) -> list[Any] | None:
    if len(phone) < 7:
        return None
    viewer = me().viewer
    return db.unit(lambda session: list(appeals.by_phone(session, viewer, phone)))


def _answers(query: str, category: str) -> list[Any]:
    with db.reading() as session:
        return list(answers.search(session, query[:60], category))


def _number(text: str) -> int:
    return int(text) if text.isdigit() and len(text) < 10 else 0


from web.registration import imports  # noqa: E402, F401 - adds its routes to `bp`
