"""Signed-in browsers: the cookie carries the id of a SignIn row, and that row decides."""

from __future__ import annotations

from datetime import timedelta

from flask import g, make_response, redirect, request, session, url_for
from flask_login import current_user, login_user, logout_user
from werkzeug.wrappers import Response

from watch.accounts.queries import running_sign_in, sign_ins_of
from watch.accounts.service import mark_of
from watch.database import SAFE_METHODS
from watch.errors import signed_out_while_writing
from watch.extensions import db, login_manager
from watch.models import Language, SignIn, utcnow
from watch.relations import relations_of
from watch.web import here

OFFICER_IDLE = timedelta(minutes=30)
OFFICER_LONGEST = timedelta(hours=12)
SIGNED_OUT = "signed out"

# Words in a user agent. The order matters: Edge also says Chrome and Safari, an iPhone also says Mac.
BROWSERS = {"Edg": "Edge", "OPR/": "Opera", "SamsungBrowser": "Samsung Internet", "Firefox": "Firefox",
            "FxiOS": "Firefox", "CriOS": "Chrome", "Chrome": "Chrome", "Safari": "Safari"}  # fmt: skip
SYSTEMS = {"iPhone": "iPhone", "iPad": "iPad", "Android": "Android", "Windows": "Windows",
           "CrOS": "Chromebook", "Macintosh": "Mac", "Linux": "Linux"}  # fmt: skip

# a session ends by its row; the check would sign out phones whose network changes
login_manager.session_protection = None


@login_manager.user_loader
def load_sign_in(sign_in_id: str) -> SignIn | None:
    """Return the current sign-in of that id with its person, or None if it has ended."""
    sign_in = running_sign_in(sign_in_id).scalar()
    return None if sign_in is None or _is_too_old(sign_in) else sign_in


def _is_too_old(sign_in: SignIn) -> bool:
    """Return True for an officer's sign-in after 30 idle minutes or 12 hours (trust.md 3)."""
    now = utcnow()
    if now - sign_in.last_seen_at < OFFICER_IDLE and now - sign_in.created_at < OFFICER_LONGEST:
        return False
    g.relations = relations_of(sign_in.person)
    if not g.relations.officer_of:
        return False
    del g.relations
    return True


def ask_to_sign_in() -> Response:
    """Redirect to the sign-in page, and from there back if this was a GET.

    A form sent after the sign-in had ended gets a page that says so.
    """
    if request.method == "POST" and "_user_id" in session:
        return signed_out_while_writing()
    url = url_for("accounts.login", next=here() if request.method in SAFE_METHODS else None)
    if request.headers.get("HX-Request"):
        answer = make_response("", 200)
        answer.headers["HX-Redirect"] = url
        return answer
    return redirect(url)


login_manager.unauthorized_handler(ask_to_sign_in)  # a decorator would lose its types


def has_signed_in_here(address: str) -> bool:
    """Return True if the owner of that address has signed in with this browser and not signed out."""
    return bool(session.get("address") == mark_of(address))


def begin(sign_in: SignIn) -> None:
    """Sign this browser in with a fresh session, so that nothing planted in the old one remains."""
    browser = session.get("browser")
    session.clear()
    session.permanent = True
    if browser:
        session["browser"] = browser
    if sign_in.person.mailbox:
        session["address"] = mark_of(sign_in.person.mailbox.address)
    g.pop("relations", None)
    login_user(sign_in)


def end(language: Language, *, everywhere: bool = False) -> None:
    """Sign this browser out and keep the language of the page. `everywhere`: all other browsers were, too."""
    logout_user()
    session.clear()
    session["language"] = language.value
    session[SIGNED_OUT] = everywhere
    g.pop("relations", None)


def has_ended() -> bool:
    """Return True if this browser was signed out, even if it missed the answer that took its cookie away.

    Whoever presses "sign out" twice, or presses it again because the first answer was lost, gets here.
    """
    if current_user.is_authenticated:
        return False
    before = _before()
    return SIGNED_OUT in session or (before is not None and before.ended_at is not None)


def has_ended_everywhere() -> bool:
    """Return True if this browser was signed out, and no other of the same person's is signed in."""
    before = _before()
    is_last = before is not None and not sign_ins_of(before.person)
    return has_ended() and (is_last or session.get(SIGNED_OUT, False))


def _before() -> SignIn | None:
    return db.session.get(SignIn, session.get("_user_id", ""))


def device_of_reader() -> str:
    """Return browser and system from the user agent: "Chrome/Android"; unknown parts are empty."""
    agent = request.user_agent.string
    browser = next((name for sign, name in BROWSERS.items() if sign in agent), "")
    system = next((name for sign, name in SYSTEMS.items() if sign in agent), "")
    return f"{browser}/{system}"
