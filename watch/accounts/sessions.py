"""Which browser is signed in as whom: the cookie carries a session row's number, the row decides."""

from __future__ import annotations

from datetime import timedelta

from flask import g, make_response, redirect, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response

from watch.access import relations_of
from watch.database import SAFE_METHODS
from watch.extensions import db, login_manager
from watch.models import SignIn, utcnow
from watch.web import here

OFFICER_IDLE = timedelta(minutes=30)
OFFICER_LONGEST = timedelta(hours=12)

login_manager.session_protection = None  # a session ends by its row; a phone's network changes all the time


@login_manager.user_loader
def load_sign_in(sign_in_id: str) -> SignIn | None:
    """The running sign-in of that id with its person; None once it has ended."""
    wanted = select(SignIn).where(SignIn.id == sign_in_id, SignIn.ended_at.is_(None))
    sign_in = db.session.scalar(wanted.options(joinedload(SignIn.person)))
    return None if sign_in is None or _is_too_old(sign_in) else sign_in


def _is_too_old(sign_in: SignIn) -> bool:
    """Officers are signed out after 30 idle minutes, and 12 hours at most (trust.md 3)."""
    now = utcnow()
    if now - sign_in.last_seen_at < OFFICER_IDLE and now - sign_in.created_at < OFFICER_LONGEST:
        return False
    g.relations = relations_of(sign_in.person)
    if not g.relations.officer_of:
        return False
    del g.relations
    return True


@login_manager.unauthorized_handler
def ask_to_sign_in() -> Response:
    """To the sign-in page, and afterwards back here where that is a page one can go to."""
    url = url_for("accounts.login", next=here() if request.method in SAFE_METHODS else None)
    if request.headers.get("HX-Request"):
        answer = make_response("", 200)
        answer.headers["HX-Redirect"] = url
        return answer
    return redirect(url)
