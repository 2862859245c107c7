"""From what the engine refuses to what the browser is told: a status, the reason, what to do."""

from __future__ import annotations

from dataclasses import dataclass

import structlog
from flask import Flask, g, jsonify, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException, InternalServerError

from engine import db, errors
from processes.people import accounts

log = structlog.get_logger()

STATUS: dict[type[Exception], int] = {
    errors.NotFound: 404,
    errors.NotAllowed: 403,
    errors.HumanTaskClosed: 409,
    errors.Conflict: 409,
    errors.IdempotencyMismatch: 409,
    errors.InvalidInput: 422,
    errors.ServiceFailed: 503,
    errors.EngineError: 400,
}


@dataclass(frozen=True)
class Advice:
    """What an error page says: a heading, and what the person can do now."""

    title: str
    todo: str


ADVICE = {
    400: Advice("这一步没有完成", "请返回上一页，按提示修改后再试。"),
    401: Advice("请先登录", "登录已经失效或者还没有登录，请登录后继续。"),
    403: Advice("您不能做这一步", "如果您应当有这项权限，请联系本单位的系统管理员。"),
    404: Advice(
        "没有找到这个页面",
        "网址可能有误，或者这件事项不在您可以查看的范围内。",
    ),
    405: Advice("不能这样打开", "请从页面上的按钮进入，不要直接输入这个网址。"),
    409: Advice("已经有人先办了", "请看清最新情况后再决定下一步。"),
    413: Advice("文件太大", "请压缩文件，或者分几次上传。"),
    415: Advice("不支持这种格式", "请从页面上的表单提交。"),
    422: Advice("填写的内容需要修改", "请返回上一页，按提示修改后再提交。"),
    429: Advice("操作太频繁", "请等一分钟再试。"),
    500: Advice(
        "系统出了一点问题",
        "您填写的内容没有提交。请稍后再试；如果一直这样，请把发生的时间告诉系统管理员。",
    ),
    503: Advice("服务暂时不可用", "请稍后再试。您的内容没有丢失，请先不要关闭页面。"),
}
TOO_LATE = "就在刚才，别人改动了同一件事项。请重新打开，看看现在办到哪一步。"
EXPIRED = "页面打开得太久，安全凭证已经失效。请返回上一页刷新，再提交一次。"


def init_app(app: Flask) -> None:
    """Answer for every view, so that no view needs a `try`."""
    app.register_error_handler(errors.EngineError, _refused)
    app.register_error_handler(errors.HumanTaskClosed, _closed)
    app.register_error_handler(StaleDataError, _too_late)
    app.register_error_handler(CSRFError, _expired)
    app.register_error_handler(HTTPException, http)
    app.register_error_handler(Exception, _broken)


def _refused(error: errors.EngineError) -> ResponseReturnValue:
    status = next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)
    return say(str(error), error.code, status)


def _closed(error: errors.HumanTaskClosed) -> ResponseReturnValue:
    message = str(error)
    if error.status == "completed" and error.closed_by:
        with db.reading() as session:
            name = accounts.names(session, [error.closed_by])[error.closed_by]
        message = message.replace("他人", f" {name} ")
    return say(message, error.code, 409)


def _too_late(_: StaleDataError) -> ResponseReturnValue:
    return say(TOO_LATE, "changed-meanwhile", 409)


def _expired(_: CSRFError) -> ResponseReturnValue:
    return say(EXPIRED, "csrf", 400)


def http(error: HTTPException) -> ResponseReturnValue:
    """Answer for what the framework itself refuses: no such page, too large, …"""
    status = error.code or 500
    if status < 400:
        return error
    reason = ADVICE.get(status, ADVICE[400]).todo
    answer = make_response(say(reason, f"http-{status}", status))
    for name, value in error.get_headers():
        if name.lower() in ("allow", "retry-after"):
            answer.headers[name] = value
    return answer


def _broken(error: Exception) -> ResponseReturnValue:
    # The log gets the trace; the page gets nothing a stranger could use.
    log.error("page failed", exc_info=error)
    return say(ADVICE[500].todo, "internal", InternalServerError.code)


def say(message: str, code: str, status: int) -> ResponseReturnValue:
    """Answer as a page, a part of a page or JSON, as the asker prefers."""
    if wants_json():
        return jsonify(code=code, message=message), status
    advice = ADVICE.get(status, ADVICE[400])
    page = "error_part.html" if request.headers.get("HX-Request") else "error.html"
    typed = g.get("typed", ())
    return render_template(
        page, message=message, code=code, status=status, advice=advice, typed=typed
    ), status


def wants_json() -> bool:
    """Say whether the asker prefers JSON to a page."""
    best = request.accept_mimetypes.best_match(["text/html", "application/json"], "text/html")
    return best == "application/json"
