"""Named errors for the rules of grannsamverkan, and the pages for all errors."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, g, make_response, redirect, render_template, request, session
from flask_login import current_user
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

from watch import made_for
from watch.bodies import NotAForm, NotText
from watch.extensions import db, limiter, login_manager
from watch.language import direction, follow_letter, of_browser, speaking
from watch.limits import Flooding, TooManyForms
from watch.models import Language, Purpose
from watch.tokens import BadToken, CutToken

LINKS = {  # what the link of a URL that ends in a token, or goes on behind one, is for
    "/login/": Purpose.SIGN_IN,
    "/join/": Purpose.INVITATION,
    "/join/confirm/": Purpose.CONFIRM_REQUEST,
    "/interest/": Purpose.CONFIRM_INTEREST,
    "/appointment/": Purpose.APPOINTMENT,
    "/a/": Purpose.DECIDE,
    "/r/": Purpose.ANSWER,
    "/u/": Purpose.UNSUBSCRIBE,
    "/email/": Purpose.CONFIRM_ADDRESS,
    "/email/undo/": Purpose.UNDO_ADDRESS,
    "/messages/": Purpose.REPLY,
    "/messages/interest/": Purpose.REPLY,
    "/door/": Purpose.CHECK_IN,
    "/f/": Purpose.FINDING,
    "/c/": Purpose.CONTACT,
    "/findings/told/": Purpose.FOLLOW,
}
SECRET_FIELDS = ("csrf_token", "password")  # and with a form's prefix before them


class DomainError(Exception):
    """A rule of grannsamverkan forbids what was asked. Subclasses name the rule, and routes explain it."""


class LinkExpired(DomainError):
    """The link is used, revoked, renewed or too old. `written_in` is the language of its mail."""

    def __init__(self, written_in: Language | None = None) -> None:
        super().__init__()
        self.written_in = written_in


class GroupEnded(LinkExpired):
    """The link is valid, but its group has ended. `building_id` is the reader's building, if known."""

    def __init__(self, written_in: Language, building_id: int | None) -> None:
        super().__init__(written_in)
        self.building_id = building_id


class Duplicate(DomainError):
    """The form was sent before. `existing` is what it made the first time."""

    def __init__(self, existing: object) -> None:
        super().__init__(type(existing).__name__)
        self.existing = existing


def init_app(app: Flask) -> None:
    """Show every error as a page in the reader's language."""
    app.log_exception = _log  # type: ignore[method-assign]  # Flask's own writes down the path, and its token
    app.jinja_env.globals["typed_here"] = _typed_here
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(500, _our_fault)
    for handled in (NotText, NotAForm, Flooding, RequestURITooLarge, SecurityError):
        app.register_error_handler(handled, _bare)
    app.register_error_handler(BadToken, dead_link)
    app.register_error_handler(LinkExpired, _link_expired)
    app.register_error_handler(GroupEnded, _group_ended)
    app.register_error_handler(410, dead_link)
    app.register_error_handler(405, _page_above)
    app.register_error_handler(DomainError, _rule_says_no)
    app.register_error_handler(CSRFError, _form_too_old)
    app.register_error_handler(made_for.MadeForAnother, _made_for_another)


def _log(exc_info: Any) -> None:
    """Log an exception without the page's address, which may be somebody's link with its token."""
    current_app.logger.error("Exception in %s [%s]", request.endpoint, request.method, exc_info=exc_info)


def _page_above(error: MethodNotAllowed) -> BaseResponse | HTTPException:
    """Redirect a GET of an address that only answers POST to the nearest page above it.

    The browser shows a refused form at such an address, and reloads or reopens it with GET.
    """
    return redirect(page_of_form(), 303) if request.method == "GET" else _http_error(error)


def page_of_form() -> str:
    """Return the address of the nearest page at or above this one; some addresses only take a POST."""
    address = request.path
    while address and not _is_page(address):
        address = address.rpartition("/")[0]
    return address or "/"


def _is_page(address: str) -> bool:
    routes = current_app.create_url_adapter(request)
    return routes is not None and routes.test(address, "GET")


def _http_error(error: HTTPException) -> Response | HTTPException:
    if error.code is None or error.code < 400:
        return error
    if error.code == 404:
        g.pop("position", None)  # the navigation must not show whether the thing exists
    answers = answers_to_keep() if error.code == 429 else None
    response = _page("errors/page.html", error.code, answers=answers, until=_end_of_limit(error))
    if allowed := getattr(error, "valid_methods", None):
        response.headers["Allow"] = ", ".join(sorted(allowed))
    return response


def _end_of_limit(error: HTTPException) -> datetime | None:
    """Return the end of the limit that was reached, rounded up to a minute."""
    if isinstance(error, TooManyForms):
        ends = error.until
    elif error.code == 429 and limiter.current_limit is not None:
        ends = limiter.current_limit.reset_at
    else:
        return None
    return datetime.fromtimestamp(ends, UTC) + timedelta(minutes=1)


def _rule_says_no(_error: DomainError) -> Response:
    """Answer an error that no route explained: somebody was quicker, or the page was old."""
    return _page("errors/page.html", 409)


def dead_link(error: Exception, *, unsaved: object = None) -> Response:
    """Answer alike for expired, used, revoked and altered links of one purpose; others for those cut off.

    `unsaved` is the form of a report on a finding that was typed under the link.
    """
    rule = request.url_rule.rule if request.url_rule else ""
    purpose = LINKS.get(rule.partition("<token>")[0])
    is_cut = isinstance(error, CutToken)
    return _page("errors/dead_link.html", 410, purpose=purpose, is_cut=is_cut, unsaved=unsaved)


def _link_expired(error: LinkExpired) -> Response:
    """Answer in the language of the mail."""
    _speak_as_mail(error)
    return dead_link(error)


def _speak_as_mail(error: LinkExpired) -> None:
    if error.written_in:
        follow_letter(error.written_in)


def _group_ended(error: GroupEnded) -> Response:
    """Say that the group has ended. It is no secret: the building's page shows it to everybody."""
    _speak_as_mail(error)
    return _page("errors/group_ended.html", 410, building_id=error.building_id)


def _form_too_old(error: CSRFError) -> Response:
    """Offer the same answers to be sent again, unless somebody else wrote them or nobody is signed in.

    A form that another site sent is not offered, because the reader has typed none of it.
    """
    if _comes_from_elsewhere():
        return _bare(error)
    if made_for.wants_sign_in() and not current_user.is_authenticated:
        if made_for.of_form() is not None:
            return login_manager.unauthorized()  # type: ignore[no-any-return]  # by Flask-Login
        return signed_out_while_writing(None, code=400)
    if made_for.is_anothers():
        return _made_for_another(error)
    return _page("errors/send_again.html", 400, answers=answers_to_keep())


def _made_for_another(_error: Exception) -> Response:
    """Show what somebody else typed in this browser, so that it can be copied; nothing offers to save it."""
    return _page("errors/made_for_another.html", 409, answers=answers_to_keep())


def _comes_from_elsewhere() -> bool:
    origin = request.headers.get("Origin")
    return origin is not None and urlsplit(origin).netloc != request.host


def answers_to_keep() -> MultiDict[str, str] | None:
    """Return what was typed into the form, without secrets; None if it cannot be sent again."""
    if request.method != "POST" or _comes_from_elsewhere():
        return None
    cut = g.get("typed", {})  # values as the page's own form has cut them
    try:
        typed = ((name, cut.get(name, answers)) for name, answers in request.form.lists())
    except RequestEntityTooLarge:
        return None
    kept = MultiDict(
        (name, answer) for name, all_ in typed if not name.endswith(SECRET_FIELDS) for answer in all_
    )
    if maker := made_for.of_form():
        kept[made_for.FIELD] = maker
    return kept


def _typed_here() -> MultiDict[str, str]:
    """Return what was typed into the form that this page answers.

    Only the fields that the page's form has read are included, not others that were sent along.
    """
    typed, fields = answers_to_keep() or MultiDict(), g.get("typed")
    return MultiDict(
        (name, answer) for name, answer in typed.items(multi=True) if not fields or name in fields
    )


def signed_out_while_writing(why: str | None, code: int = 401) -> Response:
    """Answer a form sent after the sign-in had ended: its text is kept while the person signs in.

    `why` says how the sign-in ended, if that is known. Signing in leads to the page of the form.
    """
    facts = {"answers": answers_to_keep(), "why": why, "form_page": page_of_form()}
    return _page("errors/signed_out.html", code, **facts)


def _page(template: str, code: int, **more: object) -> Response:
    """Undo the request's changes and return an error page."""
    db.session.rollback()
    return make_response(render_template(template, code=code, **more), code)


def _our_fault(_error: Exception) -> Response:
    db.session.rollback()
    return _bare(_error, code=500)


def _bare(error: Exception, code: int | None = None) -> Response:
    """Return a page that uses neither database nor the request's address; either may be at fault."""
    code = code or getattr(error, "code", None) or 500
    language = _language_without_database()
    template = current_app.jinja_env.get_template("errors/bare.html")
    with speaking(language):
        page = template.render(
            code=code,
            language=language.value,
            direction=direction(language),
            static=current_app.static_url_path,
            site=current_app.config["BASE_URL"] if isinstance(error, SecurityError) else "",
        )
    return make_response(page, code)


def _language_without_database() -> Language:
    return Language(session.get("language") or of_browser())
