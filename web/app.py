"""The application factory: the only place that puts the web parts together."""

from __future__ import annotations

from flask import Flask, request
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter, Map

from engine import bundles, settings, testclock
from engine.settings import Settings
from web import assets, cases, errors, health, i18n, identity, security, shell, words, workdays
from web import metrics as figures
from web.api.blueprint import mount as mount_api
from web.cookies import cookie_secret
from web.inbox.views import bp as inbox
from web.intake.views import bp as intake
from web.login.views import bp as login
from web.monitor.views import bp as monitor
from web.notices.views import bp as notices
from web.papers.views import bp as papers
from web.reference.views import bp as reference
from web.registration.views import bp as registration
from web.start.views import bp as start

BLUEPRINTS = (
    *(start, login, inbox, monitor, notices),
    *(intake, registration, papers, reference, cases.bp, health.bp, figures.bp),
)


def create_app(configured: Settings | None = None) -> Flask:
    """Return the application.

    Args:
        configured: the settings of this installation; read from the environment by default.

    Raises:
        SettingsInvalid: a setting is missing or wrong.
    """
    configured = configured or settings.current()
    bundles.load_all()
    app = Flask(__name__)
    app.config["SECRET_KEY"] = cookie_secret(configured)
    app.url_map.converters["int"] = _RowNumber
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False  # what an address names is not guessed
    if configured.proxies:
        _believe(app, configured.proxies)
    security.init_app(app, configured)
    errors.init_app(app)
    assets.init_app(app)
    i18n.init_app(app)
    workdays.init_app(app)
    identity.init_app(app)
    shell.init_app(app)
    words.init_app(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    mount_api(app)
    if testclock.allowed():
        app.before_request(_share_clock)
    return app


class _RowNumber(IntegerConverter):
    """A number in an address that a row can have; larger ones name nothing."""

    def __init__(self, url_map: Map) -> None:
        super().__init__(url_map, max=2**63 - 1)


def _believe(app: Flask, proxies: int) -> None:
    """Take the caller's address and scheme from what the trusted proxies say.

    Each proxy adds one address to the list, so what a caller made up stands further left.
    The scheme is one word, which every proxy writes anew or hands on.
    """
    app.wsgi_app = ProxyFix(  # type: ignore[method-assign]  # the way Flask documents
        app.wsgi_app, x_for=proxies, x_proto=1, x_host=0, x_port=0, x_prefix=0
    )


def _share_clock() -> None:
    # Another process of this installation may have moved the office's time.
    if request.endpoint != "static":
        testclock.refresh()
