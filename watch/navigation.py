"""The links in the head of every page, by role, and the reader's start page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flask import g, request, url_for
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from flask_login import current_user

from watch.extensions import db
from watch.models import Area
from watch.relations import Relations

GIVING = "partners.given", "partners.ask_give", "partners.give"  # officers give contact persons a page


@dataclass(frozen=True)
class NavigationItem:
    """A link in the page's head. `rooms` are the endpoints or blueprints it stands for.

    `not x` in `rooms` leaves out the endpoint x of a blueprint.
    """

    label: LazyString
    href: str
    rooms: frozenset[str]

    @property
    def current(self) -> bool:
        """True if the reader is on one of its pages."""
        return request.endpoint in self.rooms or (
            request.blueprint in self.rooms and f"not {request.endpoint}" not in self.rooms
        )


def home_of(relations: Relations) -> str:
    """Return the reader's start page: an officer's overview, a partner's page, own groups, or the front."""
    if relations.officer_of:
        return url_for("followup.overview")
    if relations.partner_of:
        return url_for("partners.index")
    return url_for("groups.mine" if relations.coordinates or relations.member_of else "places.front")


def of_reader(relations: Relations) -> Iterator[NavigationItem]:
    """Yield few links, by role and the same on every page: an officer's area, a neighbour's group."""
    own = set(relations.coordinates) | relations.member_of
    group_id = group_of_page(relations)
    if relations.officer_of:
        yield from _rooms_of_officers(None if group_id else _area_of_page(relations))
    if relations.partner_of:
        rooms = ("partners", *(f"not {each}" for each in GIVING), *(() if own else ("groups.mine",)))
        yield _item(_l("Era hus"), "partners.index", *rooms)
    if current_user.is_authenticated and (own or not (relations.officer_of or relations.partner_of)):
        yield _item(_l("Min sida"), "groups.mine", "groups.mine")
    if group_id:
        yield from _rooms_of_group(group_id, group_id in relations.coordinates)
    elif relations.officer_of:
        yield _item(_l("Kontakter"), "contacts.edit", "contacts", *GIVING)
    else:
        yield _item(_l("Kontakter"), "contacts.public", "contacts")
    if current_user.is_authenticated:
        yield _item(_l("Inställningar"), "accounts.settings", "accounts", "addresses", "retention")


def _rooms_of_officers(area: Area | None) -> Iterator[NavigationItem]:
    own = "followup.overview", "followup.groups", "audit.index", "groups.mine", "promises", "report"
    yield _item(_l("Översikt"), "followup.overview", *own)
    if area:
        groups = "groups", "not groups.mine", "groups.coordinators", "lifecycle", "closing", "audit.of_group"
        rooms = (
            "messages",
            "invitations",
            "meetings",
            "findings",
            "est",
            "printing",
            "outreach",
            "registers",
            *groups,
        )
        here = "followup", "not followup.overview", "not followup.groups"
        yield _item(_l("Området"), "followup.area", *here, *rooms, slug=area.slug)
        yield _item(_l("Meddelanden"), "notices.area_index", "notices", slug=area.slug)


def _area_of_page(relations: Relations) -> Area | None:
    """Return the page's area if the reader is its officer, else the first of the reader's areas."""
    position = g.get("position")
    is_own = position is not None and position.area_id in relations.officer_of
    return db.session.get(Area, position.area_id if is_own else min(relations.officer_of))


def _rooms_of_group(group_id: int, coordinates: bool) -> Iterator[NavigationItem]:
    if coordinates:
        lists = "groups.house.members", "groups.house.details"
        house = "groups.house", "canvassing", "printing", *(f"not {each}" for each in lists)
        people = *lists, "records", "joining", "invitations", "groups.coordinators"
        yield _item(_l("Huset"), "groups.house.show", *house, group_id=group_id)
        yield _item(_l("Medlemmar"), "groups.house.members", *people, group_id=group_id)
    group = "groups", "not groups.mine", "groups.choices", "lifecycle", "findings", "audit.of_group"
    more = () if coordinates else ("groups.coordinators", "printing")
    yield _item(_l("Gruppen"), "groups.show", *group, *more, group_id=group_id)
    yield _item(_l("Träffar"), "meetings.index", "meetings", group_id=group_id)
    yield _item(_l("Meddelanden"), "notices.index", "notices", group_id=group_id)
    yield _item(_l("Kontakter"), "contacts.of_group", "contacts", "messages", group_id=group_id)


def group_of_page(relations: Relations) -> int | None:
    """Return the page's group if the reader belongs to it; else a neighbour's first group."""
    own = set(relations.coordinates) | relations.member_of
    position = g.get("position")
    if position is not None and position.group_id in own:
        return int(position.group_id)
    if relations.officer_of:
        return None
    return min(relations.coordinates, default=None) or min(relations.member_of, default=None)


def _item(label: LazyString, endpoint: str, *rooms: str, **url: object) -> NavigationItem:
    return NavigationItem(label, url_for(endpoint, **url), frozenset(rooms))  # type: ignore[arg-type]  # url holds ids only
