"""Choosing the language of the pages, also in the middle of a form.

The names of the languages are buttons of the page's own form: without JavaScript nothing else could send what
is typed there. Such a press posts the form to its own address, where it counts as not yet valid, so that its
page comes back in the other language with everything typed. Nothing is saved, whatever the view does.
"""

from __future__ import annotations

from flask import Response, abort, g, has_request_context, redirect, request, session
from flask_babel import refresh
from flask_login import current_user
from sqlalchemy import event
from werkzeug.wrappers import Response as AnyResponse

from watch import made_for
from watch.access import current_person
from watch.errors import page_of_form
from watch.extensions import db
from watch.language import CHOICE, is_being_chosen
from watch.models import Language


class NothingIsSaved(Exception):
    """A view wanted to save a form that was sent only to be shown in another language."""


def choose(asked: str | None) -> Language:
    """Use this language from now on: in this browser, and in mails to whoever is signed in."""
    try:
        chosen = Language(asked or "")
    except ValueError:
        abort(400)
    if current_user.is_authenticated:
        current_person().language = chosen
        db.session.commit()
    session["language"] = chosen.value
    refresh()
    return chosen


def choose_in_form() -> None:
    """Choose the language if the form was sent by a press on one; the view then shows the form again."""
    if g.get("csrf_valid") and CHOICE in request.form and request.endpoint != "accounts.choose_language":
        made_for.demand_reader()
        choose(request.form[CHOICE])
        g.language_chosen = True


@event.listens_for(db.session, "before_commit")
def save_nothing(_session: object) -> None:
    """Refuse to save anything but traces while a form is only shown. Raises NothingIsSaved."""
    if has_request_context() and is_being_chosen() and not g.get("leaves_traces"):
        raise NothingIsSaved


def back_to_page(_error: NothingIsSaved) -> AnyResponse:
    """Lead to the form's page after a view wanted to save."""
    db.session.rollback()
    return redirect(page_of_form(), 303)


def shown_again(response: Response) -> Response:
    """Answer 200 where the view said that the form was wrong: nobody has sent it yet."""
    if is_being_chosen() and response.status_code == 422:
        response.status_code = 200
    return response
