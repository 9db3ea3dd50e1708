"""A member's pages: my groups, one group, and leaving it."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from watch.access import current_person, current_relations, requires, signed_in
from watch.contacts.labels import ROLES
from watch.contacts.queries import contacts_for
from watch.contacts.queries.of_group import first_to_call
from watch.extensions import db
from watch.groups.errors import LastCoordinator, TooLateToUndo
from watch.groups.labels import (
    GROUP_STATE_KINDS,
    GROUP_STATES,
    NOT_BACK,
    WELCOME_BACK,
    HouseholdsSaid,
    signature,
    tile,
)
from watch.groups.queries import areas, choices, leaving, members, pages
from watch.groups.queries import other_groups as others
from watch.groups.routes.todo import todos_in
from watch.groups.service import choices as choices_service
from watch.groups.service import members as members_service
from watch.meetings.labels import KINDS
from watch.models import Group, Membership, Notice, Person, utcnow
from watch.names import name_key
from watch.notices.queries import latest_notices
from watch.permissions import Permission
from watch.pressed import unless_done
from watch.saving import saving
from watch.web import ViewAnswer

bp = Blueprint("groups", __name__)
bp.add_app_template_global(signature)


@bp.app_template_global()
def households_said(group: Group, flats: int) -> HouseholdsSaid:
    """Return how many households take part: now, for whoever coordinates the whole group, else last night."""
    if current_relations().works_with_all_of(group, None):
        return HouseholdsSaid.exactly(areas.households_taking_part(group), flats)
    return HouseholdsSaid.of_group(group, flats)


NOTICES_SHOWN = 3
LEFT = _l("Du har lämnat gruppen. Dina uppgifter raderas inom 30 dagar.")


@bp.app_template_global()
def wants_area_notices(membership: Membership) -> bool:
    """Return True if the member wants notices to the group's whole area; used by a mail."""
    return choices.area_choices([membership])[0].is_wanted


@bp.app_template_global()
def other_groups(membership: Membership) -> list[str]:
    """Return the names of the member's other groups whose mails come; used by a mail."""
    return [group.name for group in others.other_groups(membership)]


@bp.get("/me")
@signed_in
def mine() -> ViewAnswer:
    person, now = current_person(), utcnow()
    groups = pages.groups_of(person)
    coming = pages.coming_meetings(person, [group.id for group in groups], now)
    return render_template(
        "groups/mine.html",
        person=person,
        groups=groups,
        areas=areas.areas_by_id(current_relations().officer_of),
        group_names={group.id: group.name for group in groups},
        unanswered=[each.meeting for each in coming if each.answer is None and each.meeting.starts_at > now],
        coming=coming,
        notices=_latest(groups, person),
        todos=todos_in(groups, now),
        departures=leaving.departures_of(person, now),
        can_undo=lambda membership: membership.left_at > now - choices.SECOND_THOUGHTS,
        second_thoughts=choices.SECOND_THOUGHTS,
        states=GROUP_STATES,
        state_kinds=GROUP_STATE_KINDS,
        meeting_kinds=KINDS,
        tile=tile,
    )


def _latest(groups: Sequence[Group], person: Person) -> list[Notice]:
    """Return the latest notices of the person's groups; a query for each, as hardly anybody has two."""
    found = {notice.id: notice for group in groups for notice in latest_notices(group, NOTICES_SHOWN, person)}
    return sorted(found.values(), key=lambda notice: notice.sent_at, reverse=True)[:NOTICES_SHOWN]


@bp.get("/groups/<int:group_id>")
@requires(Permission.SEE_GROUP)
def show(group: Group) -> ViewAnswer:
    person, relations = current_person(), current_relations()
    belongs = group.id in relations.member_of or group.id in relations.coordinates
    sees_all_stairwells = not belongs or group.id in relations.coordinates
    facts, coming = pages.facts_and_next_meeting(group, person, utcnow(), all_stairwells=sees_all_stairwells)
    people = pages.people_of(group, neighbours=belongs and not relations.officer_of)
    people.neighbours.sort(key=lambda each: (not each.shows_name, name_key(each.name)))
    return render_template(
        "groups/show.html",
        group=group,
        facts=facts,
        is_member=group.id in relations.member_of,
        belongs=belongs,
        coming=coming,
        tile=tile,
        people=people,
        reachable=[each for each in people.neighbours if each.phone or each.email],
        named=[each for each in people.neighbours if not (each.phone or each.email)],
        sees_names=not belongs or group.id in relations.coordinates,
        notices=latest_notices(group, NOTICES_SHOWN, person),
        contacts=first_to_call(contacts_for(group)),
        roles=ROLES,
        me=person,
        states=GROUP_STATES,
        state_kinds=GROUP_STATE_KINDS,
        meeting_kinds=KINDS,
    )


@bp.get("/groups/<int:group_id>/leave")
@requires(Permission.SEE_GROUP)
def ask_leave(group: Group) -> ViewAnswer:
    _my_membership(group)
    return render_template(
        "groups/ask_leave.html", group=group, undo_until=utcnow() + choices.SECOND_THOUGHTS
    )


def _has_left(group_id: int) -> ViewAnswer | None:
    if not current_user.is_authenticated:
        return None
    left = (each.group_id for each in leaving.ended_lately(current_person(), utcnow()))
    if group_id not in left:
        return None
    flash(str(LEFT), "done")
    return redirect(url_for("groups.mine"), 303)


@bp.post("/groups/<int:group_id>/leave")
@unless_done(_has_left)
@requires(Permission.SEE_GROUP)
def leave(group: Group) -> ViewAnswer:
    is_last = _("Du är gruppens enda kontaktombud. Utse en ersättare först.")
    with saving(LEFT, unless={LastCoordinator: is_last}) as saved:
        members_service.leave(_my_membership(group), by=current_person())
    coordinators = url_for("groups.coordinators.index", group_id=group.id)
    return redirect(url_for("groups.mine") if saved else coordinators, 303)


@bp.post("/memberships/<int:membership_id>/back")
@signed_in
def take_back(membership_id: int) -> ViewAnswer:
    left = {each.id: each for each in leaving.ended_lately(current_person(), utcnow())}
    membership = left.get(membership_id) or _back_again(membership_id)
    if membership is None:
        flash(str(NOT_BACK[TooLateToUndo]), "warn")
        return redirect(url_for("groups.mine"), 303)
    with saving(WELCOME_BACK, unless=NOT_BACK):
        if membership.left_at is not None:  # else pressed again
            choices_service.take_back(membership, by=current_person())
    return redirect(url_for("groups.mine"), 303)


@bp.get("/memberships/<int:membership_id>/back")
@signed_in
def back_to_mine(membership_id: int) -> ViewAnswer:
    """Redirect a tab that was reopened at the address of a button to the page with the button."""
    return redirect(url_for("groups.mine"), 303)


def _back_again(membership_id: int) -> Membership | None:
    """Return the reader's membership if they are back already, None if it is too late; else answer 404."""
    own = db.session.get(Membership, membership_id)
    if own is None or own.person_id != current_person().id:
        abort(404)
    return own if own.left_at is None else None


def _my_membership(group: Group) -> Membership:
    return members.active_membership(current_person(), group) or abort(403)
