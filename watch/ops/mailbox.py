"""Pages with the mail that the development server received. Not registered in production."""

from __future__ import annotations

from flask import Blueprint, Response, abort, make_response, render_template, request

from watch.access import public
from watch.ops import letters
from watch.web import CONTENT_SECURITY_POLICY

bp = Blueprint("mailbox", __name__)

OF_A_LETTER = (
    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; "
    "sandbox allow-popups allow-popups-to-escape-sandbox"
)
LINKS_LEAVE_THE_FRAME = '<base target="_blank">'


@bp.get("/mailbox")
@public
def index() -> str:
    return render_template("mailbox/index.html", letters=list(letters.letters()))


@bp.get("/mailbox/<name>")
@public
def letter(name: str) -> Response:
    """Show a mail: its text with links, and its HTML in a frame that can run nothing."""
    found = letters.letter(name) or abort(404)
    if "html" in request.args:
        page = make_response(LINKS_LEAVE_THE_FRAME + found.part("html"))
        page.headers["Content-Security-Policy"] = OF_A_LETTER
        return page
    page = make_response(render_template("mailbox/letter.html", letter=found))
    page.headers["Content-Security-Policy"] = f"{CONTENT_SECURITY_POLICY}; frame-src 'self'"
    return page
