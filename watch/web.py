"""What every page gets: navigation, words for templates, security headers, and the traces a GET leaves."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask, Response, g, request, url_for
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from werkzeug.middleware.proxy_fix import ProxyFix

from watch import audit, language
from watch.access import current_relations
from watch.database import SAFE_METHODS
from watch.extensions import db
from watch.models import Group, Model

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


@dataclass(frozen=True)
class NavigationItem:
    """A link in the page's head."""

    label: str
    href: str

    @property
    def current(self) -> bool:
        """Whether this is where the reader is."""
        return request.path == self.href or (self.href != "/" and request.path.startswith(self.href + "/"))


def local_path(text: str | None) -> str | None:
    """The text where it is a path on this site, else None: nobody is led elsewhere by a link of ours."""
    if not text or not text.startswith("/") or any(sign in "\\" or not sign.isprintable() for sign in text):
        return None
    return None if text.startswith("//") else text


def here() -> str:
    """Path and query of this page."""
    return request.full_path if request.query_string else request.path


def leave_trace(what: str, *, about: Model, group: Group | None = None) -> None:
    """Write down that the reader looked at something; stored after the page's reads (trust.md 10)."""
    g.setdefault("traces", []).append(
        audit.entry(what, about=about, by=current_user.person, group=group)
    )


def init_app(app: Flask) -> None:
    """Bind to the application."""
    if proxies := app.config["TRUSTED_PROXIES"]:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies)  # type: ignore[method-assign]
    app.after_request(_store_traces)
    app.after_request(_protect)
    app.url_build_error_handlers.append(_not_built_yet)
    app.context_processor(_page_context)
    app.jinja_env.filters.update(
        day=language.day, short_day=language.short_day, clock=language.clock, moment=language.moment,
        number=language.number,
    )  # fmt: skip


def _not_built_yet(_error: Exception, _endpoint: str, _values: object) -> str:
    """Pages link to features that are on their way; gone with the last of them."""
    return "/"


def _store_traces(response: Response) -> Response:
    """A GET writes nothing but these, in a short transaction of its own after its reads."""
    if request.method in SAFE_METHODS and (traces := g.pop("traces", [])):
        db.session.rollback()
        g.leaves_traces = True
        db.session.add_all(traces)
        db.session.commit()
    return response


def _protect(response: Response) -> Response:
    response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    if request.is_secure:
        response.headers["Strict-Transport-Security"] = "max-age=31536000"
    if request.endpoint != "static":
        response.headers["Cache-Control"] = "no-store"
    return response


def _page_context() -> dict[str, object]:
    return {
        "language": language.current().value,
        "direction": language.direction(),
        "languages": language.OWN_NAMES,
        "navigation": _navigation(),
    }


def _navigation() -> list[NavigationItem]:
    """Few and by what the reader is: the group's rooms for a neighbour, areas for an officer."""
    items = []
    relations = current_relations()
    if relations.officer_of:
        items.append(NavigationItem(_l("Översikt"), url_for("followup.overview")))
    if relations.member_of or relations.coordinates:
        items.append(NavigationItem(_l("Min sida"), url_for("groups.mine")))
    items.append(NavigationItem(_l("Kontakter"), url_for("contacts.public")))
    return items
