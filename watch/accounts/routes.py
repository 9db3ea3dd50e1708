"""Signing in and out, one's own settings and signed-in devices."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, session, url_for
from flask_login import current_user, logout_user
from werkzeug.wrappers import Response

from watch.access import current_person, public, signed_in
from watch.accounts import sessions as _sessions  # noqa: F401  tells Flask-Login how a sign-in is found
from watch.extensions import db
from watch.models import Language, utcnow
from watch.web import local_path

bp = Blueprint("accounts", __name__)


@bp.get("/login")
@public
def login() -> str:
    return render_template("accounts/login.html")


@bp.post("/logout")
@signed_in
def sign_out() -> Response:
    current_user.ended_at = utcnow()
    language = current_person().language
    db.session.commit()
    logout_user()
    session.clear()
    session["language"] = language.value
    return redirect(url_for("places.front"), 303)


@bp.post("/language")
@public
def choose_language() -> Response:
    chosen = Language(request.form["language"])
    session["language"] = chosen.value
    if current_user.is_authenticated:
        current_user.person.language = chosen
        db.session.commit()
    return redirect(local_path(request.form.get("next")) or "/", 303)
