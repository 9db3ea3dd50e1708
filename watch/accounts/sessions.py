"""Signed-in browsers: the cookie carries the id of a SignIn row, and that row decides."""

from __future__ import annotations

from datetime import timedelta

from flask import current_app, flash, g, make_response, redirect, request, session, url_for
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from flask_login import current_user, login_user, logout_user
from werkzeug.wrappers import Response

from watch import made_for
from watch.accounts.queries import running_sign_in, sign_ins_of
from watch.accounts.service.signing_in import mark_of
from watch.database import SAFE_METHODS
from watch.errors import signed_out_while_writing
from watch.extensions import db, login_manager
from watch.language import number
from watch.models import Language, SignIn, utcnow
from watch.relations import relations_of
from watch.web import here

OFFICER_LONGEST = timedelta(hours=12)
SIGNED_OUT = _l("Du har blivit utloggad.")
SIGNED_OUT_LONG = _l("Du loggades ut efter 12 timmar. Det är till skydd för områdets grannar.")
ENDED = "signed out"  # in the cookie of a browser that was signed out; true if all others were, too

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
    if sign_in is None:
        return None
    g.why_signed_out = _what_ends(sign_in)
    return sign_in if g.why_signed_out is None else None


def _what_ends(sign_in: SignIn) -> LazyString | None:
    """Return why an officer's sign-in is over: idle for too long, or older than 12 hours. Else None."""
    now, idle_minutes = utcnow(), current_app.config["OFFICER_IDLE_MINUTES"]
    is_idle = now - sign_in.last_seen_at >= timedelta(minutes=idle_minutes)
    if not is_idle and now - sign_in.created_at < OFFICER_LONGEST:
        return None
    g.relations = relations_of(sign_in.person)
    if not g.relations.officer_of:
        return None
    del g.relations
    return _signed_out_idle(idle_minutes) if is_idle else SIGNED_OUT_LONG


def _signed_out_idle(minutes: int) -> LazyString:
    return _l(
        "Du loggades ut efter %(minutes)s minuter utan att något hände. "
        "Det är till skydd för områdets grannar.",
        minutes=LazyString(number, minutes),
    )


def why_signed_out() -> LazyString | None:
    """Return why this browser is not signed in any more, or None if its reader signed out or never was in."""
    if current_user.is_authenticated or "_user_id" not in session:
        return None
    why: LazyString | None = g.get("why_signed_out")
    return SIGNED_OUT if why is None else why


def ask_to_sign_in() -> Response:
    """Redirect to the sign-in page, and from there back. A form gets a page that keeps what was typed."""
    if request.endpoint == "accounts.sign_out":
        flash(str(SIGNED_OUT), "done")
        return redirect(url_for("places.front"), 303)
    if request.method not in SAFE_METHODS:
        why = why_signed_out()
        return signed_out_while_writing(str(why) if why else None)
    url = url_for("accounts.login", next=here())
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
    made_for.forget_reader()
    login_user(sign_in)


def end(language: Language, *, everywhere: bool = False) -> None:
    """Sign this browser out and keep the language of the page. `everywhere`: all other browsers were, too."""
    turn = made_for.turn()
    logout_user()
    session.clear()
    session["language"], session["turn"], session[ENDED] = language.value, turn, everywhere
    g.pop("relations", None)
    made_for.forget_reader()


def has_ended() -> bool:
    """Return True if this browser was signed out, even if it missed the answer that took its cookie away.

    Whoever presses "sign out" twice, or presses it again because the first answer was lost, gets here.
    """
    if current_user.is_authenticated:
        return False
    before = _before()
    return ENDED in session or (before is not None and before.ended_at is not None)


def has_ended_everywhere() -> bool:
    """Return True if this browser was signed out, and no other of the same person's is signed in."""
    before = _before()
    is_last = before is not None and not sign_ins_of(before.person)
    return has_ended() and (is_last or session.get(ENDED, False))


def _before() -> SignIn | None:
    return db.session.get(SignIn, session.get("_user_id", ""))


def device_of_reader() -> str:
    """Return browser and system from the user agent: "Chrome/Android"; unknown parts are empty."""
    agent = request.user_agent.string
    browser = next((name for sign, name in BROWSERS.items() if sign in agent), "")
    system = next((name for sign, name in SYSTEMS.items() if sign in agent), "")
    return f"{browser}/{system}"
