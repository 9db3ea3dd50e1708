"""What every page has: template filters, security headers, and traces written after a GET."""

from __future__ import annotations

from collections.abc import MutableMapping
from datetime import timedelta
from typing import Any

from flask import Flask, Response, current_app, g, has_request_context, request
from flask.sansio.app import App
from flask.sessions import SecureCookieSessionInterface, SessionMixin
from flask.templating import Environment
from flask_login import current_user
from sqlalchemy import update
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter, Map
from werkzeug.wrappers import Response as AnyResponse

from watch import audit, language, made_for, navigation
from watch.access import current_relations
from watch.bodies import MOST_OF_ADDRESS
from watch.database import LARGEST_NUMBER
from watch.extensions import db
from watch.models import Group, Model, Person, SignIn, utcnow

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
SEEN_EVERY = timedelta(minutes=1)
# What a view returns. access.py reads type hints at run time and cannot resolve the names in flask.typing.
ViewAnswer = str | AnyResponse | tuple[str, int]


class RowNumber(IntegerConverter):
    """Converts `<int:…>` in a URL. Larger numbers are answered by 404, because PostgreSQL refuses them."""

    def __init__(self, map: Map, **more: Any) -> None:  # noqa: A002  # as Werkzeug calls it
        super().__init__(map, max=LARGEST_NUMBER, **more)


def local_path(text: str | None) -> str | None:
    """Return the text if it is a path on this site, else None, so that no link leads to another site."""
    if not text or len(text) > MOST_OF_ADDRESS or not text.startswith("/") or text.startswith("//"):
        return None
    return None if any(sign == "\\" or not sign.isprintable() for sign in text) else text


def is_page(path: str) -> bool:
    """Return True if a GET of the path leads to a page; some paths take only a POST."""
    adapter = current_app.create_url_adapter(request)
    try:
        return adapter is not None and bool(adapter.match(path.partition("?")[0], method="GET"))
    except HTTPException:
        return False


def here() -> str:
    """Return the path and query of this page."""
    return request.full_path if request.query_string else request.path


def leave_trace(what: str, *, about: Model, group: Group | None = None, by: Person | None = None) -> None:
    """Record that somebody looked at something; stored after the page's reads (trust.md 10).

    `by` is the person behind a mail's link; without it, the signed-in reader.
    """
    reader = by or current_user.person
    g.setdefault("traces", []).append(audit.entry(what, about=about, by=reader, group=group))


def sent_to(*, person_id: int | None = None, mailbox_id: int | None = None) -> None:
    """Remember whose mail the page's link came in: a person's, or else anybody's at a mailbox.

    The page says so if somebody else is signed in.
    """
    g.sent_to = person_id, mailbox_id


def is_anothers_mail() -> bool:
    """Return True if the page's link came in a mail to somebody else than the signed-in person."""
    person_id, mailbox_id = g.get("sent_to", (None, None))
    if not current_user.is_authenticated or (person_id is None and mailbox_id is None):
        return False
    reader: Person = current_user.person
    return bool(reader.mailbox_id != mailbox_id if person_id is None else reader.id != person_id)


def claim_page_form() -> str | None:
    """Return the id of the page's own form, to the first form that asks; None to the others.

    The names of the languages are buttons of that form, so that a press on one keeps what is typed.
    """
    is_first = page_form() is None
    g.page_form = "page-form"
    return "page-form" if is_first else None


def page_form() -> str | None:
    """Return the id of the page's own form, or None if no form has claimed it so far."""
    found: str | None = g.get("page_form")
    return found


class PageSessions(SecureCookieSessionInterface):
    """Keeps the session in a cookie that comes with pages; a static file may be stored for all readers."""

    def should_set_cookie(self, app: Flask, session: SessionMixin) -> bool:
        """Return whether the answer sets the cookie."""
        return request.endpoint != "static" and super().should_set_cookie(app, session)


class Templates(Environment):
    """Flask's Jinja environment with one plain dictionary of globals, and all templates kept compiled.

    Jinja compares the globals at every import of a macro, and takes twenty times as long for Flask's chained
    dictionaries. Of our templates it would keep only 400, and compile the others again and again.
    """

    def __init__(self, app: App, **options: Any) -> None:
        super().__init__(app, cache_size=-1, **options)

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """Return the shared globals for a template that has none of its own."""
        return super().make_globals(d) if d else self.globals


def init_app(app: Flask) -> None:
    if proxies := app.config["TRUSTED_PROXIES"]:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]  # how Flask wants it wrapped
            app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies
        )
    app.url_map.converters["int"] = RowNumber
    app.session_interface = PageSessions()
    app.after_request(made_for.next_turn)
    app.after_request(_store_traces)
    app.after_request(_protect)
    app.context_processor(_page_context)
    app.jinja_env.globals.update(
        csrf_token=made_for.token, form_turn=made_for.turn, is_anothers_mail=is_anothers_mail,
        page_form=page_form, claim_page_form=claim_page_form, comma=language.comma,
    )  # fmt: skip
    app.jinja_env.filters.update(
        day=language.day, short_day=language.short_day, clock=language.clock,
        clock_of_end=language.clock_of_end, moment=language.moment,
        number=language.number, phone=language.readable_phone, listed=language.listed,
        unbroken=language.unbroken, capital=language.capital,
    )  # fmt: skip


def _store_traces(response: Response) -> Response:
    """Store traces in a short transaction after the page's reads. A GET writes nothing else.

    A form shown again with errors shows what its page shows, and so leaves the same traces.
    """
    traces = g.pop("traces", [])
    seen = _sign_in_to_mark()
    if traces or seen:
        db.session.rollback()
        g.leaves_traces = True
        db.session.add_all(traces)
        if seen:
            here_again = update(SignIn).where(SignIn.id == seen).values(last_seen_at=utcnow())
            db.session.execute(here_again.execution_options(synchronize_session=False))
        db.session.commit()
    db.session.close()  # rate limits that depend on the answer now write on their own connection
    return response


def _sign_in_to_mark() -> str | None:
    """Return the id of the reader's sign-in if it was last marked as seen a minute or more ago."""
    if not g.get("_login_user") or not current_user.is_authenticated:
        return None
    row: SignIn = current_user._get_current_object()
    return row.id if utcnow() - row.last_seen_at > SEEN_EVERY and row.ended_at is None else None


def _protect(response: Response) -> Response:
    response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    if request.is_secure:
        response.headers["Strict-Transport-Security"] = "max-age=31536000"
    if request.endpoint != "static" and not response.cache_control.private:
        response.headers["Cache-Control"] = "no-store"  # phones and computers here are often shared
    return response


def _page_context() -> dict[str, object]:
    spoken = {
        "language": language.current().value,
        "direction": language.direction(),
        "languages": language.OWN_NAMES,
    }
    if not has_request_context():  # a mail or a print
        return {**spoken, "navigation": []}
    relations = current_relations()
    return {
        **spoken,
        "own_group_id": navigation.group_of_page(relations),
        "csrf_token": made_for.token,
        "navigation": list(navigation.of_reader(relations)),
        "home": navigation.home_of(relations),
        "is_officer": bool(relations.officer_of),
    }
