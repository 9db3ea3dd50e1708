"""For whom a form was made: the person who was signed in when its page was shown.

Several people may use one browser. The token against forgery that every form holds also holds a mark of that
person, so a form left open by one is not saved into the account of another who has signed in since.
A page that keeps a form's answers passes the mark on in a field of its own, because its token is a new one.
"""

from __future__ import annotations

import secrets

from flask import Response, current_app, g, request, session
from flask_login import current_user
from flask_wtf.csrf import _FlaskFormCSRF, generate_csrf
from itsdangerous import BadData, URLSafeTimedSerializer

from watch.crypto import keyring
from watch.database import SAFE_METHODS
from watch.extensions import csrf

TOKEN, FIELD = "csrf_token", "made_for"
NOBODY = ""  # the mark of a form that was made when nobody was signed in
SALT = "wtf-csrf-token"  # Flask-WTF's own


class MadeForAnother(Exception):
    """The form was made for another person than the one who is signed in now."""


def mark() -> str:
    """Return the mark of the signed-in person, a keyed hash; NOBODY if nobody is signed in."""
    if FIELD not in g:
        is_in = current_user.is_authenticated
        number = str(current_user.person.id) if is_in else NOBODY
        setattr(g, FIELD, keyring().blind_index("form made for", number).hex()[:20] if is_in else NOBODY)
    found: str = g.get(FIELD)
    return found


def forget_reader() -> None:
    """Forget who was signed in, because the request signs somebody in or out."""
    g.pop(FIELD, None)
    g.pop(TOKEN, None)


def token() -> str:
    """Return the token for a form that is made for the reader. Templates call it as `csrf_token()`."""
    if not str(session.get(TOKEN, "")).endswith(f".{mark()}"):
        session[TOKEN] = f"{secrets.token_hex(20)}.{mark()}"
        g.pop(TOKEN, None)
    made: str = generate_csrf()
    return made


class MarkedTokens(_FlaskFormCSRF):
    """Gives the forms of WTForms the same token."""

    def generate_csrf_token(self, csrf_token_field: object) -> str:
        """Return the token for this form."""
        return token()


def of_form() -> str | None:
    """Return the mark in the form that was sent, or None if it has none: for whom it was made is unknown."""
    if passed_on := request.form.get(FIELD):
        return passed_on
    serializer = URLSafeTimedSerializer(current_app.secret_key or "", salt=SALT)
    try:
        secret, dot, marked = str(serializer.loads(csrf._get_csrf_token() or "")).partition(".")
    except BadData:
        return None
    return marked if secret and dot else None


def turn() -> int:
    """Return how many forms this browser has sent without being signed in; the next may be another person's.

    A form with another turn is another form to the browser, which then does not fill it in on Back.
    """
    return int(session.get("turn", 0))


def next_turn(response: Response) -> Response:
    """Begin the next turn after a form has been accepted."""
    is_accepted = request.method == "POST" and response.status_code == 303 and "_user_id" not in session
    if is_accepted and request.endpoint != "accounts.choose_language":
        session["turn"] = turn() + 1
    return response


def wants_sign_in() -> bool:
    """Return True if only signed-in people may reach the page."""
    view = current_app.view_functions.get(request.endpoint or "")
    return getattr(view, "access", "public") != "public"


def is_anothers() -> bool:
    """Return True if the form that was sent was made for another than the person who is signed in now.

    A form made when nobody was signed in is nobody's, and counts only where it would be saved as theirs.
    """
    if request.method in SAFE_METHODS or not current_user.is_authenticated:
        return False
    maker = of_form()
    return maker not in {None, mark()} and (maker != NOBODY or wants_sign_in())


def demand_reader() -> None:
    """Raise MadeForAnother if the form was made for another than the person who is signed in now."""
    if is_anothers():
        raise MadeForAnother
