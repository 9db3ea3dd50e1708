"""Errors that state a fact of grannsamverkan, and the pages for everything that went wrong."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, g, make_response, redirect, render_template, request, session
from flask_wtf.csrf import CSRFError
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import (
    HTTPException,
    MethodNotAllowed,
    RequestEntityTooLarge,
    RequestURITooLarge,
    SecurityError,
)
from werkzeug.wrappers import Response as BaseResponse

from watch.bodies import NotAForm, NotText
from watch.extensions import db, limiter
from watch.language import direction, follow_letter, of_browser, speaking
from watch.limits import Flooding, TooManyForms
from watch.models import Language
from watch.tokens import BadToken

SECRET_FIELDS = frozenset({"csrf_token", "password"})


class DomainError(Exception):
    """A rule of grannsamverkan says no; subclasses state which, and routes explain it."""


class LinkExpired(DomainError):
    """The link was right once; it is used, revoked, renewed or too old. `written_in`: its mail's language."""

    def __init__(self, written_in: Language | None = None) -> None:
        super().__init__()
        self.written_in = written_in


class GroupEnded(LinkExpired):
    """The link is right, and its group has ended; `building_id`: where the reader lives, if it is known."""

    def __init__(self, written_in: Language, building_id: int | None) -> None:
        super().__init__(written_in)
        self.building_id = building_id


class Duplicate(DomainError):
    """The same form was sent already; `existing` is what it made the first time."""

    def __init__(self, existing: object) -> None:
        super().__init__(type(existing).__name__)
        self.existing = existing


def init_app(app: Flask) -> None:
    """Every error as a readable page in the reader's language."""
    app.log_exception = _log  # type: ignore[method-assign]  # Flask's own writes down the path, and its token
    app.jinja_env.globals["typed_here"] = _typed_here
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(500, _our_fault)
    for handled in (NotText, NotAForm, Flooding, RequestURITooLarge, SecurityError):
        app.register_error_handler(handled, _bare)
    app.register_error_handler(BadToken, _dead_link)
    app.register_error_handler(LinkExpired, _link_expired)
    app.register_error_handler(GroupEnded, _group_ended)
    app.register_error_handler(410, _dead_link)
    app.register_error_handler(405, _page_above)
    app.register_error_handler(DomainError, _rule_says_no)
    app.register_error_handler(CSRFError, _form_too_old)


def _log(exc_info: Any) -> None:
    """What broke, and where; the address of a page may be somebody's link."""
    current_app.logger.error("Exception in %s [%s]", request.endpoint, request.method, exc_info=exc_info)


def _page_above(error: MethodNotAllowed) -> BaseResponse | HTTPException:
    """A form's own address, opened anew or from the history: lead to the nearest page above it.

    A form that was refused stays at the address it was sent to, which answers nothing but POST.
    """
    address = request.path
    while request.method == "GET" and address:
        address = address.rpartition("/")[0]
        if _is_page(address or "/"):
            return redirect(address or "/", 303)
    return _http_error(error)


def _is_page(address: str) -> bool:
    routes = current_app.create_url_adapter(request)
    return routes is not None and routes.test(address, "GET")


def _http_error(error: HTTPException) -> Response | HTTPException:
    if error.code is None or error.code < 400:
        return error
    if error.code == 404:
        g.pop("position", None)  # the same page whether there is such a thing or not, navigation and all
    answers = answers_to_keep() if error.code == 429 else None
    response = _page("errors/page.html", error.code, answers=answers, until=_end_of_limit(error))
    if allowed := getattr(error, "valid_methods", None):
        response.headers["Allow"] = ", ".join(sorted(allowed))
    return response


def _end_of_limit(error: HTTPException) -> datetime | None:
    """When the limit that was reached is over, to the full minute."""
    if isinstance(error, TooManyForms):
        ends = error.until
    elif error.code == 429 and limiter.current_limit is not None:
        ends = limiter.current_limit.reset_at
    else:
        return None
    return datetime.fromtimestamp(ends, UTC) + timedelta(minutes=1)


def _rule_says_no(_error: DomainError) -> Response:
    """A rule that no route explained: somebody was quicker, or the page is old."""
    return _page("errors/page.html", 409)


def _dead_link(_error: Exception) -> Response:
    """One answer for expired, used, revoked and altered: nothing is learnt from the difference."""
    return _page("errors/dead_link.html", 410)


def _link_expired(error: LinkExpired) -> Response:
    """The same words in the language of the mail, for whoever has that."""
    _speak_as_mail(error)
    return _dead_link(error)


def _speak_as_mail(error: LinkExpired) -> None:
    if error.written_in:
        follow_letter(error.written_in)


def _group_ended(error: GroupEnded) -> Response:
    """Nobody can send a new link: the group is gone, as anybody can see on the building's page."""
    _speak_as_mail(error)
    return _page("errors/group_ended.html", 410, building_id=error.building_id)


def _form_too_old(error: CSRFError) -> Response:
    """What was typed is kept: the page offers the same answers to be sent again.

    A form that another site sent is not offered: the reader has typed none of it.
    """
    if _comes_from_elsewhere():
        return _bare(error)
    return _page("errors/send_again.html", 400, answers=answers_to_keep())


def _comes_from_elsewhere() -> bool:
    origin = request.headers.get("Origin")
    return origin is not None and urlsplit(origin).netloc != request.host


def answers_to_keep() -> MultiDict[str, str] | None:
    """What was typed into the form, except secrets; None where it cannot be sent again or is too much."""
    if request.method != "POST" or _comes_from_elsewhere():
        return None
    cut = g.get("typed", {})  # as the page's own form has read it
    try:
        typed = ((name, cut.get(name, answers)) for name, answers in request.form.lists())
    except RequestEntityTooLarge:
        return None
    return MultiDict((name, answer) for name, all_ in typed if name not in SECRET_FIELDS for answer in all_)


def _typed_here() -> MultiDict[str, str]:
    """What the form that this page answers was sent with; nothing where that is too much to read.

    Where the page has read a form that is what its fields have read, and not whatever came along.
    """
    typed, fields = answers_to_keep() or MultiDict(), g.get("typed")
    return MultiDict(
        (name, answer) for name, answer in typed.items(multi=True) if not fields or name in fields
    )


def signed_out_while_writing() -> Response:
    """The sign-in ended under somebody's hands: what they wrote waits here while they sign in."""
    return _page("errors/signed_out.html", 401, answers=answers_to_keep())


def _page(template: str, code: int, **more: object) -> Response:
    """An error's page; what the request had begun to change is taken back first."""
    db.session.rollback()
    return make_response(render_template(template, code=code, **more), code)


def _our_fault(_error: Exception) -> Response:
    db.session.rollback()
    return _bare(_error, code=500)


def _bare(error: Exception, code: int | None = None) -> Response:
    """A page that asks neither the database nor the address: either may be what is wrong."""
    code = code or getattr(error, "code", None) or 500
    language = _language_without_database()
    template = current_app.jinja_env.get_template("errors/bare.html")
    with speaking(language):
        page = template.render(
            code=code,
            language=language.value,
            direction=direction(language),
            static=current_app.static_url_path,
        )
    return make_response(page, code)


def _language_without_database() -> Language:
    return Language(session.get("language") or of_browser())
