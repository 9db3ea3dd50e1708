"""The page for inviting by e-mail, with the list of those invited."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from itertools import groupby
from typing import Any

from flask import Blueprint, current_app, render_template, request, url_for
from flask_babel import gettext as _

from watch import language
from watch.access import can, current_person, current_relations, requires
from watch.canvassing.labels import OUTCOMES
from watch.groups.labels import FLAT_STATES
from watch.groups.queries import letters
from watch.groups.queries.flats import flats_of_group
from watch.groups.queries.households import FlatState, households_of
from watch.groups.queries.members import active_membership
from watch.invitations.errors import TooManyInvitations, WrittenLately
from watch.invitations.forms.inviting import InviteForm
from watch.invitations.labels import INVITATION_SIGNS, INVITATION_STATES
from watch.invitations.queries.invited import SentInvitation, invitations_of
from watch.invitations.queries.inviting import contacted_flats, quota_of
from watch.models import Group, Language
from watch.paging import page_of
from watch.permissions import Permission
from watch.searching import is_found
from watch.web import ViewAnswer, leave_trace

bp = Blueprint("invitations", __name__)
ROWS_A_PAGE = 50
FEW_FLATS = 30  # so few that no port is folded
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
def index(group: Group) -> ViewAnswer:
    return index_page(group, invite_form(group))


def invite_form(group: Group) -> InviteForm:
    """Return the first page's form with the coordinator's flats."""
    form = InviteForm(data={"flat": request.args.get("flat"), "language": Language.SWEDISH})
    flats = flats_of_group(group, current_relations().stairwells_in(group))
    form.offer(flats, contacted_flats(flats))
    return form


def index_page(group: Group, form: InviteForm) -> str:
    """Render the form, and a page of the list, searched, filtered and sorted."""
    everything = invitations_of(group, current_person(), current_relations().stairwells_in(group))
    text, state = (request.args.get(each, "")[:MAX_CHARACTERS].strip() for each in ("q", "state"))
    found = [sent for sent in everything if not text or is_found(text, _words_of(sent))]
    shown = _sorted([sent for sent in found if not state or sent.state == state])
    by_id = {sent.invitation.id: sent for sent in shown}
    asked = letters.how_flats_were_asked(group, current_relations().stairwells_in(group))
    after, before = (request.args.get(each, type=int) for each in ("after", "before"))
    page = page_of([*by_id], after=after, before=before, size=ROWS_A_PAGE)
    waiting = [sent for sent in everything if sent.waits_for_answer]
    leave_trace("invitations-seen", about=group)
    return render_template(
        "invitations/index.html", group=group, form=form, text=text, state=state, sort=_sort(), page=page,
        rows=[(by_id[key], address_of(by_id[key])) for key in page.keys], link=_link(group), kept=kept(),
        states=INVITATION_STATES, signs=INVITATION_SIGNS, found=len(found), any=bool(everything),
        is_form_first=not everything or bool(form.errors) or "flat" in request.args,
        counts={each: sum(sent.state == each for sent in found) for each in INVITATION_STATES},
        unanswered=len(waiting), over=used_up(waiting), me=current_person(),
        is_too_soon=not waiting and any(sent.is_reached for sent in everything),
        printed=sum(each.letter is not None for each in asked.values()),
        delivered=sum(bool(each.letter and each.letter.delivered_at) for each in asked.values()),
        visited=sum(each.visited_at is not None for each in asked.values()),
    )  # fmt: skip


@bp.get("/groups/<int:group_id>/invitations/flats")
@requires(Permission.INVITE)
def flats(group: Group) -> ViewAnswer:
    """Show how and when flats were asked, by letter, by mail and at the door, folded by stairwell.

    `asked=no` in the URL shows those that never were instead. The reader's own stairwell is open.
    """
    mine, me = current_relations().stairwells_in(group), active_membership(current_person(), group)
    asked = letters.how_flats_were_asked(group, mine)
    flats = households_of(group, mine)
    never = {each.flat_id for each in flats if each.state is FlatState.NOT_CONTACTED}  # as the house counts
    wants_never = request.args.get("asked") == "no"
    shown = [each for each in flats if (each.flat_id in never) is wants_never]
    ports = [(key, list(of)) for key, of in groupby(shown, key=lambda flat: flat.stairwell_id)]
    leave_trace("house-seen", about=group)
    return render_template(
        "invitations/flats.html", group=group, ports=ports, asked=asked, words=FLAT_STATES, outcomes=OUTCOMES,
        only_some=mine is not None, wants_never=wants_never, never=len(never), others=len(flats) - len(never),
        own=me.stairwell_id if me else None, is_all_open=len(shown) <= FEW_FLATS or len(ports) == 1,
    )  # fmt: skip


def _words_of(sent: SentInvitation) -> str:
    address = address_of(sent)
    return f"{address} {sent.invitation.name or ''}" if address else ""


def _door(sent: SentInvitation) -> tuple[bool, str, str]:
    flat = sent.flat
    return (False, flat.stairwell.sort_key, flat.number) if flat else (True, "", "")


def _sort() -> str:
    wanted = request.args.get("sort", NEWEST_FIRST)
    return wanted if wanted.removeprefix("-") in SORTS else NEWEST_FIRST


def _sorted(sent: list[SentInvitation]) -> list[SentInvitation]:
    """Sort by the chosen column. Equal rows stay newest first."""
    sort = _sort()
    return sorted(sent, key=SORTS[sort.removeprefix("-")], reverse=sort.startswith("-"))


def _link(group: Group) -> Callable[..., str]:
    """Return a function for links to the list with other choices, always from the first page."""
    now = {each: value for each, value in kept().items() if each not in OF_A_PAGE}
    return lambda **more: list_of(group.id, **(now | more))


def kept() -> dict[str, Any]:
    """Return search, filter, order and page of the list, for links back to it."""
    asked = ("q", "state", "sort", *OF_A_PAGE)
    return {each: request.args[each][:MAX_CHARACTERS] for each in asked if request.args.get(each)}


def list_of(group_id: int, **choices: Any) -> str:
    """Return the list's address, with the anchor below the form."""
    return url_for("invitations.index", group_id=group_id, _anchor="list", **choices)


def address_of(sent: SentInvitation) -> str | None:
    """Return the address if the reader may see it: the sender and the lead may (permissions.md)."""
    invitation = sent.invitation
    if invitation.mailbox is None or not can(Permission.SEE_INVITATION_ADDRESS, invitation):
        return None
    return invitation.mailbox.address


def full(too_many: TooManyInvitations) -> str:
    """Return the text that the daily limit is reached and when more can be sent."""
    return _(
        "Gränsen är %(number)s inbjudningar på ett dygn, och nu är den nådd. Du kan bjuda in fler %(when)s.",
        number=language.number(current_app.config["INVITATIONS_A_DAY"]),
        when=language.moment(too_many.until + timedelta(minutes=1)),
    )


def used_up(waiting: Sequence[SentInvitation]) -> str | None:
    """Return the text that the reader's mails of the day are used up, if nobody of these can be reminded."""
    me = current_person()
    if not waiting or any(sent.invitation.by_id != me.id for sent in waiting):
        return None
    quota = quota_of(me, current_app.config["INVITATIONS_A_DAY"])
    return None if quota.left else full(TooManyInvitations(quota.until))


@bp.app_template_global()
def somebody_to_remind(group: Group) -> bool:
    """Return True if the reader can remind somebody who was invited by mail."""
    everything = invitations_of(group, current_person(), current_relations().stairwells_in(group))
    waiting = [sent for sent in everything if sent.waits_for_answer]
    return bool(waiting) and used_up(waiting) is None


def rested(lately: WrittenLately) -> str:
    """Return the text that the address has got its mails for a day and when the next can be sent."""
    return _(
        "Adressen har fått tre mejl om inbjudan på ett dygn. Du kan skicka igen %(when)s.",
        when=language.moment(lately.until + timedelta(minutes=1)),
    )
