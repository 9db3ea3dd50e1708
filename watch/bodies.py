"""Limits and checks on what a request sends, before anything reads it.

A page's form has some kilobytes. A page that needs more declares it, and accepts it only from people who are
signed in.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import unquote_to_bytes

from flask import current_app, request, session
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge, RequestURITooLarge

from watch.database import SAFE_METHODS

PLAIN_FORM, FORM_IN_PARTS = FORMS = "application/x-www-form-urlencoded", "multipart/form-data"
MEGABYTE = 1024 * 1024
MOST_OF_ADDRESS = 8192  # bytes of a path, and of a query string
MOST_TEXT = MEGABYTE  # bytes of a form without its files
FIELDS_OF_A_LIST = 2600  # of a form with 500 rows of five fields
V = TypeVar("V", bound=Callable[..., Any])


class NotText(HTTPException):
    """The request holds something that is not text: invalid UTF-8, a zero byte, or an unexpected file."""

    code = 400


class NotAForm(HTTPException):
    """The request's body is not a form."""

    code = 415


def takes_bytes(most: int, *, fields: int | None = None) -> Callable[[V], V]:
    """The view's page may be sent so many bytes by whoever is signed in, not only what any form may have.

    With `fields` its form may have so many of them.
    """

    def declare(view: V) -> V:
        view.most_bytes = most  # type: ignore[attr-defined]  # the mark that bound_body looks for
        view.most_fields = fields  # type: ignore[attr-defined]  # and this one
        return view

    return declare


def takes_file(field: str, most: int, *, fields: int | None = None) -> Callable[[V], V]:
    """Declare that a view accepts a file in this field, and this many bytes. Other views accept no file."""

    def declare(view: V) -> V:
        view.file_field = field  # type: ignore[attr-defined]  # the mark that refuse_unreadable looks for
        return takes_bytes(most, fields=fields)(view)

    return declare


def bound_body() -> None:
    """Set how many bytes of the request may be read. Nothing is read here."""
    most = getattr(_view(), "most_bytes", None)
    if most is not None and "_user_id" in session:
        request.max_content_length = most
        request.max_form_memory_size = min(most, MOST_TEXT)
        if fields := getattr(_view(), "most_fields", None):
            request.max_form_parts = fields


def refuse_unreadable() -> None:
    """Refuse text that is not valid, and bodies that are not forms.

    PostgreSQL stores no zero byte, and � would be stored as an answer; a page that reads lists marks its own
    lost letters. Flask-WTF would fill a form from JSON, with numbers and lists where text is expected. Raises
    NotText, NotAForm and RequestURITooLarge.
    """
    if _sends_no_form():
        raise NotAForm
    path, query = request.environ.get("PATH_INFO", "").encode("latin-1"), request.query_string
    if max(len(path), len(query)) > MOST_OF_ADDRESS:
        raise RequestURITooLarge
    for raw in (path, unquote_to_bytes(query), _typed_in_plain_form()):
        if b"\0" in raw or not _is_utf8(raw):
            raise NotText
    if request.mimetype == FORM_IN_PARTS:
        file_field = getattr(_view(), "file_field", None)
        for name, answer in request.form.items(multi=True):
            if "\0" in name + answer or ("\ufffd" in name + answer and not file_field):
                raise NotText
        if not set(request.files) <= {file_field}:  # a form would take an unexpected file for typed text
            raise NotText


def _view() -> Callable[..., Any] | None:
    return current_app.view_functions.get(request.endpoint or "")


def _sends_no_form() -> bool:
    if request.method in SAFE_METHODS or request.mimetype in FORMS:
        return False
    has_body = bool(request.content_length) or "Transfer-Encoding" in request.headers
    return bool(request.mimetype) or has_body


def _typed_in_plain_form() -> bytes:
    """Return the body of a form without files; Werkzeug limits multipart forms only."""
    if request.mimetype != PLAIN_FORM:
        return b""
    request.max_content_length = request.max_form_memory_size
    body = request.get_data()
    if request.max_form_parts is not None and body.count(b"&") >= request.max_form_parts:
        raise RequestEntityTooLarge
    return unquote_to_bytes(body)


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True
