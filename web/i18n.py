"""The shell's languages: Chinese is the source text, English is a catalogue.

Only the frame is translated (menu, buttons, notices of the shell); what the office wrote in
diagrams and forms stays as it was written. The catalogue is read from its `.po` file, so there
is nothing to compile and nothing that can be stale.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from babel.messages.pofile import read_po
from flask import Blueprint, Flask, g, redirect, request
from flask.typing import ResponseReturnValue

from web.access import public
from web.addresses import back

#: What is offered, with the name each language gives itself.
LANGUAGES = {"zh-CN": "中文", "en": "English"}
CATALOGUES = Path(__file__).parent / "translations"
YEAR = 365 * 24 * 3600

bp = Blueprint("i18n", __name__)


def init_app(app: Flask) -> None:
    """Teach templates `_()` and `language()`."""
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]  # added by the extension
        gettext, _ngettext, newstyle=True
    )
    app.jinja_env.globals.update(language=language, languages=LANGUAGES)
    app.register_blueprint(bp)


def language() -> str:
    """Return the language of this request: chosen before, else Chinese."""
    if "language" not in g:
        chosen = request.cookies.get("language", "")
        g.language = chosen if chosen in LANGUAGES else "zh-CN"
    return str(g.language)


def gettext(text: str) -> str:
    """Return the shell's text in the request's language."""
    return _catalogue(language()).get(text, text)


@bp.post("/language")
@public
def choose() -> ResponseReturnValue:
    """Keep the chosen language on this device for a year."""
    chosen = request.form.get("language", "")
    response = redirect(back())
    if chosen in LANGUAGES:
        response.set_cookie("language", chosen, max_age=YEAR, samesite="Lax", httponly=True)
    return response


def _ngettext(one: str, many: str, count: int) -> str:
    return gettext(one if count == 1 else many)


@lru_cache(maxsize=4)
def _catalogue(code: str) -> dict[str, str]:
    path = CATALOGUES / code / "LC_MESSAGES" / "messages.po"
    if not path.exists():
        return {}
    with path.open("rb") as file:
        catalogue = read_po(file)
    return {
        str(message.id): str(message.string)
        for message in catalogue
        if message.id and message.string
    }
