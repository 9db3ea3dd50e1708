"""The page from which a resting group is woken in five minutes."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from watch.access import current_person, requires
from watch.accounts.errors import OfficerNeverCoordinates
from watch.database import LARGEST_NUMBER
from watch.groups.errors import AlreadyCoordinator, AskedMany, AskedOften, GroupClosed
from watch.groups.labels import ASKED_MANY, GROUP_IS_CLOSED, OFFICERS_NEVER_COORDINATE
from watch.groups.queries import members
from watch.groups.queries.flats import stairwells_of_group
from watch.lifecycle import queries, service
from watch.lifecycle.errors import NoCandidate
from watch.lifecycle.forms import ReasonForm, today
from watch.lifecycle.routes.blueprint import bp
from watch.meetings.queries.starting import proposed_day
from watch.models import Group, GroupState, Language
from watch.permissions import Permission
from watch.saving import Explanations, saving
from watch.web import ViewAnswer

IS_ASKED: Explanations = {
    AlreadyCoordinator: _l("Den personen är redan kontaktombud, eller har redan fått frågan.")
}
NOT_ASKED: Explanations = {
    GroupClosed: GROUP_IS_CLOSED,
    NoCandidate: _l("Personen har dragit sig tillbaka. Ingen är tillfrågad."),
    OfficerNeverCoordinates: OFFICERS_NEVER_COORDINATE,
    AskedOften: _l("Den adressen har fått frågan flera gånger i dag. Fråga igen i morgon."),
    AskedMany: ASKED_MANY,
}


@bp.get("/groups/<int:group_id>/wake")
@requires(Permission.CHANGE_GROUP_STATE, second_factor=True)
def prepare(group: Group) -> ViewAnswer:
    """Show what wakes a group, each by one press. Another group is led to its state."""
    if group.state is not GroupState.DORMANT:
        return redirect(url_for("lifecycle.checklist", group_id=group.id), 303)
    return wake_page(group, ReasonForm())


def wake_page(group: Group, form: ReasonForm) -> str:
    """Render the page."""
    coordinators = members.coordinators_of(group)
    return render_template(
        "lifecycle/prepare.html", group=group, form=form,
        coordinators=[each for each in coordinators if each.accepted_at],
        questions=[each for each in coordinators if members.is_open(each)],
        candidates=queries.candidates(group),
        stairwells=[each.id for each in stairwells_of_group(group)],
        every_language=[each.value for each in Language],
        proposed_day=proposed_day(today()),
    )  # fmt: skip


@bp.post("/groups/<int:group_id>/wake/candidate")
@requires(Permission.CHANGE_GROUP_STATE, second_factor=True)
def ask_candidate(group: Group) -> ViewAnswer:
    """Ask one of those who offered to coordinate."""
    number = request.form.get("person", 0, type=int)
    asked = _("Frågan är på väg med mejl. Uppdraget gäller när personen har svarat ja.")
    with saving(asked, already=IS_ASKED, unless=NOT_ASKED):
        service.ask_candidate(group, number if 0 < number <= LARGEST_NUMBER else 0, by=current_person())
    return redirect(url_for("lifecycle.prepare", group_id=group.id), 303)
