"""Inviting by e-mail: who is invited and how it went, a look at what would be sent, and the sending."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Blueprint, current_app, make_response, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from watch import language
from watch.access import Permission, can, current_person, current_relations, requires
from watch.groups.queries.flats import flats_of_group
from watch.invitations.errors import TooManyInvitations, WrittenLately
from watch.invitations.forms.inviting import InviteForm
from watch.invitations.labels import INVITATION_SIGNS, INVITATION_STATES
from watch.invitations.queries.invited import SentInvitation, invitations_of
from watch.invitations.queries.inviting import contacted_flats
from watch.models import Group, Language
from watch.paging import page_of
from watch.web import leave_trace

bp = Blueprint("invitations", __name__)
ROWS_A_PAGE = 50
MAX_CHARACTERS = 100  # of a search
NEWEST_FIRST = "-sent"
OF_A_PAGE = "after", "before"
SORTS: dict[str, Callable[[SentInvitation], Any]] = {
    "address": lambda sent: (address_of(sent) or "\uffff").casefold(),
    "flat": lambda sent: _door(sent),
    "state": lambda sent: list(INVITATION_STATES).index(sent.state),
    "sent": lambda sent: (sent.invitation.created_at, sent.invitation.id),
}


@bp.get("/groups/<int:group_id>/invitations")
@requires(Permission.INVITE)
def index(group: Group) -> Response:
    """Invite by e-mail, and how it went with those invited before."""
    return index_page(group, invite_form(group))


def invite_form(group: Group) -> InviteForm:
    """The first page's form, with the flats that are this coordinator's."""
    form = InviteForm(data={"flat": request.args.get("flat"), "language": Language.SWEDISH})
    flats = flats_of_group(group, current_relations().stairwells_in(group))
    form.offer(flats, contacted_flats(flats))
    return form


def index_page(group: Group, form: InviteForm) -> Response:
    """The form and the list: searched, of one state, sorted, a page of it."""
    everything = invitations_of(group, current_person(), current_relations().stairwells_in(group))
    text, state = (request.args.get(each, "")[:MAX_CHARACTERS].strip() for each in ("q", "state"))
    found = [sent for sent in everything if not text or text.casefold() in _words_of(sent)]
    shown = _sorted([sent for sent in found if not state or sent.state == state])
    by_id = {sent.invitation.id: sent for sent in shown}
    after, before = (request.args.get(each, type=int) for each in ("after", "before"))
    page = page_of([*by_id], after=after, before=before, size=ROWS_A_PAGE)
    leave_trace("invitations-seen", about=group)
    html = render_template(
        "invitations/index.html", group=group, form=form, text=text, state=state, sort=_sort(), page=page,
        rows=[(by_id[key], address_of(by_id[key])) for key in page.keys], link=_link(group), kept=kept(),
        states=INVITATION_STATES, signs=INVITATION_SIGNS, found=len(found), any=bool(everything),
        counts={each: sum(sent.state == each for sent in found) for each in INVITATION_STATES},
        unanswered=sum(sent.waits_for_answer for sent in everything), me=current_person(),
    )  # fmt: skip
    return make_response(html, 422 if form.errors else 200)


def _words_of(sent: SentInvitation) -> str:
    address = address_of(sent)
    return f"{address} {sent.invitation.name or ''}".casefold() if address else ""


def _door(sent: SentInvitation) -> tuple[bool, str, str]:
    flat = sent.flat
    return (False, flat.stairwell.sort_key, flat.number) if flat else (True, "", "")


def _sort() -> str:
    wanted = request.args.get("sort", NEWEST_FIRST)
    return wanted if wanted.removeprefix("-") in SORTS else NEWEST_FIRST


def _sorted(sent: list[SentInvitation]) -> list[SentInvitation]:
    """Newest first; by another column, those who are alike in it stay so."""
    sort = _sort()
    return sorted(sent, key=SORTS[sort.removeprefix("-")], reverse=sort.startswith("-"))


def _link(group: Group) -> Callable[..., str]:
    """The list's address with other choices; a new search, filter or order begins on the first page."""
    now = {each: value for each, value in kept().items() if each not in OF_A_PAGE}
    return lambda **more: list_of(group.id, **(now | more))


def kept() -> dict[str, Any]:
    """What the list was searched, filtered and sorted by, and its page, for the way back to it."""
    asked = ("q", "state", "sort", *OF_A_PAGE)
    return {each: request.args[each][:MAX_CHARACTERS] for each in asked if request.args.get(each)}


def list_of(group_id: int, **choices: Any) -> str:
    """The list's address: it begins below the form, and there one lands."""
    return url_for("invitations.index", group_id=group_id, _anchor="list", **choices)


def address_of(sent: SentInvitation) -> str | None:
    """The address, for who sent it and for the lead only (permissions.md)."""
    invitation = sent.invitation
    if invitation.mailbox is None or not can(Permission.SEE_INVITATION_ADDRESS, invitation):
        return None
    return invitation.mailbox.address


def full(too_many: TooManyInvitations) -> str:
    """That the day's invitations are used up, and when there is room again."""
    return _(
        "Gränsen är %(number)s inbjudningar på ett dygn, och nu är den nådd. Du kan bjuda in fler %(when)s.",
        number=language.number(current_app.config["INVITATIONS_A_DAY"]),
        when=language.moment(too_many.until + timedelta(minutes=1)),
    )


def rested(lately: WrittenLately) -> str:
    """That an address has had its letters of a day, and when the next may go."""
    return _(
        "Adressen har fått tre mejl om inbjudan på ett dygn. Du kan skicka igen %(when)s.",
        when=language.moment(lately.until + timedelta(minutes=1)),
    )
