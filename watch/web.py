"""What every page gets: navigation, words for templates, security headers, and the traces a GET leaves."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Flask, Response, current_app, g, has_request_context, request, url_for
from flask.templating import Environment
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from flask_login import current_user
from sqlalchemy import update
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter, Map
from werkzeug.wrappers import Response as AnyResponse

from watch import audit, language
from watch.access import current_relations
from watch.bodies import MOST_OF_ADDRESS
from watch.database import LARGEST_NUMBER
from watch.extensions import db
from watch.models import Area, Group, Model, Person, SignIn, utcnow
from watch.relations import Relations

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
SEEN_EVERY = timedelta(minutes=1)
# What a view returns. flask.typing has it too, in names that access.py could not read when the program runs.
ViewAnswer = str | AnyResponse | tuple[str, int]


@dataclass(frozen=True)
class NavigationItem:
    """A link in the page's head; `rooms` are the endpoints, or whole blueprints, it stands for."""

    label: LazyString
    href: str
    rooms: frozenset[str]

    @property
    def current(self) -> bool:
        """Whether this is where the reader is."""
        return request.endpoint in self.rooms or (
            request.blueprint in self.rooms and f"not {request.endpoint}" not in self.rooms
        )


class RowNumber(IntegerConverter):
    """`<int:…>` in an address is a row's number; a larger one leads to no page, and PostgreSQL takes none."""

    def __init__(self, map: Map, **more: Any) -> None:  # noqa: A002  # as Werkzeug calls it
        super().__init__(map, max=LARGEST_NUMBER, **more)


def local_path(text: str | None) -> str | None:
    """The text where it is a path on this site, else None: nobody is led elsewhere by a link of ours."""
    if not text or len(text) > MOST_OF_ADDRESS or not text.startswith("/") or text.startswith("//"):
        return None
    return None if any(sign == "\\" or not sign.isprintable() for sign in text) else text


def is_page(path: str) -> bool:
    """Whether a path can be gone to: some are only ever sent to."""
    adapter = current_app.create_url_adapter(request)
    try:
        return adapter is not None and bool(adapter.match(path.partition("?")[0], method="GET"))
    except HTTPException:
        return False


def here() -> str:
    """Path and query of this page."""
    return request.full_path if request.query_string else request.path


def leave_trace(what: str, *, about: Model, group: Group | None = None, by: Person | None = None) -> None:
    """Write down that somebody looked at something; stored after the page's reads (trust.md 10).

    `by` is who has the link of a mail; else it is the reader.
    """
    reader = by or current_user.person
    g.setdefault("traces", []).append(audit.entry(what, about=about, by=reader, group=group))


class Templates(Environment):
    """Flask's templates. Their globals are one dictionary: Jinja compares it at every import of a macro, and
    takes twenty times as long for the chain of dictionaries that it makes otherwise.
    """

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """The globals of a template, which are those of all where it has none of its own."""
        return super().make_globals(d) if d else self.globals


def init_app(app: Flask) -> None:
    """Bind to the application."""
    if proxies := app.config["TRUSTED_PROXIES"]:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]  # how Flask wants it wrapped
            app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies
        )
    app.url_map.converters["int"] = RowNumber
    app.after_request(_store_traces)
    app.after_request(_protect)
    app.context_processor(_page_context)
    app.jinja_env.filters.update(
        day=language.day, short_day=language.short_day, clock=language.clock, moment=language.moment,
        number=language.number, phone=language.readable_phone, listed=language.listed,
        unbroken=language.unbroken,
    )  # fmt: skip


def _store_traces(response: Response) -> Response:
    """A GET writes nothing but these, in a short transaction of its own after its reads.

    A form that comes back with its errors shows what its page does, and leaves the same.
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
    db.session.close()  # limits that count by the answer write now, on a connection of their own
    return response


def _sign_in_to_mark() -> str | None:
    """The reader's sign-in, where it is a minute or more since it was marked as seen."""
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
    if request.endpoint != "static":
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
        "navigation": list(_navigation(relations)),
        "home": _home(relations),
        "is_officer": bool(relations.officer_of),
    }


def _home(relations: Relations) -> str:
    """Where the reader begins: an officer with the areas, a neighbour with their groups, others in front."""
    if relations.officer_of:
        return url_for("followup.overview")
    belongs = relations.coordinates or relations.member_of
    return url_for("groups.mine" if belongs else "places.front")


def _navigation(relations: Relations) -> Iterator[NavigationItem]:
    """Few, and by what the reader is: areas for an officer, the group's rooms for a neighbour."""
    own = set(relations.coordinates) | relations.member_of
    group_id = _group_of_page(relations, own)
    if relations.officer_of:
        yield from _rooms_of_officers(None if group_id else _area_of_page(relations))
    if current_user.is_authenticated and _wants_own_page(relations, own):
        yield _item(_l("Min sida"), "groups.mine", "groups.mine")
    if group_id:
        yield from _rooms_of_group(group_id, group_id in relations.coordinates)
    elif relations.officer_of:
        yield _item(_l("Kontakter"), "contacts.edit", "contacts")
    else:
        yield _item(_l("Kontakter"), "contacts.public", "contacts")
    if current_user.is_authenticated:
        yield _item(_l("Inställningar"), "accounts.settings", "accounts")


def _wants_own_page(relations: Relations, own: set[int]) -> bool:
    """A coordinator of one group begins in its house, an officer who lives nowhere here with the areas."""
    return len(own) > 1 or (bool(own) if relations.officer_of else not relations.coordinates)


def _rooms_of_officers(area: Area | None) -> Iterator[NavigationItem]:
    yield _item(_l("Översikt"), "followup.overview", "followup.overview")
    if area:
        rooms = "followup.area", "lifecycle", "groups", "groups.coordinators", "invitations", "meetings"
        yield _item(_l("Området"), "followup.area", *rooms, slug=area.slug)
        yield _item(_l("Meddelanden"), "notices.area_index", "notices", slug=area.slug)


def _area_of_page(relations: Relations) -> Area | None:
    """The area that the page is about or lies in, where the reader is its officer."""
    position = g.get("position")
    if position is None or position.area_id not in relations.officer_of:
        return None
    return db.session.get(Area, position.area_id)


def _rooms_of_group(group_id: int, coordinates: bool) -> Iterator[NavigationItem]:
    if coordinates:
        members = (
            "groups.house.members",
            "groups.house.details",
            "joining",
            "invitations",
            "groups.coordinators",
        )
        yield _item(
            _l("Huset"),
            "groups.house.show",
            "groups.house",
            "canvassing",
            "not groups.house.members",
            "not groups.house.details",
            group_id=group_id,
        )
        yield _item(_l("Medlemmar"), "groups.house.members", *members, group_id=group_id)
    else:
        rooms = "groups", "not groups.mine", "groups.coordinators", "groups.choices"
        yield _item(_l("Gruppen"), "groups.show", *rooms, group_id=group_id)
    yield _item(_l("Möten"), "meetings.index", "meetings", group_id=group_id)
    yield _item(_l("Meddelanden"), "notices.index", "notices", group_id=group_id)
    yield _item(_l("Kontakter"), "contacts.of_group", "contacts", group_id=group_id)


def _group_of_page(relations: Relations, own: set[int]) -> int | None:
    """The group that the page is about where the reader belongs to it; else their first, where they live."""
    position = g.get("position")
    if position is not None and position.group_id in own:
        return int(position.group_id)
    if relations.officer_of:
        return None
    return min(relations.coordinates, default=None) or min(relations.member_of, default=None)


def _item(label: LazyString, endpoint: str, *rooms: str, **url: object) -> NavigationItem:
    return NavigationItem(label, url_for(endpoint, **url), frozenset(rooms))  # type: ignore[arg-type]  # url holds ids only
