"""Which browser is signed in as whom: the cookie carries a session row's number, the row decides."""

from __future__ import annotations

from datetime import timedelta

from flask import g, make_response, redirect, request, session, url_for
from flask_login import login_user, logout_user
from werkzeug.wrappers import Response

from watch.accounts.queries import running_sign_in
from watch.accounts.service import mark_of
from watch.database import SAFE_METHODS
from watch.errors import signed_out_while_writing
from watch.extensions import login_manager
from watch.models import Language, SignIn, utcnow
from watch.relations import relations_of
from watch.web import here

OFFICER_IDLE = timedelta(minutes=30)
OFFICER_LONGEST = timedelta(hours=12)

# What a user agent holds, the telling one first: Edge says Chrome and Safari too, an iPhone says Mac.
BROWSERS = {"Edg": "Edge", "OPR/": "Opera", "SamsungBrowser": "Samsung Internet", "Firefox": "Firefox",
            "FxiOS": "Firefox", "CriOS": "Chrome", "Chrome": "Chrome", "Safari": "Safari"}  # fmt: skip
SYSTEMS = {"iPhone": "iPhone", "iPad": "iPad", "Android": "Android", "Windows": "Windows",
           "CrOS": "Chromebook", "Macintosh": "Mac", "Linux": "Linux"}  # fmt: skip

login_manager.session_protection = None  # a session ends by its row; a phone's network changes all the time


@login_manager.user_loader
def load_sign_in(sign_in_id: str) -> SignIn | None:
    """The running sign-in of that id with its person; None once it has ended."""
    sign_in = running_sign_in(sign_in_id).scalar()
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
    if request.method == "POST" and "_user_id" in session:
        return signed_out_while_writing()
    url = url_for("accounts.login", next=here() if request.method in SAFE_METHODS else None)
    if request.headers.get("HX-Request"):
        answer = make_response("", 200)
        answer.headers["HX-Redirect"] = url
        return answer
    return redirect(url)


def has_signed_in_here(address: str) -> bool:
    """Whether whoever reads that address has signed in with this browser, and not out again."""
    return bool(session.get("address") == mark_of(address))


def begin(sign_in: SignIn) -> None:
    """Sign this browser in with a new session: nothing planted in the old one lives on."""
    browser = session.get("browser")
    session.clear()
    session.permanent = True
    if browser:
        session["browser"] = browser
    if sign_in.person.mailbox:
        session["address"] = mark_of(sign_in.person.mailbox.address)
    g.pop("relations", None)
    login_user(sign_in)


def end(language: Language) -> None:
    """Forget who was signed in here, and keep the language of the page."""
    logout_user()
    session.clear()
    session["language"] = language.value
    g.pop("relations", None)


def device_of_reader() -> str:
    """Browser and system as their user agent tells, "Chrome/Android"; empty parts where it does not."""
    agent = request.user_agent.string
    browser = next((name for sign, name in BROWSERS.items() if sign in agent), "")
    system = next((name for sign, name in SYSTEMS.items() if sign in agent), "")
    return f"{browser}/{system}"
