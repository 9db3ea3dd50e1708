"""A coordinator's pages of members: the list, a member's contact details, and in which flat they live."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from watch import audit
from watch.access import current_person, current_relations, requires
from watch.extensions import db
from watch.groups.errors import AlreadyPlaced
from watch.groups.forms import PlaceMemberForm
from watch.groups.labels import (
    MEMBER_KINDS,
)
from watch.groups.queries import members as members_queries
from watch.groups.queries.flats import stairwells_of_group
from watch.groups.queries.members import MemberKind
from watch.groups.routes.house import bp
from watch.groups.service import members as members_service
from watch.joining.queries.asking import answers_to_tell, taken_flats, waiting_requests
from watch.models import Group, Membership, Stairwell, utcnow
from watch.names import name_key
from watch.permissions import Permission
from watch.records.queries import ended_lately
from watch.saving import saving
from watch.searching import is_found
from watch.web import ViewAnswer, leave_trace


@bp.get("/groups/<int:group_id>/members")
@requires(Permission.SEE_MEMBERS)
def members(group: Group) -> ViewAnswer:
    """Show waiting requests and members by stairwell, or those of a stairwell, kind or name.

    Names are encrypted, so Python searches them.
    """
    mine, text = current_relations().stairwells_in(group), request.args.get("q", "")[:100].strip()
    everybody, kind = members_queries.members_of(group, mine), _kind_asked_for()
    by_port = _by_stairwell(everybody)
    port = next((each for each, _members in by_port if each.id == request.args.get("port", type=int)), None)
    in_port = [each for each in everybody if port is None or each.stairwell is port]
    found = [each for each in in_port if is_found(text, each.person.name)]
    found = [each for each in found if kind is None or kind.includes(each)]
    found.sort(key=lambda each: name_key(each.person.name))
    requests = waiting_requests(group, mine)
    elsewhere = [each for each in requests if mine is not None and each.stairwell_id not in mine]
    leave_trace("members-seen", about=group)
    return render_template(
        "groups/house/members.html", group=group,
        requests=[each for each in requests if not each.is_of_member],
        homes=[each for each in requests if each.is_of_member],
        elsewhere={each.id for each in elsewhere},
        taken=taken_flats([each for each in requests if each not in elsewhere]),
        to_tell=answers_to_tell(group, current_person(), mine), stairwells=_by_stairwell(found),
        without_stairwell=[each for each in found if each.stairwell is None], shown=len(found), q=text,
        only_some=mine is not None, ended=ended_lately(group, utcnow(), mine), kind=kind,
        kinds=[(each, MEMBER_KINDS[each], sum(map(each.includes, in_port))) for each in MemberKind],
        everybody=len(everybody), in_port=len(in_port), port=port,
        ports=[(each, len(members)) for each, members in by_port],
    )  # fmt: skip


def _kind_asked_for() -> MemberKind | None:
    asked = request.args.get("kind")
    return MemberKind(asked) if asked in set(MemberKind) else None


def _by_stairwell(found: list[Membership]) -> list[tuple[Stairwell, list[Membership]]]:
    stairwells = {each.stairwell for each in found if each.stairwell}
    return [
        (stairwell, [each for each in found if each.stairwell is stairwell])
        for stairwell in sorted(stairwells, key=lambda each: each.sort_key)
    ]


@bp.post("/memberships/<int:membership_id>/details")
@requires(Permission.SEE_CONTACT_DETAILS)
def details(membership: Membership) -> ViewAnswer:
    """Show a member's e-mail and phone. An audit entry records that they were seen."""
    audit.note("details-seen", about=membership, by=current_person(), group=membership.group)
    db.session.commit()
    return render_template("groups/house/details.html", membership=membership, person=membership.person)


@bp.get("/memberships/<int:membership_id>/details")
@requires(Permission.SEE_MEMBERS)
def back_to_members(membership: Membership) -> Response:
    """Redirect a tab that was reopened at the address of the details, which are shown on a press only."""
    return _to_members(membership)


@bp.get("/memberships/<int:membership_id>/flat")
@requires(Permission.MANAGE_HOUSEHOLDS)
def ask_place(membership: Membership) -> ViewAnswer:
    form = _place_form(membership)
    if membership.household is not None:
        return _to_members(membership)
    leave_trace("members-seen", about=membership.group)
    return render_template("groups/house/place.html", membership=membership, form=form)


@bp.post("/memberships/<int:membership_id>/flat")
@requires(Permission.MANAGE_HOUSEHOLDS)
def place(membership: Membership) -> ViewAnswer:
    form = _place_form(membership)
    if membership.household is not None:
        return _to_members(membership)
    if not form.validate():
        return render_template("groups/house/place.html", membership=membership, form=form), 422
    with saving(_("Lägenheten är sparad."), already={AlreadyPlaced: _("Grannen har redan en lägenhet.")}):
        members_service.place(membership, form.chosen, by=current_person())
    return _to_members(membership)


def _place_form(membership: Membership) -> PlaceMemberForm:
    mine, form = current_relations().stairwells_in(membership.group), PlaceMemberForm()
    form.offer(stairwells_of_group(membership.group, mine, with_flats=True))
    return form


def _to_members(membership: Membership) -> Response:
    return redirect(url_for("groups.house.members", group_id=membership.group_id), 303)
