"""Errors that state a fact of grannsamverkan, and the pages for everything that went wrong."""

from __future__ import annotations

from flask import Flask, Response, make_response, render_template
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from watch.tokens import BadToken


class DomainError(Exception):
    """A rule of grannsamverkan says no; subclasses state which, and routes explain it."""


class LinkExpired(DomainError):
    """The link was right once; it is used, revoked, renewed or too old."""


class Duplicate(DomainError):
    """The same form was sent already; `existing` is what it made the first time."""

    def __init__(self, existing: object) -> None:
        super().__init__(type(existing).__name__)
        self.existing = existing


def init_app(app: Flask) -> None:
    """Every error as a readable page in the reader's language."""
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(BadToken, _dead_link)
    app.register_error_handler(LinkExpired, _dead_link)
    app.register_error_handler(CSRFError, _form_too_old)


def _http_error(error: HTTPException) -> Response | HTTPException:
    if error.code is None or error.code < 400:
        return error
    return make_response(render_template("errors/page.html", code=error.code), error.code)


def _dead_link(_error: Exception) -> Response:
    """One answer for expired, used, revoked and altered: nothing is learnt from the difference."""
    return make_response(render_template("errors/dead_link.html"), 410)


def _form_too_old(_error: CSRFError) -> Response:
    """What was typed is kept: the page offers the same answers to be sent again."""
    return make_response(render_template("errors/send_again.html"), 400)
